"""Merged vocabulary: the terms and word forms of all processes of a build, renumbered.

Each process numbers terms and forms in the order in which it meets them. The merged numbers
sort like the bytes of the terms and of the spellings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.terms.vocabulary import NewTerms

_LOW_32_BITS = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class NumberMap:
    """From the numbers of one vocabulary to merged numbers; all arrays are int32.

    - `terms`: for each term of the vocabulary its merged number.
    - `forms`: for each form of the vocabulary its merged number.
    - `usual_forms`: for each merged term the merged number of the form that is the usual one
      in this vocabulary; -1 if it has none.
    """

    terms: Array
    forms: Array
    usual_forms: Array


class MergedVocabulary:
    """All terms and forms of a build, from the parts that its processes report.

    - `strings`: the terms and the spellings of forms, sorted and unique. The number of a term
      is its index in `strings`.
    - `form_terms`: int32, the term of each form. Forms are sorted by term, then by spelling.
    - `form_spellings`: int32, the index in `strings` of each form's spelling.
    - `usual_forms`: int32, for each term its usual form in the first vocabulary that has one;
      -1 for strings that are no term, and for keys.

    One process meets "party", another one "Castro" and "parties":

        strings         castro, parti, parties, party
        form_terms      0, 1, 1
        form_spellings  0, 2, 3
        usual_forms     0, 2, -1, -1
    """

    def __init__(self, parts: Sequence[NewTerms]) -> None:
        vocabularies: dict[str, _Vocabulary] = {}
        for part in parts:
            vocabularies.setdefault(part.vocabulary, _Vocabulary()).add(part)
        strings = ((*each.terms, *each.form_spellings) for each in vocabularies.values())
        self.strings = sorted(set(chain.from_iterable(strings)))
        numbers = {string: number for number, string in enumerate(self.strings)}
        terms = {name: _numbers_of(each.terms, numbers) for name, each in vocabularies.items()}
        keys = {}  # a form as one int64: its term in the high half, its spelling in the low half
        for name, each in vocabularies.items():
            form_terms = terms[name][np.concatenate([np.empty(0, np.int32), *each.form_terms])]
            keys[name] = form_terms << 32 | _numbers_of(each.form_spellings, numbers)
        merged_keys = np.unique(np.concatenate([np.empty(0, np.int64), *keys.values()]))
        self.form_terms = (merged_keys >> 32).astype(np.int32)
        self.form_spellings = (merged_keys & _LOW_32_BITS).astype(np.int32)
        self.usual_forms = self._no_forms()
        self._number_maps: dict[str, NumberMap] = {}
        for name, own_keys in keys.items():
            forms = np.searchsorted(merged_keys, own_keys).astype(np.int32)
            usual_forms = self._no_forms()
            # In reverse, so that the first form of each term is the last to be written.
            usual_forms[self.form_terms[forms[::-1]]] = forms[::-1]
            self._number_maps[name] = NumberMap(terms[name].astype(np.int32), forms, usual_forms)
            self.usual_forms = np.where(self.usual_forms < 0, usual_forms, self.usual_forms)

    def __len__(self) -> int:
        return len(self.strings)

    def number_map(self, vocabulary: str) -> NumberMap:
        """Return the map from the numbers of a vocabulary, given by its name."""
        return self._number_maps[vocabulary]

    def _no_forms(self) -> Array:
        return np.full(len(self.strings), -1, np.int32)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The terms and forms of one vocabulary, from all the parts that it reported."""

    terms: list[bytes] = field(default_factory=list)
    form_terms: list[Array] = field(default_factory=list)
    form_spellings: list[bytes] = field(default_factory=list)

    def add(self, part: NewTerms) -> None:
        self.terms.extend(part.terms)
        self.form_terms.append(part.form_terms)
        self.form_spellings.extend(part.form_spellings)


def _numbers_of(strings: Sequence[bytes], numbers: dict[bytes, int]) -> Array:
    return np.fromiter(map(numbers.__getitem__, strings), np.int64, len(strings))

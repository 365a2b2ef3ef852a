"""The terms and forms of all processes of a build, under numbers that sort like their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.terms.vocabulary import NewTerms

_LOW = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class NumberMap:
    """What the numbers of one vocabulary are in all.

    `terms` and `forms` give for each of its own numbers the one in all; `usual` for each
    term, by its number in all, the form that the vocabulary takes for usual, else -1.
    """

    terms: Array
    forms: Array
    usual_forms: Array


class MergedVocabulary:
    """All terms and forms, which are numbered once there are no more to come.

    `strings` are the bytes of terms and the spellings of forms, sorted; a term's number is
    its place among them. Forms are numbered by term, then by spelling: `owners` are their
    terms, `spelled` the places of their spellings. `usual` is the first form of each term
    in the first vocabulary that has one, else -1.
    """

    def __init__(self, heard: Sequence[NewTerms]) -> None:
        parts: dict[str, _Vocabulary] = {}
        for news in heard:
            parts.setdefault(news.vocabulary, _Vocabulary()).add(news)
        every = chain.from_iterable((*part.terms, *part.spelled) for part in parts.values())
        self.strings = sorted(set(every))
        places = {string: place for place, string in enumerate(self.strings)}
        terms = {name: _places(part.terms, places) for name, part in parts.items()}
        keys = {}
        for name, part in parts.items():
            owners = terms[name][np.concatenate([np.empty(0, np.int32), *part.owners])]
            keys[name] = owners << 32 | _places(part.spelled, places)
        forms = np.unique(np.concatenate([np.empty(0, np.int64), *keys.values()]))
        self.form_terms = (forms >> 32).astype(np.int32)
        self.form_spellings = (forms & _LOW).astype(np.int32)
        self.usual_forms = self._nothing()
        self._numbers: dict[str, NumberMap] = {}
        for name, own in keys.items():
            numbers = np.searchsorted(forms, own).astype(np.int32)
            usual = self._nothing()
            usual[self.form_terms[numbers[::-1]]] = numbers[::-1]  # the first of each stays
            self._numbers[name] = NumberMap(terms[name].astype(np.int32), numbers, usual)
            self.usual_forms = np.where(self.usual_forms < 0, usual, self.usual_forms)

    def __len__(self) -> int:
        return len(self.strings)

    def number_map(self, vocabulary: str) -> NumberMap:
        """Return the numbers of one vocabulary."""
        return self._numbers[vocabulary]

    def _nothing(self) -> Array:
        return np.full(len(self.strings), -1, np.int32)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """All that is new in one vocabulary, from the first on."""

    terms: list[bytes] = field(default_factory=list)
    owners: list[Array] = field(default_factory=list)
    spelled: list[bytes] = field(default_factory=list)

    def add(self, news: NewTerms) -> None:
        self.terms.extend(news.terms)
        self.owners.append(news.form_terms)
        self.spelled.extend(news.form_spellings)


def _places(strings: Sequence[bytes], places: dict[bytes, int]) -> Array:
    return np.fromiter(map(places.__getitem__, strings), np.int64, len(strings))

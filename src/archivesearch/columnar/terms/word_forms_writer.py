"""Which forms of a term stand in which of its postings, as it is written.

Most terms have one form that nearly all their postings have. So the first form of a term
is the one that most postings have, and what is kept of it are only the postings that have
another beside it; of every other form it is the postings that have it.
"""

from dataclasses import dataclass

import numpy as np

from archivesearch.columnar.storage.array_files import (
    Array,
    ArrayWriter,
    concat_ranges,
    narrow,
    offsets,
)
from archivesearch.columnar.storage.packed_ints import PackedIntsWriter
from archivesearch.columnar.storage.string_table import write_strings
from archivesearch.columnar.terms.merged_vocabulary import MergedVocabulary


@dataclass(frozen=True, slots=True)
class EncodedForms:
    """The forms of some terms, by term, the first of each first, then by their bytes.

    `counts` says how many each term has, `forms` which, `listed` how many of its term's
    postings are kept of each form, and `gaps` which: by the distance from the one before,
    for the first by its place.
    """

    counts: Array
    numbers: Array
    listed_counts: Array
    gaps: Array


def encode_forms(
    glossary: MergedVocabulary,
    terms: Array,
    postings: Array,
    frequencies: Array,
    others: tuple[Array, Array],
) -> EncodedForms:
    """Return the forms of some terms, which are numbers of the glossary, ascending.

    `postings` says how many each term has, `frequencies` how often it stands in each,
    `others` gives for each occurrence in another than the usual form that form, and
    the posting, counted through all terms.
    """
    starts = offsets(postings)
    usual = glossary.usual_forms[terms]
    found, at = others
    with_others = np.bincount(at, minlength=len(frequencies))
    has_usual = with_others < frequencies
    found, at = _distinct(found, at)
    different = np.bincount(at, minlength=len(frequencies)) + has_usual

    # which forms there are, and how many postings have each
    numbers, inverse = np.unique(found, return_inverse=True)
    owners = np.searchsorted(terms, glossary.form_terms[numbers])
    common = np.add.reduceat(has_usual, starts[:-1], dtype=np.int64)
    there = np.flatnonzero(common)
    forms = np.concatenate((numbers, usual[there]))
    of = np.concatenate((owners, there))
    count = np.concatenate((np.bincount(inverse, minlength=len(numbers)), common[there]))
    order = np.lexsort((forms, -count, of))
    first = np.zeros(len(forms), bool)
    first[order[np.flatnonzero(np.diff(of[order], prepend=-1))]] = True
    order = np.lexsort((forms, ~first, of))

    # which postings are kept of each: of the usual one, where another is first, all it has
    usual_first = np.zeros(len(terms), bool)
    usual_first[there] = first[len(numbers) :]
    not_first = np.flatnonzero(~usual_first)
    whole = concat_ranges(starts[not_first], postings[not_first])
    beside = np.flatnonzero(has_usual & (different > 1))
    of_posting = np.repeat(np.arange(len(terms)), postings)
    kept = np.concatenate((beside[usual_first[of_posting[beside]]], whole[has_usual[whole]]))
    place = np.full(len(terms), -1)
    place[there] = np.arange(len(numbers), len(forms))
    form = np.concatenate((inverse, place[of_posting[kept]]))
    at = np.concatenate((at, kept))
    wanted = ~first[form] | (different[at] > 1)
    ranked = np.empty(len(forms), np.int64)
    ranked[order] = np.arange(len(forms))
    form, at = ranked[form[wanted]], at[wanted]
    by = np.lexsort((at, form))
    form, at = form[by], at[by]
    gaps = at - starts[of_posting[at]]
    same = np.flatnonzero(form[1:] == form[:-1]) + 1
    gaps[same] = at[same] - at[same - 1]
    return EncodedForms(
        np.bincount(of, minlength=len(terms)),
        forms[order],
        np.bincount(form, minlength=len(forms)),
        gaps,
    )


def _distinct(forms: Array, at: Array) -> tuple[Array, Array]:
    """Return pairs of a form and a posting, each once, by posting."""
    order = np.lexsort((forms, at))
    forms, at = forms[order], at[order]
    new = np.ones(len(at), bool)
    new[1:] = (forms[1:] != forms[:-1]) | (at[1:] != at[:-1])
    return forms[new], at[new]


class WordFormsWriter:
    """Writes the forms of one range of terms after another."""

    def __init__(self, writer: ArrayWriter) -> None:
        self._writer = writer
        self._gaps = PackedIntsWriter(writer, "forms.gap", bits=8)
        self._counts: list[Array] = [np.empty(0, np.int64)]
        self._listed: list[Array] = [np.empty(0, np.int64)]
        self._forms: list[Array] = [np.empty(0, np.int32)]

    def append(self, forms: EncodedForms) -> None:
        """Write those of the next terms."""
        self._counts.append(forms.counts)
        self._forms.append(forms.numbers)
        self._listed.append(forms.listed_counts)
        self._gaps.append(forms.gaps)

    def finish(self, glossary: MergedVocabulary) -> None:
        """Write where those of each term begin, and how they are spelled."""
        for name, counts in (("terms.forms", self._counts), ("forms.listed", self._listed)):
            starts = offsets(np.concatenate(counts))
            self._writer.append(name, narrow(starts, min_dtype=np.uint32))
        spelled = glossary.form_spellings[np.concatenate(self._forms)].tolist()
        write_strings(self._writer, "forms", [glossary.strings[place] for place in spelled])
        self._gaps.finish()

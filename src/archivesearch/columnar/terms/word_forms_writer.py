"""Writer of word forms: the spellings of each term, and the postings that have each spelling.

The *first* form of a term is the one that most of its postings have. Of this form only the
postings with another form too are listed; of every other form all postings are. A posting
that is not listed has the first form alone.

The *usual* form is something else: a guess, made when the build first met the term. It keeps
the work small: the build records only the occurrences in other forms.
"""

from dataclasses import dataclass

import numpy as np

from archivesearch.columnar.storage.array_files import (
    Array,
    ArrayWriter,
    narrow,
    offsets,
)
from archivesearch.columnar.storage.packed_ints import PackedIntsWriter
from archivesearch.columnar.storage.string_table import write_strings
from archivesearch.columnar.terms.merged_vocabulary import MergedVocabulary


@dataclass(frozen=True, slots=True)
class EncodedForms:
    """The forms of consecutive terms, as they are written; all arrays hold integers.

    - `counts`: per term, the number of its forms.
    - `numbers`: per form, its merged number; by term, its first form, then the others by
      their spellings.
    - `listed_counts`: per form, in the same order, the number of its listed postings.
    - `gaps`: per listed posting, by form: the distance from the one before it of the same
      form. The first one has its index among the postings of the term.
    """

    counts: Array
    numbers: Array
    listed_counts: Array
    gaps: Array


def encode_forms(
    vocabulary: MergedVocabulary,
    terms: Array,
    posting_counts: Array,
    frequencies: Array,
    others: tuple[Array, Array],
) -> EncodedForms:
    """Return the forms of terms, which are merged numbers, ascending.

    Postings are counted through all the terms. `posting_counts` has one value per term, at
    least 1, `frequencies` one per posting. `others` is a pair of arrays with a value for
    each occurrence that is not in the usual form of its term: the form, and the posting.

    The term "castro" is in one document, the term "parti" in three: "party parties",
    "parties" and "parties".

        forms           0: castro   1: parties   2: party, the usual form of "parti"
        posting_counts  1 3
        frequencies     1 2 1 1
        others          forms 1 1 1, postings 1 2 3

    "parties" has three postings and becomes the first form. It lists the posting that has
    "party" too, which "party" lists as well: index 0 of the term's postings.

        counts          1 2
        numbers         0 1 2
        listed_counts   0 1 1
        gaps            0 0
    """
    posting_starts = offsets(posting_counts)
    owner_of_posting = np.repeat(np.arange(len(terms)), posting_counts)
    has_usual = np.bincount(others[1], minlength=len(frequencies)) < frequencies
    other_forms, other_postings = _distinct_pairs(*others)
    forms_in_posting = np.bincount(other_postings, minlength=len(frequencies)) + has_usual

    # All forms of the terms: `other_count` forms that are not usual, then the usual ones.
    # `other_ids` and `usual_ids` are indices in these arrays.
    numbers, other_ids = np.unique(other_forms, return_inverse=True)
    other_count = len(numbers)
    usual_counts = np.add.reduceat(has_usual, posting_starts[:-1], dtype=np.int64)
    with_usual = np.flatnonzero(usual_counts)  # the terms that have their usual form at all
    owners = np.concatenate((np.searchsorted(terms, vocabulary.form_terms[numbers]), with_usual))
    numbers = np.concatenate((numbers, vocabulary.usual_forms[terms[with_usual]]))
    other_counts = np.bincount(other_ids, minlength=other_count)
    counts = np.concatenate((other_counts, usual_counts[with_usual]))  # of postings
    order, is_first = _order_of_forms(owners, numbers, counts)

    # All pairs of a form and a posting, but for postings that only have a usual first form.
    usual_ids = np.full(len(terms), -1)
    usual_ids[with_usual] = np.arange(other_count, len(numbers))
    usual_is_first = is_first[usual_ids] & (usual_ids >= 0)
    not_alone = (forms_in_posting > 1) | np.repeat(~usual_is_first, posting_counts)
    usual_postings = np.flatnonzero(has_usual & not_alone)
    ids = np.concatenate((other_ids, usual_ids[owner_of_posting[usual_postings]]))
    postings = np.concatenate((other_postings, usual_postings))

    # The listed pairs, by form in the order of writing, then by posting.
    is_listed = ~is_first[ids] | (forms_in_posting[postings] > 1)
    rank = np.empty(len(numbers), np.int64)
    rank[order] = np.arange(len(numbers))
    ranks, postings = rank[ids[is_listed]], postings[is_listed]
    by_rank = np.lexsort((postings, ranks))
    ranks, postings = ranks[by_rank], postings[by_rank]
    return EncodedForms(
        counts=np.bincount(owners, minlength=len(terms)),
        numbers=numbers[order],
        listed_counts=np.bincount(ranks, minlength=len(numbers)),
        gaps=_gaps(ranks, postings - posting_starts[owner_of_posting[postings]]),
    )


def _distinct_pairs(forms: Array, postings: Array) -> tuple[Array, Array]:
    """Return the distinct pairs of a form and a posting, by posting, then by form."""
    order = np.lexsort((forms, postings))
    forms, postings = forms[order], postings[order]
    is_new = np.ones(len(postings), bool)
    is_new[1:] = (forms[1:] != forms[:-1]) | (postings[1:] != postings[:-1])
    return forms[is_new], postings[is_new]


def _order_of_forms(owners: Array, numbers: Array, counts: Array) -> tuple[Array, Array]:
    """Return the order in which forms are written, and for each whether it is its term's first.

    `owners` are the terms of the forms, `counts` their numbers of postings. The first form
    of a term has most postings, and of equals the lowest number.
    """
    by_count = np.lexsort((numbers, -counts, owners))
    is_first = np.zeros(len(numbers), bool)
    is_first[by_count[np.flatnonzero(np.diff(owners[by_count], prepend=-1))]] = True
    return np.lexsort((numbers, ~is_first, owners)), is_first


def _gaps(forms: Array, indices: Array) -> Array:
    """Return for each index its distance from the one before it of the same form, or itself.

    >>> _gaps(np.array([0, 0, 1]), np.array([2, 5, 7])).tolist()
    [2, 3, 7]
    """
    gaps = indices.copy()
    further = np.flatnonzero(forms[1:] == forms[:-1]) + 1
    gaps[further] -= indices[further - 1]
    return gaps


class WordFormsWriter:
    """Writes the forms of all terms of word fields, in ranges of terms."""

    def __init__(self, writer: ArrayWriter) -> None:
        self._writer = writer
        self._gaps = PackedIntsWriter(writer, "forms.gap", bits=8)
        self._counts: list[Array] = [np.empty(0, np.int64)]
        self._listed_counts: list[Array] = [np.empty(0, np.int64)]
        self._numbers: list[Array] = [np.empty(0, np.int32)]

    def append(self, forms: EncodedForms) -> None:
        """Write the forms of the next terms."""
        self._counts.append(forms.counts)
        self._numbers.append(forms.numbers)
        self._listed_counts.append(forms.listed_counts)
        self._gaps.append(forms.gaps)

    def finish(self, vocabulary: MergedVocabulary) -> None:
        """Write the starts of each term's forms and of each form's gaps, and the spellings."""
        for name, counts in (
            ("terms.forms", self._counts),
            ("forms.listed", self._listed_counts),
        ):
            starts = offsets(np.concatenate(counts))
            self._writer.append(name, narrow(starts, min_dtype=np.uint32))
        spellings = vocabulary.form_spellings[np.concatenate(self._numbers)].tolist()
        write_strings(self._writer, "forms", [vocabulary.strings[index] for index in spellings])
        self._gaps.finish()

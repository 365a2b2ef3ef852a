"""Checks of the word forms of terms: every value, by the index format."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable
from archivesearch.columnar.terms.word_forms import WordForms


def form_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check the order of each term's forms, and the postings that are listed for each form."""
    firsts, listed = (arrays[name].astype(np.int64) for name in ("terms.forms", "forms.listed"))
    postings = np.diff(arrays["terms.postings"].astype(np.int64))[: len(firsts) - 1]
    if (np.diff(firsts) < 1).any():
        yield "terms.forms: a term without a form"
        return
    if (np.diff(listed) < 0).any() or (postings < 1).any():
        yield "forms.listed: it falls"
        return
    escaped = np.flatnonzero(arrays["forms.gap"] == 255)
    if (
        not np.array_equal(escaped, arrays["forms.gap.at"])
        or (arrays["forms.gap.value"] < 255).any()
    ):
        yield "forms.gap.at: not the indices of the escaped values"
        return
    is_first = np.zeros(len(listed) - 1, bool)
    is_first[firsts[:-1]] = True
    if (np.diff(listed)[~is_first] < 1).any():
        yield "forms.listed: a form without a posting"
    yield from _order_problems(list(StringTable(arrays, "forms")), is_first)
    yield from _listed_problems(arrays, is_first, np.diff(firsts), postings)


def _order_problems(spellings: list[bytes], is_first: Array) -> Iterator[str]:
    """Check that the forms of each term are unique, and sorted by bytes after the first."""
    for start, end in pairwise([*np.flatnonzero(is_first).tolist(), len(spellings)]):
        others = spellings[start + 1 : end]
        if spellings[start] in others or any(map(bytes.__ge__, others, others[1:])):
            yield "forms: the forms of a term are not sorted"
            return


def _listed_problems(
    arrays: ArrayFolder, is_first: Array, form_counts: Array, posting_counts: Array
) -> Iterator[str]:
    """Check the postings that are listed for each form.

    `is_first` is a mask of the forms that are the first of their term; `form_counts` and
    `posting_counts` have the number of forms and of postings of each term.
    """
    postings, forms = WordForms(arrays).listed_postings(np.arange(len(is_first)))
    terms = np.repeat(np.arange(len(form_counts)), form_counts)
    starts = np.cumsum(posting_counts) - posting_counts
    if (postings < 0).any() or (postings >= posting_counts[terms[forms]]).any():
        yield "forms.gap: beyond the last posting of a term"
        return
    if ((np.diff(postings) < 1) & (np.diff(forms) == 0)).any():
        yield "forms.gap: a posting twice"
        return
    postings += starts[terms[forms]]
    has_other = np.zeros(int(posting_counts.sum()), bool)
    has_other[postings[~is_first[forms]]] = True
    if not has_other[postings[is_first[forms]]].all():
        yield "forms.gap: a posting with no other form beside the first"
    end = int(arrays.info["fields"][WORD_FIELDS[-1]][1])
    counts = WordForms(arrays).document_counts(0, end, posting_counts)
    if (counts > counts[is_first][terms]).any():
        yield "forms: a first form that is not the most usual"

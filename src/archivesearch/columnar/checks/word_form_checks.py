"""What the format says of the forms of terms, looked at value by value."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable
from archivesearch.columnar.terms.word_forms import WordForms


def forms(arrays: ArrayFolder) -> Iterator[str]:
    """Each term has its most usual form first, then the others sorted, each with its postings."""
    firsts, listed = (arrays[name].astype(np.int64) for name in ("terms.forms", "forms.listed"))
    postings = np.diff(arrays["terms.postings"].astype(np.int64))[: len(firsts) - 1]
    if (np.diff(firsts) < 1).any():
        yield "terms.forms: a term without any"
        return
    if (np.diff(listed) < 0).any() or (postings < 1).any():
        yield "forms.listed: it falls"
        return
    gap, at = arrays["forms.gap"], arrays["forms.gap.at"]
    if (
        not np.array_equal(np.flatnonzero(gap == 255), at)
        or (arrays["forms.gap.value"] < 255).any()
    ):
        yield "forms.gap.at: not the places of what is escaped"
        return
    is_first = np.zeros(len(listed) - 1, bool)
    is_first[firsts[:-1]] = True
    if (np.diff(listed)[~is_first] < 1).any():
        yield "forms.listed: a form that stands nowhere"
    yield from _spelled(list(StringTable(arrays, "forms")), is_first)
    yield from _places(arrays, is_first, np.diff(firsts), postings)


def _spelled(spelled: list[bytes], is_first: Array) -> Iterator[str]:
    """Look at the forms of each term, as they are spelled."""
    for start, after in pairwise([*np.flatnonzero(is_first).tolist(), len(spelled)]):
        others = spelled[start + 1 : after]
        if spelled[start] in others or any(map(bytes.__ge__, others, others[1:])):
            yield "forms: those of a term are not sorted"
            return


def _places(arrays: ArrayFolder, is_first: Array, each: Array, postings: Array) -> Iterator[str]:
    """Look at which postings are kept of each form."""
    at, which = WordForms(arrays).listed_postings(np.arange(len(is_first)))
    owners = np.repeat(np.arange(len(each)), each)
    starts = np.cumsum(postings) - postings
    if (at < 0).any() or (at >= postings[owners[which]]).any():
        yield "forms.gap: beyond the last posting of a term"
        return
    if ((np.diff(at) < 1) & (np.diff(which) == 0)).any():
        yield "forms.gap: a posting twice"
        return
    place = at + starts[owners[which]]
    others = np.zeros(int(postings.sum()), bool)
    others[place[~is_first[which]]] = True
    if not others[place[is_first[which]]].all():
        yield "forms.gap: a posting with no other form beside the first"
    last = int(arrays.info["fields"][WORD_FIELDS[-1]][1])
    counts = WordForms(arrays).document_counts(0, last, postings)
    if (counts > counts[is_first][owners]).any():
        yield "forms: a first form that is not the most usual"

"""Phrase and proximity matching on the positions of terms."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from archivesearch.columnar.postings.posting_lists import POSITION_BITS, PostingLists
from archivesearch.columnar.segment import Postings, Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import bits_of
from archivesearch.query.nodes.near_positions import near_positions

# An array is merged with one that is at most this many times as long. In a longer one, its
# numbers are looked up.
_MAX_MERGE_RATIO = 16


def documents_near(
    segment: Segment, words: Sequence[Sequence[Postings]], candidates: Array, gap: int
) -> Array:
    """Return, as bits, the candidates that have the words together.

    A word is the postings of the terms that it may be, all of one field. With a gap of 0
    the words are in a row. With a greater gap they are in any order, with at most `gap`
    other words between the first and the last.
    """
    if not all(words) or not candidates.any():
        return np.zeros_like(candidates)
    if gap == 0:
        return _documents_in_row(segment, words, candidates)
    occurrences = {id(word): _occurrences(segment, word, candidates) for word in words}
    documents = _documents_in_window([occurrences[id(word)] for word in words], gap)
    return bits_of(documents, len(candidates))


def _occurrences(segment: Segment, word: Sequence[Postings], documents: Array) -> Array:
    """Return the occurrences of a word: document and position in one int64, ascending."""
    occurrences = PostingLists(segment, word).occurrences(documents)
    return np.unique(occurrences) if len(word) > 1 else occurrences


def _documents_in_row(
    segment: Segment, words: Sequence[Sequence[Postings]], documents: Array
) -> Array:
    """Return, as bits, the documents that have all words one after the other.

    The rarest word is read first. Each next word is read only in the documents that are
    left. `starts` are possible starts of the row.

    Example: the row is "a b" and the text is "b a b". `a` is at 1, so the row may start at
    1. `b` is at 0 and 2, so it may start at -1 and 1. It starts at 1.
    """
    order = sorted(range(len(words)), key=lambda index: sum(term.count for term in words[index]))
    starts = None
    for index in order:
        word_starts = _occurrences(segment, words[index], documents) - index
        starts = word_starts if starts is None else _intersection(starts, word_starts)
        if index != order[0]:
            documents = bits_of(starts >> POSITION_BITS, len(documents))
    return documents


def _intersection(a: Array, b: Array) -> Array:
    """Return the numbers that are in both of two ascending arrays, neither with duplicates."""
    short, long = (b, a) if len(a) > len(b) else (a, b)
    if not len(short):
        return short
    if len(short) * _MAX_MERGE_RATIO > len(long):
        merged = np.concatenate((short, long))
        merged.sort(kind="stable")  # timsort: it merges the two ascending runs
        common: Array = merged[:-1][merged[1:] == merged[:-1]]
    else:
        indexes = np.searchsorted(long, short)
        indexes[indexes == len(long)] = 0
        common = short[long[indexes] == short]
    return common


def _documents_in_window(columns: Sequence[Array], gap: int) -> Array:
    """Return the numbers of the documents that have all words in one window of the text.

    `columns` are the occurrences of each word. The window has as many words as there are
    columns, plus `gap`. Each occurrence of any word is tried as the last of a window; the
    nearest occurrence of each word before it says where the window starts. A word that is
    there twice, as the same array, must occur twice.
    """
    needed = Counter(map(id, columns))
    distinct = {id(column): column for column in columns}
    ends = np.unique(np.concatenate(list(distinct.values())))
    starts = ends.copy()
    has_all = np.ones(len(ends), bool)
    for key, times in needed.items():
        column = distinct[key]
        nearest = np.searchsorted(column, ends, "right") - times
        has_all &= nearest >= 0
        starts = np.minimum(starts, column[np.maximum(nearest, 0)] if len(column) else -1)
    has_all &= ends - starts < len(columns) + gap
    documents: Array = np.unique(ends[has_all] >> POSITION_BITS)
    if sum(map(len, distinct.values())) == len(ends):
        return documents
    # where two words may be the same term, each needs a position of its own
    checked = [number for number in documents.tolist() if _is_near(columns, number, gap)]
    return np.array(checked, np.int64)


def _is_near(columns: Sequence[Array], document: int, gap: int) -> bool:
    """Whether a document has the words together, each at a position of its own."""
    edges = (document << POSITION_BITS, (document + 1) << POSITION_BITS)
    cuts = [column.searchsorted(edges) for column in columns]
    pairs = zip(columns, cuts, strict=True)
    return bool(
        near_positions([column[first:last].tolist() for column, (first, last) in pairs], gap)
    )

"""Which documents have words next to one another, from the positions of their terms."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from archivesearch.columnar.postings.posting_lists import POSITION_BITS, PostingLists
from archivesearch.columnar.segment import Postings, Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import bits_of
from archivesearch.query.nodes.near import near_positions

# Where the smaller of two arrays has so small a part of all numbers, it is looked up.
_SMALL = 16


def documents_near(
    segment: Segment, words: Sequence[Sequence[Postings]], candidates: Array, gap: int
) -> Array:
    """Return those of the candidates, as bits, in which words stand together.

    Each word is given by the terms that it may stand as, all of one field. Without a gap the
    words stand in a row; with one, in any order with at most `gap` other words among them.
    """
    if not all(words) or not candidates.any():
        return np.zeros_like(candidates)
    if gap == 0:
        return _in_a_row(segment, words, candidates)
    places = {id(word): _places(segment, word, candidates) for word in words}
    return bits_of(_within([places[id(word)] for word in words], gap), len(candidates))


def _places(segment: Segment, word: Sequence[Postings], documents: Array) -> Array:
    """Return where a word stands: document and position in one number, ascending."""
    places = PostingLists(segment, word).occurrences(documents)
    return np.unique(places) if len(word) > 1 else places


def _in_a_row(segment: Segment, words: Sequence[Sequence[Postings]], documents: Array) -> Array:
    """Return those of the documents that have all words one after the other.

    The rarest words are looked at first, and the others only where these stand together.
    """
    order = sorted(range(len(words)), key=lambda at: sum(term.count for term in words[at]))
    starts = None
    for at in order:
        places = _places(segment, words[at], documents) - at
        starts = places if starts is None else _common(starts, places)
        if at != order[0]:
            documents = bits_of(starts >> POSITION_BITS, len(documents))
    return documents


def _common(some: Array, others: Array) -> Array:
    """Return the numbers that both of two ascending arrays have."""
    if len(some) > len(others):
        some, others = others, some
    if not len(some):
        return some
    if len(some) * _SMALL > len(others):
        both = np.concatenate((some, others))
        both.sort(kind="stable")  # which merges what is in order already
        found: Array = both[:-1][both[1:] == both[:-1]]
    else:
        at = np.searchsorted(others, some)
        at[at == len(others)] = 0
        found = some[others[at] == some]
    return found


def _within(columns: Sequence[Array], gap: int) -> Array:
    """Return the documents in which all words stand in one stretch.

    Each place may be the last of a stretch; the words before it that are the nearest say
    where the stretch begins. A word that is asked for twice must stand there twice.
    """
    asked = Counter(map(id, columns))
    each = {id(column): column for column in columns}
    places = np.unique(np.concatenate(list(each.values())))
    begins = places.copy()
    inside = np.ones(len(places), bool)
    for key, number in asked.items():
        column = each[key]
        at = np.searchsorted(column, places, "right") - number
        inside &= at >= 0
        begins = np.minimum(begins, column[np.maximum(at, 0)] if len(column) else -1)
    inside &= places - begins < len(columns) + gap
    found: Array = np.unique(places[inside] >> POSITION_BITS)
    if sum(map(len, each.values())) == len(places):
        return found
    # words that may stand as the same term need a place each
    apart = [document for document in found.tolist() if _together(columns, document, gap)]
    return np.array(apart, np.int64)


def _together(columns: Sequence[Array], document: int, gap: int) -> bool:
    edges = (document << POSITION_BITS, (document + 1) << POSITION_BITS)
    cuts = [column.searchsorted(edges) for column in columns]
    pairs = zip(columns, cuts, strict=True)
    return bool(
        near_positions([column[first:last].tolist() for column, (first, last) in pairs], gap)
    )

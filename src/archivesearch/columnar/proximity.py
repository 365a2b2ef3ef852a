"""Which documents have words next to one another, from the positions of their terms."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from archivesearch.columnar.arrays import Array
from archivesearch.columnar.bits import bits_of
from archivesearch.columnar.entries import Entries
from archivesearch.columnar.segment import Postings, Segment

# Positions of one document lie below this, so that document and position make one number.
_SPAN = 1 << 32


def documents_near(
    segment: Segment, words: Sequence[Sequence[Postings]], candidates: Array, gap: int
) -> Array:
    """Return those of the candidates, as bits, in which words stand together.

    Each word is given by the terms that it may stand as, all of one field. Without a gap the
    words stand in a row; with one, in any order with at most `gap` other words among them.
    """
    if not all(words) or not candidates.any():
        return np.zeros_like(candidates)
    columns = _places(segment, words, candidates)
    found = _in_a_row(columns) if gap == 0 else _within(columns, gap)
    return bits_of(found, len(candidates))


def _places(segment: Segment, words: Sequence[Sequence[Postings]], documents: Array) -> list[Array]:
    """Return where each word stands: document and position in one number, ascending."""
    entries = Entries(segment, [postings for choices in words for postings in choices])
    found = entries.occurrences(documents)
    whole = found.document * _SPAN + found.position
    ends = np.cumsum([len(choices) for choices in words])
    columns = np.split(whole, np.searchsorted(found.term, ends[:-1]))
    # alternatives of a word stand one after the other
    return [
        np.unique(column) if len(choices) > 1 else column
        for column, choices in zip(columns, words, strict=True)
    ]


def _in_a_row(columns: Sequence[Array]) -> Array:
    """Return the documents in which some place of the first word is followed by the others."""
    shifted = sorted((column - at for at, column in enumerate(columns)), key=len)
    starts = shifted[0]
    for column in shifted[1:]:
        at = np.searchsorted(column, starts)
        at[at == len(column)] = 0
        starts = starts[column[at] == starts] if len(column) else starts[:0]
    return np.unique(starts // _SPAN)


def _within(columns: Sequence[Array], gap: int) -> Array:
    """Return the documents in which all words stand in one stretch.

    Each place may be the last of a stretch; the words before it that are the nearest say
    where the stretch begins. A word that is asked for twice must stand there twice.
    """
    places = np.unique(np.concatenate(columns))
    begins = places.copy()
    inside = np.ones(len(places), bool)
    asked = Counter(column.tobytes() for column in columns)
    for column, number in [(np.frombuffer(raw, np.int64), n) for raw, n in asked.items()]:
        at = np.searchsorted(column, places, "right") - number
        inside &= at >= 0
        begins = np.minimum(begins, column[np.maximum(at, 0)] if len(column) else -1)
    inside &= places - begins < len(columns) + gap
    return np.unique(places[inside] // _SPAN)

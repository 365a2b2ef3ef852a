"""Which passages say the same as others.

Passages that are nearly the same meet by their MinHash signatures; whether they are
copies is then told by their texts. Two are that have at least 80 % of their shingles,
pairs of neighbouring words, in common, and each at least nine, repeated spans left out.
Copies make a group, whose *representative* goes first: the passage whose page has the
fewest passages, and of equals the first in the archive. So an article's own page goes
before the one page of the magazine's whole issue.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from archivesearch.model.passages import Copies
from archivesearch.parse.fingerprints import LEAST_WORDS

_ALIKE = 0.8
# A copy of a copy may have drifted: it stays in the group while it has this much in
# common with the first of it.
_AKIN = 0.6

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_AT_HAND = 1024


def find_copies(
    bands: npt.NDArray[np.uint32], text: Callable[[int], str], weight: Callable[[int], int]
) -> Copies:
    """Return the groups of passages that say the same, by number.

    In a group the representative goes first, and the others follow in the order in which
    they would take its place; groups are in the order of their first passages. `bands`
    has a row for each passage, all 0 for those that are compared with none; `text` gives
    what a passage says, `weight` what representatives are chosen by: the least goes first.
    """
    leader = _leaders(bands, text)
    groups: dict[int, list[int]] = {}
    for number in sorted({number for pair in leader.items() for number in pair}):
        groups.setdefault(leader.get(number, number), []).append(number)
    return tuple(tuple(sorted(group, key=lambda n: (weight(n), n))) for group in groups.values())


def _leaders(bands: npt.NDArray[np.uint32], text: Callable[[int], str]) -> dict[int, int]:
    """Return for each passage that is a copy the first of its group."""
    said = lru_cache(_AT_HAND)(text)
    shingles = lru_cache(_AT_HAND)(lambda number: _shingles(said(number)))

    def share(one: int, other: int) -> float:
        if said(one) == said(other):
            return 1.0
        a, b = shingles(one), shingles(other)
        return len(a & b) / (len(a | b) or 1)

    leader: dict[int, int] = {}
    for number, candidates in _candidates(bands):
        if len(shingles(number)) < LEAST_WORDS - 1:
            continue  # it says the same again and again, and so little
        for candidate in candidates:
            first = leader.get(candidate, candidate)
            if share(number, candidate) >= _ALIKE and (
                first == candidate or share(number, first) >= _AKIN
            ):
                leader[number] = first
                break
    return leader


def _candidates(bands: npt.NDArray[np.uint32]) -> Iterator[tuple[int, list[int]]]:
    """Yield each passage that may be a copy with those before it that it may be a copy of.

    Of all that it shares a band with these are the first and the last.
    """
    compared = np.flatnonzero(bands.any(axis=1))
    pairs = [np.empty(0, np.int64)]
    for band in range(bands.shape[1]):
        values = bands[compared, band]
        order = np.argsort(values, kind="stable")
        values, numbers = values[order], compared[order]
        again = np.flatnonzero(values[1:] == values[:-1]) + 1
        opens = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
        first = numbers[opens[np.searchsorted(opens, again, "right") - 1]]
        pairs += [numbers[again] << 32 | first, numbers[again] << 32 | numbers[again - 1]]
        pairs = [np.unique(np.concatenate(pairs))]
    copies, candidates = pairs[0] >> 32, pairs[0] & 0xFFFFFFFF
    starts = np.flatnonzero(np.diff(copies, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(copies)]):
        yield int(copies[start]), candidates[start:end].tolist()


def _shingles(text: str) -> set[tuple[str, str]]:
    """Return the pairs of neighbouring words of a text; each Chinese sign is a word."""
    spaced = _CJK.sub(r" \g<0> ", text)
    return set(pairwise(_WORD.findall(spaced.casefold())))

"""Which passages say the same as others.

Passages that are nearly the same meet by their MinHash signatures; whether they are
copies is then told by all their shingles, pairs of neighbouring words. Two are that have
at least 80 % of these in common, and each at least nine, repeated spans left out.
Copies make a group, whose *representative* goes first: the passage whose page has the
fewest passages, and of equals the first in the archive. So an article's own page goes
before the one page of the magazine's whole issue.
"""

import mmap
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.fingerprints import MIN_WORDS, SHINGLE_BITS, shingles
from archivesearch.model.passages import CopyGroups

_ALIKE = 0.8
# A copy of a copy may have drifted: it stays in the group while it has this much in
# common with the first of it.
_AKIN = 0.6

# Texts and pairs of them that are looked at together.
_AT_ONCE = 1000
_LOW = 0xFFFFFFFF
# Hashes of shingles that are held in memory.
_AT_HAND = 1 << 22

_Array = npt.NDArray[np.int64]


def near_duplicates(
    bands: npt.NDArray[np.uint32],
    texts: Callable[[Sequence[int]], Iterable[str]],
    weights: _Array,
    aside: BinaryIO,
) -> CopyGroups:
    """Return the groups of passages that say the same, by number.

    In a group the representative goes first, and the others follow in the order in which
    they would take its place; groups are in the order of their first passages. `bands`
    has a row for each passage, all 0 for those that are compared with none; `texts` gives
    what some passages say, in their order; `weights` are what representatives are chosen
    by: the least goes first. `aside` is an empty file to put shingles in.
    """
    pairs = _candidates(bands)
    leader = _leaders(pairs, _Shingles(pairs, texts, aside))
    numbers = np.array(sorted({number for pair in leader.items() for number in pair}), np.int64)
    heads = np.array([leader.get(number, number) for number in numbers.tolist()], np.int64)
    order = np.lexsort((numbers, weights[numbers], heads))
    ends = np.flatnonzero(np.diff(heads[order], append=-1)) + 1
    members = numbers[order].tolist()
    return tuple(tuple(members[a:b]) for a, b in pairwise((0, *ends.tolist())))


def _leaders(pairs: _Array, said: "_Shingles") -> dict[int, int]:
    """Return for each passage that is a copy the first of its group."""
    leader: dict[int, int] = {}
    for number, candidates in _by_copy(pairs[said.shares(pairs) >= _ALIKE]):
        for candidate in candidates:
            first = leader.get(candidate, candidate)
            if first == candidate or said.share(number, first) >= _AKIN:
                leader[number] = first
                break
    return leader


class _Shingles:
    """The shingles of passages that may be copies, in a file, so that memory is bounded."""

    def __init__(
        self, pairs: _Array, texts: Callable[[Sequence[int]], Iterable[str]], aside: BinaryIO
    ) -> None:
        self._numbers = _each_once(np.concatenate((pairs >> 32, pairs & _LOW)))
        sizes = [0]
        said = iter(texts(self._numbers.tolist()))
        while some := list(islice(said, _AT_ONCE)):
            for found in shingles(some):
                aside.write(found.tobytes())
                sizes.append(len(found))
        aside.flush()
        self._starts = np.cumsum(sizes)
        self._mapped: mmap.mmap | None = None
        if self._starts[-1]:
            self._mapped = mmap.mmap(aside.fileno(), 0, access=mmap.ACCESS_READ)
        self._hashes = np.frombuffer(self._mapped or b"", np.uint64)
        self._read = 0

    def shares(self, pairs: _Array) -> npt.NDArray[np.float64]:
        """Return what part of all that both of a pair have they have in common.

        It is 0 where one says the same again and again, and so little.
        """
        some = range(0, len(pairs), _AT_ONCE)
        return np.concatenate([np.empty(0), *(self._shares(pairs[a : a + _AT_ONCE]) for a in some)])

    def share(self, one: int, other: int) -> float:
        """Return the same for two passages."""
        return float(self._shares(np.array([one << 32 | other]))[0])

    def _shares(self, pairs: _Array) -> npt.NDArray[np.float64]:
        at = np.searchsorted(self._numbers, np.concatenate((pairs >> 32, pairs & _LOW)))
        starts = self._starts[at]
        sizes = self._starts[at + 1] - starts
        places = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        owners = np.tile(np.arange(len(pairs), dtype=np.uint64), 2) << np.uint64(SHINGLE_BITS)
        found = np.sort(self._hashes[places] | np.repeat(owners, sizes))
        self._let_go(len(places))
        again = found[1:][found[1:] == found[:-1]] >> np.uint64(SHINGLE_BITS)
        common = np.bincount(again.astype(np.int64), minlength=len(pairs))
        one, other = sizes[: len(pairs)], sizes[len(pairs) :]
        enough = np.minimum(one, other) >= MIN_WORDS - 1
        return np.where(enough, common / np.maximum(one + other - common, 1), 0.0)

    def _let_go(self, count: int) -> None:
        """See how many hashes have been read; at times let go of the memory they are mapped to."""
        self._read += count
        if self._read > _AT_HAND and self._mapped is not None and hasattr(self._mapped, "madvise"):
            self._mapped.madvise(mmap.MADV_DONTNEED)  # they are still in the file
            self._read = 0


def _candidates(bands: npt.NDArray[np.uint32]) -> _Array:
    """Return pairs of a passage that may be a copy, and one before it that it may be one of.

    Of all that it shares a band with these are the first and the last. A pair is one
    number: that of the copy above 32 bits of the other's. They are sorted.
    """
    compared = np.flatnonzero(bands.any(axis=1))
    pairs: _Array = np.empty(0, np.int64)
    for band in range(bands.shape[1]):
        values = bands[compared, band]
        order = np.argsort(values, kind="stable")
        values, numbers = values[order], compared[order]
        again = np.flatnonzero(values[1:] == values[:-1]) + 1
        opens = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
        first = numbers[opens[np.searchsorted(opens, again, "right") - 1]]
        copies = numbers[again] << 32
        pairs = _each_once(np.concatenate((pairs, copies | first, copies | numbers[again - 1])))
    return pairs


def _each_once(values: _Array) -> _Array:
    """Return values sorted, each once; np.unique takes several times as long."""
    values = np.sort(values)
    new = np.ones(len(values), bool)
    new[1:] = values[1:] != values[:-1]
    return values[new]


def _by_copy(pairs: _Array) -> Iterator[tuple[int, list[int]]]:
    """Yield each passage that may be a copy with those before it that it may be a copy of."""
    starts = np.flatnonzero(np.diff(pairs >> 32, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(pairs)]):
        candidates = (pairs[start:end] & _LOW).tolist()
        yield int(pairs[start]) >> 32, candidates


def add_adjacent_duplicates(
    copies: CopyGroups,
    said: npt.NDArray[np.uint64],
    first: Sequence[int],
    weights: npt.NDArray[np.int64],
) -> CopyGroups:
    """Return the groups of copies with those of short passages that stand beside them.

    `said` has a number for each passage, the same for the same words, and 0 for those that
    are in a group or say nothing themselves. `first` are the numbers of the first
    passages of pages, and of what would come next; `weights` are what representatives are
    chosen by. Groups are in the order that they had, by their first passages.
    """
    begins = np.zeros(len(said) + 1, bool)
    begins[np.asarray(first, np.int64)] = True
    groups: dict[int, list[int]] = {}
    waiting: deque[Sequence[int]] = deque(copies)
    while waiting:
        group = waiting.popleft()
        for step in (-1, 1):
            beside: dict[int, list[int]] = defaultdict(list)
            for number in group:
                companion = number + step
                if not begins[max(number, companion)] and said[companion]:
                    beside[int(said[companion])].append(companion)
            for alike in beside.values():
                if len(alike) > 1 and (new := [n for n in alike if n not in groups]):
                    known = next((groups[n] for n in alike if n in groups), [])
                    waiting.append([*known[:1], *new])
                    known += new
                    groups.update(dict.fromkeys(new, known))
    found = {id(group): group for group in groups.values()}.values()
    ordered = (sorted(group, key=lambda n: (int(weights[n]), n)) for group in found)
    return tuple(sorted((*copies, *map(tuple, ordered)), key=min))

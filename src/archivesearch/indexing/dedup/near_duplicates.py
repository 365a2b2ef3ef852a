"""Near-duplicate passages: MinHash finds the candidates, shingles decide.

Two passages are copies of each other if they have at least 80 % of their shingles in
common, and at least nine each. A shingle is two neighbouring words; those of boilerplate
do not count.
Copies form a group, and its *representative* goes first: the passage whose page has the
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

from archivesearch.indexing.fingerprints.hash_arithmetic import sorted_once
from archivesearch.indexing.fingerprints.minhash import MIN_WORDS, SHINGLE_BITS, shingles
from archivesearch.model.passages import CopyGroups

# Shares of common shingles, as the Jaccard index.
_MIN_JACCARD = 0.8
# A copy of a copy may have drifted: it stays in the group while it has this much in
# common with the first passage of the group.
_MIN_JACCARD_TO_LEADER = 0.6

# Texts, and pairs of them, that are worked on at a time.
_BATCH_SIZE = 1000
_LOW_32_BITS = 0xFFFFFFFF
# Hashes of shingles that stay mapped in memory.
_MAX_MAPPED_HASHES = 1 << 22

_Ints = npt.NDArray[np.int64]
_Texts = Callable[[Sequence[int]], Iterable[str]]


def near_duplicates(
    bands: npt.NDArray[np.uint32], texts: _Texts, weights: _Ints, file: BinaryIO
) -> CopyGroups:
    """Return the groups of passages that are copies of each other, by number.

    A group has its representative first, then the passages that would take its place, in
    this order. Groups are in the order of their first passages.

    `bands` has one row for each passage, all 0 if it is compared with none. `texts`
    returns the texts of passages by their numbers, which ascend. `weights` choose the
    representative: the passage with the least. `file` is an empty file for the shingles.
    """
    pairs = _candidate_pairs(bands)
    leader = _cluster(pairs, _ShingleFile(pairs, texts, file))
    numbers = np.array(sorted({number for pair in leader.items() for number in pair}), np.int64)
    leaders = np.array([leader.get(number, number) for number in numbers.tolist()], np.int64)
    order = np.lexsort((numbers, weights[numbers], leaders))
    ends = np.flatnonzero(np.diff(leaders[order], append=-1)) + 1
    members = numbers[order].tolist()
    return tuple(tuple(members[a:b]) for a, b in pairwise((0, *ends.tolist())))


def _candidate_pairs(bands: npt.NDArray[np.uint32]) -> _Ints:
    """Return pairs of a passage and an earlier one with a band in common, sorted, each once.

    Of all earlier passages with a band in common only the first and the last are taken. A
    pair is one number: the passage's number above the 32 bits of the earlier one's. If
    passages 1, 4 and 6 have one band in common, the pairs are (4, 1), (6, 1) and (6, 4).
    """
    compared = np.flatnonzero(bands.any(axis=1))
    pairs: _Ints = np.empty(0, np.int64)
    for band in range(bands.shape[1]):
        values = bands[compared, band]
        order = np.argsort(values, kind="stable")
        values, numbers = values[order], compared[order]
        repeats = np.flatnonzero(values[1:] == values[:-1]) + 1
        starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
        first = numbers[starts[np.searchsorted(starts, repeats, "right") - 1]]
        copies = numbers[repeats] << 32
        pairs = sorted_once(np.concatenate((pairs, copies | first, copies | numbers[repeats - 1])))
    return pairs


def _cluster(pairs: _Ints, shingle_file: "_ShingleFile") -> dict[int, int]:
    """Return for each passage that is a copy the leader of its group, its first passage."""
    leader: dict[int, int] = {}
    for number, candidates in _by_passage(pairs[shingle_file.jaccard(pairs) >= _MIN_JACCARD]):
        for candidate in candidates:
            first = leader.get(candidate, candidate)
            if (
                first == candidate
                or shingle_file.jaccard_of(number, first) >= _MIN_JACCARD_TO_LEADER
            ):
                leader[number] = first
                break
    return leader


def _by_passage(pairs: _Ints) -> Iterator[tuple[int, list[int]]]:
    """Yield each passage that may be a copy, and the earlier ones it may be a copy of."""
    starts = np.flatnonzero(np.diff(pairs >> 32, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(pairs)]):
        yield int(pairs[start]) >> 32, (pairs[start:end] & _LOW_32_BITS).tolist()


class _ShingleFile:
    """The shingles of all candidates, in a file that is mapped, so that memory is bounded."""

    def __init__(self, pairs: _Ints, texts: _Texts, file: BinaryIO) -> None:
        self._numbers = sorted_once(np.concatenate((pairs >> 32, pairs & _LOW_32_BITS)))
        sizes = [0]
        remaining = iter(texts(self._numbers.tolist()))
        while batch := list(islice(remaining, _BATCH_SIZE)):
            for hashes in shingles(batch):
                file.write(hashes.tobytes())
                sizes.append(len(hashes))
        file.flush()
        self._offsets = np.cumsum(sizes)
        self._mapped: mmap.mmap | None = None
        if self._offsets[-1]:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._hashes = np.frombuffer(self._mapped or b"", np.uint64)
        self._read_count = 0

    def jaccard(self, pairs: _Ints) -> npt.NDArray[np.float64]:
        """Return for each pair the share of its shingles that both passages have.

        It is 0 if one has fewer than nine, as a text that repeats a few words has.
        """
        starts = range(0, len(pairs), _BATCH_SIZE)
        batches = (self._jaccard(pairs[start : start + _BATCH_SIZE]) for start in starts)
        return np.concatenate([np.empty(0), *batches])

    def jaccard_of(self, first: int, second: int) -> float:
        """Return the same for two passages."""
        return float(self._jaccard(np.array([first << 32 | second]))[0])

    def _jaccard(self, pairs: _Ints) -> npt.NDArray[np.float64]:
        # All first passages, then all second ones: a pair's two sets of shingles get the
        # pair's number in their high bits, and one sort brings equal shingles together.
        passages = np.concatenate((pairs >> 32, pairs & _LOW_32_BITS))
        rows = np.searchsorted(self._numbers, passages)
        starts = self._offsets[rows]
        sizes = self._offsets[rows + 1] - starts
        indices = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        owners = np.tile(np.arange(len(pairs), dtype=np.uint64), 2) << np.uint64(SHINGLE_BITS)
        keys = np.sort(self._hashes[indices] | np.repeat(owners, sizes))
        self._limit_memory(len(indices))
        common_keys = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(SHINGLE_BITS)
        common = np.bincount(common_keys.astype(np.int64), minlength=len(pairs))
        first, second = sizes[: len(pairs)], sizes[len(pairs) :]
        is_long = np.minimum(first, second) >= MIN_WORDS - 1
        return np.where(is_long, common / np.maximum(first + second - common, 1), 0.0)

    def _limit_memory(self, read_count: int) -> None:
        """Unload the mapped pages of the file after every few million hashes that are read."""
        self._read_count += read_count
        if (
            self._read_count > _MAX_MAPPED_HASHES
            and self._mapped is not None
            and hasattr(self._mapped, "madvise")
        ):
            self._mapped.madvise(mmap.MADV_DONTNEED)  # they are still in the file
            self._read_count = 0


def add_adjacent_duplicates(
    copies: CopyGroups,
    text_hashes: npt.NDArray[np.uint64],
    passage_offsets: Sequence[int],
    weights: npt.NDArray[np.int64],
) -> CopyGroups:
    """Return the groups of copies, and groups of short passages with equal texts beside them.

    Two short passages are copies if their texts are equal and they stand on the same side
    of copies. The search goes on from them to their own neighbours. For example, the
    passages 0 to 2 and 3 to 5 are two pages, and 0 and 3 are copies. With the hashes
    0, 7, 8 and 0, 7, 9 the groups are (0, 3) and (1, 4).

    `text_hashes` has one value for each passage: equal for equal texts, 0 for passages
    that are in a group already or have no text of their own. `passage_offsets` are the
    first passages of the pages and the number of all passages; neighbours are on one page.
    `weights` choose the representatives. Groups are in the order of their first passages.
    """
    is_first = np.zeros(len(text_hashes) + 1, bool)
    is_first[np.asarray(passage_offsets, np.int64)] = True
    group_of: dict[int, list[int]] = {}
    queue: deque[Sequence[int]] = deque(copies)
    while queue:
        group = queue.popleft()
        for step in (-1, 1):
            by_text: dict[int, list[int]] = defaultdict(list)
            for number in group:
                neighbour = number + step
                if not is_first[max(number, neighbour)] and text_hashes[neighbour]:
                    by_text[int(text_hashes[neighbour])].append(neighbour)
            for equals in by_text.values():
                if len(equals) > 1 and (new := [n for n in equals if n not in group_of]):
                    members = next((group_of[n] for n in equals if n in group_of), [])
                    queue.append([*members[:1], *new])
                    members += new
                    group_of.update(dict.fromkeys(new, members))
    distinct = {id(members): members for members in group_of.values()}.values()
    sorted_groups = (sorted(group, key=lambda n: (int(weights[n]), n)) for group in distinct)
    return tuple(sorted((*copies, *map(tuple, sorted_groups)), key=min))

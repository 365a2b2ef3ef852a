"""Which documents of a segment say the same, so that a search can show one of them.

copies.members   the documents that have copies, group by group, each group's
                 representative first
copies.starts    where the members of each group start, and where the last end
"""

from collections.abc import Sequence

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import (
    Array,
    ArrayFolder,
    ArrayWriter,
    concat_ranges,
    narrow,
    offsets,
)
from archivesearch.columnar.storage.doc_sets import count, numbers_of
from archivesearch.lazy import lazy
from archivesearch.model.passages import CopyGroups

# So many times fewer matches than documents that have copies are looked at one by one.
_RARE = 8


def write_copies(writer: ArrayWriter, copies: CopyGroups) -> None:
    """Write groups of copies."""
    members = np.array([number for group in copies for number in group], np.int64)
    writer.append("copies.members", narrow(members))
    writer.append("copies.starts", narrow(offsets(np.array([*map(len, copies)], np.int64))))


class DuplicateGroups:
    """The groups of copies of a segment of so many documents."""

    def __init__(self, arrays: ArrayFolder, documents: int) -> None:
        self._members = arrays["copies.members"]
        self._starts = arrays["copies.starts"]
        self._count = documents

    def __bool__(self) -> bool:
        return len(self._members) > 0

    def groups(self, numbers: Array) -> Array:
        """Return for each document the number of its group from 1, 0 for one without copies."""
        found: Array = self._groups[numbers]
        return found

    def first_distinct(self, numbers: Array, count: int) -> Array:
        """Return where the first `count` documents are that are no copies of one before them."""
        groups = self.groups(numbers)
        if not groups.any():
            return np.arange(len(numbers))[:count]
        keys = np.where(groups > 0, -groups.astype(np.int64), numbers)
        return np.sort(np.unique(keys, return_index=True)[1])[:count]

    def distinct(self, numbers: Array, sort_keys: Array, partitions: Array | None = None) -> Array:
        """Return which documents are left when of copies only one is: the least in `by`.

        Of equals it is the one that goes first in its group. Copies that differ in
        `apart` are all left.
        """
        groups = self.groups(numbers)
        kept: Array = groups == 0
        at = np.flatnonzero(groups)
        groups = groups[at]
        partitions = np.zeros(len(at), np.int64) if partitions is None else partitions[at]
        order = np.lexsort((self._ranks[numbers[at]], sort_keys[at], partitions, groups))
        groups, partitions = groups[order], partitions[order]
        new = np.ones(len(at), bool)
        new[1:] = (groups[1:] != groups[:-1]) | (partitions[1:] != partitions[:-1])
        kept[at[order[new]]] = True
        return kept

    def matching_groups(self, numbers: Sequence[int], matches: Array) -> dict[int, tuple[int, ...]]:
        """Return for documents that match, each with its copies that match, in the order of rank.

        Those that have none are left out.
        """
        groups = self.groups(np.asarray(numbers, np.int64))
        at = groups.nonzero()[0]
        starts = self._starts[groups[at] - 1].astype(np.int64)
        counts = self._starts[groups[at]] - starts
        members = self._members[concat_ranges(starts, counts)]
        kept = _matching(members, matches)
        ends = kept.cumsum()[counts.cumsum() - 1].tolist() if len(at) else []
        left = members[kept].tolist()
        families = zip(at.tolist(), [0, *ends], ends, strict=False)
        return {
            numbers[place]: tuple(left[first:last])
            for place, first, last in families
            if last - first > 1
        }

    def folded(self, matches: Array) -> int:
        """Return how many of the matching documents are copies of another one that matches."""
        if not self:
            return 0
        if count(matches) * _RARE < len(self._members):
            groups = self.groups(numbers_of(matches))
            groups = np.sort(groups[groups > 0])
            return len(groups) - int(np.count_nonzero(np.diff(groups, prepend=0)))
        found = matches[self._blocks]
        found &= self._bits
        groups = np.bitwise_or.reduceat(found, self._starts[:-1])
        return int(np.count_nonzero(found)) - int(np.count_nonzero(groups))

    @lazy
    def _blocks(self) -> Array:
        """The block of each member, in the type that numpy takes for an index."""
        return (self._members >> BLOCK_BITS).astype(np.intp)

    @lazy
    def _bits(self) -> Array:
        """The bit of each member in its block."""
        return np.uint32(1) << (self._members & (BLOCK_SIZE - 1)).astype(np.uint32)

    @lazy
    def _owners(self) -> Array:
        """The group of each member, from 1."""
        return np.searchsorted(self._starts, np.arange(len(self._members)), "right")

    @lazy
    def _groups(self) -> Array:
        found = np.zeros(self._count, np.uint32)
        found[self._members] = self._owners
        return found

    @lazy
    def _ranks(self) -> Array:
        found = np.zeros(self._count, np.uint32)
        found[self._members] = np.arange(len(self._members)) - self._starts[self._owners - 1]
        return found


def _matching(numbers: Array, matches: Array) -> Array:
    """Return which documents are among those that match, given as bits."""
    low = (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)
    found: Array = (matches[numbers >> BLOCK_BITS] >> low) & 1 == 1
    return found

"""Groups of near-duplicate documents, so that a search can fold each group into one hit.

copies.members   the documents that have duplicates, group by group; the representative of
                 a group is its first member
copies.starts    the start of each group among the members, and last the end of the last

If documents 2 and 5 are duplicates, and 1, 4 and 6 are, with 4 the representative:
members = [4, 1, 6, 2, 5], starts = [0, 3, 5].
"""

from collections.abc import Callable, Sequence

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

# `folded` starts from the matches if the groups have more than 8 times as many members.
_FEW_MATCHES = 8


def write_copies(writer: ArrayWriter, copies: CopyGroups) -> None:
    """Write groups of duplicates as the arrays `copies.members` and `copies.starts`."""
    members = np.array([number for group in copies for number in group], np.int64)
    writer.append("copies.members", narrow(members))
    writer.append("copies.starts", narrow(offsets(np.array([*map(len, copies)], np.int64))))


class DuplicateGroups:
    """The groups of duplicates in a segment of `document_count` documents."""

    def __init__(self, arrays: ArrayFolder, document_count: int) -> None:
        self._members = arrays["copies.members"]
        self._starts = arrays["copies.starts"]
        self._count = document_count

    def __bool__(self) -> bool:
        return len(self._members) > 0

    def groups(self, numbers: Array) -> Array:
        """Return the number of each document's group, from 1; 0 for one without duplicates."""
        groups: Array = self._groups[numbers]
        return groups

    def is_first(self, numbers: Array, partitions: Array | None = None) -> Array:
        """Return a mask of the documents that have no duplicate before them.

        If 4 and 1 are duplicates, then of the numbers [3, 4, 1, 0] all but 1 are first. With
        `partitions`, an integer for each document, only documents that agree in it are
        duplicates.
        """
        groups = self.groups(numbers)
        indices = groups.nonzero()[0]
        keys = groups[indices].astype(np.int64)
        if partitions is not None:
            keys += partitions[indices].astype(np.int64) * len(self._starts)
        mask: Array = groups == 0
        mask[indices[np.unique(keys, return_index=True)[1]]] = True
        return mask

    def first_distinct(self, numbers: Array, count: int) -> Array:
        """Return the indices of the first `count` documents that `is_first` finds."""
        return self.is_first(numbers).nonzero()[0][:count]

    def matching_groups(
        self,
        numbers: Sequence[int],
        matches: Array,
        partitions_of: Callable[[Array], Array] | None = None,
    ) -> dict[int, tuple[int, ...]]:
        """Return for each document itself and its matching duplicates, in the order of the group.

        `numbers` are matching documents; `matches` are all of them, as bits. A document
        without a matching duplicate has no entry. With the groups at the top of this file,
        if 1, 2, 4 and 5 match: `matching_groups([1, 0, 5], matches)` is
        `{1: (4, 1), 5: (2, 5)}`. With `partitions_of`, only documents that agree in it are
        duplicates, as in `is_first`.
        """
        groups = self.groups(np.asarray(numbers, np.int64))
        indices = groups.nonzero()[0]
        starts = self._starts[groups[indices] - 1].astype(np.int64)
        counts = self._starts[groups[indices]] - starts
        members = self._members[concat_ranges(starts, counts)]
        is_match = _contains(matches, members)
        if partitions_of is not None:
            owners = np.asarray(numbers, np.int64)[indices].repeat(counts)
            is_match &= partitions_of(members) == partitions_of(owners)
        ends = is_match.cumsum()[counts.cumsum() - 1].tolist() if len(indices) else []
        matching = members[is_match].tolist()
        return {
            numbers[index]: tuple(matching[first:end])
            for index, first, end in zip(indices.tolist(), [0, *ends], ends, strict=False)
            if end - first > 1
        }

    def folded(self, matches: Array) -> int:
        """Return the number of matching documents that folding hides.

        In a group with n matching documents, n - 1 are folded into the other one.
        """
        if not self:
            return 0
        if count(matches) * _FEW_MATCHES < len(self._members):
            groups = self.groups(numbers_of(matches))
            groups = np.sort(groups[groups > 0])
            return len(groups) - int(np.count_nonzero(np.diff(groups, prepend=0)))
        member_bits = matches[self._blocks]
        member_bits &= self._bits
        groups = np.bitwise_or.reduceat(member_bits, self._starts[:-1])
        return int(np.count_nonzero(member_bits)) - int(np.count_nonzero(groups))

    @lazy
    def _blocks(self) -> Array:
        """The block of each member, in numpy's type for indices."""
        return (self._members >> BLOCK_BITS).astype(np.intp)

    @lazy
    def _bits(self) -> Array:
        """The bit of each member in its block, uint32."""
        return np.uint32(1) << (self._members & (BLOCK_SIZE - 1)).astype(np.uint32)

    @lazy
    def _groups(self) -> Array:
        """The number of each document's group, from 1; 0 for one without duplicates."""
        groups = np.zeros(self._count, np.uint32)
        groups[self._members] = np.arange(1, len(self._starts)).repeat(np.diff(self._starts))
        return groups


def _contains(bits: Array, numbers: Array) -> Array:
    """Return a mask of the documents that are in a set, given as bits."""
    low = (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)
    mask: Array = (bits[numbers >> BLOCK_BITS] >> low) & 1 == 1
    return mask

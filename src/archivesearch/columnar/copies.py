"""Which documents of a segment say the same, so that a search can show one of them.

copies.members   the documents that have copies, group by group, each group's
                 representative first
copies.starts    where the members of each group start, and where the last end
"""

from collections.abc import Sequence

import numpy as np

from archivesearch.columnar.arrays import Array, ArrayFolder, ArrayWriter, narrow, starts_of
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE
from archivesearch.lazy import lazy
from archivesearch.model.passages import Copies


def write_copies(writer: ArrayWriter, copies: Copies) -> None:
    """Write groups of copies."""
    members = np.array([number for group in copies for number in group], np.int64)
    writer.append("copies.members", narrow(members))
    writer.append("copies.starts", narrow(starts_of(np.array([*map(len, copies)], np.int64))))


class Folds:
    """The groups of copies of a segment of `count` documents."""

    def __init__(self, arrays: ArrayFolder, count: int) -> None:
        self._members = arrays["copies.members"]
        self._starts = arrays["copies.starts"]
        self._count = count

    def __bool__(self) -> bool:
        return len(self._members) > 0

    def groups(self, numbers: Array) -> Array:
        """Return for each document the number of its group from 1, 0 for one without copies."""
        found: Array = self._groups[numbers]
        return found

    def first(self, numbers: Array, count: int) -> Array:
        """Return where the first `count` documents are that are no copies of one before them."""
        groups = self.groups(numbers)
        if not groups.any():
            return np.arange(len(numbers))[:count]
        keys = np.where(groups > 0, -groups.astype(np.int64), numbers)
        return np.sort(np.unique(keys, return_index=True)[1])[:count]

    def kept(self, numbers: Array, by: Array, apart: Array | None = None) -> Array:
        """Return which documents are left when of copies only one is: the least in `by`.

        Of equals it is the one that goes first in its group. Copies that differ in
        `apart` are all left.
        """
        groups = self.groups(numbers)
        kept: Array = groups == 0
        at = np.flatnonzero(groups)
        groups = groups[at]
        apart = np.zeros(len(at), np.int64) if apart is None else apart[at]
        order = np.lexsort((self._ranks[numbers[at]], by[at], apart, groups))
        groups, apart = groups[order], apart[order]
        new = np.ones(len(at), bool)
        new[1:] = (groups[1:] != groups[:-1]) | (apart[1:] != apart[:-1])
        kept[at[order[new]]] = True
        return kept

    def copies(self, numbers: Sequence[int], matches: Array) -> dict[int, tuple[int, ...]]:
        """Return for documents that have any the copies that match, in the order of rank."""
        groups = self.groups(np.asarray(numbers, np.int64))
        found: dict[int, tuple[int, ...]] = {}
        for at in np.flatnonzero(groups).tolist():
            members = self._members[slice(*self._starts[groups[at] - 1 : groups[at] + 1].tolist())]
            matching = members[_matching(members, matches)].tolist()
            if others := tuple(n for n in matching if n != numbers[at]):
                found[numbers[at]] = others
        return found

    def ranked(self, numbers: Sequence[int]) -> list[int]:
        """Return documents of one group in the order of their rank."""
        ranks = self._ranks[np.asarray(numbers, np.int64)].tolist()
        return [number for _, number in sorted(zip(ranks, numbers, strict=True))]

    def folded(self, matches: Array) -> int:
        """Return how many of the matching documents are copies of another one that matches."""
        if not self:
            return 0
        groups = self._owners[_matching(self._members, matches)]
        return len(groups) - int(np.count_nonzero(np.diff(groups, prepend=0)))

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

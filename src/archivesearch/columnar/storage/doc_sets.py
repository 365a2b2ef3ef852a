"""Sets of documents as bits: one 32-bit number for each block, the first document lowest."""

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array


def unpack_bits(bits: Array) -> Array:
    """Return for each bit of each number whether it is set, the lowest first."""
    little = np.ascontiguousarray(bits, "<u4")
    return np.unpackbits(little.view(np.uint8), bitorder="little").view(np.bool_)


def numbers_of(bits: Array) -> Array:
    """Return the numbers of matching documents, ascending."""
    live = bits.nonzero()[0]
    at = unpack_bits(bits[live]).nonzero()[0]
    numbers: Array = (live[at >> BLOCK_BITS] << BLOCK_BITS) | (at & (BLOCK_SIZE - 1))
    return numbers


def bits_of(numbers: Array, blocks: int) -> Array:
    """Return documents as bits, one number for each block."""
    found = np.zeros(blocks, np.uint32)
    bits = np.uint32(1) << (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)
    np.bitwise_or.at(found, numbers >> BLOCK_BITS, bits)
    return found


def count(bits: Array) -> int:
    """Return how many documents match."""
    return int(np.bitwise_count(bits).sum())


class RangeCounts:
    """How many of the documents before any other are among some, which are given as bits."""

    def __init__(self, bits: Array) -> None:
        self._bits = np.append(bits, np.uint32(0))
        self._through = np.zeros(len(bits) + 1, np.int64)
        np.cumsum(np.bitwise_count(bits), out=self._through[1:])
        self._last: tuple[Array, Array] | None = None

    def between(self, edges: Array) -> Array:
        """Return how many lie between each edge and the next one."""
        if self._last is not None and self._last[0] is edges:
            return self._last[1]
        block, low = edges >> 5, (edges & 31).astype(np.uint32)
        before = np.bitwise_count(self._bits[block] & ((np.uint32(1) << low) - np.uint32(1)))
        found: Array = np.diff(self._through[block] + before)
        self._last = edges, found
        return found

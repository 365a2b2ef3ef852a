"""Document sets as bits: one uint32 per block of 32 documents, the first document lowest."""

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array


def unpack_bits(bits: Array) -> Array:
    """Return 32 bools for each value, the lowest bit first."""
    little = np.ascontiguousarray(bits, "<u4")
    return np.unpackbits(little.view(np.uint8), bitorder="little").view(np.bool_)


def entry_documents(blocks: Array, bits: Array) -> Array:
    """Return the documents of entries: `bits[i]` are documents of the block `blocks[i]`.

    They are int64, in the order of the entries.

    >>> entry_documents(np.array([0, 3]), np.array([0b101, 0b10])).tolist()
    [0, 2, 97]
    """
    indices = unpack_bits(bits).nonzero()[0]
    first_documents = blocks[indices >> BLOCK_BITS].astype(np.int64, copy=False) << BLOCK_BITS
    documents: Array = first_documents | (indices & (BLOCK_SIZE - 1))
    return documents


def numbers_of(bits: Array) -> Array:
    """Return the numbers of the documents of a set: int64, ascending."""
    blocks = bits.nonzero()[0]
    return entry_documents(blocks, bits[blocks])


def bits_of(numbers: Array, blocks: int) -> Array:
    """Return the set of these documents, as `blocks` values."""
    bits = np.zeros(blocks, np.uint32)
    own_bits = np.uint32(1) << (numbers & (BLOCK_SIZE - 1)).astype(np.uint32)
    np.bitwise_or.at(bits, numbers >> BLOCK_BITS, own_bits)
    return bits


def count(bits: Array) -> int:
    """Return the number of documents in a set."""
    return int(np.bitwise_count(bits).sum())


class RangeCounts:
    """Counts the documents of a set in ranges of document numbers, without unpacking the set."""

    def __init__(self, bits: Array) -> None:
        self._bits = np.append(bits, np.uint32(0))
        self._before_block = np.zeros(len(bits) + 1, np.int64)
        np.cumsum(np.bitwise_count(bits), out=self._before_block[1:])
        self._latest: tuple[Array, Array] | None = None

    def between(self, edges: Array) -> Array:
        """Return the number of documents from each edge up to the next one.

        The result of the latest call is reused when the same array comes again.
        """
        if self._latest is not None and self._latest[0] is edges:
            return self._latest[1]
        block, bit = edges >> BLOCK_BITS, (edges & (BLOCK_SIZE - 1)).astype(np.uint32)
        in_block = np.bitwise_count(self._bits[block] & ((np.uint32(1) << bit) - np.uint32(1)))
        counts: Array = np.diff(self._before_block[block] + in_block)
        self._latest = edges, counts
        return counts

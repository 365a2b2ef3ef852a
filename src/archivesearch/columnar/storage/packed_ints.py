"""Whole numbers in few bits each, and the few that are too large in a list beside them."""

import numpy as np

from archivesearch.columnar.storage.array_files import Array, Arrays, ArraySink, narrow
from archivesearch.columnar.storage.prefix_sums import ROW_SIZE, PaddedRows


class PackedIntsWriter:
    """Writes an array of numbers piece by piece, in 8 bits each or in 4."""

    def __init__(self, writer: ArraySink, name: str, *, bits: int) -> None:
        self._writer = writer
        self._name = name
        self._bits = bits
        self._most = (1 << bits) - 1
        self._count = 0
        self._odd: Array = np.empty(0, np.uint8)  # the half of a byte that lacks the other
        self._at: list[Array] = [np.empty(0, np.uint8)]
        self._values: list[Array] = [np.empty(0, np.uint8)]
        writer.append(name, self._odd)

    def append(self, values: Array) -> None:
        """Take the next numbers."""
        at = np.flatnonzero(values >= self._most)
        self._at.append(narrow(at + self._count, max_value=self._count + len(values)))
        self._values.append(narrow(values[at]))
        self._count += len(values)
        small: Array = np.minimum(values, self._most).astype(np.uint8)
        if self._bits == 4:
            small = np.concatenate((self._odd, small))
            whole = len(small) & ~1
            self._odd = small[whole:]
            small = small[0:whole:2] | small[1:whole:2] << 4
        self._writer.append(self._name, small)

    def finish(self) -> None:
        """Write the large numbers."""
        self._writer.append(self._name, self._odd)
        at, values = np.concatenate(self._at), np.concatenate(self._values)
        self._writer.append(f"{self._name}.at", narrow(at, min_dtype=np.uint32))
        self._writer.append(f"{self._name}.value", narrow(values))


class PackedInts:
    """Reads such an array."""

    def __init__(self, arrays: Arrays, name: str, *, bits: int) -> None:
        self._bytes: Array = arrays[name]
        self._at: Array = arrays[f"{name}.at"]
        self._values: Array = arrays[f"{name}.value"]
        self._bits = bits
        self._most = (1 << bits) - 1
        self._chunks = PaddedRows(self._bytes, ROW_SIZE * bits // 8)

    def __getitem__(self, at: "slice | Array") -> Array:
        """Return the values of a slice from one place to another, or at given places.

        They are 64-bit numbers.
        """
        small = self._bytes[at] if self._bits == 8 else self._half(at)
        values = small.astype(np.int64)
        if not len(self._at):
            return values
        large = np.flatnonzero(small == self._most)
        if len(large):
            places = large + (at.start or 0) if isinstance(at, slice) else at[large]
            values[large] = self._values[self._large(places)]
        return values

    def rows(self, numbers: Array) -> Array:
        """Return the values of 32 places each, by the number of the 32, as rows."""
        rows = self._chunks[numbers]
        values = (rows if self._bits == 8 else unpack_nibbles(rows)).astype(np.uint32)
        if len(self._at):
            row, column = np.nonzero(values == self._most)
            if len(row):
                places = numbers[row] * ROW_SIZE + column
                values[row, column] = self._values[self._large(places)]
        return values

    def _large(self, places: Array) -> Array:
        """Return which of the large values stand at some places, all of which have one."""
        # in the type of the array, or numpy would convert all of that each time
        return np.searchsorted(self._at, places.astype(self._at.dtype))

    def _half(self, at: "slice | Array") -> Array:
        """Return the half byte at each place."""
        if not isinstance(at, slice):
            found: Array = self._bytes[at >> 1] >> ((at & 1) << 2).astype(np.uint8) & 15
            return found
        odd = at.start & 1
        both = self._bytes[at.start >> 1 : (at.stop + 1) >> 1]
        return unpack_nibbles(both)[odd : odd + at.stop - at.start]


def unpack_nibbles(both: Array) -> Array:
    """Return the halves of bytes along the last axis, the lower half before the upper one."""
    apart = np.empty((*both.shape[:-1], 2 * both.shape[-1]), np.uint8)
    np.bitwise_and(both, 15, out=apart[..., 0::2])
    np.right_shift(both, 4, out=apart[..., 1::2])
    return apart

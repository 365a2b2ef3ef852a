"""Packed integers: 8 or 4 bits each, with the few larger values in a list of their own.

The largest value of 8 or 4 bits, 255 or 15, is the *escape*: it stands for any value from
there on. An array NAME is three arrays: `NAME` with the packed values, `NAME.at` with the
indices of the escaped ones, ascending, and `NAME.value` with their values.

    values 3, 300, 7 in 8 bits:  NAME = 3, 255, 7   NAME.at = 1   NAME.value = 300

With 4 bits a byte has two values, the first in its lower half.
"""

import numpy as np

from archivesearch.columnar.storage.array_files import Array, Arrays, ArraySink, narrow
from archivesearch.columnar.storage.prefix_sums import ROW_SIZE, PaddedRows


class PackedIntsWriter:
    """Writes an array of non-negative integers piece by piece, in 8 or 4 bits each."""

    def __init__(self, writer: ArraySink, name: str, *, bits: int) -> None:
        self._writer = writer
        self._name = name
        self._bits = bits
        self._escape = (1 << bits) - 1
        self._count = 0
        self._odd: Array = np.empty(0, np.uint8)  # a last value that needs another for its byte
        self._escaped: list[Array] = [np.empty(0, np.uint8)]
        self._large: list[Array] = [np.empty(0, np.uint8)]
        writer.append(name, self._odd)

    def append(self, values: Array) -> None:
        """Append values."""
        escaped = np.flatnonzero(values >= self._escape)
        self._escaped.append(narrow(escaped + self._count, max_value=self._count + len(values)))
        self._large.append(narrow(values[escaped]))
        self._count += len(values)
        packed: Array = np.minimum(values, self._escape).astype(np.uint8)
        if self._bits == 4:
            packed = np.concatenate((self._odd, packed))
            even = len(packed) & ~1
            self._odd = packed[even:]
            packed = packed[0:even:2] | packed[1:even:2] << 4
        self._writer.append(self._name, packed)

    def finish(self) -> None:
        """Write the last byte and the escaped values."""
        self._writer.append(self._name, self._odd)
        escaped, large = np.concatenate(self._escaped), np.concatenate(self._large)
        self._writer.append(f"{self._name}.at", narrow(escaped, min_dtype=np.uint32))
        self._writer.append(f"{self._name}.value", narrow(large))


class PackedInts:
    """Reads values written by `PackedIntsWriter`."""

    def __init__(self, arrays: Arrays, name: str, *, bits: int) -> None:
        self._bytes: Array = arrays[name]
        self._escapes: Array = arrays[f"{name}.at"]
        self._large: Array = arrays[f"{name}.value"]
        self._bits = bits
        self._escape = (1 << bits) - 1
        self._rows = PaddedRows(self._bytes, ROW_SIZE * bits // 8)

    def __getitem__(self, at: "slice | Array") -> Array:
        """Return the values of a slice, which has both ends, or at an array of indices: int64."""
        packed = self._bytes[at] if self._bits == 8 else self._nibbles(at)
        values = packed.astype(np.int64)
        if not len(self._escapes):
            return values
        large = np.flatnonzero(packed == self._escape)
        if len(large):
            indices = large + (at.start or 0) if isinstance(at, slice) else at[large]
            values[large] = self._large_values(indices)
        return values

    def rows(self, numbers: Array) -> Array:
        """Return rows of 32 values by their numbers: uint32, row n from value 32 * n on.

        The last row is padded with zeros.
        """
        rows = self._rows[numbers]
        values = (rows if self._bits == 8 else unpack_nibbles(rows)).astype(np.uint32)
        if len(self._escapes):
            row, column = np.nonzero(values == self._escape)
            if len(row):
                values[row, column] = self._large_values(numbers[row] * ROW_SIZE + column)
        return values

    def _large_values(self, indices: Array) -> Array:
        """Return the values at indices that are all escaped."""
        # With indices of another type numpy would convert the whole array first.
        return self._large[np.searchsorted(self._escapes, indices.astype(self._escapes.dtype))]

    def _nibbles(self, at: "slice | Array") -> Array:
        """Return the packed values of 4 bits of a slice or at indices: uint8."""
        if not isinstance(at, slice):
            nibbles: Array = self._bytes[at >> 1] >> ((at & 1) << 2).astype(np.uint8) & 15
            return nibbles
        odd = at.start & 1
        bytes_of_slice = self._bytes[at.start >> 1 : (at.stop + 1) >> 1]
        return unpack_nibbles(bytes_of_slice)[odd : odd + at.stop - at.start]


def unpack_nibbles(packed: Array) -> Array:
    """Return the two halves of each byte along the last axis, the lower half first: uint8."""
    nibbles = np.empty((*packed.shape[:-1], 2 * packed.shape[-1]), np.uint8)
    np.bitwise_and(packed, 15, out=nibbles[..., 0::2])
    np.right_shift(packed, 4, out=nibbles[..., 1::2])
    return nibbles

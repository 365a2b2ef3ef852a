"""Prefix sums of a long array: every 32nd is stored, the others are computed when needed.

So the first posting of an entry is found equally fast for frequent and rare terms.

    values   32 threes, then 5, 1, ...
    stored   0, 96, ...                  the sums before value 0, value 32, ...
    the sum before value 33 is 96 + 5
"""

from collections.abc import Callable

import numpy as np

from archivesearch.columnar.storage.array_files import (
    Array,
    ArrayFolder,
    ArrayWriter,
    narrow,
    offsets,
)

_ROW_BITS = 5
ROW_SIZE = 1 << _ROW_BITS
# Where one value in this many is needed, summing all of them takes no longer.
_DENSE = 8


class PrefixSumsWriter:
    """Takes values piece by piece and stores the sum before every 32nd."""

    def __init__(self) -> None:
        self._sum = 0
        self._last_row: Array = np.empty(0, np.uint8)  # less than a row
        self._sums: list[Array] = []

    def add(self, values: Array) -> None:
        """Take the next values."""
        values = np.concatenate((self._last_row, values))
        whole = len(values) // ROW_SIZE * ROW_SIZE
        sums = offsets(values[:whole].reshape(-1, ROW_SIZE).sum(axis=1)) + self._sum
        self._sums.append(narrow(sums[:-1]))
        self._sum = int(sums[-1])
        self._last_row = values[whole:]

    def write(self, writer: ArrayWriter, name: str) -> None:
        """Write the sums as an array."""
        last = np.array([self._sum] if len(self._last_row) else [], np.uint64)
        sums = np.concatenate([np.empty(0, np.uint8), *self._sums, narrow(last)])
        writer.append(name, narrow(sums, min_dtype=np.uint32))


class PrefixSums:
    """Reads the prefix sums of an array.

    `values` returns a slice of the array itself. `rows` returns rows of 32 of its values,
    by the numbers of the rows, as a two-dimensional array; the last row is padded with zeros.
    """

    def __init__(
        self,
        arrays: ArrayFolder,
        name: str,
        values: Callable[[slice], Array],
        rows: Callable[[Array], Array],
    ) -> None:
        self._sums: Array = arrays[name]
        self._values = values
        self._rows = rows

    def before(self, indices: Array) -> Array:
        """Return for each index the sum of all values before it: int64.

        Indices should be sorted: each row is read once for neighbours that are in it.
        """
        if not len(indices):
            return np.empty(0, np.int64)
        first, last = int(indices[0]), int(indices[-1])
        if 0 <= last - first < _DENSE * len(indices) and indices.min() >= first:
            return self._before_dense(indices, first, int(indices.max()))
        row_numbers = indices >> _ROW_BITS
        starts_row = np.ones(len(row_numbers), bool)
        np.not_equal(row_numbers[1:], row_numbers[:-1], out=starts_row[1:])
        values = self._rows(row_numbers[starts_row])
        sums_in_row = np.cumsum(values, axis=1, dtype=np.uint32)
        sums_in_row -= values
        row = starts_row.cumsum() - 1
        in_row = sums_in_row.ravel()[(row << _ROW_BITS) + (indices & (ROW_SIZE - 1))]
        sums: Array = self._sums[row_numbers].astype(np.int64) + in_row
        return sums

    def _before_dense(self, indices: Array, first: int, last: int) -> Array:
        """Sum all values from the row of the first index up to the last index."""
        start = first >> _ROW_BITS << _ROW_BITS
        sums_from_start = offsets(self._values(slice(start, last + 1)))
        sums: Array = sums_from_start[indices - start] + int(self._sums[start >> _ROW_BITS])
        return sums


class PaddedRows:
    """An array as rows of equal size, the last padded with zeros, without copying the others."""

    def __init__(self, values: Array, size: int = ROW_SIZE) -> None:
        whole = len(values) // size
        self._size = size
        self._whole: Array = values[: whole * size].reshape(-1, size)
        self._last = np.zeros(size, values.dtype)
        self._last[: len(values) % size] = values[whole * size :]

    def __getitem__(self, numbers: Array) -> Array:
        """Return rows by their numbers, as a two-dimensional array."""
        last = len(self._whole)
        if not last:
            return np.broadcast_to(self._last, (len(numbers), self._size))
        rows: Array = self._whole[np.minimum(numbers, last - 1)]
        rows[numbers >= last] = self._last
        return rows

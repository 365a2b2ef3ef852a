"""Whole numbers in one byte each, and the few that are too large in a list beside them."""

import numpy as np

from archivesearch.columnar.arrays import Array, ArrayFolder, ArrayWriter
from archivesearch.columnar.totals import Chunks

_ESCAPE = 255


def write_escaped(
    writer: ArrayWriter, name: str, values: Array, before: int
) -> tuple[Array, Array]:
    """Append values to a byte array; return which are escaped, by place, and what they are.

    `before` is how many values the array has already.
    """
    writer.append(name, np.minimum(values, _ESCAPE).astype(np.uint8))
    at = np.flatnonzero(values >= _ESCAPE)
    return at + before, values[at]


class Escaped:
    """Reads such an array."""

    def __init__(self, arrays: ArrayFolder, name: str) -> None:
        self._bytes: Array = arrays[name]
        self._at: Array = arrays[f"{name}.at"]
        self._values: Array = arrays[f"{name}.value"]
        self._chunks = Chunks(self._bytes)

    def __getitem__(self, at: "slice | Array") -> Array:
        """Return the values of a slice, or at given places, as 64-bit numbers."""
        values = self._bytes[at].astype(np.int64)
        if not len(self._at):
            return values
        large = np.flatnonzero(values == _ESCAPE)
        if len(large):
            places = large + (at.start or 0) if isinstance(at, slice) else at[large]
            values[large] = self._values[np.searchsorted(self._at, places)]
        return values

    def chunks(self, numbers: Array) -> Array:
        """Return the values of 32 places each, by the number of the 32, as rows."""
        values = self._chunks[numbers].astype(np.uint32)
        if len(self._at):
            row, column = np.nonzero(values == _ESCAPE)
            if len(row):
                places = numbers[row] * values.shape[1] + column
                values[row, column] = self._values[np.searchsorted(self._at, places)]
        return values

"""Running totals of a long array: kept for every 32nd value, the others added up when asked for.

So it takes no more to find where the postings of one block of a frequent term stand than
of a rare one.
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

_EVERY_BITS = 5
ROW_SIZE = 1 << _EVERY_BITS
# Where one value of so many is asked for, adding up all takes no longer.
_DENSE = 8


class PrefixSumsWriter:
    """Takes values piece by piece and keeps the total before every 32nd."""

    def __init__(self) -> None:
        self._total = 0
        self._rest: Array = np.empty(0, np.uint8)  # less than a chunk
        self._kept: list[Array] = []

    def add(self, values: Array) -> None:
        """Take the next values."""
        values = np.concatenate((self._rest, values))
        whole = len(values) // ROW_SIZE * ROW_SIZE
        before = offsets(values[:whole].reshape(-1, ROW_SIZE).sum(axis=1)) + self._total
        self._kept.append(narrow(before[:-1]))
        self._total = int(before[-1])
        self._rest = values[whole:]

    def write(self, writer: ArrayWriter, name: str) -> None:
        """Write the totals as an array."""
        last = np.array([self._total] if len(self._rest) else [], np.uint64)
        kept = np.concatenate([np.empty(0, np.uint8), *self._kept, narrow(last)])
        writer.append(name, narrow(kept, min_dtype=np.uint32))


class PrefixSums:
    """Reads such totals of an array.

    `values` gives the values of a slice of it, `chunks` those of some pieces of 32, by
    their numbers, as the rows of an array.
    """

    def __init__(
        self,
        arrays: ArrayFolder,
        name: str,
        values: Callable[[slice], Array],
        chunks: Callable[[Array], Array],
    ) -> None:
        self._kept: Array = arrays[name]
        self._values = values
        self._chunks = chunks

    def before(self, places: Array) -> Array:
        """Return for each place what the values before it add up to.

        Places near one another should be neighbours: what lies around them is read once.
        """
        if not len(places):
            return np.empty(0, np.int64)
        first, last = int(places[0]), int(places[-1])
        if 0 <= last - first < _DENSE * len(places) and places.min() >= first:
            return self._dense(places, first, int(places.max()))
        chunks = places >> _EVERY_BITS
        new = np.ones(len(chunks), bool)
        np.not_equal(chunks[1:], chunks[:-1], out=new[1:])
        values = self._chunks(chunks[new])
        through = np.cumsum(values, axis=1, dtype=np.uint32)
        through -= values
        row = new.cumsum() - 1
        within = through.ravel()[(row << _EVERY_BITS) + (places & (ROW_SIZE - 1))]
        found: Array = self._kept[chunks].astype(np.int64) + within
        return found

    def _dense(self, places: Array, first: int, last: int) -> Array:
        """Add up all values from the piece of the first place on."""
        start = first >> _EVERY_BITS << _EVERY_BITS
        through = offsets(self._values(slice(start, last + 1)))
        found: Array = through[places - start] + int(self._kept[start >> _EVERY_BITS])
        return found


class PaddedRows:
    """An array in pieces of 32, or of another size, the last filled up with zeros."""

    def __init__(self, values: Array, size: int = ROW_SIZE) -> None:
        whole = len(values) // size
        self._size = size
        self._whole: Array = values[: whole * size].reshape(-1, size)
        self._last = np.zeros(size, values.dtype)
        self._last[: len(values) % size] = values[whole * size :]

    def __getitem__(self, numbers: Array) -> Array:
        """Return pieces as the rows of one array."""
        last = len(self._whole)
        if not last:
            return np.broadcast_to(self._last, (len(numbers), self._size))
        found: Array = self._whole[np.minimum(numbers, last - 1)]
        found[numbers >= last] = self._last
        return found

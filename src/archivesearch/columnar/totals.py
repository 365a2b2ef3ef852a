"""Running totals of a long array: kept for every 32nd value, the others added up when asked for.

So it takes no more to find where the postings of one block of a frequent term stand than
of a rare one.
"""

from collections.abc import Callable

import numpy as np

from archivesearch.columnar.arrays import Array, ArrayFolder, ArrayWriter, narrow, starts_of

_EVERY_BITS = 5
_EVERY = 1 << _EVERY_BITS
_STEPS = np.arange(_EVERY)


class TotalsWriter:
    """Takes values piece by piece and keeps the total before every 32nd."""

    def __init__(self) -> None:
        self._count = 0
        self._total = 0
        self._kept: list[Array] = []

    def add(self, values: Array) -> None:
        """Take the next values."""
        before = starts_of(values) + self._total
        self._kept.append(before[:-1][-self._count % _EVERY :: _EVERY])
        self._count += len(values)
        self._total = int(before[-1])

    def write(self, writer: ArrayWriter, name: str) -> None:
        """Write the totals as an array."""
        kept = np.concatenate([np.empty(0, np.int64), *self._kept])
        writer.append(name, narrow(kept, least=np.uint32))


class Totals:
    """Reads such totals of an array of some length; `values` gives the values at some places."""

    def __init__(
        self, arrays: ArrayFolder, name: str, count: int, values: Callable[[Array], Array]
    ) -> None:
        self._kept: Array = arrays[name]
        self._last = count - 1
        self._values = values

    def before(self, places: Array) -> Array:
        """Return for each place what the values before it add up to.

        Places near one another should be neighbours: what lies around them is read once.
        """
        if not len(places):
            return np.empty(0, np.int64)
        chunks = places >> _EVERY_BITS
        new = np.ones(len(chunks), bool)
        np.not_equal(chunks[1:], chunks[:-1], out=new[1:])
        read = chunks[new]
        around = np.minimum((read[:, None] << _EVERY_BITS) + _STEPS, self._last)
        values = self._values(around.ravel()).reshape(around.shape)
        through = np.cumsum(values, axis=1, dtype=np.int64) - values
        found: Array = through[np.cumsum(new) - 1, places & (_EVERY - 1)]
        found += self._kept[chunks].astype(np.int64)
        return found

"""Named arrays in a folder: written in pieces, mapped from disk.

Each array is a file of its own that holds nothing but its values, little-endian. What
type they have and how many they are stands in `segment.json`, with the segment's figures.
"""

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np

if TYPE_CHECKING:  # a search does not wait for it
    from numpy.typing import DTypeLike, NDArray

    Array: TypeAlias = NDArray[Any]
else:
    Array = np.ndarray
INFO_FILE = "segment.json"
_SUFFIX = ".bin"


class ArrayWriter:
    """Writes arrays piece by piece; `close` writes what is needed to read them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._types: dict[str, np.dtype[Any]] = {}
        self._counts: dict[str, int] = {}

    def append(self, name: str, values: Array) -> None:
        """Add values to the end of an array, which is created by the first of them."""
        if name not in self._files:
            self._types[name] = values.dtype.newbyteorder("<")
            self._counts[name] = 0
            self._files[name] = (self._folder / (name + _SUFFIX)).open("wb")
        self._files[name].write(values.astype(self._types[name], copy=False).tobytes())
        self._counts[name] += len(values)

    def close(self, info: Mapping[str, Any]) -> None:
        """Finish all arrays, and write the figures of the segment beside them."""
        for file in self._files.values():
            file.close()
        arrays = {name: [self._types[name].str, self._counts[name]] for name in sorted(self._types)}
        text = json.dumps({**info, "arrays": arrays}, indent=1, sort_keys=True)
        (self._folder / INFO_FILE).write_text(text + "\n", encoding="ascii")

    def abandon(self) -> None:
        """Close all files; what is in them is of no use."""
        for file in self._files.values():
            file.close()


class ArrayFolder:
    """The arrays of a folder, mapped into memory: what is not looked at is never read.

    All files are opened at once, so that the folder may be removed while arrays are used.
    """

    def __init__(self, folder: Path) -> None:
        values = json.loads((folder / INFO_FILE).read_text(encoding="ascii"))
        described: dict[str, list[Any]] = values.pop("arrays")
        self.info: dict[str, Any] = values
        self._arrays = {
            name: _mapped(folder / (name + _SUFFIX), np.dtype(dtype), count)
            for name, (dtype, count) in described.items()
        }

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]


def _mapped(path: Path, dtype: np.dtype[Any], count: int) -> Array:
    if not count:
        return np.empty(0, dtype)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(mapped, dtype, count)


def narrow(values: Array, *, least: "DTypeLike" = np.uint8, top: int | None = None) -> Array:
    """Return whole numbers in the narrowest unsigned type that holds them all, and `top`."""
    if top is None:
        top = int(values.max()) if len(values) else 0
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        if np.dtype(dtype) >= np.dtype(least) and top <= np.iinfo(dtype).max:
            return values.astype(dtype)
    raise OverflowError(top)


def starts_of(counts: Array) -> Array:
    """Return where each of neighbouring runs starts, and where the last ends."""
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def spread(starts: Array, counts: Array) -> Array:
    """Return the indices of several runs one after the other: `starts[i] + 0 .. counts[i]`."""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    found: Array = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
    return found

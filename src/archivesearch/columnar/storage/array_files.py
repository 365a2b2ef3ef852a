"""Named arrays in a folder: written in pieces, mapped from disk.

Each array is a file of its own that holds nothing but its values, little-endian. What
type they have, how many they are and their CRC-32 stands in `segment.json`, with the
segment's figures.
"""

import json
import mmap
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeAlias

import numpy as np

from archivesearch.directory.manifest import regular_file
from archivesearch.errors import IndexDamaged

if TYPE_CHECKING:  # a search does not wait for it
    from numpy.typing import DTypeLike, NDArray

    Array: TypeAlias = NDArray[Any]
else:
    Array = np.ndarray
INFO_FILE = "segment.json"
_SUFFIX = ".bin"
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)*", re.ASCII)
_TYPES = ("|u1", "|i1", *(f"<{kind}{size}" for kind in "uif" for size in (2, 4, 8)))


class Arrays(Protocol):
    """Arrays by name, wherever they lie."""

    def __getitem__(self, name: str) -> Array:
        """Return an array."""
        ...


class ArraySink(Protocol):
    """What arrays are written to."""

    def append(self, name: str, values: Array) -> None:
        """Add values to the end of an array, which is created by the first of them."""
        ...


class ArrayWriter:
    """Writes arrays piece by piece; `close` writes what is needed to read them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._types: dict[str, np.dtype[Any]] = {}
        self._counts: dict[str, int] = {}
        self._checksums: dict[str, int] = {}

    def append(self, name: str, values: Array) -> None:
        """Add values to the end of an array, which is created by the first of them."""
        if name not in self._files:
            self._types[name] = values.dtype.newbyteorder("<")
            self._counts[name] = 0
            self._checksums[name] = 0
            self._files[name] = (self._folder / (name + _SUFFIX)).open("wb")
        data = values.astype(self._types[name], copy=False).tobytes()
        self._files[name].write(data)
        self._checksums[name] = zlib.crc32(data, self._checksums[name])
        self._counts[name] += len(values)

    def close(self, info: Mapping[str, Any]) -> None:
        """Finish all arrays, and write the figures of the segment beside them."""
        for file in self._files.values():
            file.close()
        arrays = {
            name: [self._types[name].str, self._counts[name], self._checksums[name]]
            for name in sorted(self._types)
        }
        text = json.dumps({**info, "arrays": arrays}, indent=1, sort_keys=True)
        (self._folder / INFO_FILE).write_text(text + "\n", encoding="ascii")

    def abandon(self) -> None:
        """Close all files; what is in them is of no use."""
        for file in self._files.values():
            file.close()


class ArrayFolder:
    """The arrays of a folder, mapped into memory: what is not looked at is never read.

    All files are opened at once, so that the folder may be removed while arrays are used.
    Nothing in it is trusted: raises IndexDamaged where a file has not the size that it
    should, or `segment.json` names what is no array.
    """

    def __init__(self, folder: Path) -> None:
        self.info, described = _described(folder / INFO_FILE)
        self._arrays: dict[str, Array] = {}
        self._checksums: dict[str, int] = {}
        for name, (dtype, count, checksum) in described.items():
            self._arrays[name] = _mapped(folder / (name + _SUFFIX), np.dtype(dtype), count)
            self._checksums[name] = checksum
        self._unchecked = set(self._arrays)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def verify(self, name: str) -> Array:
        """Return an array, having once seen that it is as it was written.

        Raises IndexDamaged where it is not.
        """
        values = self._arrays[name]
        if name in self._unchecked:
            if zlib.crc32(values.data if len(values) else b"") != self._checksums[name]:
                raise IndexDamaged(f"{name}{_SUFFIX}: it is not what was written")
            self._unchecked.discard(name)
        return values


class VerifiedArrays:
    """The same arrays, of which each is seen to be whole before it is used."""

    def __init__(self, arrays: ArrayFolder) -> None:
        self._arrays = arrays

    def __getitem__(self, name: str) -> Array:
        return self._arrays.verify(name)


def _described(path: Path) -> tuple[dict[str, Any], dict[str, tuple[str, int, int]]]:
    """Return the figures of a segment, and type, count and checksum of each array."""
    try:
        with regular_file(path) as file:
            values = json.loads(file.read().decode("ascii"))
        described = {name: tuple(each) for name, each in values.pop("arrays").items()}
        sound = all(map(_is_sound, described.items()))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{path.name}: it is not what was written ({error})") from error
    if not sound:
        raise IndexDamaged(f"{path.name}: it describes what is no array")
    return values, described


def _is_sound(described: tuple[str, tuple[Any, ...]]) -> bool:
    name, (dtype, *numbers) = described
    return (
        _NAME.fullmatch(name) is not None
        and dtype in _TYPES
        and len(numbers) == 2
        and all(type(number) is int and 0 <= number < 1 << 48 for number in numbers)
    )


def _mapped(path: Path, dtype: np.dtype[Any], count: int) -> Array:
    try:
        with regular_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size == count * dtype.itemsize:
                if not count:
                    return np.empty(0, dtype)
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                return np.frombuffer(mapped, dtype, count)
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path.name}: it cannot be read ({error})") from error
    raise IndexDamaged(f"{path.name}: it has {size:,} bytes, not {count * dtype.itemsize:,}")


def narrow(
    values: Array, *, min_dtype: "DTypeLike" = np.uint8, max_value: int | None = None
) -> Array:
    """Return whole numbers in the narrowest unsigned type that holds them all, and `top`."""
    if max_value is None:
        max_value = int(values.max()) if len(values) else 0
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        if np.dtype(dtype) >= np.dtype(min_dtype) and max_value <= np.iinfo(dtype).max:
            return values.astype(dtype)
    raise OverflowError(max_value)


def offsets(counts: Array) -> Array:
    """Return where each of neighbouring runs starts, and where the last ends."""
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def range_index(starts: Array, number: int) -> int:
    """Return which of neighbouring runs holds a number, given the first of each.

    It is looked for in the type of the array, or numpy would convert all of that each time.
    """
    return int(np.searchsorted(starts, starts.dtype.type(number), "right")) - 1


def concat_ranges(starts: Array, counts: Array) -> Array:
    """Return the indices of several runs one after the other: `starts[i] + 0 .. counts[i]`."""
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    found: Array = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
    return found

"""Array files: named numpy arrays in a folder, appended to in pieces, then memory-mapped.

The file `NAME.bin` is the values of one array, little-endian, and nothing else. Its type,
its number of values and its CRC-32 are in `segment.json`, with the figures of the segment.
The small array functions that all writers and readers of a segment share are here too.
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

from archivesearch.directory.files import regular_file
from archivesearch.errors import IndexDamaged

if TYPE_CHECKING:  # a search does not load numpy.typing
    from numpy.typing import DTypeLike, NDArray

    Array: TypeAlias = NDArray[Any]
else:
    Array = np.ndarray

INFO_FILE = "segment.json"
_SUFFIX = ".bin"
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)*", re.ASCII)
_TYPES = ("|u1", "|i1", *(f"<{kind}{size}" for kind in "uif" for size in (2, 4, 8)))


class Arrays(Protocol):
    """A source of arrays by name."""

    def __getitem__(self, name: str) -> Array:
        """Return the array of this name."""
        ...


class ArraySink(Protocol):
    """A destination of arrays, which grow at their ends."""

    def append(self, name: str, values: Array) -> None:
        """Append values to the array of this name; the first call creates it."""
        ...


class ArrayWriter:
    """Writes arrays piece by piece. They can be read after `close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._types: dict[str, np.dtype[Any]] = {}
        self._counts: dict[str, int] = {}
        self._checksums: dict[str, int] = {}

    def append(self, name: str, values: Array) -> None:
        """Append values to an array; the first call creates it and decides its type."""
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
        """Close all arrays and write `segment.json`: the arrays' types, and the figures `info`."""
        for file in self._files.values():
            file.close()
        arrays = {
            name: [self._types[name].str, self._counts[name], self._checksums[name]]
            for name in sorted(self._types)
        }
        text = json.dumps({**info, "arrays": arrays}, indent=1, sort_keys=True)
        (self._folder / INFO_FILE).write_text(text + "\n", encoding="ascii")

    def abandon(self) -> None:
        """Close all files without `segment.json`, so that nothing can read them."""
        for file in self._files.values():
            file.close()


class ArrayFolder:
    """The arrays of a folder, mapped into memory: only the pages that are used are read.

    All files are opened at once, so the folder may be removed while the arrays are in use.
    Raises IndexDamaged if a file has the wrong size or `segment.json` is not well-formed.
    """

    def __init__(self, folder: Path) -> None:
        self.info, headers = _read_info(folder / INFO_FILE)
        self._arrays: dict[str, Array] = {}
        self._checksums: dict[str, int] = {}
        for name, (dtype, count, checksum) in headers.items():
            self._arrays[name] = _map_file(folder / (name + _SUFFIX), np.dtype(dtype), count)
            self._checksums[name] = checksum
        self._unverified = set(self._arrays)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def verify(self, name: str) -> Array:
        """Return an array after checking its CRC-32, once. Raises IndexDamaged."""
        values = self._arrays[name]
        if name in self._unverified:
            if zlib.crc32(values.data if len(values) else b"") != self._checksums[name]:
                raise IndexDamaged(f"{name}{_SUFFIX}: it is not what was written")
            self._unverified.discard(name)
        return values


class VerifiedArrays:
    """The arrays of a folder, each verified by its CRC-32 before its first use."""

    def __init__(self, arrays: ArrayFolder) -> None:
        self._arrays = arrays

    def __getitem__(self, name: str) -> Array:
        return self._arrays.verify(name)


def _read_info(path: Path) -> tuple[dict[str, Any], dict[str, tuple[str, int, int]]]:
    """Return the figures of a segment, and the type, count and CRC-32 of each array."""
    try:
        with regular_file(path) as file:
            info = json.loads(file.read().decode("ascii"))
        headers = {name: tuple(header) for name, header in info.pop("arrays").items()}
        valid = all(map(_is_valid_header, headers.items()))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise IndexDamaged(f"{path.name}: it is not what was written ({error})") from error
    if not valid:
        raise IndexDamaged(f"{path.name}: it describes something that is not an array")
    return info, headers


def _is_valid_header(named_header: tuple[str, tuple[Any, ...]]) -> bool:
    name, (dtype, *numbers) = named_header
    return (
        _NAME.fullmatch(name) is not None
        and dtype in _TYPES
        and len(numbers) == 2
        and all(type(number) is int and 0 <= number < 1 << 48 for number in numbers)
    )


def _map_file(path: Path, dtype: np.dtype[Any], count: int) -> Array:
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
    """Return non-negative integers in the narrowest unsigned type that holds them.

    The type is at least `min_dtype`, and also holds `max_value` if that is given.
    """
    if max_value is None:
        max_value = int(values.max()) if len(values) else 0
    for dtype in (np.uint8, np.uint16, np.uint32, np.uint64):
        if np.dtype(dtype) >= np.dtype(min_dtype) and max_value <= np.iinfo(dtype).max:
            return values.astype(dtype)
    raise OverflowError(max_value)


def offsets(counts: Array) -> Array:
    """Return the start of each of consecutive ranges, and last the end of the last: int64.

    >>> offsets(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def range_index(starts: Array, number: int) -> int:
    """Return the index of the range that contains a number, from the starts of all ranges."""
    # With a number of another type numpy would convert the whole array first.
    return int(np.searchsorted(starts, starts.dtype.type(number), "right")) - 1


def concat_ranges(starts: Array, counts: Array) -> Array:
    """Return `counts[i]` consecutive numbers from `starts[i]` on, for each i: int64.

    >>> concat_ranges(np.array([10, 5]), np.array([3, 2])).tolist()
    [10, 11, 12, 5, 6]
    """
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    numbers: Array = np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts)
    return numbers

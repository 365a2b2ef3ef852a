"""Named arrays in one file of a Whoosh storage, on disk or in memory.

8 bytes         what the file is
arrays          their values, little-endian, each starting at a multiple of 8
directory       JSON: for each array its type, place and number; and what else is to be known
last 16 bytes   where the directory starts, how long it is (8 and 4 bytes), its CRC-32
"""

import json
import mmap
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from whoosh.filedb.filestore import Storage

from archivesearch.columnar.storage.array_files import Array
from archivesearch.errors import IndexDamaged

_MAGIC = b"columns1"
_TAIL = struct.Struct("<QII")
_TYPES = ("|u1", "<u2", "<u4", "<u8", "<f8")


class ContainerWriter:
    """Holds arrays until `close` writes them."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[Array]] = {}

    def append(self, name: str, values: Array) -> None:
        """Add values to the end of an array, which is created by the first of them."""
        self._pieces.setdefault(name, []).append(values)

    def close(self, storage: Storage, name: str, info: Mapping[str, Any]) -> None:
        """Write all arrays to a new file, and what else is to be known of them."""
        described: dict[str, tuple[str, int, int]] = {}
        file = storage.create_file(name)
        try:
            file.write(_MAGIC)
            place = len(_MAGIC)
            for each, pieces in sorted(self._pieces.items()):
                values = np.concatenate(pieces)
                values = values.astype(values.dtype.newbyteorder("<"), copy=False)
                data = values.tobytes()
                described[each] = (values.dtype.str, place, len(values))
                file.write(data + bytes(-len(data) % 8))
                place += len(data) + -len(data) % 8
            directory = json.dumps({"arrays": described, "info": info}).encode("ascii")
            file.write(directory + _TAIL.pack(place, len(directory), zlib.crc32(directory)))
        finally:
            file.close()


class Container:
    """Reads such a file, mapped into memory where it lies on disk. Raises IndexDamaged."""

    def __init__(self, storage: Storage, name: str) -> None:
        try:
            data = _content(storage, name)
            self.info, self._arrays = _arrays(data)
        except (ValueError, TypeError, LookupError, struct.error) as error:
            raise IndexDamaged(f"{name} is not what was written ({error})") from error

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays


def _content(storage: Storage, name: str) -> "memoryview":
    file = storage.open_file(name)
    try:
        if file.is_real:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return memoryview(file.get(0, storage.file_length(name)))
    finally:
        file.close()


def _arrays(data: "memoryview") -> tuple[dict[str, Any], dict[str, Array]]:
    start, size, checksum = _TAIL.unpack(data[-_TAIL.size :])
    directory = bytes(data[start : start + size])
    if bytes(data[: len(_MAGIC)]) != _MAGIC or zlib.crc32(directory) != checksum:
        raise ValueError("its checksum is wrong")
    values = json.loads(directory)
    arrays = {}
    for name, (dtype, place, count) in values["arrays"].items():
        if dtype not in _TYPES or place < 0 or count < 0:
            raise ValueError(f"{name} is no array")
        arrays[name] = np.frombuffer(data, dtype, count, place) if count else np.empty(0, dtype)
    return values["info"], arrays

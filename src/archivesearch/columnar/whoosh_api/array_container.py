"""Named arrays in one file of a Whoosh storage, on disk or in memory.

8 bytes         the magic number
arrays          their values, little-endian; each array starts at a multiple of 8
directory       JSON: type, offset and number of values of each array; other information
last 16 bytes   offset and size of the directory (8 and 4 bytes), and its CRC-32 (4 bytes)
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
    """Collects arrays in memory until `close` writes them."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Array]] = {}

    def append(self, name: str, values: Array) -> None:
        """Append values to an array; the first values create it."""
        self._parts.setdefault(name, []).append(values)

    def close(self, storage: Storage, name: str, info: Mapping[str, Any]) -> None:
        """Write all arrays and `info` to a new file."""
        entries: dict[str, tuple[str, int, int]] = {}
        file = storage.create_file(name)
        try:
            file.write(_MAGIC)
            offset = len(_MAGIC)
            for array_name, parts in sorted(self._parts.items()):
                values = np.concatenate(parts)
                values = values.astype(values.dtype.newbyteorder("<"), copy=False)
                data = values.tobytes()
                entries[array_name] = (values.dtype.str, offset, len(values))
                file.write(data + bytes(-len(data) % 8))
                offset += len(data) + -len(data) % 8
            directory = json.dumps({"arrays": entries, "info": info}).encode("ascii")
            file.write(directory + _TAIL.pack(offset, len(directory), zlib.crc32(directory)))
        finally:
            file.close()


class Container:
    """The arrays of such a file, which is memory-mapped if it is on disk. Raises IndexDamaged."""

    def __init__(self, storage: Storage, name: str) -> None:
        try:
            data = _read_file(storage, name)
            self.info, self._arrays = _parse(data)
        except (ValueError, TypeError, LookupError, struct.error) as error:
            raise IndexDamaged(f"{name} is not what was written ({error})") from error

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self._arrays


def _read_file(storage: Storage, name: str) -> "memoryview":
    """Return the bytes of a file of a storage."""
    file = storage.open_file(name)
    try:
        if file.is_real:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return memoryview(file.get(0, storage.file_length(name)))
    finally:
        file.close()


def _parse(data: "memoryview") -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the information and the arrays of a file. Raises ValueError and others."""
    start, size, checksum = _TAIL.unpack(data[-_TAIL.size :])
    directory = bytes(data[start : start + size])
    if bytes(data[: len(_MAGIC)]) != _MAGIC or zlib.crc32(directory) != checksum:
        raise ValueError("its checksum is wrong")
    values = json.loads(directory)
    arrays = {}
    for name, (dtype, offset, count) in values["arrays"].items():
        if dtype not in _TYPES or offset < 0 or count < 0:
            raise ValueError(f"{name} is no array")
        arrays[name] = np.frombuffer(data, dtype, count, offset) if count else np.empty(0, dtype)
    return values["info"], arrays

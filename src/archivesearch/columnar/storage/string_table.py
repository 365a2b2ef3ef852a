"""String table: UTF-8 strings end to end in one array, and the end of each in another."""

from collections.abc import Iterator, Sequence

import numpy as np

from archivesearch.columnar.storage.array_files import Array, Arrays, ArraySink, narrow


def to_utf8(text: str) -> bytes:
    """Return a text as UTF-8; lone surrogates, which pages may have, are encoded too."""
    return text.encode("utf-8", "surrogatepass")


def from_utf8(data: bytes) -> str:
    """Return the text that `to_utf8` encoded."""
    return data.decode("utf-8", "surrogatepass")


def write_strings(writer: ArraySink, name: str, strings: Sequence[bytes]) -> None:
    """Write strings as the arrays `name.bytes` and `name.ends`."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    writer.append(f"{name}.bytes", np.frombuffer(b"".join(strings), np.uint8))
    writer.append(f"{name}.ends", narrow(np.cumsum(lengths), min_dtype=np.uint32))


class StringTable:
    """Reads a table of strings by number."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._bytes = arrays[f"{name}.bytes"].data
        self._ends: Array = arrays[f"{name}.ends"]

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        ends = self._ends
        start = ends.item(number - 1) if number else 0
        return self._bytes[start : ends.item(number)].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        return self.between(0, len(self))

    def between(self, first: int, end: int) -> Iterator[bytes]:
        """Yield the strings with the numbers `first:end`."""
        start = int(self._ends[first - 1]) if first else 0
        for string_end in self._ends[first:end].tolist():
            yield self._bytes[start:string_end].tobytes()
            start = string_end

    def bisect_left(self, string: bytes, first: int, end: int) -> int:
        """Return the first number in `first:end` whose string is not below `string`.

        The strings in this range must be sorted. The result is `end` if all are below.
        """
        while first < end:
            middle = (first + end) // 2
            if self[middle] < string:
                first = middle + 1
            else:
                end = middle
        return first

"""Term dictionary: the terms of a segment, sorted by field, then by bytes, and their numbers.

The first eight bytes of each term are also stored as a big-endian integer. A binary search
in that array comes within a few terms of any term or prefix.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from archivesearch.columnar.storage.array_files import Array, Arrays, ArraySink
from archivesearch.columnar.storage.string_table import StringTable, write_strings
from archivesearch.lazy import cached_method

_KEY_BYTES = 8
_CACHED_TERMS = 1024


def write_term_dictionary(writer: ArraySink, terms: Sequence[bytes]) -> None:
    """Write terms, which are sorted by field, then by bytes."""
    write_strings(writer, "terms", terms)
    keys = np.array([term[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0") for term in terms], "S8")
    raw = np.frombuffer(keys.tobytes(), ">u8") if len(terms) else np.empty(0, ">u8")
    writer.append("terms.keys", raw.astype(np.uint64))


class TermDictionary:
    """Finds term numbers by name, prefix or range.

    `fields` has the range of each field's term numbers. A range is a pair `(first, end)`;
    `end` is not in it.
    """

    def __init__(self, arrays: Arrays, fields: Mapping[str, tuple[int, int]]) -> None:
        self._terms = StringTable(arrays, "terms")
        self._keys: Array = arrays["terms.keys"]
        self._fields = fields
        # The stages of a search look up the same terms again.
        self.find = cached_method(_CACHED_TERMS, self._find)

    def __getitem__(self, number: int) -> bytes:
        return self._terms[number]

    def field_range(self, field: str) -> tuple[int, int]:
        """Return the range of a field's terms; `(0, 0)` for an unknown field."""
        return self._fields.get(field, (0, 0))

    def _find(self, field: str, term: bytes) -> int | None:
        """Return the number of a term in a field; None if the field does not have it."""
        first, end = self.field_range(field)
        number = self._bisect_left(term, first, end)
        return number if number < end and self._terms[number] == term else None

    def prefix_range(self, field: str, prefix: bytes) -> tuple[int, int]:
        """Return the range of the terms of a field that begin with a prefix."""
        first, end = self.field_range(field)
        return (
            self._bisect_left(prefix, first, end),
            self._bisect_left(prefix + b"\xff", first, end),  # UTF-8 has no byte 0xff
        )

    def term_range(self, field: str, start: bytes | None, end: bytes | None) -> tuple[int, int]:
        """Return the range of the terms of a field from `start` to `end`, both included.

        None leaves an end open.
        """
        field_start, field_end = self.field_range(field)
        low = field_start if start is None else self._bisect_left(start, field_start, field_end)
        high = field_end if end is None else self._bisect_left(end + b"\0", field_start, field_end)
        return low, max(low, high)

    def terms(self, first: int, end: int) -> Iterator[bytes]:
        """Yield the terms of a range of numbers."""
        return self._terms.between(first, end)

    def _bisect_left(self, term: bytes, first: int, end: int) -> int:
        """Return the first number of a range whose term is not below `term`; `end` for none."""
        key = int.from_bytes(term[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0"))
        keys = self._keys[first:end]
        low, high = (
            first + int(np.searchsorted(keys, np.uint64(key), side)) for side in ("left", "right")
        )
        return self._terms.bisect_left(term, low, high)

"""The lexicon: all terms of a segment, sorted by field and then by their bytes.

The first eight bytes of each term are also kept as a number, big end first, so that one
binary search over an array comes within a few terms of any term or prefix.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from archivesearch.columnar.storage.array_files import Array, Arrays, ArraySink
from archivesearch.columnar.storage.string_table import StringTable, write_strings
from archivesearch.lazy import cached_method

_KEY_BYTES = 8
_CACHED_TERMS = 1024


def write_term_dictionary(writer: ArraySink, terms: Sequence[bytes]) -> None:
    """Write sorted terms, those of one field after those of another."""
    write_strings(writer, "terms", terms)
    keys = np.array([term[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0") for term in terms], "S8")
    raw = np.frombuffer(keys.tobytes(), ">u8") if len(terms) else np.empty(0, ">u8")
    writer.append("terms.keys", raw.astype(np.uint64))


class TermDictionary:
    """Finds terms by name, prefix or range; `fields` maps each to its first and last number."""

    def __init__(self, arrays: Arrays, fields: Mapping[str, tuple[int, int]]) -> None:
        self._terms = StringTable(arrays, "terms")
        self._keys: Array = arrays["terms.keys"]
        self._fields = fields
        # the stages of a search ask for the same terms again
        self.find = cached_method(_CACHED_TERMS, self._find)
        """Return the number of a term by its field; None where the field does not have it."""

    def __getitem__(self, number: int) -> bytes:
        return self._terms[number]

    def field_range(self, field: str) -> tuple[int, int]:
        """Return the numbers that the terms of a field have: from the first up to the second."""
        return self._fields.get(field, (0, 0))

    def _find(self, field: str, term: bytes) -> int | None:
        first, last = self.field_range(field)
        place = self._place(term, first, last)
        return place if place < last and self._terms[place] == term else None

    def prefix_range(self, field: str, start: bytes) -> tuple[int, int]:
        """Return the numbers of the terms that begin so, as a range."""
        first, last = self.field_range(field)
        return self._place(start, first, last), self._place(start + b"\xff", first, last)

    def term_range(self, field: str, start: bytes | None, end: bytes | None) -> tuple[int, int]:
        """Return the numbers of the terms from one to another, both of them included."""
        first, last = self.field_range(field)
        low = first if start is None else self._place(start, first, last)
        high = last if end is None else self._place(end + b"\0", first, last)
        return low, max(low, high)

    def terms(self, first: int, last: int) -> Iterator[bytes]:
        """Yield the terms from one number up to another."""
        return self._terms.between(first, last)

    def _place(self, term: bytes, first: int, last: int) -> int:
        """Return the number of the first term of a range that is not below the given one."""
        key = int.from_bytes(term[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0"))
        keys = self._keys[first:last]
        low, high = (
            first + int(np.searchsorted(keys, np.uint64(key), side)) for side in ("left", "right")
        )
        return self._terms.bisect_left(term, low, high)

"""The postings of a term, and the vector of a document, as Whoosh walks through them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from struct import pack
from typing import Any, Protocol

import numpy as np
from whoosh.formats import Format
from whoosh.matching import LeafMatcher, Matcher, NullMatcher, ReadTooFar
from whoosh.reading import TermInfo
from whoosh.scoring import BaseScorer

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.string_table import StringTable
from archivesearch.columnar.whoosh_api.array_container import Container
from archivesearch.columnar.whoosh_api.codec_writer import FREQUENCY, NO_VALUES, POSITIONS
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import lazy


class Terms(Protocol):
    """What postings ask of the reader that they are read by."""

    arrays: Container
    frequencies: PackedInts
    gaps: PackedInts

    def info_at(self, number: int) -> TermInfo:
        """Return the statistics of a term by its number."""
        ...


class TermPostings:
    """The postings of one term, unpacked when they are asked for."""

    def __init__(self, reader: Terms, number: int, kept: str, format_: Format) -> None:
        self._reader = reader
        self._arrays = reader.arrays
        self._number = number
        self.encoding = kept
        self.format = format_
        self.first: int
        self.last: int
        self.first, self.last = self._arrays["terms.postings"][number : number + 2].tolist()

    @lazy
    def info(self) -> TermInfo:
        """The statistics of the term."""
        return self._reader.info_at(self._number)

    @lazy
    def documents(self) -> list[int]:
        """The documents that have the term."""
        first, last = self._arrays["terms.entries"][self._number : self._number + 2].tolist()
        at = np.flatnonzero(unpack_bits(self._arrays["entries.documents"][first:last]))
        blocks = self._arrays["entries.block"][first:last].astype(np.int64)
        numbers: list[int] = (
            blocks[at >> BLOCK_BITS] * BLOCK_SIZE | at & (BLOCK_SIZE - 1)
        ).tolist()
        return numbers

    @lazy
    def frequencies(self) -> Array:
        """How often the term stands in each document."""
        return self._reader.frequencies[slice(self.first, self.last)]

    @lazy
    def weights(self) -> list[float]:
        """What the term weighs in each document."""
        weights = self._arrays["postings.weight"]
        found = weights[self.first : self.last] if len(weights) else self.frequencies.astype(float)
        result: list[float] = found.tolist()
        return result

    @lazy
    def positions(self) -> list[list[int]]:
        """Where the term stands in each document."""
        first, last = self._arrays["terms.positions"][self._number : self._number + 2].tolist()
        gaps = self._reader.gaps[slice(first, last)]
        ends = np.cumsum(self.frequencies)
        if len(gaps) != ends[-1]:
            raise IndexDamaged("positions are damaged")
        through = np.cumsum(gaps)
        before = np.concatenate(([0], through))[ends - self.frequencies]
        flat = (through - np.repeat(before, self.frequencies)).tolist()
        return [
            flat[start:end]
            for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)
        ]

    @lazy
    def values(self) -> list[bytes]:
        """The values as bytes, for formats that are kept so."""
        first, last = self._arrays["terms.values"][self._number : self._number + 2].tolist()
        return list(StringTable(self._arrays, "values").between(first, last))

    def value(self, at: int) -> bytes:
        """Return the value of a posting as the format writes it."""
        if self.encoding == NO_VALUES:
            return b""
        if self.encoding == FREQUENCY:
            return pack(">I", int(self.frequencies[at]))
        if self.encoding == POSITIONS:
            return self.format.encode(self.positions[at])
        return self.values[at]


class PostingsMatcher(LeafMatcher):
    """Walks through the postings of one term, which to Whoosh are one block."""

    def __init__(
        self,
        postings: TermPostings,
        term: tuple[str, bytes],
        scorer: BaseScorer | None,
        at: int = 0,
    ) -> None:
        self.scorer = scorer
        self.format = postings.format
        self._term = self._own_term = term
        self._found = postings
        self._count: int = postings.last - postings.first
        self._at = at

    def is_active(self) -> bool:
        """Whether there is a posting left."""
        return self._at < self._count

    def copy(self) -> "PostingsMatcher":
        """Return a matcher that stands at the same posting."""
        return PostingsMatcher(self._found, self._own_term, self.scorer, self._at)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = 0

    def replace(self, minquality: float = 0) -> Matcher:
        """Return nothing where no posting is left, or none can be good enough."""
        if not self.is_active():
            return NullMatcher()
        if minquality and self.supports_block_quality() and self.max_quality() < minquality:
            return NullMatcher()
        return self

    def id(self) -> int:
        """Return the document; after the last posting that of the last."""
        return self._found.documents[min(self._at, self._count - 1)]

    def all_ids(self) -> Iterator[int]:
        """Yield the documents from here on."""
        return iter(self._found.documents[self._at :])

    def next(self) -> bool:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return not self.is_active()

    def skip_to(self, id: int) -> None:
        """Go to the first posting whose document is not below the given one."""
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._found.documents, id, self._at)

    def skip_to_quality(self, minquality: float) -> int:
        """Leave all postings where none of them can be better."""
        if self.block_quality() > minquality:
            return 0
        self._at = self._count
        return 1

    def weight(self) -> float:
        """Return what the term weighs in the document."""
        return self._found.weights[self._at]

    def value(self) -> bytes:
        """Return the value as the field's format writes it."""
        return self._found.value(self._at)

    def value_as(self, astype: str) -> Any:
        """Return the value in one of the ways that the format knows."""
        if astype == "positions" and self._found.encoding == POSITIONS:
            return self._found.positions[self._at]
        return super().value_as(astype)

    def block_min_length(self) -> int:
        """Return the length of the shortest document that has the term."""
        return self._found.info.min_length()

    def block_max_length(self) -> int:
        """Return the length of the longest."""
        return self._found.info.max_length()

    def block_max_weight(self) -> float:
        """Return the most that the term weighs in a document."""
        return self._found.info.max_weight()

    def block_min_id(self) -> int:
        """Return the first document."""
        return self._found.documents[0]

    def block_max_id(self) -> int:
        """Return the last document."""
        return self._found.documents[-1]


class VectorMatcher(LeafMatcher):
    """Walks through the terms of a vector, as if they were documents."""

    scorer = None
    _term = None

    def __init__(
        self,
        ids: Sequence[Any],
        weights: Sequence[float],
        values: Sequence[bytes],
        format_: Format,
        at: int = 0,
    ) -> None:
        self.format = format_
        self._ids = ids
        self._weights = weights
        self._values = values
        self._at = at

    def is_active(self) -> bool:
        """Whether there is a term left."""
        return self._at < len(self._ids)

    def copy(self) -> "VectorMatcher":
        """Return a matcher that stands at the same term."""
        return VectorMatcher(self._ids, self._weights, self._values, self.format, self._at)

    def reset(self) -> None:
        """Go back to the first term."""
        self._at = 0

    def id(self) -> Any:
        """Return the term."""
        return self._ids[self._at]

    def all_ids(self) -> Iterator[Any]:
        """Yield the terms from here on."""
        return iter(self._ids[self._at :])

    def next(self) -> bool:
        """Go to the next term."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return not self.is_active()

    def skip_to(self, id: Any) -> None:
        """Go to the first term that is not below the given one."""
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._ids, id, self._at)

    def weight(self) -> float:
        """Return what the term weighs."""
        return self._weights[self._at]

    def value(self) -> bytes:
        """Return the value as the vector's format writes it."""
        return self._values[self._at]

    def supports_block_quality(self) -> bool:
        """Whether blocks have a quality: terms of a vector are not ranked."""
        return False

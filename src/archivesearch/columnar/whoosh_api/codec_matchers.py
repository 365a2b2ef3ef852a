"""Matchers of the codec: the postings of a term, and the vector of a document."""

from collections.abc import Sequence
from itertools import pairwise
from struct import pack
from typing import Any, Protocol

import numpy as np
from whoosh.formats import Format
from whoosh.matching import Matcher, NullMatcher
from whoosh.reading import TermInfo
from whoosh.scoring import BaseScorer

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.string_table import StringTable
from archivesearch.columnar.whoosh_api.array_container import Container
from archivesearch.columnar.whoosh_api.codec_writer import FREQUENCY, NO_VALUES, POSITIONS
from archivesearch.columnar.whoosh_api.matchers import SortedMatcher
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import lazy


class TermArrays(Protocol):
    """The part of a term reader that postings need."""

    arrays: Container
    frequencies: PackedInts
    gaps: PackedInts

    def info_at(self, number: int) -> TermInfo:
        """Return the statistics of a term by its number."""
        ...


class TermPostings:
    """The postings of one term, decoded on first use. `encoding` is that of their values."""

    def __init__(self, reader: TermArrays, number: int, encoding: str, format_: Format) -> None:
        self._reader = reader
        self._arrays = reader.arrays
        self._number = number
        self.encoding = encoding
        self.format = format_
        self.first, self.end = self._range("terms.postings")

    def __len__(self) -> int:
        return self.end - self.first

    @lazy
    def info(self) -> TermInfo:
        """The statistics of the term."""
        return self._reader.info_at(self._number)

    @lazy
    def documents(self) -> list[int]:
        """The numbers of the documents that have the term, ascending."""
        entries = slice(*self._range("terms.entries"))
        indices = np.flatnonzero(unpack_bits(self._arrays["entries.documents"][entries]))
        blocks = self._arrays["entries.block"][entries].astype(np.int64)
        documents: list[int] = (
            blocks[indices >> BLOCK_BITS] * BLOCK_SIZE | indices & (BLOCK_SIZE - 1)
        ).tolist()
        return documents

    @lazy
    def frequencies(self) -> Array:
        """The frequency of the term in each document, int64."""
        return self._reader.frequencies[slice(self.first, self.end)]

    @lazy
    def weights(self) -> list[float]:
        """The weight of the term in each document; without stored weights, the frequency."""
        stored = self._arrays["postings.weight"]
        column = stored[self.first : self.end] if len(stored) else self.frequencies.astype(float)
        weights: list[float] = column.tolist()
        return weights

    @lazy
    def positions(self) -> list[list[int]]:
        """The positions of the term in each document. Raises IndexDamaged."""
        gaps = self._reader.gaps[slice(*self._range("terms.positions"))]
        ends = np.cumsum(self.frequencies)
        if len(gaps) != ends[-1]:
            raise IndexDamaged("positions are damaged")
        sums = np.cumsum(gaps)
        sums_before = np.concatenate(([0], sums))[ends - self.frequencies]
        flat = (sums - np.repeat(sums_before, self.frequencies)).tolist()
        return [flat[start:end] for start, end in pairwise([0, *ends.tolist()])]

    @lazy
    def values(self) -> list[bytes]:
        """The values as bytes, for the encoding BYTES."""
        return list(StringTable(self._arrays, "values").between(*self._range("terms.values")))

    def value(self, index: int) -> bytes:
        """Return the value of a posting as bytes of the field's format."""
        if self.encoding == NO_VALUES:
            return b""
        if self.encoding == FREQUENCY:
            return pack(">I", int(self.frequencies[index]))
        if self.encoding == POSITIONS:
            return self.format.encode(self.positions[index])
        return self.values[index]

    def _range(self, name: str) -> tuple[int, int]:
        """Return the start and the end of the term in an array of starts."""
        start, end = self._arrays[name][self._number : self._number + 2].tolist()
        return start, end


class PostingsMatcher(SortedMatcher):
    """The postings of one term."""

    def __init__(
        self, postings: TermPostings, term: tuple[str, bytes], scorer: BaseScorer | None
    ) -> None:
        self.scorer = scorer
        self.format = postings.format
        self._term = term
        self._postings = postings
        self._count = len(postings)

    @lazy
    def _ids(self) -> Sequence[Any]:
        return self._postings.documents

    def replace(self, minquality: float = 0) -> Matcher:
        """Return NullMatcher if no posting is left, or none can have a score of `minquality`."""
        if not self.is_active():
            return NullMatcher()
        if minquality and self.supports_block_quality() and self.max_quality() < minquality:
            return NullMatcher()
        return self

    def skip_to_quality(self, minquality: float) -> int:
        """Skip the block if no score in it can be higher; return the number of skipped blocks."""
        if self.block_quality() > minquality:
            return 0
        self._index = self._count
        return 1

    def weight(self) -> float:
        """Return the weight of the term in the document."""
        return self._postings.weights[self._index]

    def value(self) -> bytes:
        """Return the value as bytes of the field's format."""
        return self._postings.value(self._index)

    def value_as(self, astype: str) -> Any:
        """Return the value as one of the kinds that the format supports."""
        if astype == "positions" and self._postings.encoding == POSITIONS:
            return self._postings.positions[self._index]
        return super().value_as(astype)

    def block_min_length(self) -> int:
        """Return the length of the shortest document that has the term."""
        return self._postings.info.min_length()

    def block_max_length(self) -> int:
        """Return the length of the longest document that has the term."""
        return self._postings.info.max_length()

    def block_max_weight(self) -> float:
        """Return the greatest weight of the term in a document."""
        return self._postings.info.max_weight()

    def block_min_id(self) -> int:
        """Return the first document."""
        return self._postings.documents[0]

    def block_max_id(self) -> int:
        """Return the last document."""
        return self._postings.documents[-1]


class VectorMatcher(SortedMatcher):
    """The terms of a vector, which take the place of documents."""

    scorer = None
    _term = None

    def __init__(
        self,
        terms: Sequence[str],
        weights: Sequence[float],
        values: Sequence[bytes],
        format_: Format,
    ) -> None:
        self.format = format_
        self._terms = terms
        self._weights = weights
        self._values = values
        self._count = len(terms)

    @lazy
    def _ids(self) -> Sequence[Any]:
        return self._terms

    def weight(self) -> float:
        """Return the weight of the term."""
        return self._weights[self._index]

    def value(self) -> bytes:
        """Return the value as bytes of the vector's format."""
        return self._values[self._index]

    def supports_block_quality(self) -> bool:
        """Whether Whoosh may skip blocks by quality: no, since vectors are not scored."""
        return False

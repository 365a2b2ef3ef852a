"""What Whoosh's reader asks of a segment, answered from its arrays."""

import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from struct import pack
from typing import Any

import numpy as np
from whoosh.codec.base import FieldCursor, PerDocumentReader, Segment, TermsReader
from whoosh.columns import Column, ColumnReader
from whoosh.fields import FieldType
from whoosh.filedb.filestore import Storage
from whoosh.formats import Format
from whoosh.matching import LeafMatcher, Matcher, NullMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound
from whoosh.scoring import BaseScorer

from archivesearch.columnar.arrays import Array, starts_of
from archivesearch.columnar.bits import unpacked as unpacked_bits
from archivesearch.columnar.codec_writing import (
    DOCUMENTS,
    FREQUENCY,
    NOTHING,
    POSITIONS,
    TERMS,
    column_name,
)
from archivesearch.columnar.container import Container
from archivesearch.columnar.escape import Escaped
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.lazy import lazy
from archivesearch.columnar.lexicon import Lexicon
from archivesearch.columnar.stored import unpacked
from archivesearch.columnar.strings import Strings, decoded
from archivesearch.errors import IndexDamaged

_CACHED_BLOCKS = 64


class DocumentReader(PerDocumentReader):
    """Stored values, lengths, columns and vectors, by document."""

    def __init__(self, storage: Storage, segment: Segment) -> None:
        self._storage = storage
        self._segment = segment
        self._arrays = Container(storage, segment.make_filename(DOCUMENTS))
        info = self._arrays.info
        self._lengths = {
            name: self._arrays[f"lengths.{number}"] for number, name in enumerate(info["lengths"])
        }
        self._totals: dict[str, int] = info["totals"]
        self._columns: dict[str, Any] = {}
        self._block = lru_cache(_CACHED_BLOCKS)(self._read_block)

    def close(self) -> None:
        """Close the files of columns; arrays are let go of when nothing refers to them."""
        for file in self._columns.values():
            file.close()
        self._columns.clear()

    def doc_count(self) -> int:
        """Return how many documents there are that are not deleted."""
        return self._segment.doc_count()

    def doc_count_all(self) -> int:
        """Return how many documents there are."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return self._segment.has_deletions()

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """Yield the documents that are deleted."""
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        """Whether fields may be sortable: they may."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether a field has a column here."""
        return self._storage.file_exists(column_name(self._segment, fieldname))

    def column_reader(self, fieldname: str, column: Column) -> ColumnReader:
        """Return the column of a field."""
        name = column_name(self._segment, fieldname)
        if fieldname not in self._columns:
            self._columns[fieldname] = self._storage.open_file(name)
        size = self._storage.file_length(name)
        return column.reader(self._columns[fieldname], 0, size, self.doc_count_all())

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the length of a field of a document, or the default where it has none."""
        lengths = self._lengths.get(fieldname)
        return int(lengths[docnum]) or default if lengths is not None else default

    def field_length(self, fieldname: str) -> int:
        """Return the length of a field in all documents."""
        return self._totals.get(fieldname, 0)

    def min_field_length(self, fieldname: str) -> int:
        """Return the length of the shortest value of a field; 0 where any lacks it."""
        lengths = self._lengths.get(fieldname)
        return int(lengths.min()) if lengths is not None and len(lengths) else 0

    def max_field_length(self, fieldname: str) -> int:
        """Return the length of the longest value of a field."""
        lengths = self._lengths.get(fieldname)
        return int(lengths.max()) if lengths is not None and len(lengths) else 0

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Whether a vector of a field of a document is stored."""
        return (fieldname, docnum) in self._vectors

    def vector(self, docnum: int, fieldname: str, format_: Format) -> "ListedMatcher":
        """Return the vector of a field of a document: a matcher whose ids are terms."""
        try:
            first, last = self._vectors[fieldname, docnum]
        except KeyError:
            raise KeyError(f"no vector of {fieldname} is stored for document {docnum}") from None
        terms = Strings(self._arrays, "vectors.terms").between(first, last)
        return ListedMatcher(
            [decoded(term) for term in terms],
            self._arrays["vectors.weight"][first:last].tolist(),
            list(Strings(self._arrays, "vectors.values").between(first, last)),
            format_,
        )

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return what is stored of a document. Raises IndexDamaged where it cannot be read."""
        firsts = self._arrays["stored.firsts"]
        block = int(np.searchsorted(firsts, docnum, "right")) - 1
        raw, starts = self._block(block)
        place = docnum - int(firsts[block])
        data = raw[int(starts[place]) : int(starts[place + 1])]
        found: dict[str, Any] = unpacked(data) if data else {}
        return found

    def _read_block(self, block: int) -> tuple[bytes, Array]:
        ends, firsts = self._arrays["stored.ends"], self._arrays["stored.firsts"]
        start = int(ends[block - 1]) if block else 0
        own = self._arrays["stored.length"][int(firsts[block]) : int(firsts[block + 1])]
        starts = starts_of(own)
        unpacking = zlib.decompressobj()
        packed = self._arrays["stored.bytes"][start : int(ends[block])].data
        try:
            raw = unpacking.decompress(packed, int(starts[-1]) + 1)
        except zlib.error as error:
            raise IndexDamaged(f"stored values are damaged ({error})") from error
        if not unpacking.eof or len(raw) != starts[-1]:
            raise IndexDamaged("stored values are damaged")
        return raw, starts

    @lazy
    def _vectors(self) -> dict[tuple[str, int], tuple[int, int]]:
        """Where the terms of each vector are, by field and document."""
        names = self._arrays.info["vectors"]
        ends = self._arrays["vectors.ends"].tolist()
        fields = self._arrays["vectors.fields"].tolist()
        documents = self._arrays["vectors.documents"].tolist()
        starts = [0, *ends][: len(ends)]
        return {
            (names[field], document): (start, end)
            for field, document, start, end in zip(fields, documents, starts, ends, strict=True)
        }


class TermReader(TermsReader):
    """Terms, by field and then by their bytes, and their postings."""

    def __init__(self, storage: Storage, segment: Segment) -> None:
        self._arrays = Container(storage, segment.make_filename(TERMS))
        self._kept: dict[str, str] = {}
        self._ranges: dict[str, tuple[int, int]] = {}
        for name, (first, last, kept) in self._arrays.info["fields"].items():
            self._ranges[name] = first, last
            self._kept[name] = kept
        self._lexicon = Lexicon(self._arrays, self._ranges)
        self.frequencies = Escaped(self._arrays, "postings.frequency")
        self.gaps = Escaped(self._arrays, "positions.gap")

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._lexicon.find(*term) is not None

    def indexed_field_names(self) -> Sequence[str]:
        """Return the fields that have terms."""
        return list(self._ranges)

    def cursor(self, fieldname: str, fieldobj: FieldType) -> "TermCursor":
        """Return what walks through the terms of a field."""
        return TermCursor(self, self._lexicon, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield all terms."""
        for name, (first, last) in self._ranges.items():
            yield from ((name, term) for term in self._lexicon.terms(first, last))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield all terms from one on, those of the fields after its own too."""
        if fieldname not in self._ranges:
            return
        start, _ = self._lexicon.between(fieldname, prefix, None)
        for name, (first, last) in self._ranges.items():
            if last > start:
                found = self._lexicon.terms(max(first, start), last)
                yield from ((name, term) for term in found)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield all terms with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield all terms from one on with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        number = self._lexicon.find(fieldname, text)
        if number is None:
            raise TermNotFound(f"{fieldname}:{text!r}")
        return self.info_at(number)

    def info_at(self, number: int) -> TermInfo:
        """Return the statistics of a term by its number, anew each time: Whoosh changes them."""
        first, last = self._arrays["terms.entries"][number : number + 2].tolist()
        blocks, bits = self._arrays["entries.block"], self._arrays["entries.documents"]
        lowest, highest = int(bits[first]), int(bits[last - 1])
        return TermInfo(
            weight=self._arrays["terms.weight"][number].item(),
            df=self._count(number),
            minlength=int(self._arrays["terms.shortest"][number]),
            maxlength=int(self._arrays["terms.longest"][number]),
            maxweight=self._arrays["terms.top"][number].item(),
            minid=int(blocks[first]) * BLOCK_SIZE + (lowest & -lowest).bit_length() - 1,
            maxid=int(blocks[last - 1]) * BLOCK_SIZE + highest.bit_length() - 1,
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Return the weight of a term in all documents. Raises KeyError."""
        weight: float = self._arrays["terms.weight"][self._number(fieldname, text)].item()
        return weight

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Return how many documents have a term. Raises KeyError."""
        return self._count(self._number(fieldname, text))

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: BaseScorer | None = None
    ) -> "PostingsMatcher":
        """Return a matcher over the postings of a term. Raises TermNotFound."""
        number = self._lexicon.find(fieldname, text)
        if number is None:
            raise TermNotFound(f"{fieldname}:{text!r}")
        found = TermPostings(self, self._arrays, number, self._kept[fieldname], format_)
        return PostingsMatcher(found, (fieldname, text), scorer)

    def _number(self, fieldname: str, text: bytes) -> int:
        number = self._lexicon.find(fieldname, text)
        if number is None:
            raise KeyError((fieldname, text))
        return number

    def _count(self, number: int) -> int:
        first, last = self._arrays["terms.postings"][number : number + 2].tolist()
        return int(last - first)


class TermCursor(FieldCursor):
    """Walks through the terms of a field, in their order."""

    def __init__(
        self, reader: TermReader, lexicon: Lexicon, fieldname: str, fieldobj: FieldType
    ) -> None:
        self._reader = reader
        self._lexicon = lexicon
        self._name = fieldname
        self._field = fieldobj
        self._first, self._last = lexicon.field(fieldname)
        self._at = self._first

    def first(self) -> Any:
        """Go to the first term and return it."""
        self._at = self._first
        return self.text()

    def find(self, string: str | bytes) -> Any:
        """Go to the first term that is not below the given one, and return it."""
        wanted = string if isinstance(string, bytes) else self._field.to_bytes(string)
        self._at, _ = self._lexicon.between(self._name, wanted, None)
        return self.text()

    def next(self) -> Any:
        """Go to the next term and return it."""
        self._at = min(self._at + 1, self._last)
        return self.text()

    def text(self) -> Any:
        """Return the term; None after the last."""
        return self._field.from_bytes(self._lexicon[self._at]) if self.is_valid() else None

    def term_info(self) -> TermInfo | None:
        """Return the statistics of the term; None after the last."""
        return self._reader.info_at(self._at) if self.is_valid() else None

    def is_valid(self) -> bool:
        """Whether there is a term."""
        return self._at < self._last


class TermPostings:
    """The postings of one term, unpacked when they are asked for."""

    def __init__(
        self, reader: TermReader, arrays: Container, number: int, kept: str, format_: Format
    ) -> None:
        self._reader = reader
        self._arrays = arrays
        self._number = number
        self.kept = kept
        self.format = format_
        self.first, self.last = arrays["terms.postings"][number : number + 2].tolist()

    @lazy
    def info(self) -> TermInfo:
        """The statistics of the term."""
        return self._reader.info_at(self._number)

    @lazy
    def documents(self) -> list[int]:
        """The documents that have the term."""
        first, last = self._arrays["terms.entries"][self._number : self._number + 2].tolist()
        at = np.flatnonzero(unpacked_bits(self._arrays["entries.documents"][first:last]))
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
        return list(Strings(self._arrays, "values").between(first, last))

    def value(self, at: int) -> bytes:
        """Return the value of a posting as the format writes it."""
        if self.kept == NOTHING:
            return b""
        if self.kept == FREQUENCY:
            return pack(">I", int(self.frequencies[at]))
        if self.kept == POSITIONS:
            encoded: bytes = self.format.encode(self.positions[at])
            return encoded
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
        self._term = term
        self._found = postings
        self._count = postings.last - postings.first
        self._at = at

    def is_active(self) -> bool:
        """Whether there is a posting left."""
        return self._at < self._count

    def copy(self) -> "PostingsMatcher":
        """Return a matcher that stands at the same posting."""
        return PostingsMatcher(self._found, self._term, self.scorer, self._at)

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
        if astype == "positions" and self._found.kept == POSITIONS:
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


class ListedMatcher(LeafMatcher):
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

    def copy(self) -> "ListedMatcher":
        """Return a matcher that stands at the same term."""
        return ListedMatcher(self._ids, self._weights, self._values, self.format, self._at)

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

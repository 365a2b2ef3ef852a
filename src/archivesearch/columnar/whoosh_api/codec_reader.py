"""Readers of the codec: the documents and the terms of a segment."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from whoosh.codec.base import FieldCursor, PerDocumentReader, Segment, TermsReader
from whoosh.columns import Column, ColumnReader
from whoosh.fields import FieldType
from whoosh.filedb.filestore import Storage
from whoosh.formats import Format
from whoosh.reading import TermInfo, TermNotFound
from whoosh.scoring import BaseScorer

from archivesearch.columnar.bm25 import BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array, offsets, range_index
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.columnar.terms.term_dictionary import TermDictionary
from archivesearch.columnar.whoosh_api.array_container import Container
from archivesearch.columnar.whoosh_api.codec_matchers import (
    PostingsMatcher,
    TermPostings,
    VectorMatcher,
)
from archivesearch.columnar.whoosh_api.codec_writer import (
    DOCUMENTS_SUFFIX,
    TERMS_SUFFIX,
    column_file_name,
)
from archivesearch.columnar.whoosh_api.stored_values import deserialize
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy

_CACHED_BLOCKS = 64


class CodecDocumentReader(PerDocumentReader):
    """Stored values, lengths, columns and vectors, by document."""

    def __init__(self, storage: Storage, segment: Segment) -> None:
        self._storage = storage
        self._segment = segment
        self._arrays = Container(storage, segment.make_filename(DOCUMENTS_SUFFIX))
        info = self._arrays.info
        self._lengths = {
            name: self._arrays[f"lengths.{number}"] for number, name in enumerate(info["lengths"])
        }
        self._total_lengths: dict[str, int] = info["totals"]
        self._columns: dict[str, Any] = {}
        self._block = cached_method(_CACHED_BLOCKS, self._read_block)

    def close(self) -> None:
        """Close the files of columns; garbage collection unmaps the arrays."""
        for file in self._columns.values():
            file.close()
        self._columns.clear()

    def doc_count(self) -> int:
        """Return the number of documents, without deleted ones."""
        return self._segment.doc_count()

    def doc_count_all(self) -> int:
        """Return the number of documents, including deleted ones."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return self._segment.has_deletions()

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """Yield the deleted documents."""
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        """Whether fields may be sortable: yes."""
        return True

    def has_column(self, fieldname: str) -> bool:
        """Whether a field has a column in this segment."""
        return self._storage.file_exists(column_file_name(self._segment, fieldname))

    def column_reader(self, fieldname: str, column: Column) -> ColumnReader:
        """Return the column of a field."""
        name = column_file_name(self._segment, fieldname)
        if fieldname not in self._columns:
            self._columns[fieldname] = self._storage.open_file(name)
        size = self._storage.file_length(name)
        return column.reader(self._columns[fieldname], 0, size, self.doc_count_all())

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the length of a field of a document, or `default` if it has none."""
        lengths = self._lengths.get(fieldname)
        return int(lengths[docnum]) or default if lengths is not None else default

    def field_length(self, fieldname: str) -> int:
        """Return the sum of a field's lengths in all documents."""
        return self._total_lengths.get(fieldname, 0)

    def min_field_length(self, fieldname: str) -> int:
        """Return the smallest length of a field; 0 if a document lacks the field."""
        lengths = self._lengths.get(fieldname)
        return int(lengths.min()) if lengths is not None and len(lengths) else 0

    def max_field_length(self, fieldname: str) -> int:
        """Return the largest length of a field in a document."""
        lengths = self._lengths.get(fieldname)
        return int(lengths.max()) if lengths is not None and len(lengths) else 0

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Whether a document has a vector of a field."""
        return (fieldname, docnum) in self._vectors

    def vector(self, docnum: int, fieldname: str, format_: Format) -> VectorMatcher:
        """Return the vector of a document's field: a matcher whose IDs are terms."""
        try:
            first, end = self._vectors[fieldname, docnum]
        except KeyError:
            raise KeyError(f"no vector of {fieldname} is stored for document {docnum}") from None
        terms = StringTable(self._arrays, "vectors.terms").between(first, end)
        return VectorMatcher(
            [from_utf8(term) for term in terms],
            self._arrays["vectors.weight"][first:end].tolist(),
            list(StringTable(self._arrays, "vectors.values").between(first, end)),
            format_,
        )

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return the stored values of a document. Raises IndexDamaged if they cannot be read."""
        firsts = self._arrays["stored.firsts"]
        block = range_index(firsts, docnum)
        raw, starts = self._block(block)
        index = docnum - int(firsts[block])
        data = raw[int(starts[index]) : int(starts[index + 1])]
        values: dict[str, Any] = deserialize(data) if data else {}
        return values

    def _read_block(self, block: int) -> tuple[bytes, Array]:
        """Return the decompressed bytes of a block, and the offsets of its documents."""
        ends, firsts = self._arrays["stored.ends"], self._arrays["stored.firsts"]
        start = int(ends[block - 1]) if block else 0
        lengths = self._arrays["stored.length"][int(firsts[block]) : int(firsts[block + 1])]
        starts = offsets(lengths)
        decompressor = zlib.decompressobj()
        compressed = self._arrays["stored.bytes"][start : int(ends[block])].data
        try:
            raw = decompressor.decompress(compressed, int(starts[-1]) + 1)
        except zlib.error as error:
            raise IndexDamaged(f"stored values are damaged ({error})") from error
        if not decompressor.eof or len(raw) != starts[-1]:
            raise IndexDamaged("stored values are damaged")
        return raw, starts

    @lazy
    def _vectors(self) -> dict[tuple[str, int], tuple[int, int]]:
        """The start and the end of each vector in `vectors.terms`, by field and document."""
        names = self._arrays.info["vectors"]
        ends = self._arrays["vectors.ends"].tolist()
        fields = self._arrays["vectors.fields"].tolist()
        documents = self._arrays["vectors.documents"].tolist()
        starts = [0, *ends][: len(ends)]
        return {
            (names[field], document): (start, end)
            for field, document, start, end in zip(fields, documents, starts, ends, strict=True)
        }


class CodecTermReader(TermsReader):
    """The terms of a segment, sorted by field and then by their bytes, and their postings."""

    def __init__(self, storage: Storage, segment: Segment) -> None:
        self.arrays = Container(storage, segment.make_filename(TERMS_SUFFIX))
        self._encodings: dict[str, str] = {}
        self._ranges: dict[str, tuple[int, int]] = {}
        for name, (first, end, encoding) in self.arrays.info["fields"].items():
            self._ranges[name] = first, end
            self._encodings[name] = encoding
        self._dictionary = TermDictionary(self.arrays, self._ranges)
        self.frequencies = PackedInts(self.arrays, "postings.frequency", bits=4)
        self.gaps = PackedInts(self.arrays, "positions.gap", bits=8)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._dictionary.find(*term) is not None

    def indexed_field_names(self) -> Sequence[str]:
        """Return the fields that have terms."""
        return list(self._ranges)

    def cursor(self, fieldname: str, fieldobj: FieldType) -> "TermCursor":
        """Return a cursor over the terms of a field."""
        return TermCursor(self, self._dictionary, fieldname, fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield all terms."""
        for name, (first, end) in self._ranges.items():
            yield from ((name, term) for term in self._dictionary.terms(first, end))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms of the field from `prefix` on, then all terms of later fields."""
        if fieldname not in self._ranges:
            return
        start, _ = self._dictionary.term_range(fieldname, prefix, None)
        for name, (first, end) in self._ranges.items():
            if end > start:
                terms = self._dictionary.terms(max(first, start), end)
                yield from ((name, term) for term in terms)

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield all terms with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Yield all terms from `prefix` on with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        number = self._dictionary.find(fieldname, text)
        if number is None:
            raise TermNotFound(f"{fieldname}:{text!r}")
        return self.info_at(number)

    def info_at(self, number: int) -> TermInfo:
        """Return the statistics of a term by its number; a new object, since Whoosh changes it."""
        first, end = self.arrays["terms.entries"][number : number + 2].tolist()
        blocks, bits = self.arrays["entries.block"], self.arrays["entries.documents"]
        lowest, highest = int(bits[first]), int(bits[end - 1])
        return TermInfo(
            weight=self.arrays["terms.weight"][number].item(),
            df=self._count(number),
            minlength=int(self.arrays["terms.shortest"][number]),
            maxlength=int(self.arrays["terms.longest"][number]),
            maxweight=self.arrays["terms.top"][number].item(),
            minid=int(blocks[first]) * BLOCK_SIZE + (lowest & -lowest).bit_length() - 1,
            maxid=int(blocks[end - 1]) * BLOCK_SIZE + highest.bit_length() - 1,
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Return the sum of a term's weights in all documents. Raises KeyError."""
        weight: float = self.arrays["terms.weight"][self._number(fieldname, text)].item()
        return weight

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Return the number of documents that have a term. Raises KeyError."""
        return self._count(self._number(fieldname, text))

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: BaseScorer | None = None
    ) -> PostingsMatcher:
        """Return a matcher over the postings of a term. Raises TermNotFound."""
        number = self._dictionary.find(fieldname, text)
        if number is None:
            raise TermNotFound(f"{fieldname}:{text!r}")
        postings = TermPostings(self, number, self._encodings[fieldname], format_)
        return PostingsMatcher(postings, (fieldname, text), scorer)

    def _number(self, fieldname: str, text: bytes) -> int:
        number = self._dictionary.find(fieldname, text)
        if number is None:
            raise KeyError((fieldname, text))
        return number

    def _count(self, number: int) -> int:
        first, end = self.arrays["terms.postings"][number : number + 2].tolist()
        return int(end - first)


class TermCursor(FieldCursor):
    """A cursor over the sorted terms of a field."""

    def __init__(
        self,
        reader: CodecTermReader,
        dictionary: TermDictionary,
        fieldname: str,
        fieldobj: FieldType,
    ) -> None:
        self._reader = reader
        self._dictionary = dictionary
        self._name = fieldname
        self._field = fieldobj
        self._first, self._last = dictionary.field_range(fieldname)
        self._current = self._first

    def first(self) -> Any:
        """Go to the first term and return it."""
        self._current = self._first
        return self.text()

    def find(self, string: str | bytes) -> Any:
        """Go to the first term that is not less than `string`, and return it."""
        key = string if isinstance(string, bytes) else self._field.to_bytes(string)
        self._current, _ = self._dictionary.term_range(self._name, key, None)
        return self.text()

    def next(self) -> Any:
        """Go to the next term and return it."""
        self._current = min(self._current + 1, self._last)
        return self.text()

    def text(self) -> Any:
        """Return the current term; None after the last."""
        return self._field.from_bytes(self._dictionary[self._current]) if self.is_valid() else None

    def term_info(self) -> TermInfo | None:
        """Return the statistics of the current term; None after the last."""
        return self._reader.info_at(self._current) if self.is_valid() else None

    def is_valid(self) -> bool:
        """Whether there is a current term."""
        return self._current < self._last

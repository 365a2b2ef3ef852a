"""Writers of the codec: documents in order, then postings sorted by field and term."""

import struct
import zlib
from array import array
from collections.abc import Iterable
from pickle import UnpicklingError
from typing import Any

import numpy as np
from whoosh.codec.base import FieldWriter, PerDocWriterWithColumns, Segment
from whoosh.columns import Column
from whoosh.fields import FieldType
from whoosh.filedb.filestore import Storage
from whoosh.formats import Existence, Format, Frequency, Positions
from whoosh.util.numeric import byte_to_length, length_to_byte

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array, narrow, offsets
from archivesearch.columnar.storage.packed_ints import PackedIntsWriter
from archivesearch.columnar.storage.string_table import to_utf8, write_strings
from archivesearch.columnar.terms.term_dictionary import write_term_dictionary
from archivesearch.columnar.whoosh_api.array_container import ContainerWriter
from archivesearch.columnar.whoosh_api.stored_values import serialize

DOCUMENTS_SUFFIX = ".doc"
TERMS_SUFFIX = ".inv"
_BLOCK_BYTES = 4096

# The encoding of the values of a field's postings: no values, frequencies, positions, or the
# bytes of the field's format.
NO_VALUES, FREQUENCY, POSITIONS, BYTES = "nothing", "frequency", "positions", "bytes"

# The errors that Whoosh raises for a value that is not of the field's format.
_FORMAT_ERRORS = (EOFError, UnpicklingError, ValueError, TypeError, LookupError, struct.error)


def column_file_name(segment: Segment, field: str) -> str:
    """Return the name of the file of a field's column."""
    return segment.make_filename(f".{field}.col")


class CodecDocumentWriter(PerDocWriterWithColumns):
    """Writes the stored values, lengths, columns and vectors of documents, in order."""

    def __init__(self, storage: Storage, segment: Segment, *, rounded: bool) -> None:
        super().__init__()
        self._storage = storage
        self._segment = segment
        self._rounded = rounded
        self._writer = ContainerWriter()
        self._columns: dict[str, tuple[Any, Any]] = {}
        self._lengths: dict[str, dict[int, int]] = {}
        self._total_lengths: dict[str, int] = {}
        self._values: dict[str, Any] = {}
        self._count = 0
        self._block: list[bytes] = []
        self._block_bytes = 0
        self._block_ends: list[int] = []
        self._block_firsts: list[int] = [0]
        self._sizes = array("I")
        self._compressed_bytes = 0
        self._vectors: list[tuple[str, int, int]] = []
        self._vector_terms: list[bytes] = []
        self._vector_values: list[bytes] = []
        self._vector_weights = array("d")
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:
        """Begin the next document."""
        if docnum != self._count:
            raise ValueError(f"document {docnum} follows; expected {self._count}")
        self._docnum = docnum
        self._count += 1
        self._values = {}

    def add_field(self, fieldname: str, fieldobj: FieldType, value: Any, length: int) -> None:
        """Add the stored value and the length of a field."""
        if value is not None:
            self._values[fieldname] = value
        if length:
            self._total_lengths[fieldname] = self._total_lengths.get(fieldname, 0) + length
            if self._rounded:
                length = byte_to_length(length_to_byte(length))
            self._lengths.setdefault(fieldname, {})[self._docnum] = length

    def add_vector_items(
        self, fieldname: str, fieldobj: FieldType, items: Iterable[tuple[str, float, bytes]]
    ) -> None:
        """Add the vector of a field: sorted terms, each with its weight and value."""
        count = len(self._vector_terms)
        for text, weight, value in items:
            self._vector_terms.append(to_utf8(text))
            self._vector_weights.append(weight)
            self._vector_values.append(value or b"")
        if len(self._vector_terms) > count:
            self._vectors.append((fieldname, self._docnum, len(self._vector_terms)))

    def finish_doc(self) -> None:
        """End the document."""
        data = serialize(self._values) if self._values else b""
        self._values = {}
        self._sizes.append(len(data))
        self._block.append(data)
        self._block_bytes += len(data)
        if self._block_bytes >= _BLOCK_BYTES:
            self._end_block()

    def close(self) -> None:
        """Write the arrays of all documents."""
        self.is_closed = True
        for file, writer in self._columns.values():
            writer.finish(self._count)
            file.close()
        if self._block:
            self._end_block()
        append = self._writer.append
        append("stored.bytes", np.empty(0, np.uint8))
        append("stored.ends", narrow(np.array(self._block_ends, np.int64)))
        append("stored.firsts", narrow(np.array(self._block_firsts, np.int64)))
        append("stored.length", narrow(np.asarray(self._sizes)))
        fields = sorted(self._lengths)
        for number, name in enumerate(fields):
            lengths = np.zeros(self._count, np.int64)
            by_document = self._lengths[name]
            lengths[list(by_document)] = list(by_document.values())
            append(f"lengths.{number}", narrow(lengths))
        vector_fields = sorted({name for name, _, _ in self._vectors})
        field_numbers = {name: number for number, name in enumerate(vector_fields)}
        for part, values in (
            ("fields", [field_numbers[name] for name, _, _ in self._vectors]),
            ("documents", [document for _, document, _ in self._vectors]),
            ("ends", [end for _, _, end in self._vectors]),
        ):
            append(f"vectors.{part}", narrow(np.array(values, np.int64)))
        append("vectors.weight", np.asarray(self._vector_weights))
        write_strings(self._writer, "vectors.terms", self._vector_terms)
        write_strings(self._writer, "vectors.values", self._vector_values)
        info = {
            "documents": self._count,
            "lengths": fields,
            "totals": self._total_lengths,
            "vectors": vector_fields,
        }
        self._writer.close(self._storage, self._segment.make_filename(DOCUMENTS_SUFFIX), info)

    def _end_block(self) -> None:
        data = zlib.compress(b"".join(self._block))
        self._writer.append("stored.bytes", np.frombuffer(data, np.uint8))
        self._compressed_bytes += len(data)
        self._block_ends.append(self._compressed_bytes)
        self._block_firsts.append(len(self._sizes))
        self._block = []
        self._block_bytes = 0

    def _has_column(self, fieldname: str) -> bool:
        return fieldname in self._columns

    def _create_column(self, fieldname: str, column: Column) -> None:
        file = self._storage.create_file(column_file_name(self._segment, fieldname))
        self._columns[fieldname] = file, column.writer(file)

    def _get_column(self, fieldname: str) -> Any:
        return self._columns[fieldname][1]


class CodecTermWriter(FieldWriter):
    """Writes postings field by field, term by term, in arrays as in `segment.py`."""

    def __init__(self, storage: Storage, segment: Segment) -> None:
        self._storage = storage
        self._segment = segment
        self._writer = ContainerWriter()
        self._terms: list[bytes] = []
        self._fields: dict[str, tuple[int, int, str]] = {}
        self._counts: dict[str, list[int]] = {"entries": [], "postings": [], "positions": []}
        self._values: list[bytes] = []
        self._value_counts: list[int] = []
        self._statistics: dict[str, list[float]] = {
            name: [] for name in ("weight", "top", "shortest", "longest")
        }
        self._frequency_writer = PackedIntsWriter(self._writer, "postings.frequency", bits=4)
        self._gap_writer = PackedIntsWriter(self._writer, "positions.gap", bits=8)
        self._weights = array("d")
        self._frequencies = array("I")
        self.is_closed = False
        self._field: _Field | None = None

    def start_field(self, fieldname: str, fieldobj: FieldType) -> None:
        """Begin the next field."""
        if fieldobj.format is None:
            raise ValueError(f"the field {fieldname} is not indexed")
        self._field = _Field(fieldname, fieldobj.format)

    def start_term(self, text: bytes) -> None:
        """Begin the next term of the field."""
        if self._field is None:
            raise ValueError("a term that is of no field")
        self._field.start(text)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int) -> None:
        """Add a posting of the term."""
        if self._field is None:
            raise ValueError("a posting that is of no term")
        self._field.add(docnum, weight, vbytes, length or 0)

    def finish_term(self) -> None:
        """End the term."""

    def finish_field(self) -> None:
        """Write the postings of the field."""
        field, self._field = self._field, None
        if field is None:
            raise ValueError("a field ends that has not begun")
        first = len(self._terms)
        self._terms.extend(field.terms)
        encoding = field.encoding()
        self._fields[field.name] = first, len(self._terms), encoding
        starts = np.array([*field.starts, len(field.documents)], np.int64)
        counts = np.diff(starts)
        self._append_entries(field, counts)
        self._counts["postings"] += counts.tolist()
        frequencies = field.frequencies(encoding)
        self._weights.extend(field.weights)
        self._frequency_writer.append(frequencies)
        self._frequencies.extend(frequencies.tolist())
        no_counts = [0] * len(counts)
        if encoding == POSITIONS:
            self._gap_writer.append(np.asarray(field.gaps).astype(np.int64))
            self._counts["positions"] += np.add.reduceat(frequencies, starts[:-1]).tolist()
        else:
            self._counts["positions"] += no_counts
        self._value_counts += counts.tolist() if encoding == BYTES else no_counts
        if encoding == BYTES:
            self._values += field.values
        self._add_statistics(field, starts[:-1])

    def _append_entries(self, field: "_Field", counts: Array) -> None:
        """Write the entries of each term; `counts` has the number of its postings."""
        documents = np.asarray(field.documents).astype(np.int64)
        terms = np.repeat(np.arange(len(counts)), counts)
        blocks = documents >> BLOCK_BITS
        is_new = np.ones(len(documents), bool)
        is_new[1:] = (terms[1:] != terms[:-1]) | (blocks[1:] != blocks[:-1])
        starts = np.flatnonzero(is_new)
        bits = np.uint32(1) << (documents & (BLOCK_SIZE - 1)).astype(np.uint32)
        self._writer.append("entries.block", blocks[starts].astype(np.uint32))
        self._writer.append("entries.documents", np.bitwise_or.reduceat(bits, starts))
        self._counts["entries"] += np.bincount(terms[starts], minlength=len(counts)).tolist()

    def _add_statistics(self, field: "_Field", starts: Array) -> None:
        """Add the statistics of each term; `starts` has the index of its first posting."""
        weights = np.asarray(field.weights)
        lengths = np.asarray(field.lengths)
        absent = np.iinfo(np.uint32).max
        shortest = np.minimum.reduceat(np.where(lengths > 0, lengths, absent), starts)
        shortest[shortest == absent] = 0
        for name, values in (
            ("weight", np.add.reduceat(weights, starts)),
            ("top", np.maximum.reduceat(weights, starts)),
            ("shortest", shortest),
            ("longest", np.maximum.reduceat(lengths, starts)),
        ):
            self._statistics[name] += values.tolist()

    def close(self) -> None:
        """Write the term dictionary, and the other arrays of all fields."""
        self.is_closed = True
        append = self._writer.append
        write_term_dictionary(self._writer, self._terms)
        for name, counts in self._counts.items():
            append(f"terms.{name}", narrow(offsets(np.array(counts, np.int64))))
        append("terms.values", narrow(offsets(np.array(self._value_counts, np.int64))))
        write_strings(self._writer, "values", self._values)
        for name, numbers in self._statistics.items():
            append(f"terms.{name}", np.array(numbers, np.float64))
        append("entries.block", np.empty(0, np.uint32))
        append("entries.documents", np.empty(0, np.uint32))
        self._frequency_writer.finish()
        self._gap_writer.finish()
        weights = np.asarray(self._weights)
        if np.array_equal(weights, np.asarray(self._frequencies)):
            weights = np.empty(0, np.float64)
        append("postings.weight", weights)
        info = {"fields": self._fields}
        self._writer.close(self._storage, self._segment.make_filename(TERMS_SUFFIX), info)


class _Field:
    """The postings of one field, as they are added."""

    def __init__(self, name: str, format_: Format) -> None:
        self.name = name
        self.terms: list[bytes] = []
        self.starts: list[int] = []
        self.documents = array("I")
        self.weights = array("d")
        self.lengths = array("I")
        self.values: list[bytes] = []
        self.gaps = array("I")
        self._counts = array("I")
        self._format = format_
        self._as_positions = type(format_) is Positions

    def start(self, text: bytes) -> None:
        """Begin a term."""
        self.terms.append(text)
        self.starts.append(len(self.documents))

    def add(self, document: int, weight: float, value: bytes, length: int) -> None:
        """Add a posting."""
        self.documents.append(document)
        self.weights.append(weight)
        self.lengths.append(length)
        self.values.append(value)
        if self._as_positions:
            self._add_positions(value)

    def encoding(self) -> str:
        """Return the smallest encoding that loses nothing of the values."""
        if self._as_positions:
            return POSITIONS
        if type(self._format) is Existence and not any(self.values):
            return NO_VALUES
        if type(self._format) is Frequency and all(len(value) == 4 for value in self.values):
            return FREQUENCY
        return BYTES

    def frequencies(self, encoding: str) -> Array:
        """Return the frequency of the term in each document, int64; without one, its weight."""
        if encoding == POSITIONS:
            return np.asarray(self._counts).astype(np.int64)
        if encoding == FREQUENCY:
            return np.frombuffer(b"".join(self.values), ">u4").astype(np.int64)
        weights: Array = np.asarray(self.weights)
        return np.clip(weights, 0, np.iinfo(np.uint32).max).astype(np.int64)

    def _add_positions(self, value: bytes) -> None:
        """Add the gaps of positions; if they do not ascend, the field gets another encoding."""
        try:
            positions = self._format.decode_positions(value)
        except _FORMAT_ERRORS:
            positions = []
        gaps = np.diff(positions, prepend=0).tolist() if positions else []
        if min(gaps, default=-1) < 0:
            self._as_positions = False
            return
        self.gaps.extend(gaps)
        self._counts.append(len(gaps))

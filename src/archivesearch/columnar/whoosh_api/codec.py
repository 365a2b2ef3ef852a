"""Whoosh codec: the columnar arrays for indexes that Whoosh itself writes.

    ix = whoosh.index.create_in(folder, schema)
    with ix.writer(codec=ColumnarCodec()) as writer: …

It supports any schema, adding, deleting and merging, stored fields, columns and vectors.
A segment has a file `.doc` for documents, a file `.inv` for terms, and for each sortable
column a file `.col` in Whoosh's own format.
"""

from collections.abc import Iterator
from typing import Any

from whoosh.codec.base import Codec, Segment
from whoosh.filedb.filestore import Storage

from archivesearch.columnar.whoosh_api.codec_reader import CodecDocumentReader, CodecTermReader
from archivesearch.columnar.whoosh_api.codec_writer import (
    CodecDocumentWriter,
    CodecTermWriter,
    column_file_name,
)


class ColumnarCodec(Codec):
    """A codec of flat arrays that are memory-mapped.

    With `rounded_lengths` the lengths of fields are rounded as in Whoosh's own codec, to one
    byte each. Otherwise they are exact, also after merges.
    """

    def __init__(self, *, rounded_lengths: bool = False) -> None:
        self.rounded_lengths = rounded_lengths

    def per_document_writer(self, storage: Storage, segment: Segment) -> CodecDocumentWriter:
        """Return the writer of documents."""
        return CodecDocumentWriter(storage, segment, rounded=self.rounded_lengths)

    def field_writer(self, storage: Storage, segment: Segment) -> CodecTermWriter:
        """Return the writer of postings, which are sorted by field and term."""
        return CodecTermWriter(storage, segment)

    def terms_reader(self, storage: Storage, segment: Segment) -> CodecTermReader:
        """Return the reader of terms and their postings."""
        return CodecTermReader(storage, segment)

    def per_document_reader(self, storage: Storage, segment: Segment) -> CodecDocumentReader:
        """Return the reader of documents."""
        return CodecDocumentReader(storage, segment)

    def supports_columns(self) -> bool:
        """Whether fields may be sortable: yes."""
        return True

    @classmethod
    def column_filename(cls, segment: Segment, fieldname: str) -> str:
        """Return the name of the file of a field's column."""
        return column_file_name(segment, fieldname)

    def new_segment(self, storage: Storage, indexname: str) -> "ColumnarSegment":
        """Return a new, empty segment."""
        return ColumnarSegment(self, indexname)


class ColumnarSegment(Segment):
    """A segment in Whoosh's table of contents: its name and its deleted documents."""

    def __init__(self, codec: ColumnarCodec, indexname: str) -> None:
        super().__init__(indexname)
        self._codec = codec
        self._count = 0
        self._deleted: set[int] = set()

    def codec(self, **_: Any) -> ColumnarCodec:
        """Return the codec of the segment."""
        return self._codec

    def should_assemble(self) -> bool:
        """Whether to join the files into one: no, since arrays are mapped from their own files."""
        return False

    def set_doc_count(self, dc: int) -> None:
        """Set the number of documents."""
        self._count = dc

    def doc_count_all(self) -> int:
        """Return the number of documents, including deleted ones."""
        return self._count

    def deleted_count(self) -> int:
        """Return the number of deleted documents."""
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """Yield the deleted documents."""
        return iter(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: FBT001, FBT002
        """Delete a document, or undo it."""
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return docnum in self._deleted

"""The columnar arrays as a codec of Whoosh, for indexes that Whoosh itself writes.

    ix = whoosh.index.create_in(folder, schema)
    with ix.writer(codec=ColumnarCodec()) as writer: …

Any schema, adding, deleting and merging, stored fields, columns and vectors. A segment is
two files: `.doc`, what is known by document, and `.inv`, what is known by term; and one
`.col` for each sortable column, which is Whoosh's own.
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
    """Flat arrays that are mapped from disk.

    `rounded_lengths` makes the lengths of fields as coarse as those of Whoosh's own codec,
    one byte each; otherwise they are exact, also after any number of merges.
    """

    def __init__(self, *, rounded_lengths: bool = False) -> None:
        self.rounded_lengths = rounded_lengths

    def per_document_writer(self, storage: Storage, segment: Segment) -> CodecDocumentWriter:
        """Return what takes documents."""
        return CodecDocumentWriter(storage, segment, rounded=self.rounded_lengths)

    def field_writer(self, storage: Storage, segment: Segment) -> CodecTermWriter:
        """Return what takes postings, sorted by field and term."""
        return CodecTermWriter(storage, segment)

    def terms_reader(self, storage: Storage, segment: Segment) -> CodecTermReader:
        """Return what finds terms and their postings."""
        return CodecTermReader(storage, segment)

    def per_document_reader(self, storage: Storage, segment: Segment) -> CodecDocumentReader:
        """Return what knows documents."""
        return CodecDocumentReader(storage, segment)

    def supports_columns(self) -> bool:
        """Whether fields may be sortable: they may."""
        return True

    @classmethod
    def column_filename(cls, segment: Segment, fieldname: str) -> str:
        """Return the name of the file that has the column of a field."""
        return column_file_name(segment, fieldname)

    def new_segment(self, storage: Storage, indexname: str) -> "ColumnarSegment":
        """Return a segment that is to be written."""
        return ColumnarSegment(self, indexname)


class ColumnarSegment(Segment):
    """What Whoosh's table of contents keeps of a segment: its name, and what is deleted."""

    def __init__(self, codec: ColumnarCodec, indexname: str) -> None:
        super().__init__(indexname)
        self._codec = codec
        self._count = 0
        self._deleted: set[int] = set()

    def codec(self, **_: Any) -> ColumnarCodec:
        """Return what reads the segment."""
        return self._codec

    def should_assemble(self) -> bool:
        """Whether the files are to be put into one: arrays stay where they can be mapped."""
        return False

    def set_doc_count(self, dc: int) -> None:
        """Say how many documents there are."""
        self._count = dc

    def doc_count_all(self) -> int:
        """Return how many documents there are, deleted ones among them."""
        return self._count

    def deleted_count(self) -> int:
        """Return how many documents are deleted."""
        return len(self._deleted)

    def deleted_docs(self) -> Iterator[int]:
        """Yield the documents that are deleted."""
        return iter(self._deleted)

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: FBT001, FBT002
        """Delete a document, or take that back."""
        if delete:
            self._deleted.add(docnum)
        else:
            self._deleted.discard(docnum)

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return docnum in self._deleted

"""Whoosh index and reader over a segment, so that every query of Whoosh runs on it.

Archivesearch's own searches do not use them: `search/execution/planner.py` reads the same
arrays directly. Both give the same documents and scores.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, NoReturn

import numpy as np
from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.index import Index
from whoosh.reading import IndexReader, TermInfo, TermNotFound
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.schema import KEY_FIELDS, WORD_FIELDS
from archivesearch.columnar.segment import Postings, Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.columnar.whoosh_api.matchers import SegmentMatcher
from archivesearch.columnar.whoosh_api.weighting import BM25
from archivesearch.errors import IndexProblem

_STORED_ONLY = ("id", "url", "year_source", "date", "author")


class ColumnarIndex(Index):
    """A segment as a Whoosh index, for reading and searching only."""

    def __init__(self, segment: Segment, analyzer: Analyzer) -> None:
        self._segment = segment
        self.schema = _schema(analyzer)

    def reader(self, reuse: IndexReader | None = None) -> "SegmentReader":
        """Return a reader of the segment."""
        return SegmentReader(self._segment, self.schema)

    def searcher(self, weighting: WeightingModel | None = None, **kwargs: Any) -> Searcher:
        """Return a searcher; without a `weighting`, it ranks as archivesearch does."""
        weighting = weighting or BM25(self._segment.with_field, self._idf)
        return Searcher(self.reader(), weighting=weighting, fromindex=self, **kwargs)

    def _idf(self, field: str, term: bytes) -> float:
        number = self._segment.term_dictionary.find(field, term)
        return 0.0 if number is None else self._segment.idf(field, number)

    def writer(self, **kwargs: Any) -> NoReturn:
        """Raise IndexProblem: an index is rebuilt, not edited."""
        raise IndexProblem("this index is read-only; rebuild it to change what is in it")

    def is_empty(self) -> bool:
        """Whether the index has no documents."""
        return self._segment.document_count == 0

    def doc_count_all(self) -> int:
        """Return the number of documents."""
        return self._segment.document_count

    def doc_count(self) -> int:
        """Return the number of documents; none is ever deleted."""
        return self._segment.document_count

    def latest_generation(self) -> int:
        """Return 0: an open segment never changes."""
        return 0

    def last_modified(self) -> float:
        """Return -1: an index does not record the times of its changes."""
        return -1

    def close(self) -> None:
        """Do nothing: the archive closes its files."""


class SegmentReader(IndexReader):
    """The Whoosh reader of a segment."""

    def __init__(self, segment: Segment, schema: Schema) -> None:
        self._segment = segment
        self.schema = schema
        self.is_closed = False

    def __contains__(self, term: tuple[str, str | bytes]) -> bool:
        return self._number(*term) is not None

    def is_atomic(self) -> bool:
        """Whether this is one segment: yes."""
        return True

    def generation(self) -> int:
        """Return 0: an open segment never changes."""
        return 0

    def indexed_field_names(self) -> list[str]:
        """Return the fields that have terms."""
        return [name for name, (first, end) in self._segment.fields.items() if end > first]

    def all_terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield all terms, sorted by field."""
        for field in sorted(self.indexed_field_names()):
            yield from ((field, term) for term in self.lexicon(field))

    def lexicon(self, fieldname: str) -> Iterator[bytes]:
        """Yield the terms of a field, sorted."""
        return self._segment.term_dictionary.terms(
            *self._segment.term_dictionary.field_range(fieldname)
        )

    def terms_from(self, fieldname: str, prefix: str | bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms of the field from `prefix` on, then all terms of later fields."""
        start = self._bytes(fieldname, prefix)
        first, end = self._segment.term_dictionary.term_range(fieldname, start, None)
        yield from ((fieldname, term) for term in self._segment.term_dictionary.terms(first, end))
        for field in sorted(self.indexed_field_names()):
            if field > fieldname:
                yield from ((field, term) for term in self.lexicon(field))

    def expand_prefix(self, fieldname: str, prefix: str | bytes) -> Iterator[bytes]:
        """Yield the terms of a field that begin with `prefix`."""
        start = self._bytes(fieldname, prefix)
        return self._segment.term_dictionary.terms(
            *self._segment.term_dictionary.prefix_range(fieldname, start)
        )

    def term_info(self, fieldname: str, text: str | bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        postings = self._postings(fieldname, text)
        frequencies = postings.frequencies()
        documents = postings.documents
        lengths = self._lengths(fieldname, documents)
        return TermInfo(
            weight=int(frequencies.sum()),
            df=postings.count,
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=int(frequencies.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return the number of occurrences of a term; 0 for an unknown term."""
        number = self._number(fieldname, text)
        if number is None:
            return 0
        return int(self._segment.postings_of(fieldname, number).frequencies().sum())

    def doc_frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return the number of documents that have a term; 0 for an unknown term."""
        number = self._number(fieldname, text)
        return 0 if number is None else self._segment.postings_of(fieldname, number).count

    def postings(
        self, fieldname: str, text: str | bytes, scorer: BaseScorer | None = None
    ) -> SegmentMatcher:
        """Return a matcher over the postings of a term. Raises TermNotFound."""
        term = fieldname, self._bytes(fieldname, text)
        return SegmentMatcher(self._postings(*term), term, scorer)

    def has_deletions(self) -> bool:
        """Whether any document is deleted: no."""
        return False

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted: no."""
        return False

    def doc_count_all(self) -> int:
        """Return the number of documents."""
        return self._segment.document_count

    def doc_count(self) -> int:
        """Return the number of documents."""
        return self._segment.document_count

    def field_length(self, fieldname: str) -> int:
        """Return the number of words of a field in all documents."""
        return self._segment.total_length.get(fieldname, 0)

    def min_field_length(self, fieldname: str) -> int:
        """Return the smallest number of words of a field; 0 if a document lacks the field."""
        values = self._lengths(fieldname, slice(0, self._segment.document_count))
        return int(values.min()) if len(values) else 0

    def max_field_length(self, fieldname: str) -> int:
        """Return the largest number of words of a field in a document."""
        values = self._lengths(fieldname, slice(0, self._segment.document_count))
        return int(values.max()) if len(values) else 0

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the exact number of words of a field in a document."""
        if fieldname not in WORD_FIELDS:
            return default
        return int(self._segment.lengths[self._segment.length_start(fieldname) + docnum])

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return the stored fields of a document, by name, without fields that are None."""
        values = asdict(self._segment.documents.passage(docnum))
        return {name: value for name, value in values.items() if value is not None}

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Whether a document has a term vector: no."""
        return False

    def vector(self, docnum: int, fieldname: str, format_: Any = None) -> Any:
        """Raise KeyError: there are no term vectors."""
        raise KeyError(f"no vectors are stored for {fieldname}")

    def _lengths(self, field: str, documents: "Array | slice") -> Any:
        """Return the lengths of a field in documents; for a key one value, 1."""
        if field not in WORD_FIELDS:
            return np.ones(1, np.int64)
        start = self._segment.length_start(field)
        return self._segment.lengths[start : start + self._segment.document_count][documents]

    def _bytes(self, field: str, text: str | bytes) -> bytes:
        return text if isinstance(text, bytes) else to_utf8(text)

    def _number(self, field: str, text: str | bytes) -> int | None:
        return self._segment.term_dictionary.find(field, self._bytes(field, text))

    def _postings(self, field: str, text: str | bytes) -> Postings:
        number = self._number(field, text)
        if number is None:
            raise TermNotFound(f"{field}:{text!r}")
        return self._segment.postings_of(field, number)


class _Analyzer(WhooshAnalyzer):
    """A Whoosh analyzer that yields the terms of archivesearch's analyzer."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, value: str, **kwargs: Any) -> Iterator[Token]:
        whoosh_token = Token(positions=True, chars=True)
        for token in self._analyzer.tokens(value, self._analyzer.languages[0]):
            whoosh_token.text = whoosh_token.original = token.term
            whoosh_token.pos = token.position
            whoosh_token.startchar, whoosh_token.endchar = token.start, token.end
            whoosh_token.boost = 1.0
            whoosh_token.stopped = False
            yield whoosh_token


def _schema(analyzer: Analyzer) -> Schema:
    """Return the Whoosh schema of a segment; years are keys of four digits."""
    fields: dict[str, Any] = {
        name: TEXT(analyzer=_Analyzer(analyzer), phrase=True, stored=True) for name in WORD_FIELDS
    }
    fields |= {name: ID(stored=True) for name in KEY_FIELDS}
    fields |= {name: STORED() for name in _STORED_ONLY}
    return Schema(**fields)

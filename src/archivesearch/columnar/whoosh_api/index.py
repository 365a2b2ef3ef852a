"""The face that Whoosh sees: a segment as an index, a reader and matchers.

Every query of Whoosh runs on it. What archivesearch itself asks takes the shorter way
through `plan`; both read the same arrays and give the same documents and scores.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import inf
from typing import Any, NoReturn

import numpy as np
from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.index import Index
from whoosh.matching import LeafMatcher, Matcher, NullMatcher, ReadTooFar
from whoosh.reading import IndexReader, TermInfo, TermNotFound
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.postings.posting_lists import documents_with_forms
from archivesearch.columnar.schema import KEY_FIELDS, WORD_FIELDS
from archivesearch.columnar.segment import Postings, Segment
from archivesearch.columnar.whoosh_api.weighting import BM25
from archivesearch.errors import IndexProblem
from archivesearch.lazy import lazy
from archivesearch.query.nodes.exact import WordTest

_STORED = ("id", "url", "year_source", "date", "author")


class ColumnarIndex(Index):
    """A segment as a Whoosh index, to be read and searched; rebuilding is what writes."""

    def __init__(self, segment: Segment, analyzer: Analyzer) -> None:
        self._segment = segment
        self.schema = _schema(analyzer)

    def reader(self, reuse: IndexReader | None = None) -> "SegmentReader":
        """Return a reader of the segment."""
        return SegmentReader(self._segment, self.schema)

    def searcher(self, weighting: WeightingModel | None = None, **kwargs: Any) -> Searcher:
        """Return a searcher that ranks as archivesearch does, unless told otherwise."""
        weighting = weighting or BM25(self._segment.with_field, self._idf)
        return Searcher(self.reader(), weighting=weighting, fromindex=self, **kwargs)

    def _idf(self, field: str, term: bytes) -> float:
        number = self._segment.term_dictionary.find(field, term)
        return 0.0 if number is None else self._segment.idf(field, number)

    def writer(self, **kwargs: Any) -> NoReturn:
        """Refuse: an index is rebuilt, not edited."""
        raise IndexProblem("this index is read-only; rebuild it to change what is in it")

    def is_empty(self) -> bool:
        """Whether there are no documents."""
        return self._segment.document_count == 0

    def doc_count_all(self) -> int:
        """Return how many documents there are."""
        return self._segment.document_count

    def doc_count(self) -> int:
        """Return how many documents there are; none are ever deleted."""
        return self._segment.document_count

    def latest_generation(self) -> int:
        """Return 0: what is open never changes."""
        return 0

    def last_modified(self) -> float:
        """Return -1: an index keeps no times."""
        return -1

    def close(self) -> None:
        """Do nothing: the archive that the index belongs to closes its files."""


class SegmentReader(IndexReader):
    """What Whoosh asks of an index, answered from the arrays of a segment."""

    def __init__(self, segment: Segment, schema: Schema) -> None:
        self._segment = segment
        self.schema = schema
        self.is_closed = False

    def __contains__(self, term: tuple[str, str | bytes]) -> bool:
        return self._number(*term) is not None

    def is_atomic(self) -> bool:
        """Whether this is one segment: it is."""
        return True

    def generation(self) -> int:
        """Return 0: what is open never changes."""
        return 0

    def indexed_field_names(self) -> list[str]:
        """Return the fields that have terms."""
        return [name for name, (first, last) in self._segment.fields.items() if last > first]

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
        """Yield all terms from one on."""
        start = self._bytes(fieldname, prefix)
        first, last = self._segment.term_dictionary.term_range(fieldname, start, None)
        yield from ((fieldname, term) for term in self._segment.term_dictionary.terms(first, last))
        for field in sorted(self.indexed_field_names()):
            if field > fieldname:
                yield from ((field, term) for term in self.lexicon(field))

    def expand_prefix(self, fieldname: str, prefix: str | bytes) -> Iterator[bytes]:
        """Yield the terms of a field that begin so."""
        start = self._bytes(fieldname, prefix)
        return self._segment.term_dictionary.terms(
            *self._segment.term_dictionary.prefix_range(fieldname, start)
        )

    def term_info(self, fieldname: str, text: str | bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        found = self._postings(fieldname, text)
        frequencies = found.frequencies()
        numbers = found.documents
        lengths = self._lengths(fieldname, numbers)
        return TermInfo(
            weight=int(frequencies.sum()),
            df=found.count,
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=int(frequencies.max()),
            minid=int(numbers[0]),
            maxid=int(numbers[-1]),
        )

    def frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return how often a term occurs; 0 where it does not."""
        number = self._number(fieldname, text)
        if number is None:
            return 0
        return int(self._segment.postings_of(fieldname, number).frequencies().sum())

    def doc_frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return how many documents have a term."""
        number = self._number(fieldname, text)
        return 0 if number is None else self._segment.postings_of(fieldname, number).count

    def postings(
        self, fieldname: str, text: str | bytes, scorer: BaseScorer | None = None
    ) -> "PostingsMatcher":
        """Return a matcher over the postings of a term. Raises TermNotFound."""
        found = self._postings(fieldname, text)
        return PostingsMatcher(found, (fieldname, self._bytes(fieldname, text)), scorer)

    def fitting(self, fieldname: str, pattern: str) -> tuple[list[bytes], frozenset[int]]:
        """Return the terms of words that fit a pattern, and the documents with such words."""
        first, last = self._segment.term_dictionary.field_range(fieldname)
        forms = self._segment.word_forms.forms_matching(pattern, first, last)
        terms = np.unique(self._segment.word_forms.terms_of(forms))
        found = documents_with_forms(self._segment, fieldname, terms, forms)
        return [self._segment.term_dictionary[n] for n in terms.tolist()], frozenset(found.tolist())

    def written(self, fieldname: str, terms: Sequence[bytes], test: WordTest) -> frozenset[int]:
        """Return the documents with words that pass a test and stand as some terms."""
        numbers = [self._number(fieldname, term) for term in terms]
        known = np.array([number for number in numbers if number is not None], np.int64)
        forms = self._segment.word_forms.forms_passing(known, test)
        return frozenset(documents_with_forms(self._segment, fieldname, known, forms).tolist())

    def has_deletions(self) -> bool:
        """Whether any document is deleted: none ever is."""
        return False

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted: none ever is."""
        return False

    def doc_count_all(self) -> int:
        """Return how many documents there are."""
        return self._segment.document_count

    def doc_count(self) -> int:
        """Return how many documents there are."""
        return self._segment.document_count

    def field_length(self, fieldname: str) -> int:
        """Return how many words a field has in all documents."""
        return self._segment.total_length.get(fieldname, 0)

    def min_field_length(self, fieldname: str) -> int:
        """Return the length of the shortest value of a field; 0 where any lacks it."""
        values = self._lengths(fieldname, slice(0, self._segment.document_count))
        return int(values.min()) if len(values) else 0

    def max_field_length(self, fieldname: str) -> int:
        """Return the length of the longest value of a field."""
        values = self._lengths(fieldname, slice(0, self._segment.document_count))
        return int(values.max()) if len(values) else 0

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the exact length of a field of a document."""
        if fieldname not in WORD_FIELDS:
            return default
        return int(self._segment.lengths[self._segment.length_start(fieldname) + docnum])

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return what is stored of a document, by field."""
        values = asdict(self._segment.documents.passage(docnum))
        return {name: value for name, value in values.items() if value is not None}

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Whether there are term vectors: there are none."""
        return False

    def vector(self, docnum: int, fieldname: str, format_: Any = None) -> Any:
        """Refuse: there are no term vectors."""
        raise KeyError(f"no vectors are stored for {fieldname}")

    def _lengths(self, field: str, which: Any) -> Any:
        if field not in WORD_FIELDS:
            return np.ones(1, np.int64)
        start = self._segment.length_start(field)
        return self._segment.lengths[start : start + self._segment.document_count][which]

    def _bytes(self, field: str, text: str | bytes) -> bytes:
        return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")

    def _number(self, field: str, text: str | bytes) -> int | None:
        return self._segment.term_dictionary.find(field, self._bytes(field, text))

    def _postings(self, field: str, text: str | bytes) -> Postings:
        number = self._number(field, text)
        if number is None:
            raise TermNotFound(f"{field}:{text!r}")
        return self._segment.postings_of(field, number)


class PostingsMatcher(LeafMatcher):
    """Walks through the postings of one term; each one is its own, so threads may share none."""

    _term: tuple[str, bytes]

    def __init__(
        self,
        postings: Postings,
        term: tuple[str, bytes],
        scorer: BaseScorer | None,
        at: int = 0,
    ) -> None:
        self.scorer = scorer
        self._term = term
        self._found = postings
        self._at = at

    @lazy
    def _numbers(self) -> list[int]:
        numbers: list[int] = self._found.documents.tolist()
        return numbers

    @lazy
    def _frequencies(self) -> list[int]:
        frequencies: list[int] = self._found.frequencies().tolist()
        return frequencies

    @lazy
    def _positions(self) -> list[list[int]]:
        flat, counts = self._found.positions()
        return [part.tolist() for part in np.split(flat, np.cumsum(counts)[:-1])]

    def is_active(self) -> bool:
        """Whether there is a posting left."""
        return self._at < self._found.count

    def copy(self) -> "PostingsMatcher":
        """Return a matcher that stands at the same posting."""
        return PostingsMatcher(self._found, self._term, self.scorer, self._at)

    def replace(self, minquality: float = 0) -> Matcher:
        """Return itself while there is a posting left."""
        return self if self.is_active() else NullMatcher()

    def id(self) -> int:
        """Return the document; after the last posting that of the last."""
        return self._numbers[min(self._at, self._found.count - 1)]

    def all_ids(self) -> Iterator[int]:
        """Yield the documents from here on."""
        return iter(self._numbers[self._at :])

    def next(self) -> bool:
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return True

    def skip_to(self, id: int) -> None:
        """Go to the first posting whose document is not below the given one."""
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._numbers, id, self._at)

    def weight(self) -> float:
        """Return how often the term stands in the document."""
        return float(self._frequencies[self._at])

    def supports(self, astype: str) -> bool:
        """Whether a kind of value is there."""
        return astype == "frequency" or (astype == "positions" and self._term[0] in WORD_FIELDS)

    def value_as(self, astype: str) -> Any:
        """Return the frequency or the positions in the document."""
        return self._positions[self._at] if astype == "positions" else self.weight()

    def supports_block_quality(self) -> bool:
        """Whether blocks may be skipped by quality: Whoosh's way of it loses hits."""
        return False

    def max_quality(self) -> float:
        """Return no bound on the score, so that Whoosh leaves out no matcher for its bound."""
        return inf

    def score(self) -> float:
        """Return the score of the document."""
        return self.scorer.score(self) if self.scorer else self.weight()


class _Terms(WhooshAnalyzer):
    """Gives Whoosh's own parser the terms of a text."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, value: str, **kwargs: Any) -> Iterator[Token]:
        token = Token(positions=True, chars=True)
        for made in self._analyzer.tokens(value, self._analyzer.languages[0]):
            token.text = token.original = made.term
            token.pos = made.position
            token.startchar, token.endchar = made.start, made.end
            token.boost = 1.0
            token.stopped = False
            yield token


def _schema(analyzer: Analyzer) -> Schema:
    """The fields as Whoosh's parser and queries know them; years are keys of four digits."""
    fields: dict[str, Any] = {
        name: TEXT(analyzer=_Terms(analyzer), phrase=True, stored=True) for name in WORD_FIELDS
    }
    fields |= {name: ID(stored=True) for name in KEY_FIELDS}
    fields |= {name: STORED() for name in _STORED}
    return Schema(**fields)

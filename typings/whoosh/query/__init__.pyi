from collections.abc import Callable, Iterable, Iterator, Sequence as Items
from typing import Any, ClassVar, Self

from whoosh.analysis import Token
from whoosh.matching import Matcher
from whoosh.query.spans import Span as Span
from whoosh.query.spans import SpanNear as SpanNear
from whoosh.query.spans import SpanNear2 as SpanNear2
from whoosh.query.spans import SpanQuery as SpanQuery
from whoosh.reading import IndexReader
from whoosh.scoring import WeightingModel
from whoosh.searching import SearchContext, Searcher

class QueryError(Exception): ...

def error_query(msg: object, q: Query | None = None) -> Query: ...

class Query:
    startchar: int | None
    endchar: int | None
    error: object
    def __or__(self, query: Query) -> Query: ...
    def __and__(self, query: Query) -> Query: ...
    def __sub__(self, query: Query) -> Query: ...
    def __hash__(self) -> int: ...
    def is_leaf(self) -> bool: ...
    def children(self) -> Iterator[Query]: ...
    def is_range(self) -> bool: ...
    def has_terms(self) -> bool: ...
    def needs_spans(self) -> bool: ...
    def apply(self, fn: Callable[[Query], Query]) -> Query: ...
    def accept(self, fn: Callable[[Query], Query]) -> Query: ...
    def replace(self, fieldname: str, oldtext: str, newtext: str) -> Query: ...
    def copy(self) -> Self: ...
    def all_terms(self, phrases: bool = True) -> set[tuple[str, str | bytes]]: ...
    def terms(self, phrases: bool = False) -> Iterator[tuple[str, str | bytes]]: ...
    def expanded_terms(
        self, ixreader: IndexReader, phrases: bool = True
    ) -> Iterator[tuple[str, str | bytes]]: ...
    def existing_terms(
        self,
        ixreader: IndexReader,
        phrases: bool = True,
        expand: bool = False,
        fieldname: str | None = None,
    ) -> set[tuple[str, bytes]]: ...
    def leaves(self) -> Iterator[Query]: ...
    def iter_all_terms(self, phrases: bool = True) -> Iterator[tuple[str, str | bytes]]: ...
    def all_tokens(self, boost: float = 1.0) -> Iterator[Token]: ...
    def tokens(
        self, boost: float = 1.0, exreader: IndexReader | None = None
    ) -> Iterator[Token]: ...
    def requires(self) -> set[Query]: ...
    def field(self) -> str | None: ...
    def with_boost(self, boost: float) -> Query: ...
    def estimate_size(self, ixreader: IndexReader) -> int: ...
    def estimate_min_size(self, ixreader: IndexReader) -> int: ...
    def matcher(self, searcher: Searcher, context: SearchContext | None = None) -> Matcher: ...
    def docs(self, searcher: Searcher) -> Iterable[int]: ...
    def normalize(self) -> Query: ...
    def simplify(self, ixreader: IndexReader) -> Query: ...

class _NullQuery(Query):
    boost: float
    def __call__(self) -> _NullQuery: ...

NullQuery: _NullQuery

class Every(Query):
    boost: float
    fieldname: str | None
    def __init__(self, fieldname: str | None = None, boost: float = 1.0) -> None: ...

class Term(Query):
    boost: float
    fieldname: str
    text: str | bytes
    minquality: float | None
    def __init__(
        self,
        fieldname: str,
        text: str | bytes,
        boost: float = 1.0,
        minquality: float | None = None,
    ) -> None: ...

class MultiTerm(Query):
    fieldname: str
    boost: float
    constantscore: bool
    def _btexts(self, ixreader: IndexReader) -> Iterable[bytes]: ...

class PatternQuery(MultiTerm):
    text: str
    def __init__(
        self, fieldname: str, text: str, boost: float = 1.0, constantscore: bool = True
    ) -> None: ...
    def _get_pattern(self) -> str: ...
    def _find_prefix(self, text: str) -> str: ...

class Prefix(PatternQuery): ...

class Wildcard(PatternQuery):
    SPECIAL_CHARS: ClassVar[frozenset[str]]

class Regex(PatternQuery):
    SPECIAL_CHARS: ClassVar[frozenset[str]]

class ExpandingTerm(MultiTerm):
    text: str

class FuzzyTerm(ExpandingTerm):
    maxdist: int
    prefixlength: int
    def __init__(
        self,
        fieldname: str,
        text: str,
        boost: float = 1.0,
        maxdist: int = 1,
        prefixlength: int = 1,
        constantscore: bool = True,
    ) -> None: ...

class RangeMixin:
    fieldname: str
    boost: float
    start: Any
    end: Any
    startexcl: bool
    endexcl: bool
    constantscore: bool

class TermRange(RangeMixin, MultiTerm):
    def __init__(
        self,
        fieldname: str,
        start: str | bytes | None,
        end: str | bytes | None,
        startexcl: bool = False,
        endexcl: bool = False,
        boost: float = 1.0,
        constantscore: bool = True,
    ) -> None: ...

class NumericRange(RangeMixin, Query):
    def __init__(
        self,
        fieldname: str,
        start: float | None,
        end: float | None,
        startexcl: bool = False,
        endexcl: bool = False,
        boost: float = 1.0,
        constantscore: bool = True,
    ) -> None: ...
    def _compile_query(self, ixreader: IndexReader) -> Query: ...

class CompoundQuery(Query):
    boost: float
    subqueries: Items[Query]
    def __init__(self, subqueries: Items[Query], boost: float = 1.0) -> None: ...
    def __getitem__(self, i: int) -> Query: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Query]: ...

class And(CompoundQuery): ...

class Or(CompoundQuery):
    AUTO_MATCHER: ClassVar[int]
    DEFAULT_MATCHER: ClassVar[int]
    SPLIT_MATCHER: ClassVar[int]
    ARRAY_MATCHER: ClassVar[int]
    matcher_type: int
    minmatch: int
    scale: float | None
    def __init__(
        self,
        subqueries: Items[Query],
        boost: float = 1.0,
        minmatch: int = 0,
        scale: float | None = None,
    ) -> None: ...

class DisjunctionMax(CompoundQuery):
    tiebreak: float
    def __init__(
        self, subqueries: Items[Query], boost: float = 1.0, tiebreak: float = 0.0
    ) -> None: ...

class BinaryQuery(CompoundQuery):
    matcherclass: ClassVar[type[Matcher]]
    a: Query
    b: Query
    def __init__(self, a: Query, b: Query) -> None: ...

class AndNot(BinaryQuery): ...
class Otherwise(BinaryQuery): ...
class Require(BinaryQuery): ...
class AndMaybe(BinaryQuery): ...

class Sequence(CompoundQuery):
    slop: int
    ordered: bool
    def __init__(
        self, subqueries: Items[Query], slop: int = 1, ordered: bool = True, boost: float = 1.0
    ) -> None: ...

class Ordered(Sequence): ...

class Phrase(Query):
    fieldname: str
    boost: float
    words: list[str]
    slop: int
    char_ranges: list[tuple[int, int]] | None
    def __init__(
        self,
        fieldname: str,
        words: list[str],
        slop: int = 1,
        boost: float = 1.0,
        char_ranges: list[tuple[int, int]] | None = None,
    ) -> None: ...

class Not(Query):
    boost: float
    query: Query
    def __init__(self, query: Query, boost: float = 1.0) -> None: ...

class WrappingQuery(Query):
    child: Query
    def __init__(self, child: Query) -> None: ...
    def _rewrap(self, child: Query) -> Self: ...

class ConstantScoreQuery(WrappingQuery):
    score: float
    def __init__(self, child: Query, score: float = 1.0) -> None: ...

class WeightingQuery(WrappingQuery):
    weighting: WeightingModel
    def __init__(self, child: Query, weighting: WeightingModel) -> None: ...

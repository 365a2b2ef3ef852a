from collections.abc import Sequence
from typing import Self

from whoosh.matching import Matcher, WrappingMatcher
from whoosh.query import Query

class Span:
    start: int
    end: int
    startchar: int | None
    endchar: int | None
    boost: float
    def __init__(
        self,
        start: int,
        end: int | None = None,
        startchar: int | None = None,
        endchar: int | None = None,
        boost: float = 1.0,
    ) -> None: ...
    def __lt__(self, span: Span) -> bool: ...
    def __gt__(self, span: Span) -> bool: ...
    @classmethod
    def merge(cls, spans: list[Span]) -> list[Span]: ...
    def to(self, span: Span) -> Self: ...
    def overlaps(self, span: Span) -> bool: ...
    def distance_to(self, span: Span) -> int: ...

class SpanWrappingMatcher(WrappingMatcher):
    def __init__(self, child: Matcher) -> None: ...
    def _get_spans(self) -> list[Span]: ...

class SpanQuery(Query): ...

class SpanNear(SpanQuery):
    def __init__(
        self, a: Query, b: Query, slop: int = 1, ordered: bool = True, mindist: int = 1
    ) -> None: ...

class SpanNear2(SpanQuery):
    qs: Sequence[Query]
    slop: int
    ordered: bool
    mindist: int
    def __init__(
        self, qs: Sequence[Query], slop: int = 1, ordered: bool = True, mindist: int = 1
    ) -> None: ...

    class SpanNear2Matcher(SpanWrappingMatcher):
        ms: Sequence[Matcher]
        slop: int
        ordered: bool
        mindist: int
        def __init__(
            self, ms: Sequence[Matcher], slop: int = 1, ordered: bool = True, mindist: int = 1
        ) -> None: ...

"""From a query and its options to Results: the query tree, the engine, snippets and links."""

import time
from collections.abc import Iterator, Mapping, Sequence

from whoosh.query import Every, Query

from archivesearch.errors import QueryError
from archivesearch.model.results import Group, Hit, Results, Share
from archivesearch.query.filters import Filters, QueryContext
from archivesearch.query.tree_builder import FIELD_WEIGHTS
from archivesearch.search import reranker as reranking
from archivesearch.search.hits.highlighter import Highlighter
from archivesearch.search.hits.hit_builder import build_hit
from archivesearch.search.request import FACETS, GROUPS, SORTS, Match, Reader, Request, Response
from archivesearch.search.reranker import Boosts

# With so few hits, another spelling may be what is meant.
FEW_HITS = 3


def search(
    reader: Reader,
    vocabulary: QueryContext,
    query: str,
    filters: Filters,
    *,
    limit: int,
    offset: int,
    sort: str,
    group_by: str | None,
    facets: Sequence[str],
    explain: bool,
) -> Results:
    """Answer a query.

    Raises QueryError for a query that cannot be understood and for an option that is
    none of those there are.
    """
    started = time.perf_counter()
    facets = tuple(facets)
    _check(limit, offset, sort, group_by, facets)
    narrowed = filters.tree(vocabulary)
    vocabulary = vocabulary.for_language(filters.lang)
    tree = vocabulary.tree(query)
    if isinstance(tree, Every) and sort == "score":
        sort = "place"
    request = Request(tree, narrowed, limit, offset, sort, group_by, facets)
    words = reranking.query_words(tree)
    raised: dict[int, Boosts] | None = {} if explain else None
    if sort == "score":
        found = reranking.search(reader, request, words, raised)
    else:
        found = reader.search(request)
    show = _Shower(reader, vocabulary, tree)
    if raised is not None:
        show.explain(tree, raised)
    return Results(
        query=query,
        total=found.total,
        total_exact=not found.notes,
        notes=found.notes,
        hits=tuple(show.hits(found.matches, found.copies)),
        groups=tuple(
            Group(
                group.key,
                group.size,
                group.matches[0].score,
                tuple(show.hits(group.matches, found.copies)),
            )
            for group in found.groups
        ),
        facets=found.facets,
        suggestion=_suggestion(reader, vocabulary, query, request, words=words, found=found),
        folded=found.folded,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )


class _Shower:
    """Makes hits of matches."""

    def __init__(self, reader: Reader, vocabulary: QueryContext, query: Query) -> None:
        self._reader = reader
        self._highlighter = Highlighter(query, vocabulary.analyzer, reader.forms, reader.is_common)
        self._sentences = vocabulary.sentences
        self._explained: tuple[Query, dict[int, Boosts]] | None = None

    def explain(self, query: Query, raised: dict[int, Boosts]) -> None:
        """Have the hits say what their scores are the sum of."""
        self._explained = query, raised

    def hits(self, matches: Sequence[Match], copies: Mapping[int, Sequence[int]]) -> Iterator[Hit]:
        """Yield the hit of each match."""
        passages = self._reader.passages([match.number for match in matches])
        shares = self._shares(matches)
        for match, passage, parts in zip(matches, passages, shares, strict=True):
            marks = self._highlighter.spans(passage)
            yield build_hit(
                self._reader,
                match,
                passage,
                marks,
                (*passage.copies, *self._reader.ids(copies.get(match.number, ()))),
                sentences=self._sentences,
                explanation=parts,
            )

    def _shares(self, matches: Sequence[Match]) -> list[tuple[Share, ...]]:
        if self._explained is None:
            return [()] * len(matches)
        from archivesearch.search.hits.explanation import explain  # which is seldom asked for

        query, raised = self._explained
        return explain(self._reader, query, matches, raised)


def _suggestion(
    reader: Reader,
    vocabulary: QueryContext,
    query: str,
    request: Request,
    *,
    words: Sequence[frozenset[str]],
    found: Response,
) -> str | None:
    """Return a query with its slips mended, where that finds more.

    It is looked for where there are few hits or a word has none at all.
    """
    if found.total > FEW_HITS and all(reader.has_any_term(word, FIELD_WEIGHTS) for word in words):
        return None
    from archivesearch.search.spelling_correction import suggestion  # brings what few searches need

    def finds(text: str) -> int:
        return reader.search(request._replace(query=vocabulary.tree(text), limit=0)).total

    return suggestion(query, reader.words(), finds, found.total)


def _check(limit: int, offset: int, sort: str, group_by: str | None, facets: Sequence[str]) -> None:
    if limit < 0 or offset < 0:
        raise QueryError("limit and offset cannot be negative")
    for option, value, choices in (
        ("sort", sort, SORTS),
        ("group_by", GROUPS[0] if group_by is None else group_by, GROUPS),
        *(("facets", facet, FACETS) for facet in facets),
    ):
        if value not in choices:
            raise QueryError(f"{option} must be one of {', '.join(choices)}, not '{value}'")

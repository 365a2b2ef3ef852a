"""Searcher: from a query and its options to results with hits, facets and a suggestion."""

import time
from collections.abc import Iterator, Mapping, Sequence

from archivesearch.errors import QueryError
from archivesearch.model.results import Group, Hit, Results, Share
from archivesearch.query.filters import Filters, QueryContext
from archivesearch.query.nodes.leaves import Every
from archivesearch.query.nodes.query import Query
from archivesearch.query.nodes.traverse import words as query_words
from archivesearch.query.tree_builder import FIELD_WEIGHTS
from archivesearch.search import reranker
from archivesearch.search.hits.highlighter import Highlighter
from archivesearch.search.hits.hit_builder import build_hit
from archivesearch.search.request import FACETS, GROUPS, SORTS, Match, Reader, Request, Response

# With so few hits or fewer, another spelling is tried.
_FEW_HITS = 3


def search(
    reader: Reader,
    context: QueryContext,
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
    """Return the results of a query. The options are those of `Archive.search`.

    Raises QueryError for a query that cannot be parsed and for an unknown option.
    """
    started = time.perf_counter()
    facets = tuple(facets)
    _check_options(limit, offset, sort, group_by, facets)
    filter_tree = filters.tree(context)
    context = context.for_language(filters.lang)
    tree = context.tree(query)
    if isinstance(tree, Every) and sort == "score":
        sort = "place"
    request = Request(tree, filter_tree, limit, offset, sort, group_by, facets)
    words = query_words(tree)
    boosts: dict[int, reranker.Boosts] | None = {} if explain else None
    if sort == "score":
        response = reranker.search(reader, request, words, boosts)
    else:
        response = reader.search(request)
    builder = _HitBuilder(reader, context, tree, boosts)
    return Results(
        query=query,
        total=response.total,
        total_exact=not response.notes,
        notes=response.notes,
        hits=tuple(builder.hits(response.matches, response.copies)),
        groups=tuple(
            Group(
                group.key,
                group.size,
                group.matches[0].score,
                tuple(builder.hits(group.matches, response.copies)),
            )
            for group in response.groups
        ),
        facets=response.facets,
        suggestion=_suggestion(reader, context, query, request, words=words, response=response),
        folded=response.folded,
        took_ms=round((time.perf_counter() - started) * 1000, 3),
    )


def _check_options(
    limit: int, offset: int, sort: str, group_by: str | None, facets: Sequence[str]
) -> None:
    if limit < 0 or offset < 0:
        raise QueryError("limit and offset cannot be negative")
    for option, value, choices in (
        ("sort", sort, SORTS),
        ("group_by", GROUPS[0] if group_by is None else group_by, GROUPS),
        *(("facets", facet, FACETS) for facet in facets),
    ):
        if value not in choices:
            raise QueryError(f"{option} must be one of {', '.join(choices)}, not '{value}'")


class _HitBuilder:
    """Builds the hits of one query. With `boosts`, each hit has an explanation of its score."""

    def __init__(
        self,
        reader: Reader,
        context: QueryContext,
        tree: Query,
        boosts: Mapping[int, reranker.Boosts] | None,
    ) -> None:
        self._reader = reader
        self._highlighter = Highlighter(tree, context.analyzer, reader.forms, reader.is_common)
        self._sentences = context.sentences
        self._tree = tree
        self._boosts = boosts

    def hits(self, matches: Sequence[Match], copies: Mapping[int, Sequence[int]]) -> Iterator[Hit]:
        """Yield the hit of each match."""
        passages = self._reader.passages([match.number for match in matches])
        explanations = self._explanations(matches)
        for match, passage, explanation in zip(matches, passages, explanations, strict=True):
            yield build_hit(
                self._reader,
                match,
                passage,
                self._highlighter.spans(passage),
                (*passage.copies, *self._reader.ids(copies.get(match.number, ()))),
                sentences=self._sentences,
                explanation=explanation,
            )

    def _explanations(self, matches: Sequence[Match]) -> list[tuple[Share, ...]]:
        if self._boosts is None:
            return [()] * len(matches)
        from archivesearch.search.hits.explanation import explain  # few searches ask for it

        return explain(self._reader, self._tree, matches, self._boosts)


def _suggestion(
    reader: Reader,
    context: QueryContext,
    query: str,
    request: Request,
    *,
    words: Sequence[frozenset[str]],
    response: Response,
) -> str | None:
    """Return the query with its misspelt words corrected, if that has more matches.

    It is tried if there are few matches, or if no passage has one of the words.
    """
    if response.total > _FEW_HITS and all(
        reader.has_any_term(word, FIELD_WEIGHTS) for word in words
    ):
        return None
    from archivesearch.search.spelling_correction import suggestion  # imports what few need

    def count_matches(text: str) -> int:
        return reader.search(request._replace(query=context.tree(text), limit=0)).total

    return suggestion(query, reader.words(), count_matches, response.total)

"""Collectors: from the matches of a plan to sorted matches, groups and facets.

Matches are a set of documents, as bits: uint32, one per block of 32 documents.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from archivesearch.columnar.documents.document_store import DocumentStore
from archivesearch.columnar.documents.duplicate_groups import DuplicateGroups
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array, concat_ranges
from archivesearch.columnar.storage.doc_sets import RangeCounts, bits_of, numbers_of
from archivesearch.lazy import cached_method
from archivesearch.search.execution.scorers import Scorer
from archivesearch.search.execution.top_k import best_documents, score_all
from archivesearch.search.request import (
    FACETS,
    MAX_FACET_VALUES,
    MAX_GROUP_HITS,
    GroupMatch,
    Match,
    Request,
)

# With more candidates than this, all values of the field are sorted once and their ranks are
# cached. Then a search reads only the values that it returns.
_MAX_UNSORTED_VALUES = 100

Duplicates = dict[int, tuple[int, ...]]
"""For documents that match: the matching documents of their duplicate group, with themselves."""


class MatchCollector:
    """Sorts and groups the matches of a request, and folds duplicates into one of them.

    In groups by page, section or organization, each group has its own duplicates: only
    those in the same group are folded. `duplicates` are the groups of documents with the
    same text.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self.duplicates = DuplicateGroups(segment.arrays, segment.document_count)

    def sort(
        self, request: Request, plan: Scorer, matches: Array
    ) -> tuple[list[Match], Duplicates]:
        """Return the matches from `request.offset` on, `request.limit` at most, in order.

        Beside them are the duplicates of each.
        """
        page = slice(request.offset, request.offset + request.limit)
        scores_of = partial(self._scores, plan)
        if request.sort == "score":
            fold = self.duplicates.first_distinct if self.duplicates else None
            numbers, scores = best_documents(plan, matches, page.stop, fold)
            return self._fold(request, matches, _matches(numbers[page], scores[page]), scores_of)
        numbers = self._in_order(request.sort, numbers_of(matches))
        numbers = numbers[self.duplicates.first_distinct(numbers, page.stop)][page]
        return self._fold(request, matches, _matches(numbers, scores_of(numbers)), scores_of)

    def group(
        self, request: Request, plan: Scorer, matches: Array
    ) -> tuple[int, list[GroupMatch], Duplicates]:
        """Return the number of all groups, and those from `request.offset` on.

        They are `request.limit` at most, in the order of each group's first match. Beside
        them are the duplicates that each of their matches has in its group.
        """
        documents, field = self._segment.documents, request.group_by or ""
        numbers, scores = score_all(plan, matches)
        if request.sort == "score":
            order = np.argsort(-scores, kind="stable")
        else:
            order = np.searchsorted(numbers, self._in_order(request.sort, numbers))
        ordered = numbers[order]
        codes = _codes(documents, field, ordered)
        is_first = self.duplicates.is_first(ordered, codes)
        by_group = np.argsort(codes, kind="stable")
        codes = codes[by_group]
        starts = np.flatnonzero(np.diff(codes, prepend=~codes[:1]))
        sizes = np.diff(starts, append=len(codes))
        page = np.argsort(by_group[starts])[request.offset : request.offset + request.limit]

        distinct = is_first[by_group].nonzero()[0]
        firsts = np.searchsorted(distinct, starts[page])
        ends = np.searchsorted(distinct, starts[page] + sizes[page])
        counts = np.minimum(ends - firsts, MAX_GROUP_HITS)
        best = order[by_group[distinct[concat_ranges(firsts, counts)]]]
        hits, duplicates = self._fold(
            request,
            matches,
            _matches(numbers[best], scores[best]),
            lambda members: scores[np.searchsorted(numbers, members)],
        )
        rest = iter(hits)
        groups = [
            GroupMatch(str(_value(documents, field, code)), size, tuple(islice(rest, count)))
            for code, size, count in zip(
                codes[starts[page]].tolist(), sizes[page].tolist(), counts.tolist(), strict=True
            )
        ]
        return len(starts), groups, duplicates

    def _fold(
        self,
        request: Request,
        matches: Array,
        hits: list[Match],
        scores_of: Callable[[Array], Array],
    ) -> tuple[list[Match], Duplicates]:
        """Return the hits of a request and the duplicates of each; in groups, those in its group.

        Sorted by score, each hit is replaced by the best of its duplicates; of equal scores,
        by the first of the duplicate group.
        """
        field = request.group_by
        codes_of = None if field is None else partial(_codes, self._segment.documents, field)
        numbers = [hit.number for hit in hits]
        duplicates = self.duplicates.matching_groups(numbers, matches, codes_of)
        if request.sort != "score" or not duplicates:
            return hits, duplicates
        members = [number for group in duplicates.values() for number in group]
        score = dict(zip(members, scores_of(np.array(members)).tolist(), strict=True))
        best = {number: max(group, key=score.__getitem__) for number, group in duplicates.items()}
        return (
            [
                Match(best[hit.number], score[best[hit.number]]) if hit.number in best else hit
                for hit in hits
            ],
            {best[number]: group for number, group in duplicates.items()},
        )

    def _scores(self, plan: Scorer, numbers: Array) -> Array:
        """Return the scores of documents, which must match."""
        scored, scores = score_all(plan, bits_of(numbers, self._segment.block_count))
        ordered: Array = scores[np.searchsorted(scored, numbers)]
        return ordered

    def _in_order(self, sort: str, numbers: Array) -> Array:
        """Return documents sorted by year or place. Undated ones are last either way."""
        if sort == "place":
            return numbers
        years = self._segment.documents.years_of(numbers).astype(np.int64)
        keys = np.where(years == 0, 1 << 20, -years if sort.startswith("-") else years)
        return numbers[np.argsort(keys, kind="stable")]


class FacetCollector:
    """Counts the values that matches have in a field."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._ranks = cached_method(len(FACETS), self._read_ranks)

    def count(
        self, names: Sequence[str], matches: Array
    ) -> dict[str, tuple[tuple[str | int, int], ...]]:
        """Return for each field its most frequent values, each with its count.

        The order is by falling count, then by value.
        """
        range_counts = RangeCounts(matches)
        return {name: self._count_values(name, range_counts) for name in names}

    def _count_values(
        self, name: str, range_counts: RangeCounts
    ) -> tuple[tuple[str | int, int], ...]:
        starts, run_codes = self._documents.value_ranges(name)
        counts = np.bincount(run_codes, weights=range_counts.between(starts)).astype(np.int64)
        if name in ("org", "year"):
            counts[:1] = 0  # code 0: no value
        codes = np.flatnonzero(counts)
        if len(codes) > MAX_FACET_VALUES:
            least = np.partition(counts[codes], -MAX_FACET_VALUES)[-MAX_FACET_VALUES]
            codes = self._first_codes(name, codes[counts[codes] >= least], counts)
        values = [(_value(self._documents, name, c), int(counts[c])) for c in codes.tolist()]
        return tuple(sorted(values, key=lambda pair: (-pair[1], pair[0]))[:MAX_FACET_VALUES])

    def _first_codes(self, name: str, codes: Array, counts: Array) -> Array:
        """Return the codes that are first by falling count and then by value.

        A few codes are all returned: to read their values is cheaper than to rank all.
        """
        if len(codes) <= _MAX_UNSORTED_VALUES:
            return codes
        order = np.lexsort((self._ranks(name)[codes], -counts[codes]))
        return codes[order[:MAX_FACET_VALUES]]

    def _read_ranks(self, name: str) -> Array:
        """Return the rank of each value of a field among all its sorted values, by code."""
        codes = range(self._documents.value_count(name))
        values = [_value(self._documents, name, code) for code in codes]
        ranks = np.empty(len(values), np.int64)
        ranks[sorted(codes, key=values.__getitem__)] = np.arange(len(values))
        return ranks


def _codes(documents: DocumentStore, name: str, numbers: Array) -> Array:
    """Return the code of the value that each document has in a field."""
    codes: Array = {
        "page": documents.pages_of,
        "section": documents.sections_of,
        "org": documents.orgs_of,
        "year": documents.years_of,
        "lang": documents.langs_of,
        "family": documents.families_of,
    }[name](numbers)
    return codes


def _value(documents: DocumentStore, name: str, code: int) -> str | int:
    """Return the value of a code in a field. A year is its own code."""
    if name == "year":
        return code
    names: dict[str, Any] = {
        "page": documents.page_name,
        "section": documents.section_name,
        "org": documents.org_name,
        "lang": documents.lang_name,
        "family": documents.family_name,
    }
    return str(names[name](code))


def _matches(numbers: Array, scores: Array) -> list[Match]:
    return list(map(Match, numbers.tolist(), scores.tolist()))

"""Collectors: from the matches of a plan to sorted matches, groups and facets.

Matches are a set of documents, as bits: uint32, one per block of 32 documents.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from archivesearch.columnar.documents.document_store import DocumentStore
from archivesearch.columnar.documents.duplicate_groups import DuplicateGroups
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array
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

    `duplicates` are the groups of documents with the same text.
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
        if request.sort == "score":
            fold = self.duplicates.first_distinct if self.duplicates else None
            numbers, scores = best_documents(plan, matches, page.stop, fold)
            return self._use_best_duplicates(plan, matches, _matches(numbers[page], scores[page]))
        numbers = self._in_order(request.sort, numbers_of(matches))
        numbers = numbers[self.duplicates.first_distinct(numbers, page.stop)][page]
        scored, scores = score_all(plan, bits_of(numbers, self._segment.block_count) & matches)
        return (
            _matches(numbers, scores[np.searchsorted(scored, numbers)]),
            self.duplicates.matching_groups(numbers.tolist(), matches),
        )

    def group(self, request: Request, plan: Scorer, matches: Array) -> list[GroupMatch]:
        """Return a record per group, in the order of each group's first match.

        The groups outside of `request.offset` and `request.limit` are empty records: they
        only count.
        """
        field = request.group_by or ""
        numbers, scores = score_all(plan, matches)
        if request.sort == "score":
            order = np.lexsort((numbers, -scores))
        else:
            order = np.searchsorted(numbers, self._in_order(request.sort, numbers))
        order = order[self._is_distinct(request, numbers[order], scores[order])]
        codes = _codes(self._segment.documents, field, numbers[order])
        _, firsts, group_of, sizes = np.unique(
            codes, return_index=True, return_inverse=True, return_counts=True
        )
        ranked = np.argsort(firsts, kind="stable")
        members = np.argsort(group_of, kind="stable")
        starts = np.cumsum(sizes) - sizes
        page = ranked[request.offset : request.offset + request.limit]
        groups = [GroupMatch("", 0, ())] * len(ranked)
        for rank, group in enumerate(page.tolist(), request.offset):
            start, size = int(starts[group]), int(sizes[group])
            best = order[members[start : start + min(MAX_GROUP_HITS, size)]]
            key = str(_value(self._segment.documents, field, int(codes[firsts[group]])))
            groups[rank] = GroupMatch(key, size, tuple(_matches(numbers[best], scores[best])))
        return groups

    def _use_best_duplicates(
        self, plan: Scorer, matches: Array, best_matches: Sequence[Match]
    ) -> tuple[list[Match], Duplicates]:
        """Return each match replaced by the best of its duplicates; beside them the duplicates.

        Of equal scores the first of the duplicate group is taken.
        """
        groups = self.duplicates.matching_groups([match.number for match in best_matches], matches)
        if not groups:
            return list(best_matches), {}
        members = np.array([number for group in groups.values() for number in group], np.int64)
        members, scores = score_all(plan, bits_of(members, self._segment.block_count))
        score = dict(zip(members.tolist(), scores.tolist(), strict=True))
        best = {number: max(group, key=score.__getitem__) for number, group in groups.items()}
        return (
            [
                Match(best[match.number], score[best[match.number]])
                if match.number in best
                else match
                for match in best_matches
            ],
            {best[number]: group for number, group in groups.items()},
        )

    def _in_order(self, sort: str, numbers: Array) -> Array:
        """Return documents sorted by year or place. Undated ones are last either way."""
        if sort == "place":
            return numbers
        years = self._segment.documents.years_of(numbers).astype(np.int64)
        keys = np.where(years == 0, 1 << 20, -years if sort.startswith("-") else years)
        return numbers[np.argsort(keys, kind="stable")]

    def _is_distinct(self, request: Request, numbers: Array, scores: Array) -> Array:
        """Return which of the sorted matches stay when duplicates are folded: bool.

        In groups by organization, each organization has its own duplicate.
        """
        keys = -scores if request.sort == "score" else np.arange(len(numbers))
        by_org = request.group_by == "org"
        partitions = _codes(self._segment.documents, "org", numbers) if by_org else None
        return self.duplicates.distinct(numbers, keys, partitions)


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

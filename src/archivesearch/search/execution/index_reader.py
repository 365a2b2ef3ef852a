"""The engine that keeps passages in flat arrays: the default one."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh.query import Query

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.documents.duplicate_groups import DuplicateGroups
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage import doc_sets as bits
from archivesearch.columnar.storage.array_files import Array, ArrayFolder
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy
from archivesearch.model.passages import Batch, CopyGroups, Passage
from archivesearch.search.execution import top_k as topk
from archivesearch.search.execution.planner import plan_of
from archivesearch.search.execution.scorers import Scorer
from archivesearch.search.execution.term_positions import SegmentPresence
from archivesearch.search.request import (
    DEFAULT_MEMORY_MB,
    FACETS,
    MAX_FACET_VALUES,
    MAX_GROUP_HITS,
    Engine,
    GroupMatch,
    Match,
    Request,
    Response,
    WordList,
)

if TYPE_CHECKING:
    from whoosh.searching import Searcher

    from archivesearch.columnar.whoosh_api.index import ColumnarIndex
    from archivesearch.indexing.workers.worker_pool import WorkerPool
    from archivesearch.model.reports import Contents


# On 290,000 paragraphs a fifth have each of 16 words, `the` to `at`, and none of a subject;
# `worker`, the most frequent of these, is in 15 %. A small archive has too few to tell.
_COMMON = 200
_COMMON_SHARE = 0.2

# Of more values that are as frequent not all are read to find those that go first.
_MANY_VALUES = 100

_MOST_MEMORY = 1 << 30  # megabytes: more than there is, and bytes are still counted in 64 bits


class ColumnarEngine:
    """Arrays on disk, mapped into memory and worked on whole."""

    name = "columnar"

    def build(
        self,
        folder: Path,
        batches: Iterable[Batch],
        analyzer: Analyzer,
        copies: CopyGroups = (),
        *,
        pool: "WorkerPool | None" = None,
        memory: int = DEFAULT_MEMORY_MB,
        on_progress: Callable[[int], None] = lambda passages: None,
    ) -> None:
        """Write an index of all passages into an empty folder."""
        from archivesearch.columnar.segment_writer import (
            write_segment,  # which a search never needs
        )

        memory = min(memory, _MOST_MEMORY) << 20
        write_segment(
            folder, batches, analyzer, copies, pool=pool, memory=memory, on_progress=on_progress
        )

    def open(self, folder: Path, analyzer: Analyzer) -> "ColumnarReader":
        """Open what `build` wrote."""
        return ColumnarReader(Segment(folder), analyzer)

    def problems(self, folder: Path) -> Iterator[str]:
        """Yield in words what in such a folder is not as `build` writes it."""
        from archivesearch.columnar.checks.segment_checks import segment_problems

        try:
            arrays = ArrayFolder(folder)
        except IndexDamaged as error:
            yield str(error)
        else:
            yield from segment_problems(arrays)

    def contents(self, folder: Path) -> "Contents":
        """Return what such a folder, in which there are no problems, says that it holds."""
        from archivesearch.columnar.checks.contents import contents

        return contents(ArrayFolder(folder))


ENGINE: Engine = ColumnarEngine()
"""The engine that there is, which holds nothing itself."""


class ColumnarReader:
    """Answers from one segment. Arrays are only ever read, so threads need no lock."""

    def __init__(self, segment: Segment, analyzer: Analyzer) -> None:
        self._segment = segment
        self._analyzer = analyzer
        self._ranks = cached_method(len(FACETS), self._read_ranks)

    @lazy
    def whoosh_index(self) -> "ColumnarIndex":
        """The segment as a Whoosh index."""
        from archivesearch.columnar.whoosh_api.index import ColumnarIndex  # which few searches need

        return ColumnarIndex(self._segment, self._analyzer)

    @lazy
    def _folds(self) -> DuplicateGroups:
        """Which passages are copies of each other."""
        return DuplicateGroups(self._segment.arrays, self._segment.document_count)

    def search(self, request: Request) -> Response:
        """Return the best matches of a query, exactly ranked and counted."""
        notes: list[str] = []
        plan, matches = self._plan(request.query, request.filter, notes)
        facets = self._facets(request.facets, matches) if request.facets else {}
        if request.group_by is not None:
            groups = self._groups(request, plan, matches)
            page = groups[request.offset : request.offset + request.limit]
            shown = [match.number for group in page for match in group.matches]
            families = self._folds.matching_groups(shown, matches)
            return Response(
                len(groups),
                groups=tuple(page),
                facets=facets,
                notes=tuple(notes),
                copies=_others(families, shown),
            )
        found, families = self._sorted(request, plan, matches)
        return Response(
            bits.count(matches),
            tuple(found),
            facets=facets,
            notes=tuple(notes),
            copies=_others(families, [match.number for match in found]),
            folded=self._folds.folded(matches),
        )

    def scan(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> Iterator[int]:
        """Yield the numbers of all matches, in the order of the archive."""
        yield from bits.numbers_of(self._plan(query, filter, notes)[1]).tolist()

    def ids(self, numbers: Sequence[int]) -> list[str]:
        """Return the ids of passages, without reading them."""
        return [self._segment.documents.id_of(number) for number in numbers]

    def scores(self, query: Query, numbers: Sequence[int]) -> list[float]:
        """Return the score of each of some passages, 0 where it does not match."""
        wanted = bits.bits_of(np.asarray(numbers, np.int64), self._segment.block_count)
        plan = plan_of(query, self._segment, self._searcher, scope=wanted)
        found, scores = topk.score_all(plan, plan.matches & wanted)
        by_number = dict(zip(found.tolist(), scores.tolist(), strict=True))
        return [by_number.get(number, 0.0) for number in numbers]

    def year_counts(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> dict[int, int]:
        """Return how many passages of each year match; those without one count as of 0."""
        numbers = bits.numbers_of(self._plan(query, filter, notes)[1])
        counts = np.bincount(self._segment.documents.years_of(numbers))
        return {year: int(counts[year]) for year in np.flatnonzero(counts).tolist()}

    def has_any_term(self, terms: Iterable[str], fields: Iterable[str]) -> bool:
        """Return whether any passage has any of some terms in any of some fields."""
        pairs = (
            (field, term.encode("utf-8", "surrogatepass")) for field in fields for term in terms
        )
        return any(self._segment.term_dictionary.find(*pair) is not None for pair in pairs)

    def words(self) -> WordList:
        """Return the words of the archive as they are spelled in it."""
        return self._words

    @lazy
    def _words(self) -> WordList:
        passages: Counter[str] = Counter()
        for form, count in zip(*self._segment.form_counts("text"), strict=True):
            passages[form] += count
        order = sorted(passages)
        return WordList(
            order,
            [passages[form] for form in order],
            self._segment.occurrence_counts("text"),
            self._segment.total_length["text"],
        )

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages by their numbers."""
        return self._segment.documents.passages(numbers)

    def presence(
        self, numbers: Array, fields: Sequence[str], words: Mapping[str, int]
    ) -> SegmentPresence:
        """Return which terms stand in fields of passages."""
        return SegmentPresence(self._segment, numbers, fields, words)

    def is_heading(self, numbers: Array) -> Array:
        """Return for each passage whether it is a mere heading."""
        return self._segment.documents.is_heading(numbers)

    def forms(self, term: str) -> Sequence[str]:
        """Return the spellings, case apart, of the words in texts that a term stands for."""
        return self._segment.forms(to_utf8(term))

    def is_common(self, term: str) -> bool:
        """Return whether a term is in so many texts that finding it tells nothing."""
        number = self._segment.term_dictionary.find("text", to_utf8(term))
        having = 0 if number is None else self._segment.postings_of("text", number).count
        return having >= _COMMON and having > self._segment.document_count * _COMMON_SHARE

    def page_range(self, page: str) -> range:
        """Return the numbers of a page's passages; empty where there is no such page."""
        found = self._segment.postings("page", page)
        if found is None:
            return range(0)
        return range(int(found.documents[0]), int(found.documents[-1]) + 1)

    def page_names(self) -> Sequence[str]:
        """Return the pages that have passages, in the order of the archive."""
        documents = self._segment.documents
        return [documents.page_name(page) for page in range(documents.page_count())]

    def close(self) -> None:
        """Let go of the arrays; the system unmaps them when nothing refers to them."""
        self.__dict__.clear()

    def _searcher(self) -> "Searcher":
        return self.whoosh_index.searcher()

    def _plan(
        self, query: Query, filter: Query | None, notes: list[str] | None = None
    ) -> tuple[Scorer, Array]:
        plan = plan_of(query, self._segment, self._searcher, notes)
        if filter is None:
            return plan, plan.matches
        allowed = plan_of(filter, self._segment, self._searcher)
        return plan, plan.matches & allowed.matches

    def _sorted(
        self, request: Request, plan: Scorer, matches: Array
    ) -> tuple[list[Match], dict[int, tuple[int, ...]]]:
        """Return the part of the sorted matches that is asked for, and the copies of each."""
        wanted = slice(request.offset, request.offset + request.limit)
        if request.sort == "score":
            fold = self._folds.first_distinct if self._folds else None
            numbers, scores = topk.best_documents(plan, matches, wanted.stop, fold)
            return self._best_copies(plan, matches, _matches(numbers[wanted], scores[wanted]))
        numbers = self._in_order(request.sort, bits.numbers_of(matches))
        numbers = numbers[self._folds.first_distinct(numbers, wanted.stop)][wanted]
        found, scores = topk.score_all(
            plan, bits.bits_of(numbers, self._segment.block_count) & matches
        )
        return (
            _matches(numbers, scores[np.searchsorted(found, numbers)]),
            self._folds.matching_groups(numbers.tolist(), matches),
        )

    def _best_copies(
        self, plan: Scorer, matches: Array, found: Sequence[Match]
    ) -> tuple[list[Match], dict[int, tuple[int, ...]]]:
        """Return for each match the best of it and its copies; of equals the one of least rank.

        The copies of each are returned too.
        """
        families = self._folds.matching_groups([match.number for match in found], matches)
        if not families:
            return list(found), {}
        several = np.array([number for family in families.values() for number in family], np.int64)
        several, scores = topk.score_all(plan, bits.bits_of(several, self._segment.block_count))
        score = dict(zip(several.tolist(), scores.tolist(), strict=True))
        best = {number: max(family, key=score.__getitem__) for number, family in families.items()}
        return (
            [
                Match(best[match.number], score[best[match.number]])
                if match.number in best
                else match
                for match in found
            ],
            {best[number]: family for number, family in families.items()},
        )

    def _in_order(self, sort: str, numbers: Array) -> Array:
        """Sort documents by year or place; those without a year go last either way."""
        if sort == "place":
            return numbers
        years = self._segment.documents.years_of(numbers).astype(np.int64)
        keys = np.where(years == 0, 1 << 20, -years if sort.startswith("-") else years)
        return numbers[np.argsort(keys, kind="stable")]

    def _facets(
        self, names: Sequence[str], matches: Array
    ) -> dict[str, tuple[tuple[str | int, int], ...]]:
        within = bits.RangeCounts(matches)
        return {name: self._facet(name, within) for name in names}

    def _facet(self, name: str, within: bits.RangeCounts) -> tuple[tuple[str | int, int], ...]:
        """Count the values of a field; the most frequent first, then by value."""
        starts, codes = self._segment.documents.value_runs(name)
        counts = np.bincount(codes, weights=within.between(starts)).astype(np.int64)
        if name in ("org", "year"):
            counts[:1] = 0  # the absent ones
        found = np.flatnonzero(counts)
        if len(found) > MAX_FACET_VALUES:
            least = np.partition(counts[found], -MAX_FACET_VALUES)[-MAX_FACET_VALUES]
            found = self._first_of_equals(name, found[counts[found] >= least], counts)
        values = [(self._value(name, code), int(counts[code])) for code in found.tolist()]
        return tuple(sorted(values, key=lambda pair: (-pair[1], pair[0]))[:MAX_FACET_VALUES])

    def _first_of_equals(self, name: str, codes: Array, counts: Array) -> Array:
        """Return the codes that go first, by count and then by value, where there are many."""
        if len(codes) <= _MANY_VALUES:
            return codes
        order = np.lexsort((self._ranks(name)[codes], -counts[codes]))
        return codes[order[:MAX_FACET_VALUES]]

    def _read_ranks(self, name: str) -> Array:
        """Return for each value of a field how many values are below it."""
        values = [
            self._value(name, code) for code in range(self._segment.documents.value_count(name))
        ]
        ranks = np.empty(len(values), np.int64)
        ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
        return ranks

    def _groups(self, request: Request, plan: Scorer, matches: Array) -> list[GroupMatch]:
        """Gather matches into groups, in the order of each group's first."""
        by = request.group_by or ""
        numbers, scores = topk.score_all(plan, matches)
        if request.sort == "score":
            order = np.lexsort((numbers, -scores))
        else:
            order = np.searchsorted(numbers, self._in_order(request.sort, numbers))
        order = order[self._kept(request, numbers[order], scores[order])]
        codes = self._codes(by, numbers[order])
        _, first, which, counts = np.unique(
            codes, return_index=True, return_inverse=True, return_counts=True
        )
        ranked = np.argsort(first, kind="stable")
        members = np.argsort(which, kind="stable")
        starts = np.cumsum(counts) - counts
        wanted = ranked[request.offset : request.offset + request.limit]
        groups = [GroupMatch("", 0, ())] * len(ranked)
        for place, group in enumerate(wanted.tolist(), request.offset):
            start = int(starts[group])
            at = order[members[start : start + min(MAX_GROUP_HITS, int(counts[group]))]]
            key = str(self._value(by, int(codes[first[group]])))
            groups[place] = GroupMatch(
                key, int(counts[group]), tuple(_matches(numbers[at], scores[at]))
            )
        return groups

    def _kept(self, request: Request, numbers: Array, scores: Array) -> Array:
        """Return which of the sorted matches are left when copies are folded.

        An organization keeps those of its own.
        """
        by = -scores if request.sort == "score" else np.arange(len(numbers))
        apart = self._codes("org", numbers) if request.group_by == "org" else None
        return self._folds.distinct(numbers, by, apart)

    def _codes(self, name: str, numbers: Array) -> Array:
        documents = self._segment.documents
        codes: Array = {
            "page": documents.pages_of,
            "section": documents.sections_of,
            "org": documents.orgs_of,
            "year": documents.years_of,
            "lang": documents.langs_of,
            "family": documents.families_of,
        }[name](numbers)
        return codes

    def _value(self, name: str, code: int) -> str | int:
        documents = self._segment.documents
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


def _others(
    families: Mapping[int, tuple[int, ...]], numbers: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Return for each document of a family the others of it."""
    return {
        number: tuple(other for other in families[number] if other != number)
        for number in numbers
        if number in families
    }


def _matches(numbers: Array, scores: Array) -> list[Match]:
    return list(map(Match, numbers.tolist(), scores.tolist()))

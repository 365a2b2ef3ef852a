"""The columnar engine: builds and reads an index of flat arrays."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array, ArrayFolder
from archivesearch.columnar.storage.doc_sets import bits_of, count, numbers_of
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import lazy
from archivesearch.model.passages import Batch, CopyGroups, Passage
from archivesearch.query.nodes.query import Query
from archivesearch.search.execution.collectors import Duplicates, FacetCollector, MatchCollector
from archivesearch.search.execution.planner import plan_of
from archivesearch.search.execution.scorers import Scorer
from archivesearch.search.execution.term_positions import SegmentPresence
from archivesearch.search.execution.top_k import score_all
from archivesearch.search.request import (
    DEFAULT_MEMORY_MB,
    Engine,
    Request,
    Response,
    WordList,
)

if TYPE_CHECKING:
    from archivesearch.columnar.whoosh_api.index import ColumnarIndex
    from archivesearch.indexing.workers.worker_pool import WorkerPool
    from archivesearch.model.reports import Contents


# Of 290,000 paragraphs, 16 words (`the` to `at`) are each in a fifth or more, and none of
# them names a subject. `worker`, the most frequent word that does, is in 15 %. In an archive
# with fewer matches the share says nothing.
_MIN_COMMON_COUNT = 200
_MIN_COMMON_SHARE = 0.2

_MAX_MEMORY_MB = 1 << 30  # more than any machine has; in bytes it still fits in 64 bits


class ColumnarEngine:
    """The engine that keeps an index as arrays in files, which it maps into memory."""

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
        from archivesearch.columnar.segment_writer import write_segment  # no search needs it

        memory = min(memory, _MAX_MEMORY_MB) << 20
        write_segment(
            folder, batches, analyzer, copies, pool=pool, memory=memory, on_progress=on_progress
        )

    def open(self, folder: Path, analyzer: Analyzer) -> "ColumnarReader":
        """Open an index that `build` wrote."""
        return ColumnarReader(Segment(folder), analyzer)

    def problems(self, folder: Path) -> Iterator[str]:
        """Yield a sentence for each way in which a folder is not a valid index."""
        from archivesearch.columnar.checks.segment_checks import segment_problems

        try:
            arrays = ArrayFolder(folder)
        except IndexDamaged as error:
            yield str(error)
        else:
            yield from segment_problems(arrays)

    def contents(self, folder: Path) -> "Contents":
        """Return the contents of an index, read from its files. It must have no problems."""
        from archivesearch.columnar.checks.contents import contents

        return contents(ArrayFolder(folder))


ENGINE: Engine = ColumnarEngine()
"""The only engine. It has no state."""


class ColumnarReader:
    """A reader of one segment. It only reads arrays, so threads need no lock."""

    def __init__(self, segment: Segment, analyzer: Analyzer) -> None:
        self._segment = segment
        self._analyzer = analyzer

    @lazy
    def whoosh_index(self) -> "ColumnarIndex":
        """The segment as a Whoosh index."""
        from archivesearch.columnar.whoosh_api.index import ColumnarIndex  # few searches need it

        return ColumnarIndex(self._segment, self._analyzer)

    @lazy
    def _matches(self) -> MatchCollector:
        return MatchCollector(self._segment)

    @lazy
    def _facets(self) -> FacetCollector:
        return FacetCollector(self._segment.documents)

    def search(self, request: Request) -> Response:
        """Return the best matches of a query, exactly ranked and counted."""
        notes: list[str] = []
        plan, matches = self._plan(request.query, request.filter, notes)
        facets = self._facets.count(request.facets, matches) if request.facets else {}
        if request.group_by is not None:
            total, groups, duplicates = self._matches.group(request, plan, matches)
            return Response(
                total,
                groups=tuple(groups),
                facets=facets,
                notes=tuple(notes),
                copies=_other_members(duplicates),
            )
        sorted_matches, duplicates = self._matches.sort(request, plan, matches)
        return Response(
            count(matches),
            tuple(sorted_matches),
            facets=facets,
            notes=tuple(notes),
            copies=_other_members(duplicates),
            folded=self._matches.duplicates.folded(matches),
        )

    def scan(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> Iterator[int]:
        """Yield the numbers of all matches, in the order of the archive."""
        yield from numbers_of(self._plan(query, filter, notes)[1]).tolist()

    def ids(self, numbers: Sequence[int]) -> list[str]:
        """Return the ids of passages, without reading the passages."""
        return [self._segment.documents.id_of(number) for number in numbers]

    def scores(self, query: Query, numbers: Sequence[int]) -> list[float]:
        """Return the score of each passage, 0 for one that does not match."""
        scope = bits_of(np.asarray(numbers, np.int64), self._segment.block_count)
        plan = plan_of(query, self._segment, scope=scope)
        matches, scores = score_all(plan, plan.matches & scope)
        by_number = dict(zip(matches.tolist(), scores.tolist(), strict=True))
        return [by_number.get(number, 0.0) for number in numbers]

    def year_counts(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> dict[int, int]:
        """Return the number of matches of each year; year 0 is that of undated passages."""
        numbers = numbers_of(self._plan(query, filter, notes)[1])
        counts = np.bincount(self._segment.documents.years_of(numbers))
        return {year: int(counts[year]) for year in np.flatnonzero(counts).tolist()}

    def has_any_term(self, terms: Iterable[str], fields: Iterable[str]) -> bool:
        """Return whether any passage has any of the terms in any of the fields."""
        find = self._segment.term_dictionary.find
        return any(find(f, to_utf8(term)) is not None for f in fields for term in terms)

    def words(self) -> WordList:
        """Return all words of the archive's texts."""
        return self._words

    @lazy
    def _words(self) -> WordList:
        passage_counts: Counter[str] = Counter()
        for form, passages in zip(*self._segment.form_counts("text"), strict=True):
            passage_counts[form] += passages
        forms = sorted(passage_counts)
        return WordList(
            forms,
            [passage_counts[form] for form in forms],
            self._segment.occurrence_counts("text"),
            self._segment.total_length["text"],
        )

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages by their numbers."""
        return self._segment.documents.passages(numbers)

    def presence(
        self, numbers: Array, fields: Sequence[str], words: Mapping[str, int]
    ) -> SegmentPresence:
        """Return which words the passages have in the fields."""
        return SegmentPresence(self._segment, numbers, fields, words)

    def is_heading(self, numbers: Array) -> Array:
        """Return for each passage whether it is only a heading: bool."""
        return self._segment.documents.is_heading(numbers)

    def forms(self, term: str) -> Sequence[str]:
        """Return the lower-case forms of the words in texts that a term stands for."""
        return self._segment.forms(to_utf8(term))

    def is_common(self, term: str) -> bool:
        """Return whether a term is in so many texts that it does not distinguish any."""
        number = self._segment.term_dictionary.find("text", to_utf8(term))
        passages = 0 if number is None else self._segment.postings_of("text", number).count
        return (
            passages >= _MIN_COMMON_COUNT
            and passages > self._segment.document_count * _MIN_COMMON_SHARE
        )

    def page_range(self, page: str) -> range:
        """Return the numbers of a page's passages; an empty range if there is no such page."""
        postings = self._segment.postings("page", page)
        if postings is None:
            return range(0)
        return range(int(postings.documents[0]), int(postings.documents[-1]) + 1)

    def page_names(self) -> Sequence[str]:
        """Return the pages that have passages, in the order of the archive."""
        documents = self._segment.documents
        return [documents.page_name(page) for page in range(documents.page_count())]

    def close(self) -> None:
        """Drop all references to arrays, so that the system can unmap their files.

        Any use after that raises AttributeError, even in a call that another thread began
        before. `Archive` reports it as a ValueError that says that the index was closed.
        """
        self.__dict__.clear()

    def _plan(
        self, query: Query, filter: Query | None, notes: list[str] | None = None
    ) -> tuple[Scorer, Array]:
        """Return the plan of a query, and its matches that pass the filter, as bits."""
        plan = plan_of(query, self._segment, notes)
        if filter is None:
            return plan, plan.matches
        return plan, plan.matches & plan_of(filter, self._segment).matches


def _other_members(duplicates: Duplicates) -> dict[int, tuple[int, ...]]:
    """Return for each document its duplicates, without itself."""
    return {
        number: tuple(member for member in group if member != number)
        for number, group in duplicates.items()
    }

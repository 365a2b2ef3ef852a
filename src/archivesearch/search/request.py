"""The seam between archivesearch and what stores and ranks its passages.

An engine is two things: a builder that is given all passages in order and leaves a
finished folder, and a reader that answers query trees from such a folder. Passages are
numbered from 0 in the order in which they were given; those of a page are neighbours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from whoosh.query import Query

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.storage.array_files import Array
from archivesearch.lazy import lazy
from archivesearch.model.passages import Batch, CopyGroups, Passage
from archivesearch.search.execution.term_positions import WordPositions

if TYPE_CHECKING:
    from archivesearch.indexing.workers.worker_pool import WorkerPool
    from archivesearch.model.reports import Contents

GROUPS = ("page", "section", "org")
FACETS = ("org", "section", "year", "lang", "page", "family")
SORTS = ("score", "year", "-year", "place")
MAX_FACET_VALUES = 20
MAX_GROUP_HITS = 3
DEFAULT_MEMORY_MB = 256
"""Megabytes that a build may take for the passages in work, if nothing else is said."""


class Match(NamedTuple):
    """A passage that matches, by its number, and how well."""

    number: int
    score: float


class Request(NamedTuple):
    """What is asked of an engine.

    `query` ranks and `filter` only narrows. `sort` is `score`, `year` (undated passages
    last), `-year` or `place` (the order of the archive); ties go by place. With
    `group_by`, `limit` and `offset` count groups.
    """

    query: Query
    filter: Query | None = None
    limit: int = 10
    offset: int = 0
    sort: str = "score"
    group_by: str | None = None
    facets: Sequence[str] = ()


class GroupMatch(NamedTuple):
    """A group of matches: how many there are, and the best of them."""

    key: str
    size: int
    matches: tuple[Match, ...]


class Response(NamedTuple):
    """The answer: `total` counts all matches, or all groups where they are grouped.

    `copies` has for a match those that match too and say the same, which are no matches
    of their own; `folded` is how many there are of all matches. `notes` say which limits
    were met, so that there may be more matches.
    """

    total: int
    matches: tuple[Match, ...] = ()
    groups: tuple[GroupMatch, ...] = ()
    facets: Mapping[str, tuple[tuple[str | int, int], ...]] = MappingProxyType({})
    notes: tuple[str, ...] = ()
    copies: Mapping[int, tuple[int, ...]] = MappingProxyType({})
    folded: int = 0


class WordPresence(Protocol):
    """Which words stand in which fields of some passages.

    `has` tells it, by field, word and passage, each by its place in what was asked for.
    """

    present: Array

    def positions(self, cells: Array) -> WordPositions:
        """Return where words stand, for those of `has` that are wanted."""
        ...


class WordList:
    """All the words of an archive, sorted, without capitals.

    `passages` counts for each word those that have it in just this form; `occurrences` how
    often a term, which stands for all forms, is in the texts; `total` is the number of
    words in all texts.
    """

    def __init__(
        self,
        forms: Sequence[str],
        passage_counts: Sequence[int],
        term_counts: Mapping[str, int],
        word_count: int,
    ) -> None:
        self.forms = forms
        self.passage_counts = passage_counts
        self.term_counts = term_counts
        self.word_count = word_count

    @lazy
    def letter_masks(self) -> Array:
        """Which letters each word has: a bit for each, by its code point modulo 64."""
        ends = np.cumsum([len(word) for word in self.forms])
        data = "".join(self.forms).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(data, "<u4").astype(np.uint64) & np.uint64(63)
        starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
        bits = np.append(np.uint64(1) << codes, np.uint64(0))
        found: Array = np.bitwise_or.reduceat(bits, starts)
        return found


class Reader(Protocol):
    """Answers from one finished index, which never changes. Safe to use from threads."""

    @property
    def whoosh_index(self) -> Any:
        """The `whoosh.index.Index` underneath, where there is one."""
        ...

    def search(self, request: Request) -> Response:
        """Return the best matches of a query, exactly ranked and counted."""
        ...

    def scan(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> Iterator[int]:
        """Yield the numbers of all matches, in the order of the archive.

        `notes` is told which limits were met, before the first is given.
        """
        ...

    def ids(self, numbers: Sequence[int]) -> list[str]:
        """Return the ids of passages, without reading them."""
        ...

    def scores(self, query: Query, numbers: Sequence[int]) -> list[float]:
        """Return the score of each of some passages, 0 where it does not match."""
        ...

    def year_counts(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> Mapping[int, int]:
        """Return how many passages of each year match; those without one count as of 0.

        `notes` is told which limits were met.
        """
        ...

    def has_any_term(self, terms: Iterable[str], fields: Iterable[str]) -> bool:
        """Return whether any passage has any of some terms in any of some fields."""
        ...

    def words(self) -> WordList:
        """Return the words of the archive as they are spelled in it."""
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages by their numbers."""
        ...

    def presence(
        self, numbers: Array, fields: Sequence[str], words: Mapping[str, int]
    ) -> WordPresence:
        """Return which terms stand in fields of passages.

        `words` gives each term the number of the word that it is to go by.
        """
        ...

    def is_heading(self, numbers: Array) -> Array:
        """Return for each passage whether it is a mere heading: its section's or its page's."""
        ...

    def forms(self, term: str) -> Sequence[str]:
        """Return the spellings, case apart, of the words in texts that a term stands for."""
        ...

    def is_common(self, term: str) -> bool:
        """Return whether a term is in so many texts that finding it tells nothing."""
        ...

    def page_range(self, page: str) -> range:
        """Return the numbers of a page's passages; empty where there is no such page."""
        ...

    def page_names(self) -> Sequence[str]:
        """Return the pages that have passages, in the order of the archive."""
        ...

    def close(self) -> None:
        """Let go of all files."""
        ...


class Engine(Protocol):
    """One way of storing and ranking passages."""

    name: str
    """How a manifest calls it."""

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
        """Write an index of all passages into an empty folder.

        Of `copies` that match, answers have one. The processes of `crew` may be given
        batches to work on; `memory` is how many megabytes the passages that are in work may
        take. Neither makes a difference to what is written. `watch` is told of how many
        more passages are done each time.
        """
        ...

    def open(self, folder: Path, analyzer: Analyzer) -> Reader:
        """Open what `build` wrote."""
        ...

    def problems(self, folder: Path) -> Iterator[str]:
        """Yield in words what in such a folder is not as `build` writes it."""
        ...

    def contents(self, folder: Path) -> "Contents":
        """Return what such a folder, in which there are no problems, says that it holds."""
        ...

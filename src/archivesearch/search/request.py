"""The engine protocol: requests, responses, and what an engine and its reader must do.

An engine has two parts. Its builder takes all passages in order and writes a folder. Its
reader answers query trees from such a folder. Passages are numbered from 0, in the order
in which the builder takes them. So the passages of a page have consecutive numbers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.storage.array_files import Array
from archivesearch.lazy import lazy
from archivesearch.model.passages import Batch, CopyGroups, Passage
from archivesearch.query.nodes.query import Query
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
"""Megabytes that a build may use for passages that it is sorting."""


class Match(NamedTuple):
    """A passage that matches, by its number, and its score."""

    number: int
    score: float


class Request(NamedTuple):
    """A query for an engine.

    `query` matches and ranks; `filter` narrows the matches and does not rank. `sort` is
    `score`, `year` (undated passages last), `-year` or `place` (the order of the archive).
    Passages with equal keys are in the order of the archive. With `group_by`, `limit` and `offset`
    count groups.
    """

    query: Query
    filter: Query | None = None
    limit: int = 10
    offset: int = 0
    sort: str = "score"
    group_by: str | None = None
    facets: Sequence[str] = ()


class GroupMatch(NamedTuple):
    """A group of matches: how many they are, with copies, and the best of them."""

    key: str
    size: int
    matches: tuple[Match, ...]


class Response(NamedTuple):
    """An engine's answer to a request.

    `total` counts all matches, or all groups if the request groups. Of passages with the
    same text only the best is among `matches`, or among those of each group. `copies` has
    the numbers of the others, by its number; if the request groups, of those in the same
    group. `folded` counts the others among all matches; it is 0 if the request groups.
    `notes` are sentences about limits that the query has met; then there may be more matches.
    """

    total: int
    matches: tuple[Match, ...] = ()
    groups: tuple[GroupMatch, ...] = ()
    facets: Mapping[str, tuple[tuple[str | int, int], ...]] = MappingProxyType({})
    notes: tuple[str, ...] = ()
    copies: Mapping[int, tuple[int, ...]] = MappingProxyType({})
    folded: int = 0


class WordPresence(Protocol):
    """The words that passages have in their fields.

    `present` is bool of the shape (fields, words, passages), in the order of the request.
    """

    present: Array

    def positions(self, cells: Array) -> WordPositions:
        """Return the occurrences of the words in some cells: bool, in the shape of `present`."""
        ...


class WordList:
    """All words of an archive's texts.

    `forms` are the different words, in lower case and sorted; `passage_counts` says how many
    passages have each. `term_counts` says how often each term occurs; a term stands for
    all forms of a word. `word_count` is the number of words of all texts together.
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
        """The letters of each form: uint64, with the bit (code point modulo 64) of each letter.

        Of `ab`, the bits 33 and 34 are set, since `a` is 97 and `b` is 98.
        """
        ends = np.cumsum([len(form) for form in self.forms])
        data = "".join(self.forms).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(data, "<u4").astype(np.uint64) & np.uint64(63)
        starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
        bits = np.append(np.uint64(1) << codes, np.uint64(0))
        masks: Array = np.bitwise_or.reduceat(bits, starts)
        return masks


class Reader(Protocol):
    """Answers requests from one finished index, which never changes. It is thread-safe."""

    @property
    def whoosh_index(self) -> Any:
        """The index as a `whoosh.index.Index`, if the engine has one."""
        ...

    def search(self, request: Request) -> Response:
        """Return the best matches of a query, exactly ranked and counted."""
        ...

    def scan(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> Iterator[int]:
        """Yield the numbers of all matches, in the order of the archive.

        Sentences about limits that the query has met are appended to `notes` before the
        first number is yielded.
        """
        ...

    def ids(self, numbers: Sequence[int]) -> list[str]:
        """Return the ids of passages, without reading the passages."""
        ...

    def scores(self, query: Query, numbers: Sequence[int]) -> list[float]:
        """Return the score of each passage, 0 for one that does not match."""
        ...

    def year_counts(
        self, query: Query, filter: Query | None = None, notes: list[str] | None = None
    ) -> Mapping[int, int]:
        """Return the number of matches of each year; year 0 is that of undated passages.

        Sentences about limits that the query has met are appended to `notes`.
        """
        ...

    def has_any_term(self, terms: Iterable[str], fields: Iterable[str]) -> bool:
        """Return whether any passage has any of the terms in any of the fields."""
        ...

    def words(self) -> WordList:
        """Return all words of the archive's texts."""
        ...

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages by their numbers."""
        ...

    def presence(
        self, numbers: Array, fields: Sequence[str], words: Mapping[str, int]
    ) -> WordPresence:
        """Return which words the passages have in the fields.

        `words` gives each term the number of the word that it stands for.
        """
        ...

    def is_heading(self, numbers: Array) -> Array:
        """Return for each passage whether it is only its section's or page's heading: bool."""
        ...

    def forms(self, term: str) -> Sequence[str]:
        """Return the lower-case forms of the words in texts that a term stands for."""
        ...

    def is_common(self, term: str) -> bool:
        """Return whether a term is in so many texts that it does not distinguish any."""
        ...

    def page_range(self, page: str) -> range:
        """Return the numbers of a page's passages; an empty range if there is no such page."""
        ...

    def page_names(self) -> Sequence[str]:
        """Return the pages that have passages, in the order of the archive."""
        ...

    def close(self) -> None:
        """Release all files."""
        ...


class Engine(Protocol):
    """A way to store and rank passages."""

    name: str
    """The engine's name in the manifest of an index."""

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

        Of the passages of a group of `copies` that match, a response has one; if the request
        groups, each group has one. `pool` may do a part of the work. `memory` is the limit,
        in megabytes, for passages that are being sorted. Neither changes what is written.
        `on_progress` is called with the number of passages that were finished since its last
        call.
        """
        ...

    def open(self, folder: Path, analyzer: Analyzer) -> Reader:
        """Open an index that `build` wrote."""
        ...

    def problems(self, folder: Path) -> Iterator[str]:
        """Yield a sentence for each way in which a folder is not a valid index."""
        ...

    def contents(self, folder: Path) -> "Contents":
        """Return the contents of an index, read from its files. It must have no problems."""
        ...

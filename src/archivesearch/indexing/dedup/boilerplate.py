"""Boilerplate detection: the lines and sentences that many pages repeat.

Boilerplate is banners, mastheads, navigation and footers. It is found by counting over
the whole archive. A unit of text (see `indexing/fingerprints/units.py`) is boilerplate if it is

- at the edges of at least 4 pages that are a third of their folder, or
- on at least 6 pages, in an archive of over 3,000 on one in 500, and mostly at the
  edges, at least of 4, or
- anywhere on at least 10 pages that are a quarter of their folder.

Pages that say mostly the same are one cluster and count as one page. Pages with hardly
any other text do not count: their boilerplate is their text. The folder is the deepest
that holds all pages with the unit. A page's edges are all that stands above or below its
own units but three; units that at least 4 pages have are not its own. So a long masthead
is an edge, and a quotation is none. docs/internals/deduplication.md has the measurements
behind this.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from archivesearch.indexing.dedup.boilerplate_spans import BoilerplateUnits, Flags, in_sorted
from archivesearch.indexing.dedup.page_similarity import (
    Ints,
    SharedWords,
    cluster_pages,
    page_items,
    shared_words,
    sum_pairs,
)
from archivesearch.indexing.fingerprints.hash_arithmetic import Hashes
from archivesearch.indexing.parsing.page_spool import PageSpool

# The three rules above: a minimum of pages, and their minimum share of the folder or archive.
_MIN_EDGE_PAGES, _MIN_EDGE_SHARE_OF_FOLDER = 4, 1 / 3
_MIN_ARCHIVE_PAGES, _MIN_SHARE_OF_ARCHIVE = 6, 1 / 500
_MIN_PAGES_ANYWHERE, _MIN_SHARE_OF_FOLDER = 10, 1 / 4
# A unit is at an edge if at most this many of the page's own units stand above or below it.
_MAX_OWN_UNITS_OUTSIDE = 3
# A page counts only if it has at least this many words of its own.
_MIN_OWN_WORDS = 4
# Pages that share this much of the longer one's words count as one.
_MIN_SHARED_WORDS = 0.7

# Units that are counted at a time: 60 bytes each.
_BATCH_SIZE = 1 << 20
_PAGE_BATCH_SIZE = 1000


def find_boilerplate(spool: PageSpool, batch_size: int = _BATCH_SIZE) -> BoilerplateUnits:
    """Return the boilerplate of all pages of a spool.

    `batch_size` bounds the memory; the result does not depend on it.
    """
    none = BoilerplateUnits(np.empty(0, np.uint64), np.empty(0, np.uint64))
    if len(spool) < _MIN_EDGE_PAGES:
        return none
    widespread, clusters = _widespread_units(spool, batch_size)
    if not len(widespread):
        return none
    folders = _FolderCounts(spool.names, clusters)
    units = _count_units(_occurrences(spool, widespread), clusters)
    numbers = [unit.number for unit in units if _is_boilerplate(unit, folders)]
    return BoilerplateUnits(
        hashes=widespread[numbers], uncountable=widespread[_is_never_countable(spool, widespread)]
    )


def _widespread_units(spool: PageSpool, batch_size: int) -> tuple[Hashes, Ints]:
    """Return the hashes of units on at least 4 pages, sorted, and the cluster of each page."""
    widespread: list[Hashes] = []
    shared: list[SharedWords] = []
    sizes = np.zeros(len(spool), np.int64)
    for units, pages, words in _unit_batches(spool, batch_size):
        items = page_items(units, pages, words)
        sizes += np.bincount(items.pages, items.words, len(spool)).astype(np.int64)
        shared.append(shared_words(items))
        hashes, page_counts = np.unique(items.items, return_counts=True)
        widespread.append(hashes[page_counts >= _MIN_EDGE_PAGES])
    clusters = cluster_pages(sum_pairs(shared), sizes, _MIN_SHARED_WORDS)
    return np.sort(np.concatenate(widespread)), clusters


def _unit_batches(spool: PageSpool, batch_size: int) -> Iterator[tuple[Hashes, Ints, Ints]]:
    """Yield all units in batches: their hashes, pages and words.

    All occurrences of a unit are in one batch: it is chosen by the unit's hash.
    """
    hashes, owners, words = (spool.column(name) for name in ("units", "owners", "words"))
    batch_count = len(hashes) // batch_size + 1
    for batch in range(batch_count):
        rows = np.concatenate(
            [
                start
                + np.flatnonzero(
                    hashes[start : start + batch_size] % np.uint64(batch_count) == batch
                )
                for start in range(0, max(len(hashes), 1), batch_size)
            ]
        )
        yield hashes[rows], spool.page_of(owners[rows]), words[rows].astype(np.int64)


def _is_never_countable(spool: PageSpool, widespread: Hashes) -> Flags:
    """Return for each widespread unit whether it says too little wherever it occurs."""
    hashes, countable = spool.column("units"), spool.column("countable")
    result = np.ones(len(widespread), bool)
    for start in range(0, len(hashes), _BATCH_SIZE):
        rows = slice(start, start + _BATCH_SIZE)
        batch = hashes[rows][countable[rows]]
        result[np.searchsorted(widespread, batch[in_sorted(batch, widespread)])] = False
    return result


class _Occurrences(NamedTuple):
    """The countable occurrences of widespread units on pages with words of their own.

    One value for each occurrence: the unit's number among the widespread ones, its page,
    whether it is at an edge of the page, and the unit's words.
    """

    units: Ints
    pages: Ints
    is_edge: Flags
    words: Ints


def _occurrences(spool: PageSpool, widespread: Hashes) -> _Occurrences:
    batches = []
    for first in range(0, len(spool), _PAGE_BATCH_SIZE):
        rows = spool.unit_slice(first, first + _PAGE_BATCH_SIZE)
        hashes, words = spool.column("units")[rows], spool.column("words")[rows]
        pages = spool.page_of(spool.column("owners")[rows])
        units = np.minimum(np.searchsorted(widespread, hashes), len(widespread) - 1)
        is_widespread = widespread[units] == hashes
        own_words = np.bincount(pages[~is_widespread], words[~is_widespread], len(spool))
        is_counted = spool.column("countable")[rows] & (own_words[pages] >= _MIN_OWN_WORDS)
        units, pages, words = units[is_counted], pages[is_counted], words[is_counted]
        is_widespread = is_widespread[is_counted]
        above = _own_units_before(~is_widespread, pages)
        below = _own_units_before(~is_widespread[::-1], pages[::-1])[::-1]
        is_edge = np.minimum(above, below) <= _MAX_OWN_UNITS_OUTSIDE
        units, pages, words = units[is_widespread], pages[is_widespread], words[is_widespread]
        batches.append(_Occurrences(units, pages, is_edge[is_widespread], words))
    return _Occurrences(*map(np.concatenate, zip(*batches, strict=True)))


def _own_units_before(is_own: Flags, pages: Ints) -> Ints:
    """Return for each unit how many own units of its page come before it.

    If the units of one page are own, own, widespread, own, the counts are 0, 1, 2, 2.
    """
    before: Ints = np.cumsum(is_own) - is_own
    starts = np.flatnonzero(np.diff(pages, prepend=-1))
    sizes = np.diff(np.append(starts, len(pages)))
    return before - np.repeat(before[starts], sizes)


class _UnitCounts(NamedTuple):
    """A widespread unit: its number, its words and all its pages.

    `cluster_count` is how many clusters of pages have it, `edge_count` how many of these
    have it at an edge.
    """

    number: int
    words: int
    pages: list[int]
    cluster_count: int
    edge_count: int


def _count_units(occurrences: _Occurrences, clusters: Ints) -> Iterator[_UnitCounts]:
    """Yield the counts of the units that are frequent enough to be boilerplate."""
    count = len(clusters)
    # A key is a unit and a cluster that has it; keys of one unit are neighbours.
    keys, first, inverse = np.unique(
        occurrences.units * count + clusters[occurrences.pages],
        return_index=True,
        return_inverse=True,
    )
    is_edge = np.bincount(inverse, occurrences.is_edge, len(keys)) > 0
    starts = np.flatnonzero(np.diff(keys // count, prepend=-1))
    cluster_counts = np.diff(np.append(starts, len(keys)))
    edge_counts = np.add.reduceat(is_edge, starts, dtype=np.int64)
    for start, cluster_count, edge_count in zip(
        starts.tolist(), cluster_counts.tolist(), edge_counts.tolist(), strict=True
    ):
        if edge_count >= _MIN_EDGE_PAGES or cluster_count >= _MIN_PAGES_ANYWHERE:
            rows = first[start : start + cluster_count]
            yield _UnitCounts(
                number=int(keys[start]) // count,
                words=int(occurrences.words[rows[0]]),
                pages=occurrences.pages[rows].tolist(),
                cluster_count=cluster_count,
                edge_count=edge_count,
            )


class _FolderCounts:
    """How many clusters of pages there are in each folder, and in the archive."""

    def __init__(self, names: Sequence[str], clusters: Ints) -> None:
        self._names = names
        folders = {
            (folder, cluster)
            for name, cluster in zip(names, clusters.tolist(), strict=True)
            for folder in _folders(name)
        }
        self._counts = Counter(folder for folder, _ in folders)

    def in_common_folder(self, pages: Sequence[int]) -> int:
        """Return how many clusters there are in the deepest folder that holds all these pages."""
        names = [self._names[page] for page in pages]
        last = max(names)
        return next(self._counts[f] for f in _folders(min(names)) if last.startswith(f))

    def in_archive(self) -> int:
        """Return how many clusters there are."""
        return self._counts[""]


def _folders(name: str) -> Iterator[str]:
    """Yield the folders of a page, the deepest first: `a/b/`, `a/` and `` for `a/b/c.html`."""
    end = name.rfind("/")
    while end >= 0:
        yield name[: end + 1]
        end = name.rfind("/", 0, end)
    yield ""


def _is_boilerplate(unit: _UnitCounts, folders: _FolderCounts) -> bool:
    """Whether a unit meets one of the three rules."""
    in_folder = folders.in_common_folder(unit.pages)
    if unit.edge_count >= _MIN_EDGE_PAGES and unit.edge_count * 2 >= unit.cluster_count:
        if unit.edge_count >= in_folder * _MIN_EDGE_SHARE_OF_FOLDER:
            return True
        if unit.cluster_count >= max(
            _MIN_ARCHIVE_PAGES, folders.in_archive() * _MIN_SHARE_OF_ARCHIVE
        ):
            return True
    return unit.words > 1 and unit.cluster_count >= max(
        _MIN_PAGES_ANYWHERE, in_folder * _MIN_SHARE_OF_FOLDER
    )

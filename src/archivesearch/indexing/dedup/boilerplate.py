"""Which lines and sentences many pages repeat: banners, mastheads, navigation, footers.

They are found by counting over the whole archive. A unit of text (see
`indexing/fingerprints/fingerprints.py`) is repeated if it stands

- at the edges of at least 4 pages that are a third of their folder, or
- on at least 6 pages, in an archive of over 3,000 on one in 500, and mostly at the
  edges, at least of 4, or
- anywhere on at least 10 pages that are a quarter of their folder.

Pages that say mostly the same count as one, and those that say hardly anything else do
not count: what is all that they say is their text. The folder is the deepest that holds
all pages with the unit. A page's edges are what stands above or below all of its units
but three, where units that at least 4 pages have are not counted: so a long masthead is
an edge, and a quotation is none. docs/internals/deduplication.md has the measurements behind this.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.dedup import page_similarity as overlaps
from archivesearch.indexing.dedup.boilerplate_spans import BoilerplateUnits, in_sorted
from archivesearch.indexing.parsing.page_spool import PageSpool

_FEW, _OF_FOLDER = 4, 1 / 3
_SEVERAL, _OF_ARCHIVE = 6, 1 / 500
_MANY, _ANYWHERE = 10, 1 / 4
_REACH = 3
_LEAST_OWN = 4
_SAME_PAGE = 0.7

# Units held at a time while they are counted: 60 bytes each.
_AT_ONCE = 1 << 20
_PAGES_AT_ONCE = 1000

_Hashes = npt.NDArray[np.uint64]
_Array = npt.NDArray[np.int64]


def find_boilerplate(gathered: PageSpool, batch_size: int = _AT_ONCE) -> BoilerplateUnits:
    """Return what the gathered pages repeat.

    `at_once` bounds the memory; it makes no difference to what is found.
    """
    none = np.empty(0, np.uint64)
    if len(gathered) < _FEW:
        return BoilerplateUnits(none, none)
    widespread, families = _counted(gathered, batch_size)
    if not len(widespread):
        return BoilerplateUnits(none, none)
    folders = _Folders(gathered.names, families)
    standing = _standing(gathered, widespread)
    found = [unit for unit in _by_unit(standing, families) if _is_repeated(unit, folders)]
    return BoilerplateUnits(
        hashes=widespread[[unit.number for unit in found]],
        uncountable=widespread[_never_counted(gathered, widespread)],
    )


def _never_counted(gathered: PageSpool, widespread: _Hashes) -> npt.NDArray[np.bool_]:
    """Return which units say too little wherever they stand."""
    units, counted = gathered.column("units"), gathered.column("counted")
    result = np.ones(len(widespread), bool)
    for start in range(0, len(units), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        hashes = units[some][counted[some]]
        result[np.searchsorted(widespread, hashes[in_sorted(hashes, widespread)])] = False
    return result


def _counted(gathered: PageSpool, at_once: int) -> tuple[_Hashes, _Array]:
    """Return the units that at least `_FEW` pages have, sorted, and the families of pages."""
    widespread: list[_Hashes] = []
    shared: list[overlaps.SharedWords] = []
    sizes = np.zeros(len(gathered), np.int64)
    for part in _parts(gathered, at_once):
        by = overlaps.page_items(*part)
        sizes += np.bincount(by.pages, by.words, len(gathered)).astype(np.int64)
        shared.append(overlaps.shared_words(by))
        found, counts = np.unique(by.items, return_counts=True)
        widespread.append(found[counts >= _FEW])
    families = overlaps.cluster_pages(overlaps.sum_pairs(shared), sizes, _SAME_PAGE)
    return np.sort(np.concatenate(widespread)), families


def _parts(gathered: PageSpool, at_once: int) -> Iterator[tuple[_Hashes, _Array, _Array]]:
    """Yield all units, each with all its pages in one part."""
    column, owners, words = (gathered.column(name) for name in ("units", "owners", "words"))
    count = len(column) // at_once + 1
    for part in range(count):
        at = np.concatenate(
            [
                start + np.flatnonzero(column[start : start + at_once] % np.uint64(count) == part)
                for start in range(0, max(len(column), 1), at_once)
            ]
        )
        yield column[at], gathered.page_of(owners[at]), words[at].astype(np.int64)


class _Standing(NamedTuple):
    """Where widespread units stand: the number of each, its page, whether at an edge of it.

    Only on pages that have words of their own.
    """

    units: _Array
    pages: _Array
    edges: npt.NDArray[np.bool_]
    words: _Array


def _standing(gathered: PageSpool, widespread: _Hashes) -> _Standing:
    parts = []
    for first in range(0, len(gathered), _PAGES_AT_ONCE):
        at = gathered.unit_slice(first, first + _PAGES_AT_ONCE)
        hashes, words = gathered.column("units")[at], gathered.column("words")[at]
        pages = gathered.page_of(gathered.column("owners")[at])
        number = np.minimum(np.searchsorted(widespread, hashes), len(widespread) - 1)
        wide = widespread[number] == hashes
        own = np.bincount(pages[~wide], words[~wide], len(gathered))
        counted = gathered.column("counted")[at] & (own[pages] >= _LEAST_OWN)
        hashes, words, pages = hashes[counted], words[counted], pages[counted]
        number, wide = number[counted], wide[counted]
        above = _before(~wide, pages)
        below = _before(~wide[::-1], pages[::-1])[::-1]
        edges = np.minimum(above, below) <= _REACH
        parts.append(_Standing(number[wide], pages[wide], edges[wide], words[wide]))
    return _Standing(*map(np.concatenate, zip(*parts, strict=True)))


def _before(own: npt.NDArray[np.bool_], pages: _Array) -> _Array:
    """Return how many units that are a page's own come before each of its units."""
    before: _Array = np.cumsum(own) - own
    first = np.flatnonzero(np.diff(pages, prepend=-1))
    counts = np.diff(np.append(first, len(pages)))
    result: _Array = before - np.repeat(before[first], counts)
    return result


class _Widespread(NamedTuple):
    """A widespread unit: its words, its pages, how many families of them have it, and where."""

    number: int
    words: int
    pages: list[int]
    everywhere: int
    edges: int


def _by_unit(standing: _Standing, families: _Array) -> Iterator[_Widespread]:
    """Yield the units that may be repeated."""
    count = len(families)
    keys, first, which = np.unique(
        standing.units * count + families[standing.pages], return_index=True, return_inverse=True
    )
    at_edge = np.bincount(which, standing.edges, len(keys)) > 0
    starts = np.flatnonzero(np.diff(keys // count, prepend=-1))
    everywhere = np.diff(np.append(starts, len(keys)))
    edges = np.add.reduceat(at_edge, starts, dtype=np.int64)
    for start, total, edge in zip(
        starts.tolist(), everywhere.tolist(), edges.tolist(), strict=True
    ):
        if edge >= _FEW or total >= _MANY:
            at = first[start : start + total]
            yield _Widespread(
                number=int(keys[start]) // count,
                words=int(standing.words[at[0]]),
                pages=standing.pages[at].tolist(),
                everywhere=total,
                edges=edge,
            )


class _Folders:
    """How many families of pages there are in each folder, and in all."""

    def __init__(self, names: Sequence[str], families: _Array) -> None:
        self._names = names
        known = {
            (folder, family)
            for name, family in zip(names, families.tolist(), strict=True)
            for folder in _folders(name)
        }
        self._counts = Counter(folder for folder, _ in known)

    def around(self, pages: Sequence[int]) -> int:
        """Return how many families there are in the deepest folder that holds some pages."""
        names = [self._names[page] for page in pages]
        last = max(names)
        return next(self._counts[f] for f in _folders(min(names)) if last.startswith(f))

    def everywhere(self) -> int:
        """Return how many families there are."""
        return self._counts[""]


def _folders(name: str) -> Iterator[str]:
    """Yield the folders that a page lies in, the deepest first; the last is that of all."""
    at = name.rfind("/")
    while at >= 0:
        yield name[: at + 1]
        at = name.rfind("/", 0, at)
    yield ""


def _is_repeated(unit: _Widespread, folders: _Folders) -> bool:
    around = folders.around(unit.pages)
    if unit.edges >= _FEW and unit.edges * 2 >= unit.everywhere:
        if unit.edges >= around * _OF_FOLDER:
            return True
        if unit.everywhere >= max(_SEVERAL, folders.everywhere() * _OF_ARCHIVE):
            return True
    return unit.words > 1 and unit.everywhere >= max(_MANY, around * _ANYWHERE)

"""Deduplication of all pages: boilerplate, pages with equal text, and near-duplicates.

Pages that are equal in everything that a search can see are indexed once, as one page
with several names. Nearly equal pages and passages are all indexed: only a query can tell
which of them match it, so the search folds them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from archivesearch.columnar.storage.free_memory import trim_heap
from archivesearch.indexing.dedup.boilerplate import find_boilerplate
from archivesearch.indexing.dedup.boilerplate_spans import BoilerplateSpans, Flags
from archivesearch.indexing.dedup.near_duplicates import add_adjacent_duplicates, near_duplicates
from archivesearch.indexing.dedup.page_similarity import (
    Ints,
    cluster_pages,
    page_items,
    shared_words,
)
from archivesearch.indexing.dedup.passage_batches import PassageBatch, SpooledPage
from archivesearch.indexing.fingerprints.hash_arithmetic import Hashes
from archivesearch.indexing.fingerprints.minhash import MIN_WORDS, bands
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.model.pages import Page
from archivesearch.model.passages import CopyGroups, SamePage

# Two pages are nearly the same if they share this much of the longer one's own words.
_MIN_SHARED_WORDS = 0.8
_CACHED_PAGES = 64
# Texts whose bands are computed at a time.
_TEXT_BATCH_SIZE = 1000
_PAGE_BATCH_SIZE = 1000
BATCH_BYTES = 4 << 20
"""Bytes of pages that are indexed at a time; 16 times as much is in use meanwhile."""
# A passage with boilerplate and fewer words of its own is compared with none: those are a name
# or a date in a footer.
_MIN_OWN_WORDS = 20


@dataclass(frozen=True, slots=True)
class DistinctPage:
    """A page to be indexed; `same` are the pages equal to it, which are not indexed."""

    page: Page
    same: tuple[SamePage, ...]


class Deduplicated:
    """The pages of a spool that are to be indexed, in order.

    The constructor compares all pages, which is most of the work. `copies` are the groups
    of passages that say the same, with the numbers that passages have in the index.
    `duplicate_count` is the number of pages that are exactly or nearly equal to an earlier
    one.
    """

    def __init__(self, spool: PageSpool) -> None:
        self._spool = spool
        self._boilerplate = BoilerplateSpans(spool, find_boilerplate(spool))
        self._is_own = self._boilerplate.is_own
        self._lengths, text_hashes = self._own_words()
        self._passages = lru_cache(_CACHED_PAGES)(self._boilerplate.passages)
        self._same = self._equal_pages()
        self._is_dropped = np.zeros(len(spool), bool)
        self._is_dropped[[page for same in self._same.values() for page in same]] = True
        spool.release("units", "words", "countable")
        trim_heap()
        sizes = np.diff(spool.passage_offsets)
        weights = np.repeat(sizes, sizes)
        with spool.temporary_file() as file:
            copies = near_duplicates(self._bands(), self._boilerplate.own_texts, weights, file)
        # 0 keeps a passage out of the search for short copies.
        text_hashes[self._is_never_copy()] = 0
        text_hashes[[number for group in copies for number in group]] = 0
        copies = add_adjacent_duplicates(copies, text_hashes, spool.passage_offsets, weights)
        self.duplicate_count = int(self._is_dropped.sum()) + self._nearly_equal_pages(copies)
        self.copies = self._renumber(copies)
        del self._lengths
        spool.release("bands", "lengths", "owners")
        trim_heap()

    def __len__(self) -> int:
        return len(self._indexed)

    def __iter__(self) -> Iterator[DistinctPage]:
        """Yield the pages that are to be indexed."""
        for number in self._indexed:
            yield DistinctPage(self._spool.page(number), self._same_pages(number))

    def batches(self) -> Iterator[PassageBatch]:
        """Yield the passages of these pages, in batches of `BATCH_BYTES`."""
        pages: list[SpooledPage] = []
        count = size = 0
        for number in self._indexed:
            start, end = self._spool.byte_range(number)
            boilerplate = self._boilerplate.of_page(number)
            pages.append(SpooledPage(start, end, boilerplate, self._same_pages(number)))
            first, last = self._spool.passage_offsets[number : number + 2]
            count += last - first
            size += end - start
            if size >= BATCH_BYTES:
                yield PassageBatch(self._spool.path, pages, self._boilerplate.boilerplate, count)
                pages, count, size = [], 0, 0
        if count:
            yield PassageBatch(self._spool.path, pages, self._boilerplate.boilerplate, count)

    def complete_pages(self, passages: int) -> int:
        """Return how many pages are complete with the first `passages` passages."""
        return int(np.searchsorted(self._passage_ends, passages, "right"))

    @cached_property
    def _indexed(self) -> list[int]:
        """The numbers of the pages that are to be indexed."""
        return np.flatnonzero(~self._is_dropped).tolist()

    @cached_property
    def _passage_ends(self) -> Ints:
        """How many passages there are up to the end of each page that is indexed."""
        return np.cumsum(np.diff(self._spool.passage_offsets)[self._indexed])

    def _same_pages(self, number: int) -> tuple[SamePage, ...]:
        return tuple(self._same.get(number, {}).values())

    def _own_words(self) -> tuple[Ints, Hashes]:
        """Return how many own words each passage has, and a hash of its own units; 0 for none."""
        spool = self._spool
        lengths = np.zeros(spool.passage_offsets[-1], np.int64)
        hashes = np.zeros(spool.passage_offsets[-1], np.uint64)
        for start in range(0, len(spool), _PAGE_BATCH_SIZE):
            end = min(start + _PAGE_BATCH_SIZE, len(spool))
            first, last = spool.passage_offsets[start], spool.passage_offsets[end]
            rows = spool.unit_slice(start, end)
            is_own = self._is_own[rows]
            units, owners, words = (
                spool.column(name)[rows][is_own] for name in ("units", "owners", "words")
            )
            lengths[first:last] = np.bincount(owners - np.uint32(first), words, last - first)
            passages, passage_hashes = hash_by_owner(units, owners)
            hashes[passages] = passage_hashes
        return lengths, hashes

    def _equal_pages(self) -> dict[int, dict[int, SamePage]]:
        """Return for the first of equal pages the others, by number; these are not indexed."""
        same: dict[int, dict[int, SamePage]] = {}
        first: dict[bytes, tuple[int, int]] = {}
        for number in self._pages_with_equal_units():
            page, digest, start = self._visible_text(number)
            leader, leader_start = first.setdefault(digest, (number, start))
            if leader != number:
                shift = start - leader_start
                same.setdefault(leader, {})[number] = SamePage(
                    page.page, page.url, shift, page.sha256
                )
        return same

    def _pages_with_equal_units(self) -> list[int]:
        """Return the pages whose own units are those of another page, in order."""
        spool = self._spool
        units = spool.column("units")
        by_units: dict[bytes, list[int]] = {}
        for page in range(len(spool)):
            rows = spool.unit_slice(page, page + 1)
            digest = blake2b(units[rows][self._is_own[rows]].tobytes(), digest_size=16).digest()
            by_units.setdefault(digest, []).append(page)
        return sorted(page for pages in by_units.values() if len(pages) > 1 for page in pages)

    def _visible_text(self, number: int) -> tuple[Page, bytes, int]:
        """Return a page, a hash of what a search can see of it, and its first own passage.

        Boilerplate and passages of nothing else are left out. The distances between the
        other passages are part of the hash. A page with few words is hashed by its bytes too.
        """
        page = self._spool.page(number)
        own_passages = {n: p for n, p in enumerate(self._passages(number)) if p.own_text}
        start = min(own_passages, default=0)
        texts = [
            (n - start, p.org, p.section, p.label, p.own_text) for n, p in own_passages.items()
        ]
        is_long = sum(len(text.split()) for *_, text in texts) >= MIN_WORDS
        visible = (page.title, page.lang, page.dating.year, texts, "" if is_long else page.sha256)
        return page, blake2b(repr(visible).encode("utf-8", "surrogatepass")).digest(), start

    def _bands(self) -> npt.NDArray[np.uint32]:
        """Return the bands of passages without their boilerplate; 0 if compared with none."""
        result = self._spool.column("bands")
        numbers = np.flatnonzero(self._has_boilerplate() & (self._lengths >= _MIN_OWN_WORDS))
        for batch in np.split(numbers, range(_TEXT_BATCH_SIZE, len(numbers), _TEXT_BATCH_SIZE)):
            result[batch] = bands(list(self._boilerplate.own_texts(batch.tolist())))
        result[self._is_never_copy()] = 0
        return result

    def _is_never_copy(self) -> Flags:
        """Return for each passage whether it is compared with none.

        These are passages of dropped pages, and those with boilerplate and few own words.
        """
        result = self._has_boilerplate() & (self._lengths < _MIN_OWN_WORDS)
        for page in np.flatnonzero(self._is_dropped).tolist():
            first, last = self._spool.passage_offsets[page : page + 2]
            result[first:last] = True
        return result

    def _has_boilerplate(self) -> Flags:
        """Return for each passage whether it has boilerplate."""
        result = np.zeros(self._spool.passage_offsets[-1], bool)
        result[self._spool.column("owners")[~self._is_own]] = True
        return result

    def _nearly_equal_pages(self, copies: CopyGroups) -> int:
        """Return how many pages share most of their words with an earlier page."""
        spool = self._spool
        pages = spool.page_of(np.arange(spool.passage_offsets[-1]))
        sizes = np.bincount(pages, self._lengths, len(spool)).astype(np.int64)
        members = np.array([number for group in copies for number in group], np.int64)
        groups = np.repeat(np.arange(len(copies)), [len(group) for group in copies])
        order = np.argsort(members)
        members = members[order]
        items = page_items(groups[order].astype(np.uint64), pages[members], self._lengths[members])
        leaders = cluster_pages(shared_words(items), sizes, _MIN_SHARED_WORDS)
        return int(np.count_nonzero(leaders != np.arange(len(leaders))))

    def _renumber(self, copies: CopyGroups) -> CopyGroups:
        """Return the groups with the numbers that passages have without the dropped pages."""
        is_indexed = np.repeat(~self._is_dropped, np.diff(self._spool.passage_offsets))
        numbers = np.cumsum(is_indexed) - 1
        return tuple(tuple(numbers[list(group)].tolist()) for group in copies)


def hash_by_owner(units: Hashes, owners: npt.NDArray[np.uint32]) -> tuple[Ints, Hashes]:
    """Return the distinct owners of units, and a hash of the units of each.

    `owners` ascend. The hash of an owner is the sum of its units' hashes, the first one
    times 1, the next times 3, then 5 and so on. So the order of the units counts.
    """
    if not len(units):
        return np.empty(0, np.int64), units
    starts = np.flatnonzero(np.diff(owners.astype(np.int64), prepend=-1))
    ranks = np.arange(len(owners)) - np.repeat(starts, np.diff(starts, append=len(owners)))
    weighted = units * (2 * ranks + 1).astype(np.uint64)
    return owners[starts].astype(np.int64), np.add.reduceat(weighted, starts)

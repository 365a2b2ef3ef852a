"""The gathered pages compared: each once, what is repeated marked, what is a copy known.

Pages that say the same in every way that a search can see are one page that goes by
several names. Of pages and passages that say nearly the same nothing is left out: which
of them fit a query is known only when it is asked, so the search folds them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from archivesearch.columnar.storage.free_memory import trim_heap
from archivesearch.indexing.dedup import page_similarity as overlaps
from archivesearch.indexing.dedup.boilerplate import find_boilerplate
from archivesearch.indexing.dedup.boilerplate_spans import BoilerplateSpans
from archivesearch.indexing.dedup.near_duplicates import add_adjacent_duplicates, near_duplicates
from archivesearch.indexing.dedup.passage_batches import PassageBatch, SpooledPage
from archivesearch.indexing.fingerprints.fingerprints import MIN_WORDS, bands
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.model.pages import Page
from archivesearch.model.passages import CopyGroups, SamePage

# Pages are nearly the same that have so much of the longer one's own words in common.
_NEARLY_SAME = 0.8
_AT_HAND = 64
# Texts whose signatures are made at a time.
_AT_ONCE = 1000
_PAGES_AT_ONCE = 1000
BATCH_BYTES = 4 << 20
"""Bytes of pages that are indexed at a time; 16 times as much is in use meanwhile."""
# What is left of a passage with less than so many words is a name or a date in a footer.
_LEAST_REST = 20


@dataclass(frozen=True, slots=True)
class DistinctPage:
    """A page that is to be indexed; `same` are those that say the same and are not."""

    page: Page
    same: tuple[SamePage, ...]


class Deduplicated:
    """What is to be indexed of gathered pages, in their order.

    `copies` are the groups of passages that say the same, numbered as they come;
    `duplicates` counts the pages that say exactly or nearly what an earlier one says.
    """

    def __init__(self, gathered: PageSpool) -> None:
        self._gathered = gathered
        self._marks = marks = BoilerplateSpans(gathered, find_boilerplate(gathered))
        self._own = marks.is_own
        self._lengths, said = self._own_words()
        self._passages = lru_cache(_AT_HAND)(marks.passages)
        self._same = self._exactly_same()
        self._dropped = np.zeros(len(gathered), bool)
        self._dropped[[page for others in self._same.values() for page in others]] = True
        gathered.release("units", "words", "counted")
        trim_heap()
        sizes = np.diff(gathered.passage_offsets)
        weights = np.repeat(sizes, sizes)
        with gathered.temporary_file() as aside:
            copies = near_duplicates(self._bands(), marks.own_texts, weights, aside)
        said[self._is_no_copy()] = 0
        said[[number for group in copies for number in group]] = 0
        copies = add_adjacent_duplicates(copies, said, gathered.passage_offsets, weights)
        self.duplicate_count = int(self._dropped.sum()) + self._nearly_same(copies)
        self.copies = self._renumbered(copies)
        del self._lengths
        gathered.release("bands", "lengths", "owners")
        trim_heap()

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[DistinctPage]:
        """Yield the pages that are to be indexed."""
        for number in self._kept:
            yield DistinctPage(self._gathered.page(number), self._known_as(number))

    def batches(self) -> Iterator[PassageBatch]:
        """Yield their passages, in batches of some megabytes."""
        path = self._gathered.path
        some: list[SpooledPage] = []
        count = size = 0
        for number in self._kept:
            start, end = self._gathered.byte_range(number)
            some.append(
                SpooledPage(start, end, self._marks.of_page(number), self._known_as(number))
            )
            count += (
                self._gathered.passage_offsets[number + 1] - self._gathered.passage_offsets[number]
            )
            size += end - start
            if size >= BATCH_BYTES:
                yield PassageBatch(path, some, self._marks.boilerplate, count)
                some, count, size = [], 0, 0
        if count:
            yield PassageBatch(path, some, self._marks.boilerplate, count)

    def complete_pages(self, passages: int) -> int:
        """Return how many of the pages hold the first so many of the passages."""
        return int(np.searchsorted(self._through, passages, "right"))

    @cached_property
    def _kept(self) -> list[int]:
        found: list[int] = np.flatnonzero(~self._dropped).tolist()
        return found

    @cached_property
    def _through(self) -> npt.NDArray[np.int64]:
        """How many passages there are up to the end of each page that is kept."""
        return np.cumsum(np.diff(self._gathered.passage_offsets)[self._kept])

    def _known_as(self, number: int) -> tuple[SamePage, ...]:
        return tuple(self._same.get(number, {}).values())

    def _exactly_same(self) -> dict[int, dict[int, SamePage]]:
        """Return for pages those after them that say the same and need not be indexed."""
        same: dict[int, dict[int, SamePage]] = {}
        first: dict[bytes, tuple[int, int]] = {}
        for number in self._perhaps_same():
            page, said, start = self._said(number)
            head, its_start = first.setdefault(said, (number, start))
            if head != number:
                shift = start - its_start
                known = SamePage(page.page, page.url, shift, page.sha256)
                same.setdefault(head, {})[number] = known
        return same

    def _perhaps_same(self) -> list[int]:
        """Return the pages whose own units are those of another one."""
        gathered = self._gathered
        units = gathered.column("units")
        alike: dict[bytes, list[int]] = {}
        for page in range(len(gathered)):
            at = gathered.unit_slice(page, page + 1)
            key = blake2b(units[at][self._own[at]].tobytes(), digest_size=16).digest()
            alike.setdefault(key, []).append(page)
        return sorted(page for pages in alike.values() if len(pages) > 1 for page in pages)

    def _said(self, number: int) -> tuple[Page, bytes, int]:
        """Return a page, a hash of all it says that a search can see, and where that begins.

        What is repeated in it is not seen; of the passages that have words of their own it
        is seen how far they are apart.
        """
        page = self._gathered.page(number)
        own = {n: p for n, p in enumerate(self._passages(number)) if p.own_text}
        start = min(own, default=0)
        texts = [(n - start, p.org, p.section, p.label, p.own_text) for n, p in own.items()]
        enough = sum(len(text.split()) for *_, text in texts) >= MIN_WORDS
        seen = (page.title, page.lang, page.dating.year, texts, "" if enough else page.sha256)
        return page, blake2b(repr(seen).encode("utf-8", "surrogatepass")).digest(), start

    def _bands(self) -> npt.NDArray[np.uint32]:
        """Return the signatures of what passages say themselves; of dropped pages none."""
        result = self._gathered.column("bands")
        parts = np.flatnonzero(self._is_partly_repeated() & (self._lengths >= _LEAST_REST))
        for some in np.split(parts, range(_AT_ONCE, len(parts), _AT_ONCE)):
            result[some] = bands(list(self._marks.own_texts(some.tolist())))
        result[self._is_no_copy()] = 0
        return result

    def _is_no_copy(self) -> npt.NDArray[np.bool_]:
        """Whether a passage is one that is compared with none."""
        result = self._is_partly_repeated() & (self._lengths < _LEAST_REST)
        for page in np.flatnonzero(self._dropped).tolist():
            result[
                self._gathered.passage_offsets[page] : self._gathered.passage_offsets[page + 1]
            ] = True
        return result

    def _is_partly_repeated(self) -> npt.NDArray[np.bool_]:
        """Whether a passage has something in it that many pages repeat."""
        result = np.zeros(self._gathered.passage_offsets[-1], bool)
        result[self._gathered.column("owners")[~self._own]] = True
        return result

    def _own_words(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """Return how many words of its own each passage has, and a number for what they are."""
        gathered, pages = self._gathered, len(self._gathered)
        lengths = np.zeros(gathered.passage_offsets[-1], np.int64)
        said = np.zeros(gathered.passage_offsets[-1], np.uint64)
        for page in range(0, pages, _PAGES_AT_ONCE):
            at = gathered.unit_slice(page, page + _PAGES_AT_ONCE)
            first, last = (
                gathered.passage_offsets[page],
                gathered.passage_offsets[min(page + _PAGES_AT_ONCE, pages)],
            )
            own = self._own[at]
            owners, words = gathered.column("owners")[at][own], gathered.column("words")[at][own]
            lengths[first:last] = np.bincount(owners - np.uint32(first), words, last - first)
            starts = np.flatnonzero(np.diff(owners.astype(np.int64), prepend=-1))
            # each unit times an odd number that tells where it stands among those of its passage
            places = np.arange(len(owners)) - np.repeat(starts, np.diff(starts, append=len(owners)))
            units = gathered.column("units")[at][own] * (2 * places + 1).astype(np.uint64)
            if len(starts):
                said[owners[starts]] = np.add.reduceat(units, starts)
        return lengths, said

    def _nearly_same(self, copies: CopyGroups) -> int:
        """Return how many pages say nearly what another one says."""
        gathered = self._gathered
        pages = gathered.page_of(np.arange(gathered.passage_offsets[-1]))
        sizes = np.bincount(pages, self._lengths, len(gathered)).astype(np.int64)
        members = np.array([number for group in copies for number in group], np.int64)
        groups = np.repeat(np.arange(len(copies)), [len(group) for group in copies])
        order = np.argsort(members)
        members, items = members[order], groups[order].astype(np.uint64)
        by = overlaps.page_items(items, pages[members], self._lengths[members])
        heads = overlaps.cluster_pages(overlaps.shared_words(by), sizes, _NEARLY_SAME)
        return int(np.count_nonzero(heads != np.arange(len(heads))))

    def _renumbered(self, copies: CopyGroups) -> CopyGroups:
        """Return the groups with passages numbered as if there were no dropped pages."""
        sizes = np.diff(self._gathered.passage_offsets)
        kept = np.repeat(~self._dropped, sizes)
        numbers = np.cumsum(kept) - 1
        return tuple(tuple(numbers[list(group)].tolist()) for group in copies)

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

from archivesearch.columnar.storage.free_memory import trim
from archivesearch.indexing.dedup import page_similarity as overlaps
from archivesearch.indexing.dedup.boilerplate import find_repeats
from archivesearch.indexing.dedup.boilerplate_spans import Marks
from archivesearch.indexing.dedup.near_duplicates import find_copies, with_companions
from archivesearch.indexing.dedup.passage_batches import PageBatch, Waiting
from archivesearch.indexing.fingerprints.fingerprints import LEAST_WORDS, bands
from archivesearch.indexing.parsing.page_spool import Gathered
from archivesearch.model.pages import Page
from archivesearch.model.passages import Copies, SamePage

# Pages are nearly the same that have so much of the longer one's own words in common.
_NEARLY_SAME = 0.8
_AT_HAND = 64
# Texts whose signatures are made at a time.
_AT_ONCE = 1000
_PAGES_AT_ONCE = 1000
BATCH = 4 << 20
"""Bytes of pages that are indexed at a time; 16 times as much is in use meanwhile."""
# What is left of a passage with less than so many words is a name or a date in a footer.
_LEAST_REST = 20


@dataclass(frozen=True, slots=True)
class SiftedPage:
    """A page that is to be indexed; `same` are those that say the same and are not."""

    page: Page
    same: tuple[SamePage, ...]


class Sifted:
    """What is to be indexed of gathered pages, in their order.

    `copies` are the groups of passages that say the same, numbered as they come;
    `duplicates` counts the pages that say exactly or nearly what an earlier one says.
    """

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._marks = marks = Marks(gathered, find_repeats(gathered))
        self._own = marks.own
        self._lengths, said = self._own_words()
        self._passages = lru_cache(_AT_HAND)(marks.passages)
        self._same = self._exactly_same()
        self._dropped = np.zeros(len(gathered), bool)
        self._dropped[[page for others in self._same.values() for page in others]] = True
        gathered.forget("units", "words", "counted")
        trim()
        sizes = np.diff(gathered.first)
        weights = np.repeat(sizes, sizes)
        with gathered.scratch() as aside:
            copies = find_copies(self._bands(), marks.own_texts, weights, aside)
        said[self._is_no_copy()] = 0
        said[[number for group in copies for number in group]] = 0
        copies = with_companions(copies, said, gathered.first, weights)
        self.duplicates = int(self._dropped.sum()) + self._nearly_same(copies)
        self.copies = self._renumbered(copies)
        del self._lengths
        gathered.forget("bands", "lengths", "owners")
        trim()

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[SiftedPage]:
        """Yield the pages that are to be indexed."""
        for number in self._kept:
            yield SiftedPage(self._gathered.page(number), self._known_as(number))

    def batches(self) -> Iterator[PageBatch]:
        """Yield their passages, in batches of some megabytes."""
        path = self._gathered.path
        some: list[Waiting] = []
        count = size = 0
        for number in self._kept:
            start, end = self._gathered.places(number)
            some.append(Waiting(start, end, self._marks.of(number), self._known_as(number)))
            count += self._gathered.first[number + 1] - self._gathered.first[number]
            size += end - start
            if size >= BATCH:
                yield PageBatch(path, some, self._marks.repeats, count)
                some, count, size = [], 0, 0
        if count:
            yield PageBatch(path, some, self._marks.repeats, count)

    def pages_of(self, passages: int) -> int:
        """Return how many of the pages hold the first so many of the passages."""
        return int(np.searchsorted(self._through, passages, "right"))

    @cached_property
    def _kept(self) -> list[int]:
        found: list[int] = np.flatnonzero(~self._dropped).tolist()
        return found

    @cached_property
    def _through(self) -> npt.NDArray[np.int64]:
        """How many passages there are up to the end of each page that is kept."""
        return np.cumsum(np.diff(self._gathered.first)[self._kept])

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
            at = gathered.units_between(page, page + 1)
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
        enough = sum(len(text.split()) for *_, text in texts) >= LEAST_WORDS
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
            result[self._gathered.first[page] : self._gathered.first[page + 1]] = True
        return result

    def _is_partly_repeated(self) -> npt.NDArray[np.bool_]:
        """Whether a passage has something in it that many pages repeat."""
        result = np.zeros(self._gathered.first[-1], bool)
        result[self._gathered.column("owners")[~self._own]] = True
        return result

    def _own_words(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """Return how many words of its own each passage has, and a number for what they are."""
        gathered, pages = self._gathered, len(self._gathered)
        lengths = np.zeros(gathered.first[-1], np.int64)
        said = np.zeros(gathered.first[-1], np.uint64)
        for page in range(0, pages, _PAGES_AT_ONCE):
            at = gathered.units_between(page, page + _PAGES_AT_ONCE)
            first, last = gathered.first[page], gathered.first[min(page + _PAGES_AT_ONCE, pages)]
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

    def _nearly_same(self, copies: Copies) -> int:
        """Return how many pages say nearly what another one says."""
        gathered = self._gathered
        pages = gathered.page_of(np.arange(gathered.first[-1]))
        sizes = np.bincount(pages, self._lengths, len(gathered)).astype(np.int64)
        members = np.array([number for group in copies for number in group], np.int64)
        groups = np.repeat(np.arange(len(copies)), [len(group) for group in copies])
        order = np.argsort(members)
        members, items = members[order], groups[order].astype(np.uint64)
        by = overlaps.held(items, pages[members], self._lengths[members])
        heads = overlaps.families(overlaps.shared(by), sizes, _NEARLY_SAME)
        return int(np.count_nonzero(heads != np.arange(len(heads))))

    def _renumbered(self, copies: Copies) -> Copies:
        """Return the groups with passages numbered as if there were no dropped pages."""
        sizes = np.diff(self._gathered.first)
        kept = np.repeat(~self._dropped, sizes)
        numbers = np.cumsum(kept) - 1
        return tuple(tuple(numbers[list(group)].tolist()) for group in copies)

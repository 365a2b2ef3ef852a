"""Deduplication of all pages: boilerplate, pages with equal text, and near-duplicates.

Pages that are equal in everything that a search can see are indexed once, as one page
with several names. Nearly equal pages and passages are all indexed: only a query can tell
which of them match it, so the search folds them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

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
from archivesearch.indexing.parsing.page_summary import PageSummary
from archivesearch.model.pages import Page
from archivesearch.model.passages import CopyGroups, Passage, SamePage

# Two pages are nearly the same if they share this much of the longer one's own words.
_MIN_SHARED_WORDS = 0.8
# Texts whose bands are computed at a time.
_TEXT_BATCH_SIZE = 1000
_PAGE_BATCH_SIZE = 1000
BATCH_BYTES = 4 << 20
"""Bytes of pages that are indexed at a time; 16 times as much is in use meanwhile."""
# A passage with boilerplate and fewer words of its own is compared with none: those are a name
# or a date in a footer.
_MIN_OWN_WORDS = 20


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """The pages of a spool after deduplication.

    - `spool`, `boilerplate`: all pages, and their boilerplate
    - `is_indexed`: for each page, whether it is indexed
    - `same`: for the first of equal pages the others, which are not indexed
    - `copies`: the groups of passages that say the same, numbered as in the index
    - `duplicate_count`: the number of pages that are exactly or nearly equal to an earlier one
    """

    spool: PageSpool
    boilerplate: BoilerplateSpans
    is_indexed: Flags
    same: Mapping[int, tuple[SamePage, ...]]
    copies: CopyGroups
    duplicate_count: int

    def summaries(self) -> Iterator[tuple[PageSummary, tuple[SamePage, ...]]]:
        """Yield the summary of each page that is indexed, and the pages equal to it."""
        for number, summary in enumerate(self.spool.summaries()):
            if self.is_indexed[number]:
                yield summary, self.same.get(number, ())

    def page_ends(self) -> list[int]:
        """Return how many passages there are up to the end of each page that is indexed."""
        sizes = np.diff(self.spool.passage_offsets)[self.is_indexed]
        return list(accumulate(sizes.tolist()))

    def batches(self) -> Iterator[PassageBatch]:
        """Yield the passages of the pages that are indexed, in batches of `BATCH_BYTES`."""
        path, units = self.spool.path, self.boilerplate.boilerplate
        pages: list[SpooledPage] = []
        count = size = 0
        for number in np.flatnonzero(self.is_indexed).tolist():
            start, end = self.spool.byte_range(number)
            same = self.same.get(number, ())
            pages.append(SpooledPage(start, end, self.boilerplate.of_page(number), same))
            first, last = self.spool.passage_offsets[number : number + 2]
            count += last - first
            size += end - start
            if size >= BATCH_BYTES:
                yield PassageBatch(path, pages, units, count)
                pages, count, size = [], 0, 0
        if count:
            yield PassageBatch(path, pages, units, count)


def deduplicate(spool: PageSpool) -> Deduplicated:
    """Compare all pages of a spool, and return which are indexed and what is a copy of what.

    The columns of the spool are released as soon as no step needs them.
    """
    boilerplate = BoilerplateSpans(spool, find_boilerplate(spool))
    own_words = _own_words(spool, boilerplate.is_own)
    same = _equal_pages(spool, boilerplate)
    is_indexed = np.ones(len(spool), bool)
    is_indexed[[number for others in same.values() for number in others]] = False
    spool.release("units", "words", "countable")
    trim_heap()
    copies = _copies(spool, boilerplate, own_words, is_indexed)
    nearly_equal = _nearly_equal_pages(spool, own_words.counts, copies)
    spool.release("lengths", "owners")
    trim_heap()
    return Deduplicated(
        spool=spool,
        boilerplate=boilerplate,
        is_indexed=is_indexed,
        same={leader: tuple(others.values()) for leader, others in same.items()},
        copies=_renumber(copies, spool, is_indexed),
        duplicate_count=int(np.count_nonzero(~is_indexed)) + nearly_equal,
    )


class _OwnWords(NamedTuple):
    """For each passage, how many words are no boilerplate, and a hash of their units; 0 if none."""

    counts: Ints
    hashes: Hashes


def _own_words(spool: PageSpool, is_own: Flags) -> _OwnWords:
    counts = np.zeros(spool.passage_offsets[-1], np.int64)
    hashes = np.zeros(spool.passage_offsets[-1], np.uint64)
    for start in range(0, len(spool), _PAGE_BATCH_SIZE):
        end = min(start + _PAGE_BATCH_SIZE, len(spool))
        first, last = spool.passage_offsets[start], spool.passage_offsets[end]
        rows = spool.unit_slice(start, end)
        units, owners, words = (
            spool.column(name)[rows][is_own[rows]] for name in ("units", "owners", "words")
        )
        counts[first:last] = np.bincount(owners - np.uint32(first), words, last - first)
        passages, passage_hashes = hash_by_owner(units, owners)
        hashes[passages] = passage_hashes
    return _OwnWords(counts, hashes)


def _equal_pages(spool: PageSpool, boilerplate: BoilerplateSpans) -> dict[int, dict[int, SamePage]]:
    """Return for the first of equal pages the others, by number; these are not indexed."""
    same: dict[int, dict[int, SamePage]] = {}
    first: dict[bytes, tuple[int, int]] = {}
    for number in _pages_with_equal_units(spool, boilerplate.is_own):
        page = spool.page(number)
        digest, start = _visible_text(page, boilerplate.passages(number))
        leader, leader_start = first.setdefault(digest, (number, start))
        if leader != number:
            shift = start - leader_start
            same.setdefault(leader, {})[number] = SamePage(page.page, page.url, shift, page.sha256)
    return same


def _pages_with_equal_units(spool: PageSpool, is_own: Flags) -> list[int]:
    """Return the pages whose own units are those of another page, in order."""
    units = spool.column("units")
    by_units: dict[bytes, list[int]] = {}
    for page in range(len(spool)):
        rows = spool.unit_slice(page, page + 1)
        digest = blake2b(units[rows][is_own[rows]].tobytes(), digest_size=16).digest()
        by_units.setdefault(digest, []).append(page)
    return sorted(page for pages in by_units.values() if len(pages) > 1 for page in pages)


def _visible_text(page: Page, passages: Sequence[Passage]) -> tuple[bytes, int]:
    """Return a hash of what a search can see of a page, and its first own passage.

    Boilerplate and passages of nothing else are left out. The distances between the
    other passages are part of the hash. A page with few words is hashed by its bytes too.
    """
    own_passages = {n: p for n, p in enumerate(passages) if p.own_text}
    start = min(own_passages, default=0)
    texts = [(n - start, p.org, p.section, p.label, p.own_text) for n, p in own_passages.items()]
    is_long = sum(len(text.split()) for *_, text in texts) >= MIN_WORDS
    visible = (page.title, page.lang, page.dating.year, texts, "" if is_long else page.sha256)
    return blake2b(repr(visible).encode("utf-8", "surrogatepass")).digest(), start


def _copies(
    spool: PageSpool, boilerplate: BoilerplateSpans, own_words: _OwnWords, is_indexed: Flags
) -> CopyGroups:
    """Return the groups of passages that say the same, numbered as in the spool.

    Passages that are not indexed are compared with none. Nor are those with boilerplate and
    few words of their own.
    """
    sizes = np.diff(spool.passage_offsets)
    weights = np.repeat(sizes, sizes)
    has_boilerplate = np.zeros(len(weights), bool)
    has_boilerplate[spool.column("owners")[~boilerplate.is_own]] = True
    is_compared = np.repeat(is_indexed, sizes)
    is_compared &= ~has_boilerplate | (own_words.counts >= _MIN_OWN_WORDS)
    bands_of_own_texts = _bands(spool, boilerplate, has_boilerplate, is_compared)
    with spool.temporary_file() as file:
        copies = near_duplicates(bands_of_own_texts, boilerplate.own_texts, weights, file)
    # 0 keeps a passage out of the search for short copies.
    text_hashes = own_words.hashes * is_compared
    text_hashes[[number for group in copies for number in group]] = 0
    return add_adjacent_duplicates(copies, text_hashes, spool.passage_offsets, weights)


def _bands(
    spool: PageSpool, boilerplate: BoilerplateSpans, has_boilerplate: Flags, is_compared: Flags
) -> npt.NDArray[np.uint32]:
    """Return the bands of passages without their boilerplate; 0 if compared with none."""
    result = np.array(spool.column("bands"))
    spool.release("bands")
    numbers = np.flatnonzero(has_boilerplate & is_compared)
    for batch in np.split(numbers, range(_TEXT_BATCH_SIZE, len(numbers), _TEXT_BATCH_SIZE)):
        result[batch] = bands(list(boilerplate.own_texts(batch.tolist())))
    result[~is_compared] = 0
    return result


def _nearly_equal_pages(spool: PageSpool, own_word_counts: Ints, copies: CopyGroups) -> int:
    """Return how many pages share most of their words with an earlier page."""
    pages = spool.page_of(np.arange(spool.passage_offsets[-1]))
    sizes = np.bincount(pages, own_word_counts, len(spool)).astype(np.int64)
    members = np.array([number for group in copies for number in group], np.int64)
    groups = np.repeat(np.arange(len(copies)), [len(group) for group in copies])
    order = np.argsort(members)
    members = members[order]
    items = page_items(groups[order].astype(np.uint64), pages[members], own_word_counts[members])
    leaders = cluster_pages(shared_words(items), sizes, _MIN_SHARED_WORDS)
    return int(np.count_nonzero(leaders != np.arange(len(leaders))))


def _renumber(copies: CopyGroups, spool: PageSpool, is_indexed: Flags) -> CopyGroups:
    """Return the groups with the numbers that passages have without pages that are not indexed."""
    numbers = np.cumsum(np.repeat(is_indexed, np.diff(spool.passage_offsets))) - 1
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

"""Page similarity: pages that have most of their words in common, by the items they share.

An item is anything that several pages have: a unit of text, a group of copies. Of the
pages with an item, in the order of the archive, only neighbours are compared. So the work
grows with the pages and not with their square. Pages with equal text are neighbours for
nearly all their items.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class PageItems(NamedTuple):
    """Pairs of an item and a page that has it, and the item's words; each pair once.

    Sorted by item, then by page.
    """

    items: npt.NDArray[np.uint64]
    pages: Ints
    words: Ints


class SharedWords(NamedTuple):
    """Pairs of pages, `first` < `second`, and how many words they share."""

    first: Ints
    second: Ints
    words: Ints


def page_items(items: npt.NDArray[np.uint64], pages: Ints, words: Ints) -> PageItems:
    """Return the items of pages sorted and without repetition.

    The arrays have one value for each occurrence of an item, in the order of the pages.
    """
    order = np.argsort(items, kind="stable")
    items, pages = items[order], pages[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = (items[1:] != items[:-1]) | (pages[1:] != pages[:-1])
    return PageItems(items[is_new], pages[is_new], words[order[is_new]])


def shared_words(items: PageItems) -> SharedWords:
    """Return how many words neighbouring pages share.

    If pages 0, 2 and 5 have an item of 7 words, it adds 7 to the pairs (0, 2) and (2, 5).
    """
    is_same = items.items[1:] == items.items[:-1]
    return sum_pairs(
        [SharedWords(items.pages[:-1][is_same], items.pages[1:][is_same], items.words[1:][is_same])]
    )


def sum_pairs(parts: Iterable[SharedWords]) -> SharedWords:
    """Return all pairs of several parts, each once, with the sum of its words."""
    first, second, words = (np.concatenate(column) for column in zip(*parts, strict=True))
    pairs, inverse = np.unique((first << 32) | second, return_inverse=True)
    totals = np.bincount(inverse, words, len(pairs)).astype(np.int64)
    return SharedWords(pairs >> 32, pairs & 0xFFFFFFFF, totals)


def cluster_pages(shared: SharedWords, sizes: Ints, min_share: float) -> Ints:
    """Return for each page the first page of its cluster, which may be the page itself.

    Two pages are in one cluster if the words that they share are at least `min_share` of
    the longer page. `sizes` are the pages' words.
    """
    leaders = np.arange(len(sizes))
    longer = np.maximum(sizes[shared.first], sizes[shared.second])
    is_similar = (shared.words >= min_share * longer) & (shared.words > 0)
    for first, second in zip(
        shared.first[is_similar].tolist(), shared.second[is_similar].tolist(), strict=True
    ):
        low, high = sorted((_leader(leaders, first), _leader(leaders, second)))
        leaders[high] = low
    return np.array([_leader(leaders, page) for page in range(len(leaders))], np.int64)


def _leader(leaders: Ints, page: int) -> int:
    """Return the first page of a page's cluster, and shorten the way to it (union-find)."""
    while leaders[page] != page:
        leaders[page] = leaders[leaders[page]]
        page = int(leaders[page])
    return page

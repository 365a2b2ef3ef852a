"""Which pages say mostly the same, told by what they share.

What is shared is given as columns: an item (a unit of text, a group of copies), the page
that has it, and how many words it has. Of the pages with an item only neighbours are
compared, in the order of the archive, so that the work grows with the pages and not with
their square; pages that say the same are neighbours for nearly all they say.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.int64]


class PageItems(NamedTuple):
    """Which pages hold what: an item, a page with it, and its words, each pair once.

    Sorted by item and then by page.
    """

    items: npt.NDArray[np.uint64]
    pages: Array
    words: Array


class SharedWords(NamedTuple):
    """Pairs of pages `first` < `second`, and how many words they share."""

    first: Array
    second: Array
    words: Array


def page_items(items: npt.NDArray[np.uint64], pages: Array, words: Array) -> PageItems:
    """Sort what pages hold, given in their order; what a page holds twice counts once."""
    order = np.argsort(items, kind="stable")
    items, pages = items[order], pages[order]
    new = np.ones(len(order), bool)
    new[1:] = (items[1:] != items[:-1]) | (pages[1:] != pages[:-1])
    return PageItems(items[new], pages[new], words[order[new]])


def shared_words(by: PageItems) -> SharedWords:
    """Return which pages share how much."""
    same = by.items[1:] == by.items[:-1]
    return sum_pairs([SharedWords(by.pages[:-1][same], by.pages[1:][same], by.words[1:][same])])


def sum_pairs(parts: Iterable[SharedWords]) -> SharedWords:
    """Put together what pages share in several respects."""
    first, second, words = (np.concatenate(column) for column in zip(*parts, strict=True))
    pairs, which = np.unique((first << 32) | second, return_inverse=True)
    total = np.bincount(which, words, len(pairs)).astype(np.int64)
    return SharedWords(pairs >> 32, pairs & 0xFFFFFFFF, total)


def cluster_pages(found: SharedWords, sizes: Array, share: float) -> Array:
    """Return for each page the first page of its family; a page without one is its own.

    Two pages are of one family that share so much of what the longer one says; `sizes`
    is how many words each page has.
    """
    head = np.arange(len(sizes))
    longer = np.maximum(sizes[found.first], sizes[found.second])
    alike = (found.words >= share * longer) & (found.words > 0)
    for first, second in zip(
        found.first[alike].tolist(), found.second[alike].tolist(), strict=True
    ):
        low, high = sorted((_head(head, first), _head(head, second)))
        head[high] = low
    return np.array([_head(head, page) for page in range(len(head))], np.int64)


def _head(head: Array, page: int) -> int:
    while head[page] != page:
        head[page] = head[head[page]]
        page = int(head[page])
    return page

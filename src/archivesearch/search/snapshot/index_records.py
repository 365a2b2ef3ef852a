"""Which pages an index has, and what is known of each of them."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from archivesearch.lazy import lazy
from archivesearch.model.passages import SamePage

if TYPE_CHECKING:
    from archivesearch.model.pages import PageInfo


class Listing:
    """The pages of an index in order, from what it keeps of them as lines of JSON.

    `read` returns those lines; it is called when a page is first asked for.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    def page(self, name: str) -> "PageInfo | None":
        """Return a page by its name, or the one that it is known as; None for none."""
        return self._same.get(name) or self._pages.get(name)

    def at(self, url: str) -> list[str]:
        """Return the pages that have an address."""
        return [info.page for info in self._pages.values() if url in (info.url, *info.also)]

    @lazy
    def _pages(self) -> "dict[str, PageInfo]":
        return {info.page: info for info in map(_page_info, self._read().splitlines())}

    @lazy
    def _same(self) -> "dict[str, PageInfo]":
        """The pages that others are known as, by the names of those."""
        return {other.page: info for info in self._pages.values() for other in info.same}


def _page_info(line: bytes) -> "PageInfo":
    from archivesearch.model.pages import PageInfo  # which a search never needs

    values = json.loads(line)
    same = tuple(SamePage(**other) for other in values.pop("same"))
    return PageInfo(**values, same=same)

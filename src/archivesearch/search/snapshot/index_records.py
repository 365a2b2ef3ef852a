"""Which pages an index has, and what is known of each of them."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from archivesearch.errors import QueryError
from archivesearch.lazy import lazy
from archivesearch.model.passages import SamePage

if TYPE_CHECKING:
    from archivesearch.model.pages import PageInfo
    from archivesearch.model.reports import Organization


class PageRecords:
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

    def with_url(self, url: str) -> list[str]:
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


if TYPE_CHECKING:
    from archivesearch.model.reports import Organization


class Organizations:
    """The organizations of an index, by name, from what it keeps of them as JSON."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> "Iterator[Organization]":
        from archivesearch.model.reports import Organization  # which a search never needs

        for values in self._values:
            yield Organization(**{**values, "aliases": tuple(values["aliases"])})

    @lazy
    def names(self) -> list[tuple[str, ...]]:
        """The names of each organization, its canonical one first."""
        return [(values["name"], *values["aliases"]) for values in self._values]

    def canonical_name(self, org: str) -> tuple[str, str]:
        """Return the canonical name of an organization, and a note where there is none.

        Raises QueryError for a name that several of them have.
        """
        wanted = " ".join(org.split()).casefold()
        owners = self._owners.get(wanted, [])
        if len(owners) > 1:
            raise QueryError(f"'{org}' is a name of {' and of '.join(owners)}; give one of these")
        if owners:
            return owners[0], ""
        import difflib  # which few searches need

        near = difflib.get_close_matches(wanted, self._owners, n=1)
        hint = f"; the nearest is {self._owners[near[0]][0]}" if near else ""
        return org, f"no organization goes by the name '{org}'{hint}"

    @lazy
    def _values(self) -> list[dict[str, Any]]:
        return list(json.loads(self._data))

    @lazy
    def _owners(self) -> dict[str, list[str]]:
        """The canonical names that go by each name, case folded; an own name goes first."""
        found = {name.casefold(): [name] for name, *_ in self.names}
        for name, *aliases in self.names:
            for alias in aliases:
                owners = found.setdefault(alias.casefold(), [])
                if alias.casefold() not in map(str.casefold, owners) and name not in owners:
                    owners.append(name)
        return found

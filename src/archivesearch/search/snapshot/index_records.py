"""Records of an index's pages and organizations, read from its JSON files."""

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
    """The pages of an index in order, parsed from JSON lines.

    Iteration yields their names. `read` returns the lines; it is called at first use.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    def page(self, name: str) -> "PageInfo | None":
        """Return a page by its name, or by the name of an identical page; else None."""
        return self._by_same_page.get(name) or self._pages.get(name)

    def with_url(self, url: str) -> list[str]:
        """Return the names of the pages that have a URL."""
        return [info.page for info in self._pages.values() if url in (info.url, *info.also)]

    @lazy
    def _pages(self) -> "dict[str, PageInfo]":
        return {info.page: info for info in map(_page_info, self._read().splitlines())}

    @lazy
    def _by_same_page(self) -> "dict[str, PageInfo]":
        """The indexed pages, by the names of the identical pages that are not indexed."""
        return {same.page: info for info in self._pages.values() for same in info.same}


def _page_info(line: bytes) -> "PageInfo":
    from archivesearch.model.pages import PageInfo  # no search needs it

    values = json.loads(line)
    values["also"] = tuple(values["also"])
    values["same"] = tuple(SamePage(**page) for page in values["same"])
    return PageInfo(**values)


class Organizations:
    """The organizations of an index, sorted by name, parsed from JSON at first use."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> "Iterator[Organization]":
        from archivesearch.model.reports import Organization  # no search needs it

        for values in self._values:
            yield Organization(**{**values, "aliases": tuple(values["aliases"])})

    @lazy
    def names(self) -> list[tuple[str, ...]]:
        """The names of each organization, its canonical one first."""
        return [(values["name"], *values["aliases"]) for values in self._values]

    def canonical_name(self, org: str) -> tuple[str, str]:
        """Return the canonical name of an organization and an empty note.

        For an unknown name, return the name itself and a note with the most similar one.
        Raises QueryError for a name that several organizations have.
        """
        key = " ".join(org.split()).casefold()
        owners = self._owners.get(key, [])
        if len(owners) > 1:
            raise QueryError(f"'{org}' is a name of {' and of '.join(owners)}; give one of these")
        if owners:
            return owners[0], ""
        import difflib  # few searches need it

        near = difflib.get_close_matches(key, self._owners, n=1)
        hint = f"; the nearest is {self._owners[near[0]][0]}" if near else ""
        return org, f"no organization goes by the name '{org}'{hint}"

    @lazy
    def _values(self) -> list[dict[str, Any]]:
        return list(json.loads(self._data))

    @lazy
    def _owners(self) -> dict[str, list[str]]:
        """The canonical names of the organizations that have each name, by the folded name.

        The canonical name of an organization is not an alias of any other one.
        """
        owners = {name.casefold(): [name] for name, *_ in self.names}
        for name, *aliases in self.names:
            for alias in aliases:
                with_alias = owners.setdefault(alias.casefold(), [])
                if alias.casefold() not in map(str.casefold, with_alias) and name not in with_alias:
                    with_alias.append(name)
        return owners

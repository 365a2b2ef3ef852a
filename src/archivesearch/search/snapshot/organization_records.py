"""Which organizations an archive has sections about, and by which names each of them goes."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archivesearch.errors import QueryError
from archivesearch.lazy import lazy

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

    def canonical(self, org: str) -> tuple[str, str]:
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

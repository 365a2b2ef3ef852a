"""Which organizations an archive has sections about, and by which names each of them goes."""

import difflib
import json
from collections.abc import Iterator
from typing import Any

from archivesearch.errors import QueryError
from archivesearch.lazy import lazy
from archivesearch.model.reports import Organization


class Organizations:
    """The organizations of an index, by name, from what it keeps of them as JSON."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[Organization]:
        return iter(self._all)

    def canonical(self, org: str) -> tuple[str, str]:
        """Return the canonical name of an organization, and a note where there is none.

        Raises QueryError for a name that several of them have.
        """
        wanted = " ".join(org.split()).casefold()
        owners = self._names.get(wanted, [])
        if len(owners) > 1:
            raise QueryError(f"'{org}' is a name of {' and of '.join(owners)}; give one of these")
        if owners:
            return owners[0], ""
        near = difflib.get_close_matches(wanted, self._names, n=1)
        hint = f"; the nearest is {self._names[near[0]][0]}" if near else ""
        return org, f"no organization goes by the name '{org}'{hint}"

    @lazy
    def _all(self) -> list[Organization]:
        return list(map(_organization, json.loads(self._data)))

    @lazy
    def _names(self) -> dict[str, list[str]]:
        """The canonical names that go by each name, case folded; an own name goes first."""
        names = {organization.name.casefold(): [organization.name] for organization in self._all}
        for organization in self._all:
            name = organization.name
            for alias in organization.aliases:
                owners = names.setdefault(alias.casefold(), [])
                if alias.casefold() not in map(str.casefold, owners) and name not in owners:
                    owners.append(name)
        return names


def _organization(values: dict[str, Any]) -> Organization:
    return Organization(**{**values, "aliases": tuple(values["aliases"])})

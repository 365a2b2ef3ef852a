"""The organizations of one page: what each heading stands for, and its other names."""

import re
from collections.abc import Iterable, Mapping, Sequence

from archivesearch.config import Config
from archivesearch.parse.sections.organization_names import (
    OrganizationName,
    initials,
    is_acronym,
    parse_name,
)

_SPACES = re.compile(r"\s+")
_INTRODUCED = re.compile(
    r"\s?\(\s?[\"“]?([^\s()\"“”]{2,16})[\"”]?\s?\)|,[\"”]\s([^\s()\"“”,.;]{2,16})|[\"”],?\s([^\s()\"“”,.;]{2,16})"
)
_REVERSED = re.compile(r"[\"“]?([^\s()\"“”]{2,16})[\"”]?\s\(\s?[\"“]?([^()\"“”]{5,90}?)[\"”]?\s?\)")
_MOST_WORDS_BEFORE = 12


class OrganizationRegister:
    """The names on one page: what each heading stands for, and its other names.

    The archive's own table decides wherever it knows a name; it alone may say that two
    headings mean the same organization.
    """

    def __init__(self, config: Config, headings: Iterable[str]) -> None:
        self._table = _table(config.organizations)
        self._names: dict[str, OrganizationName] = {}
        self._canonical: dict[str, str] = {}
        self._aliases: dict[str, dict[str, None]] = {}
        for heading in headings:
            self._add(heading)

    def _add(self, heading: str) -> None:
        if heading in self._names:
            return
        found = parse_name(heading)
        name = self._table.get(_folded(found.name)) or found.name
        self._names[heading] = OrganizationName(name, found.aliases)
        self._canonical[_folded(found.name)] = name
        known = self._aliases.setdefault(name, {})
        known.update(dict.fromkeys((found.name, *found.aliases)))
        known.pop(name, None)

    def canonical_name(self, heading: str) -> str:
        """The canonical name that a heading stands for."""
        return self._names[heading].name

    def aliases(self, heading: str) -> tuple[str, ...]:
        """The other names that the page gives this organization."""
        return tuple(self._aliases[self.canonical_name(heading)])

    def add_introduced_acronyms(self, texts: Sequence[str]) -> None:
        """Take up the initials that running text introduces: `Full Name (FN)` and the like."""
        for text in texts:
            for alias, full in _introductions(text):
                name = self._canonical.get(_folded(full))
                if name and _folded(alias) != _folded(name):
                    self._aliases[name].setdefault(alias)

    def add_used_acronyms(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Take up initials nobody introduced, where the section itself uses them.

        `texts` maps headings to the paragraphs below them. Initials that two of the
        page's names share are left alone.
        """
        owners: dict[str, set[str]] = {}
        for heading in texts:
            owners.setdefault(initials(self._names[heading].name), set()).add(
                self.canonical_name(heading)
            )
        for heading, paragraphs in texts.items():
            short = initials(self._names[heading].name)
            ours = len(short) > 2 and len(owners[short]) == 1
            if ours and any(_has_word(text, short) for text in paragraphs):
                self._aliases[self.canonical_name(heading)].setdefault(short)


def _table(organizations: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """From each folded name to the one canonical name it stands for; '' where two share it."""
    table: dict[str, str] = {}
    for name, others in organizations.items():
        for other in others:
            key = _folded(other)
            table[key] = "" if table.get(key, name) != name else name
    for name in organizations:
        table[_folded(name)] = name
    return table


def _folded(name: str) -> str:
    folded = name.casefold().replace("’", "'").replace(".", "").strip('"“” ,')
    return _SPACES.sub(" ", folded).removeprefix("the ")


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            return True
        at = text.find(word, end)
    return False


def _introductions(text: str) -> Iterable[tuple[str, str]]:
    """Yield (initials, full name) wherever a text puts one beside the other."""
    for match in _INTRODUCED.finditer(text):
        alias = next(filter(None, match.groups()))
        if is_acronym(alias):
            words = text[max(0, match.start() - 120) : match.start()].split()[-_MOST_WORDS_BEFORE:]
            for first in range(len(words)):
                yield alias, " ".join(words[first:]).lstrip('"“(')
    for match in _REVERSED.finditer(text):
        if is_acronym(match[1]):
            yield match[1], match[2]

"""Organization register of a page: the canonical name and the aliases of each heading."""

import re
from collections.abc import Iterable, Mapping, Sequence

from archivesearch.config import Config
from archivesearch.parse.sections.organization_names import initials, is_acronym, parse_name

_SPACES = re.compile(r"\s+")
# An acronym after a name, in brackets or after a comma, and one before a name in brackets.
_ACRONYM_AFTER_NAME = re.compile(
    r"\s?\(\s?[\"“]?([^\s()\"“”]{2,16})[\"”]?\s?\)|,[\"”]\s([^\s()\"“”,.;]{2,16})|[\"”],?\s([^\s()\"“”,.;]{2,16})"
)
_ACRONYM_BEFORE_NAME = re.compile(
    r"[\"“]?([^\s()\"“”]{2,16})[\"”]?\s\(\s?[\"“]?([^()\"“”]{5,90}?)[\"”]?\s?\)"
)
_MAX_NAME_WORDS = 12


class OrganizationRegister:
    """The canonical names and the aliases of the organizations on a page.

    The archive's configured table of organizations decides about each name that it has. Only
    this table can give two headings the same canonical name.
    """

    def __init__(self, config: Config, headings: Iterable[str]) -> None:
        table = _names_by_alias(config.organizations)
        self._by_heading: dict[str, str] = {}
        self._by_folded_name: dict[str, str] = {}
        self._aliases: dict[str, dict[str, None]] = {}  # by canonical name, in order
        for heading in headings:
            self._add(heading, table)

    def _add(self, heading: str, table: Mapping[str, str]) -> None:
        if heading in self._by_heading:
            return
        parsed = parse_name(heading)
        name = table.get(_fold_name(parsed.name)) or parsed.name
        self._by_heading[heading] = self._by_folded_name[_fold_name(parsed.name)] = name
        aliases = self._aliases.setdefault(name, {})
        aliases.update(dict.fromkeys((parsed.name, *parsed.aliases)))
        aliases.pop(name, None)

    def canonical_name(self, heading: str) -> str:
        """Return the canonical name of the organization of a heading."""
        return self._by_heading[heading]

    def aliases(self, heading: str) -> tuple[str, ...]:
        """Return the aliases of the organization of a heading, in the order of the page."""
        return tuple(self._aliases[self.canonical_name(heading)])

    def add_introduced_acronyms(self, texts: Iterable[str]) -> None:
        """Add the acronyms that texts introduce beside a name: `Harbor League (HL)`."""
        for text in texts:
            for acronym, full_name in _introductions(text):
                name = self._by_folded_name.get(_fold_name(full_name))
                if name and _fold_name(acronym) != _fold_name(name):
                    self._aliases[name].setdefault(acronym)

    def add_used_acronyms(self, texts: Mapping[str, Sequence[str]]) -> None:
        """Add the initials of a name if its section uses them as a word.

        `texts` has the paragraphs of each heading. Initials that two organizations of the page
        share are not added.
        """
        owners: dict[str, set[str]] = {}
        for heading in texts:
            name = self.canonical_name(heading)
            owners.setdefault(initials(name), set()).add(name)
        for heading, paragraphs in texts.items():
            name = self.canonical_name(heading)
            acronym = initials(name)
            is_unique = len(acronym) > 2 and len(owners[acronym]) == 1
            if is_unique and any(_has_word(text, acronym) for text in paragraphs):
                self._aliases[name].setdefault(acronym)


def _names_by_alias(organizations: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the canonical name of each folded name; `""` for an alias of two organizations."""
    table: dict[str, str] = {}
    for name, aliases in organizations.items():
        for alias in aliases:
            key = _fold_name(alias)
            table[key] = "" if table.get(key, name) != name else name
    for name in organizations:
        table[_fold_name(name)] = name
    return table


def _fold_name(name: str) -> str:
    """Return a name without case, dots, quotation marks and `The`, to compare it."""
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
    """Yield (acronym, possible name) for each acronym beside a name.

    A name before an acronym can begin at any of twelve words: each possibility is yielded.
    """
    for match in _ACRONYM_AFTER_NAME.finditer(text):
        acronym = next(filter(None, match.groups()))
        if is_acronym(acronym):
            words = text[max(0, match.start() - 120) : match.start()].split()[-_MAX_NAME_WORDS:]
            for first in range(len(words)):
                yield acronym, " ".join(words[first:]).lstrip('"“(')
    for match in _ACRONYM_BEFORE_NAME.finditer(text):
        if is_acronym(match[1]):
            yield match[1], match[2]

"""Alias expansion: the other names of each organization."""

from collections.abc import Iterable, Iterator, Sequence

from archivesearch.analysis.analyzer import fold
from archivesearch.analysis.tokenizer import split_words

Words = tuple[str, ...]
_MAX_WORDS = 12


class AliasExpansion:
    """Maps each name of an organization to its other names.

    It is made of groups, each the names of one organization. Names are compared by their
    folded words, so case and dots make no difference. A name that several organizations
    share has the other names of all of them.
    """

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._aliases: dict[Words, dict[Words, Words]] = {}
        for group in groups:
            names = {tuple(map(fold, words)): words for words in map(_words, group) if words}
            for name in names:
                aliases = {other: words for other, words in names.items() if other != name}
                if aliases:
                    self._aliases.setdefault(name, {}).update(aliases)
        self._longest = min(max(map(len, self._aliases), default=0), _MAX_WORDS)

    def __bool__(self) -> bool:
        return bool(self._aliases)

    def aliases(self, folded: Words) -> tuple[Words, ...]:
        """Return the other names of a name, each as its words.

            >>> AliasExpansion([("Socialist Workers Party", "SWP")]).aliases(("swp",))
            (('Socialist', 'Workers', 'Party'),)

        The name is given as its folded words.
        """
        aliases = self._aliases.get(folded)
        return tuple(aliases.values()) if aliases else ()

    def find_aliases(self, pieces: Sequence[Words]) -> Iterator[tuple[int, int, tuple[Words, ...]]]:
        """Yield `(start, end, aliases)` for each name that is two or more pieces in a row.

        A piece is one or more folded words. A name inside a longer one is left out.
        """
        start = 0
        while start < len(pieces):
            for end in range(min(len(pieces), start + self._longest), start + 1, -1):
                aliases = self.aliases(tuple(word for piece in pieces[start:end] for word in piece))
                if aliases:
                    yield start, end, aliases
                    start = end - 1
                    break
            start += 1


NO_ALIASES = AliasExpansion()


def _words(name: str) -> Words:
    return tuple(split_words(name))

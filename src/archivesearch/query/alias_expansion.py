"""The names that organizations go by, and which other names each has."""

from collections.abc import Iterable, Iterator, Sequence

from archivesearch.analysis.analyzer import fold
from archivesearch.analysis.tokenizer import split_words

Folded = tuple[str, ...]
_LONGEST = 12


class AliasExpansion:
    """Finds the other names of whatever goes by a name.

    It is made of groups of names, each group those of one organization. Names are told
    by their words, without case and dots; where two organizations share a name, it has
    the other names of both.
    """

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._others: dict[Folded, dict[Folded, tuple[str, ...]]] = {}
        for group in groups:
            names = {tuple(map(fold, words)): words for words in map(_words, group) if words}
            for name in names:
                others = {other: words for other, words in names.items() if other != name}
                if others:
                    self._others.setdefault(name, {}).update(others)
        self._longest = min(max(map(len, self._others), default=0), _LONGEST)

    def __bool__(self) -> bool:
        return bool(self._others)

    def aliases(self, words: Folded) -> tuple[tuple[str, ...], ...]:
        """Return the other names, as words, of what goes by a name, given as folded words."""
        found = self._others.get(words)
        return tuple(found.values()) if found else ()

    def find_aliases(
        self, pieces: Sequence[Folded]
    ) -> Iterator[tuple[int, int, tuple[tuple[str, ...], ...]]]:
        """Yield which runs of two pieces or more are a name: start, end, its other names.

        A piece is one or more folded words. Of names within a longer one only the longer
        counts.
        """
        start = 0
        while start < len(pieces):
            for end in range(min(len(pieces), start + self._longest), start + 1, -1):
                others = self.aliases(tuple(word for piece in pieces[start:end] for word in piece))
                if others:
                    yield start, end, others
                    start = end - 1
                    break
            start += 1


NO_ALIASES = AliasExpansion()


def _words(name: str) -> tuple[str, ...]:
    return tuple(split_words(name))

"""Compounds of query trees: alternatives, conjunctions, exclusion, weights and languages."""

from collections.abc import Sequence
from dataclasses import dataclass

from archivesearch.query.nodes.query import Description, Query, Word


class _Compound(Query):
    """Base class of nodes that consist of other nodes."""

    __slots__ = ()

    def describe(self) -> Description:
        """Return the different texts of the children, and the greatest weight."""
        texts, fields, weights = zip(*(child.describe() for child in self.children()), strict=True)
        return Description("/".join(dict.fromkeys(texts)), fields[0], max(weights))


@dataclass(frozen=True, slots=True)
class And(_Compound):
    """Passages that match all clauses; the scores add up."""

    clauses: tuple[Query, ...]

    def children(self) -> tuple[Query, ...]:
        """Return the clauses."""
        return self.clauses


@dataclass(frozen=True, slots=True)
class Or(_Compound):
    """Passages that match any clause; the scores add up."""

    clauses: tuple[Query, ...]

    def children(self) -> tuple[Query, ...]:
        """Return the clauses."""
        return self.clauses


@dataclass(frozen=True, slots=True)
class Alternatives(Or):
    """Alternatives for one word or phrase: its terms in several languages, or its fields."""

    def words(self) -> list[Word]:
        """Return the words of one thing that has several wordings."""
        return _merge_wordings([w for clause in self.clauses if (w := clause.words())])


@dataclass(frozen=True, slots=True)
class Alias(Or):
    """Aliases of an organization; `originals` are the trees of the name that the query has."""

    originals: tuple[Query, ...]

    def words(self) -> list[Word]:
        """Return no word: an alias stands for words that are elsewhere in the query."""
        return []


@dataclass(frozen=True, slots=True)
class AndNot(_Compound):
    """The matches of a query that another query does not match."""

    included: Query
    excluded: Query

    def children(self) -> tuple[Query, ...]:
        """Return the query that matches."""
        return (self.included,)


@dataclass(frozen=True, slots=True)
class Boost(_Compound):
    """A query whose scores are multiplied by a weight."""

    child: Query
    boost: float

    def children(self) -> tuple[Query, ...]:
        """Return the query."""
        return (self.child,)

    def factor(self) -> float:
        """Return the weight."""
        return self.boost

    def describe(self) -> Description:
        """Return the description of the query, with the weight."""
        text, field, weight = self.child.describe()
        return Description(text, field, weight * self.boost)


@dataclass(frozen=True, slots=True)
class InLanguages(_Compound):
    """The matches of a query in pages of some languages only.

    The words of a page are stemmed by the rules of its language, and a term of another
    language may be another word there: the French stem of `worker` is `work`.
    """

    child: Query
    langs: tuple[str, ...]

    def children(self) -> tuple[Query, ...]:
        """Return the query."""
        return (self.child,)

    def applies_to(self, lang: str) -> bool:
        """Return whether a language is one of these."""
        return lang in self.langs


def _merge_wordings(wordings: Sequence[list[Word]]) -> list[Word]:
    """Return the words of one thing that has several wordings.

    `[{a}, {b}]` and `[{c}, {d}]` are `[{a, c}, {b, d}]`. Beside a single word, only the
    first word of a longer wording counts: `[{us}]` and `[{unit}, {state}]` are `[{us, unit}]`.
    """
    if not wordings:
        return []
    if len(set(map(len, wordings))) == 1:
        return [frozenset().union(*same) for same in zip(*wordings, strict=True)]
    if len(wordings[0]) == 1:
        return [frozenset().union(*(wording[0] for wording in wordings))]
    return wordings[0]

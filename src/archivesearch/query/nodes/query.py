"""Base classes of query nodes: everything that planning, ranking, marking and explaining ask for.

A tree of nodes says which passages match and what their scores are. Nodes are frozen and
compare by value. `query/nodes/leaves.py` and `query/nodes/compounds.py` have the classes. A
new class inherits from one of the bases here, and an engine needs a plan for it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

Word = frozenset[str]
"""A word of a query: the terms that it may stand as, such as its stems in two languages."""

WordTest = str | Callable[[str, str], bool]
"""The one term that passes, or whether a term and its word pass."""


class Marks(NamedTuple):
    """The words that a leaf marks in the texts of a field.

    `tests` has a test for each word. Several words are in a row or, with a `gap`, in any
    order with at most `gap` other words among them. `length` is the number of characters to
    mark of each word; None stands for the whole word.
    """

    field: str
    tests: tuple[WordTest, ...] = ()
    gap: int = 0
    length: int | None = None


class Description(NamedTuple):
    """A node as it is written in a query, such as `"general strike"~3`; its field and weight."""

    text: str
    field: str
    weight: float


class Query(ABC):
    """A node of a query tree: a leaf or a compound."""

    __slots__ = ()

    def children(self) -> "tuple[Query, ...]":
        """Return the nodes whose scores make up the score of this one; none for a leaf."""
        return ()

    def factor(self) -> float:
        """Return the number that multiplies the scores of the children."""
        return 1.0

    def applies_to(self, lang: str) -> bool:
        """Return whether the node can match passages of a language."""
        return True

    def words(self) -> list[Word]:
        """Return the plain words, in order; a word may be there twice.

        Patterns, years, keys and excluded words are no plain words.
        """
        return [word for child in self.children() for word in child.words()]

    @abstractmethod
    def describe(self) -> Description:
        """Return the text, field and weight for an explanation of a score."""


class Leaf(Query):
    """A node that is scored, marked and explained as a whole."""

    __slots__ = ()

    def row(self) -> tuple[str, ...]:
        """Return the plain terms in a row that the leaf stands for; none for other leaves."""
        return ()

    def words(self) -> list[Word]:
        """Return the plain words, in order."""
        return [frozenset((term,)) for term in self.row()]

    def marks(self) -> Marks:
        """Return what the leaf marks in texts."""
        return Marks(self.describe().field, self.row())

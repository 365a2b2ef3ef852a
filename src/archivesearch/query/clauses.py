"""Clauses of a query: words, phrases and ranges in a field, and groups of them.

Both parsers make the same trees since both take clauses and groups from here.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archivesearch.errors import QueryError
from archivesearch.query.nodes.compounds import And, AndNot, Boost, Or
from archivesearch.query.nodes.leaves import Every, Key, Prefix, Wildcard, YearRange
from archivesearch.query.nodes.query import Query
from archivesearch.query.tree_builder import TreeBuilder, flatten
from archivesearch.query.year_ranges import parse_years

YEAR_FIELDS = {"year": "year", "mentions": "years_mentioned"}
KEY_FIELDS = ("page", "lang")
FIELDS = (
    "org",
    "section",
    "title",
    "label",
    "text",
    "repeated",
    "year",
    "mentions",
    "lang",
    "page",
)

# The name of a field before a colon, unless it is the scheme of an address.
FIELD_PATTERN = (
    r"(?<![^\s(])(?!(?:mailto|news|urn|about|javascript|tel|data):)"
    r"(?P<name>[a-z][a-z_]+):(?!//)(?=[^\s)])"
)
PHRASE_PATTERN = r'(?P<exact>(?<![^\s(:])=)?"(?P<quoted>[^"]*)"(?:~(?P<gap>\d{1,3}))?'
RANGE_PATTERN = r"\[\s*(?P<first>[^\s\]]*)\s+TO\s+(?P<last>[^\s\]]*)\s*\]"
OPERATOR_PATTERN = r"(?<![^\s()]){}(?![^\s()])"


class Clause(NamedTuple):
    """A word, phrase or range of a query.

    `kind` is `word`, `phrase`, `exact` (a phrase after `=`) or `range`. `position` is its
    place in the query, `gap` the number after a phrase.
    """

    kind: str
    text: str
    position: int
    gap: int = 0

    @classmethod
    def of_match(cls, kind: str, match: re.Match[str]) -> "Clause":
        """Return the clause of a match of the pattern of its kind."""
        if kind == "phrase":
            kind = "exact" if match["exact"] else "phrase"
            return cls(kind, match["quoted"], match.start(), int(match["gap"] or 0))
        if kind == "range":
            ends = ("" if end == "*" else end for end in (match["first"], match["last"]))
            return cls(kind, "..".join(ends), match.start())
        return cls(kind, match[0], match.start())

    def tree(self, builder: TreeBuilder, field: str | None, boost: float = 1.0) -> Query | None:
        """Return the tree of the clause in a field, by default in all default fields.

        A clause without a word has None. Raises QueryError if the clause is not valid there.
        """
        if field in YEAR_FIELDS:
            first, last = parse_years(self.text, f"{field}:", self.position)
            return YearRange(YEAR_FIELDS[field], first, last, boost)
        if self.kind == "range":
            raise QueryError(
                f"a range needs a field of years, such as year:[{self.text}]", self.position
            )
        if field in KEY_FIELDS:
            return _key_tree(field, self.text)
        if self.kind == "exact":
            return builder.exact(self.text, field, boost)
        if self.kind == "phrase":
            return builder.words(self.text, field, self.gap, boost)
        return builder.piece(self.text, field, boost, self.position)


class Operand(NamedTuple):
    """A part of a group: its tree, and whether it stands after NOT.

    `word` is the text of a plain word without a field and a weight, and `=` for other parts.
    """

    tree: Query
    word: str = "="
    excluded: bool = False


def field_name(match: re.Match[str]) -> str:
    """Return the name of a match of `FIELD_PATTERN`. Raises QueryError if no field has it."""
    name = match["name"]
    if name not in FIELDS:
        raise QueryError(
            f"there is no field '{name}'; the fields are {', '.join(FIELDS)} "
            f"(to search for the word, put a space after the colon)",
            match.start(),
        )
    return name


def group_tree(
    operands: Sequence[Operand],
    kind: type[And] | type[Or],
    builder: TreeBuilder,
    boost: float = 1.0,
) -> Query | None:
    """Return the tree of a group, without the matches of its operands after NOT.

    Alternatives get the aliases of the names that several words make up. None if there are
    no operands.
    """
    if not operands:
        return None
    included = [operand.tree for operand in operands if not operand.excluded]
    excluded = tuple(operand.tree for operand in operands if operand.excluded)
    if kind is Or:
        pieces = [operand.word for operand in operands if not operand.excluded]
        included += builder.aliases(pieces, included)
    joined: Query = Every()
    if len(included) == 1 and boost == 1.0:
        joined = included[0]
    elif included:
        joined = kind(flatten(included, kind))
        joined = joined if boost == 1.0 else Boost(joined, boost)
    return AndNot(joined, Or(excluded)) if excluded else joined


def _key_tree(field: str, text: str) -> Query:
    """Return the tree of a page or language; `*` stands for any part of it."""
    if field == "lang":
        text = text.lower()
    if "*" not in text:
        return Key(field, text)
    if text.endswith("*") and "*" not in text[:-1]:
        return Prefix(field, text[:-1])
    return Wildcard(field, re.sub(r"[\[?]", "?", text))

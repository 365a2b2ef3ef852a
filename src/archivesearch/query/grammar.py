"""Query grammar: Whoosh's parser with plugins for words, phrases, fields and operators.

Groups, operators and boosts are Whoosh's. Words, phrases, ranges and fields are defined
here; `query/tree_builder.py` builds their trees.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from whoosh.qparser import QueryParser, plugins, syntax
from whoosh.qparser.taggers import RegexTagger
from whoosh.query import And, Every, Not, Or, Query, Term

from archivesearch.errors import QueryError
from archivesearch.query.nodes.alternatives import Without
from archivesearch.query.nodes.patterns import Prefix, Wildcard
from archivesearch.query.tree_builder import TreeBuilder, flatten
from archivesearch.query.year_ranges import parse_years, year_range

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

_FIELD_PATTERN = r"(?<![^\s(])(?P<text>[a-z][a-z_]+):(?!//)(?=[^\s)])"
_PHRASE_PATTERN = r'(?P<exact>(?<![^\s(:])=)?"(?P<text>[^"]*)"(?:~(?P<slop>\d{1,3}))?'
_RANGE_PATTERN = r"\[\s*(?P<start>[^\s\]]*)\s+TO\s+(?P<end>[^\s\]]*)\s*\]"
_WORD_PATTERN = r'(?P<text>(?:(?!\^[0-9.]+(?:[\s)]|$))[^\s()"])+)'
_BOOST_PATTERN = r"\^(?P<boost>[0-9]{1,3}(?:\.[0-9]{1,3})?)(?=[\s)]|$)"
_URL_SCHEMES = frozenset("mailto news urn about javascript tel data".split())


class _Clause(syntax.SyntaxNode):
    """A word, phrase or range of a query; the parser sets its field and its boost."""

    has_fieldname = True
    has_boost = True

    def __init__(self, kind: str, text: str, gap: int = 0) -> None:
        self.kind = kind
        self.text = text
        self.gap = gap
        self.fieldname: str | None = None
        self.boost = 1.0

    def r(self) -> str:
        return f"{self.fieldname}:{self.kind}({self.text!r})"

    def query(self, parser: "GrammarParser") -> Query | None:
        builder = parser.builder
        if self.fieldname in YEAR_FIELDS:
            first, last = parse_years(self.text, f"{self.fieldname}:", self.startchar)
            return year_range(YEAR_FIELDS[self.fieldname], first, last, self.boost)
        if self.kind == "range":
            _refuse(f"a range needs a field of years, such as year:[{self.text}]", self.startchar)
        if self.fieldname in KEY_FIELDS:
            return _key_tree(self.fieldname, self.text)
        if self.kind == "exact":
            return builder.exact(self.text, self.fieldname, self.boost)
        if self.kind == "phrase":
            return builder.words(self.text, self.fieldname, self.gap, self.boost)
        return builder.piece(self.text, self.fieldname, self.boost, self.startchar)


def _key_tree(field: str, text: str) -> Query:
    """Return the tree of a page or language; `*` stands for any part of it."""
    if field == "lang":
        text = text.lower()
    if "*" not in text:
        return Term(field, text)
    if text.endswith("*") and "*" not in text[:-1]:
        return Prefix(field, text[:-1])
    return Wildcard(field, re.sub(r"[\[?]", "?", text))


def _refuse(message: str, position: int) -> NoReturn:
    raise QueryError(message, position)


class _OrGroup(syntax.OrGroup):
    """Alternatives; a NOT among them excludes matches from all of them."""

    def query(self, parser: "GrammarParser") -> Query | None:
        return _combine(self, parser, Or)


class _ExplicitOrGroup(_OrGroup):
    """Alternatives with OR. Whoosh adds further ones to this class, but not to a bracket."""


class _AndGroup(syntax.AndGroup):
    """Clauses that must all match, and clauses after NOT that must not."""

    def query(self, parser: "GrammarParser") -> Query | None:
        return _combine(self, parser, And)


def _combine(group: Any, parser: "GrammarParser", kind: type[And] | type[Or]) -> Query | None:
    """Return the tree of a group: its clauses joined, without the matches of those after NOT."""
    trees = [(node, tree) for node in group.nodes if (tree := _node_tree(node, parser)) is not None]
    included = [tree for _, tree in trees if not isinstance(tree, Not)]
    excluded = [tree.query for _, tree in trees if isinstance(tree, Not)]
    if not trees:
        return None
    if kind is Or:
        pieces = [
            node.text if _is_plain_word(node) else "=" for node, tree in trees if tree in included
        ]
        included += parser.builder.aliases(pieces, included)
    joined: Query = Every()
    if len(included) == 1 and group.boost == 1.0:
        joined = included[0]
    elif included:
        joined = kind(flatten(included, kind), boost=group.boost)
    return Without(joined, Or(excluded)) if excluded else joined


def _is_plain_word(node: Any) -> bool:
    """Whether a node is a word without field and boost."""
    return (
        isinstance(node, _Clause)
        and node.kind == "word"
        and node.fieldname is None
        and node.boost == 1.0
    )


def _node_tree(node: Any, parser: "GrammarParser") -> Query | None:
    """Return the tree of a node of Whoosh's parser; None if it has no word."""
    if isinstance(node, syntax.NotGroup):
        inner = _combine(node, parser, And)
        return None if inner is None else Not(inner)
    if isinstance(node, syntax.FieldnameNode):
        _refuse(f"'{node.original}' names a field, but nothing follows it", node.startchar)
    if isinstance(node, syntax.WordNode):  # a boost after nothing
        return parser.builder.piece(node.text, None)
    tree: Query | None = node.query(parser)
    return tree


class _ClauseTagger(RegexTagger):
    """Makes a clause of each match of a pattern."""

    def __init__(self, pattern: str, kind: str) -> None:
        super().__init__(pattern)
        self._kind = kind

    def create(self, parser: Any, match: re.Match[str]) -> _Clause:
        if self._kind == "range":
            ends = ("" if end == "*" else end for end in (match["start"], match["end"]))
            return _Clause("range", "..".join(ends))
        if self._kind == "phrase":
            kind = "exact" if match["exact"] else "phrase"
            return _Clause(kind, match["text"], int(match["slop"] or 0))
        return _Clause(self._kind, match["text"])


class _FieldTagger(RegexTagger):
    """Makes a field name of `name:` if something follows it; otherwise it is a word."""

    def create(self, parser: Any, match: re.Match[str]) -> syntax.FieldnameNode | None:
        name = match["text"]
        if name in _URL_SCHEMES:
            return None
        if name not in FIELDS:
            raise QueryError(
                f"there is no field '{name}'; the fields are {', '.join(FIELDS)} "
                f"(to search for the word, put a space after the colon)",
                match.start(),
            )
        return syntax.FieldnameNode(name, match[0])


class _ClausePlugin(plugins.Plugin):
    """Plugin that finds the clauses and field names of a query."""

    def taggers(self, parser: Any) -> list[tuple[RegexTagger, int]]:
        return [
            (_FieldTagger(_FIELD_PATTERN), -2),
            (_ClauseTagger(_PHRASE_PATTERN, "phrase"), -1),
            (_ClauseTagger(_RANGE_PATTERN, "range"), -1),
            (_ClauseTagger(_WORD_PATTERN, "word"), 9),
        ]


def _operator_pattern(name: str) -> str:
    return rf"(?<![^\s()]){name}(?![^\s()])"


class _OperatorPlugin(plugins.OperatorsPlugin):
    """AND, OR and NOT in capitals. An operator without an operand is an error."""

    def __init__(self) -> None:
        operator = self.OpTagger
        super().__init__(
            clean=True,
            ops=[
                (operator(_operator_pattern("NOT"), syntax.NotGroup, syntax.PrefixOperator), 0),
                (operator(_operator_pattern("AND"), _AndGroup), 0),
                (operator(_operator_pattern("OR"), _ExplicitOrGroup), 0),
            ],
        )

    def filters(self, parser: Any) -> list[tuple[Callable[..., Any], int]]:
        return [(self._check, 590), *super().filters(parser)]

    def _check(self, parser: Any, group: Any) -> Any:
        """Raise QueryError for an operator without an operand; return the group."""
        previous = None
        for node in [*group, None]:
            if isinstance(previous, syntax.Operator) and (
                node is None
                or isinstance(node, syntax.InfixOperator)
                or (
                    isinstance(previous, syntax.PrefixOperator)
                    and isinstance(node, syntax.Operator)
                )
            ):
                _refuse(
                    f"no word follows {previous.text}; add one or write it in small letters",
                    previous.startchar,
                )
            if previous is None and isinstance(node, syntax.InfixOperator):
                _refuse(f"no word stands before {node.text}", node.startchar)
            if isinstance(node, syntax.GroupNode):
                self._check(parser, node)
            previous = node
        return group


class GrammarParser(QueryParser):
    """Whoosh's parser for the grammar of the query language."""

    def __init__(self, builder: TreeBuilder) -> None:
        self.builder = builder
        super().__init__(
            None,
            schema=None,
            plugins=[
                plugins.WhitespacePlugin(),
                plugins.GroupPlugin(),
                plugins.FieldsPlugin(expr="(?!)", remove_unknown=False),
                plugins.BoostPlugin(_BOOST_PATTERN),
                _OperatorPlugin(),
                _ClausePlugin(),
            ],
            group=_OrGroup,
        )

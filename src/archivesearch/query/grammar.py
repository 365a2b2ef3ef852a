"""The grammar of the query language: Whoosh's parser, with plugins of our own.

Groups, operators and boosts are Whoosh's; what a word, a phrase or a field is, is decided
here, and `query/tree_builder.py` makes their trees.
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

_FIELD = r"(?<![^\s(])(?P<text>[a-z][a-z_]+):(?!//)(?=[^\s)])"
_PHRASE = r'(?P<exact>(?<![^\s(:])=)?"(?P<text>[^"]*)"(?:~(?P<slop>\d{1,3}))?'
_RANGE = r"\[\s*(?P<start>[^\s\]]*)\s+TO\s+(?P<end>[^\s\]]*)\s*\]"
_WORD = r'(?P<text>(?:(?!\^[0-9.]+(?:[\s)]|$))[^\s()"])+)'
_BOOST = r"\^(?P<boost>[0-9]{1,3}(?:\.[0-9]{1,3})?)(?=[\s)]|$)"
_SCHEMES = frozenset("mailto news urn about javascript tel data".split())


class _Clause(syntax.SyntaxNode):
    """A word, phrase or range of a query, until its field and boost are known."""

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
        make = parser.builder
        if self.fieldname in YEAR_FIELDS:
            first, last = parse_years(self.text, f"{self.fieldname}:", self.startchar)
            return year_range(YEAR_FIELDS[self.fieldname], first, last, self.boost)
        if self.kind == "range":
            _fail(f"a range needs a field of years, such as year:[{self.text}]", self.startchar)
        if self.fieldname in KEY_FIELDS:
            return _key(self.fieldname, self.text)
        if self.kind == "exact":
            return make.exact(self.text, self.fieldname, self.boost)
        if self.kind == "phrase":
            return make.words(self.text, self.fieldname, self.gap, self.boost)
        return make.piece(self.text, self.fieldname, self.boost, self.startchar)


def _key(field: str, text: str) -> Query:
    """The tree for a page or language, as a whole or with `*` for any part of it."""
    if field == "lang":
        text = text.lower()
    if "*" not in text:
        return Term(field, text)
    if text.endswith("*") and "*" not in text[:-1]:
        return Prefix(field, text[:-1])
    return Wildcard(field, re.sub(r"[\[?]", "?", text))


def _fail(message: str, position: int) -> NoReturn:
    raise QueryError(message, position)


class _Any(syntax.OrGroup):
    """Alternatives; what stands behind NOT among them is taken away from all of them."""

    def query(self, parser: "GrammarParser") -> Query | None:
        return _combined(self, parser, Or)


class _Or(_Any):
    """Alternatives joined by OR; Whoosh adds the next to them, but not to those in brackets."""


class _All(syntax.AndGroup):
    """Words that must all be there, and those behind NOT that must not."""

    def query(self, parser: "GrammarParser") -> Query | None:
        return _combined(self, parser, And)


def _combined(group: Any, parser: "GrammarParser", kind: type[And] | type[Or]) -> Query | None:
    found = [(node, tree) for node in group.nodes if (tree := _tree(node, parser)) is not None]
    wanted = [tree for _, tree in found if not isinstance(tree, Not)]
    unwanted = [tree.query for _, tree in found if isinstance(tree, Not)]
    if not found:
        return None
    if kind is Or:
        pieces = [node.text if _is_plain(node) else "=" for node, tree in found if tree in wanted]
        wanted += parser.builder.aliases(pieces, wanted)
    joined: Query = Every()
    if len(wanted) == 1 and group.boost == 1.0:
        joined = wanted[0]
    elif wanted:
        joined = kind(flatten(wanted, kind), boost=group.boost)
    return Without(joined, Or(unwanted)) if unwanted else joined


def _is_plain(node: Any) -> bool:
    """Whether a node is a word with nothing to it."""
    return (
        isinstance(node, _Clause)
        and node.kind == "word"
        and node.fieldname is None
        and node.boost == 1.0
    )


def _tree(node: Any, parser: "GrammarParser") -> Query | None:
    if isinstance(node, syntax.NotGroup):
        inner = _combined(node, parser, And)
        return None if inner is None else Not(inner)
    if isinstance(node, syntax.FieldnameNode):
        _fail(f"'{node.original}' names a field, but nothing follows it", node.startchar)
    if isinstance(node, syntax.WordNode):  # a boost that follows nothing
        return parser.builder.piece(node.text, None)
    tree: Query | None = node.query(parser)
    return tree


class _ClauseTagger(RegexTagger):
    """Makes a clause of what a pattern matches."""

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
    """Makes a field name of `name:` where something follows; else it is a word."""

    def create(self, parser: Any, match: re.Match[str]) -> syntax.FieldnameNode | None:
        name = match["text"]
        if name in _SCHEMES:
            return None
        if name not in FIELDS:
            raise QueryError(
                f"there is no field '{name}'; the fields are {', '.join(FIELDS)} "
                f"(to search for the word, put a space after the colon)",
                match.start(),
            )
        return syntax.FieldnameNode(name, match[0])


class _ClausePlugin(plugins.Plugin):
    """Teaches Whoosh's parser what a clause is."""

    def taggers(self, parser: Any) -> list[tuple[RegexTagger, int]]:
        return [
            (_FieldTagger(_FIELD), -2),
            (_ClauseTagger(_PHRASE, "phrase"), -1),
            (_ClauseTagger(_RANGE, "range"), -1),
            (_ClauseTagger(_WORD, "word"), 9),
        ]


def _operator(name: str) -> str:
    return rf"(?<![^\s()]){name}(?![^\s()])"


class _OperatorPlugin(plugins.OperatorsPlugin):
    """AND, OR and NOT in capitals; one that joins nothing is refused, not dropped."""

    def __init__(self) -> None:
        operator = self.OpTagger
        super().__init__(
            clean=True,
            ops=[
                (operator(_operator("NOT"), syntax.NotGroup, syntax.PrefixOperator), 0),
                (operator(_operator("AND"), _All), 0),
                (operator(_operator("OR"), _Or), 0),
            ],
        )

    def filters(self, parser: Any) -> list[tuple[Callable[..., Any], int]]:
        return [(self._check, 590), *super().filters(parser)]

    def _check(self, parser: Any, group: Any) -> Any:
        before = None
        for node in [*group, None]:
            if isinstance(before, syntax.Operator) and (
                node is None
                or isinstance(node, syntax.InfixOperator)
                or (isinstance(before, syntax.PrefixOperator) and isinstance(node, syntax.Operator))
            ):
                _fail(f"no word follows {before.text}; add one or write it small", before.startchar)
            if before is None and isinstance(node, syntax.InfixOperator):
                _fail(f"no word stands before {node.text}", node.startchar)
            if isinstance(node, syntax.GroupNode):
                self._check(parser, node)
            before = node
        return group


class GrammarParser(QueryParser):
    """Whoosh's parser, set up for this language."""

    def __init__(self, trees: TreeBuilder) -> None:
        self.builder = trees
        super().__init__(
            None,
            schema=None,
            plugins=[
                plugins.WhitespacePlugin(),
                plugins.GroupPlugin(),
                plugins.FieldsPlugin(expr="(?!)", remove_unknown=False),
                plugins.BoostPlugin(_BOOST),
                _OperatorPlugin(),
                _ClausePlugin(),
            ],
            group=_Any,
        )

"""Query grammar: Whoosh's parser with plugins for words, phrases, fields and operators.

It reads every query. Groups, operators and boosts are Whoosh's; clauses and their trees are
those of `query/clauses.py`.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from whoosh.qparser import QueryParser, plugins, syntax
from whoosh.qparser.taggers import RegexTagger

from archivesearch.errors import QueryError
from archivesearch.query.clauses import (
    FIELD_PATTERN,
    OPERATOR_PATTERN,
    PHRASE_PATTERN,
    RANGE_PATTERN,
    Clause,
    Operand,
    field_name,
    group_tree,
)
from archivesearch.query.nodes.compounds import And, Or
from archivesearch.query.nodes.query import Query
from archivesearch.query.tree_builder import TreeBuilder

_WORD_PATTERN = r'(?:(?!\^[0-9.]+(?:[\s)]|$))[^\s()"])+'
_BOOST_PATTERN = r"\^(?P<boost>[0-9]{1,3}(?:\.[0-9]{1,3})?)(?=[\s)]|$)"


class _ClauseNode(syntax.SyntaxNode):
    """A clause of a query; Whoosh's parser sets its field and its boost."""

    has_fieldname = True
    has_boost = True

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.fieldname: str | None = None
        self.boost = 1.0

    def r(self) -> str:
        return repr(self.clause)

    def query(self, parser: "GrammarParser") -> Query | None:
        return self.clause.tree(parser.builder, self.fieldname, self.boost)


def _refuse(message: str, position: int) -> NoReturn:
    raise QueryError(message, position)


class _OrGroup(syntax.OrGroup):
    """Alternatives; a NOT among them excludes matches from all of them."""

    def query(self, parser: "GrammarParser") -> Query | None:
        return group_tree(_operands(self, parser), Or, parser.builder, self.boost)


class _ExplicitOrGroup(_OrGroup):
    """Alternatives with OR. Whoosh adds further ones to this class, but not to a bracket."""


class _AndGroup(syntax.AndGroup):
    """Clauses that must all match, and clauses after NOT that must not."""

    def query(self, parser: "GrammarParser") -> Query | None:
        return group_tree(_operands(self, parser), And, parser.builder, self.boost)


def _operands(group: Any, parser: "GrammarParser") -> list[Operand]:
    """Return the operands of a group; parts without a word are left out."""
    operands = []
    for node in group.nodes:
        is_excluded = isinstance(node, syntax.NotGroup)
        tree = _node_tree(node.nodes[0] if is_excluded else node, parser)
        if tree is not None:
            operands.append(Operand(tree, _plain_word(node), is_excluded))
    return operands


def _plain_word(node: Any) -> str:
    """Return the text of a word without a field and a boost; `=` for other nodes."""
    is_plain = (
        isinstance(node, _ClauseNode)
        and node.clause.kind == "word"
        and node.fieldname is None
        and node.boost == 1.0
    )
    return node.clause.text if is_plain else "="


def _node_tree(node: Any, parser: "GrammarParser") -> Query | None:
    """Return the tree of a node of Whoosh's parser; None if it has no word."""
    if isinstance(node, syntax.FieldnameNode):
        _refuse(f"'{node.original}' names a field, but nothing follows it", node.startchar)
    if isinstance(node, syntax.WordNode):  # a boost after nothing
        return parser.builder.piece(node.text, None)
    tree: Query | None = node.query(parser)
    return tree


class _ClauseTagger(RegexTagger):
    """Makes a clause of each match of the pattern of a kind."""

    def __init__(self, pattern: str, kind: str) -> None:
        super().__init__(pattern)
        self._kind = kind

    def create(self, parser: Any, match: re.Match[str]) -> _ClauseNode:
        return _ClauseNode(Clause.of_match(self._kind, match))


class _FieldTagger(RegexTagger):
    """Makes a field name of `name:`."""

    def create(self, parser: Any, match: re.Match[str]) -> syntax.FieldnameNode:
        return syntax.FieldnameNode(field_name(match), match[0])


class _ClausePlugin(plugins.Plugin):
    """Plugin that finds the clauses and field names of a query."""

    def taggers(self, parser: Any) -> list[tuple[RegexTagger, int]]:
        return [
            (_FieldTagger(FIELD_PATTERN), -2),
            (_ClauseTagger(PHRASE_PATTERN, "phrase"), -1),
            (_ClauseTagger(RANGE_PATTERN, "range"), -1),
            (_ClauseTagger(_WORD_PATTERN, "word"), 9),
        ]


class _OperatorPlugin(plugins.OperatorsPlugin):
    """AND, OR and NOT in capitals. An operator without an operand is an error."""

    def __init__(self) -> None:
        operator, pattern = self.OpTagger, OPERATOR_PATTERN.format
        super().__init__(
            clean=True,
            ops=[
                (operator(pattern("NOT"), syntax.NotGroup, syntax.PrefixOperator), 0),
                (operator(pattern("AND"), _AndGroup), 0),
                (operator(pattern("OR"), _ExplicitOrGroup), 0),
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

    def tree(self, text: str) -> Query | None:
        """Return the tree of a query; None if it has no word. Raises QueryError."""
        tree: Query | None = self.process(text).query(self)
        return tree

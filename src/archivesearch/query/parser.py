"""Query parser: from the text of a query to a query tree.

A query without weights is parsed here; `query/grammar.py` parses one with weights. A query
that is not valid raises an error with its position. `docs/query-language.md` describes the
language.
"""

import re
from collections.abc import Sequence

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import NO_ALIASES, AliasExpansion
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
from archivesearch.query.nodes.leaves import Every, Nothing
from archivesearch.query.nodes.query import Query
from archivesearch.query.tree_builder import TreeBuilder

MAX_LENGTH = 4096
MAX_DEPTH = 32
WEIGHT_SIGN = "^"

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_DELIMITER = re.compile(r'"[^"]*"|[()"]')
# The kinds of tokens; where several fit, the first one counts.
_TOKEN = re.compile(
    rf"(?P<field>{FIELD_PATTERN})|(?P<phrase>{PHRASE_PATTERN})|(?P<range>{RANGE_PATTERN})"
    rf"|(?P<open>\()|(?P<close>\))|(?P<operator>{OPERATOR_PATTERN.format('(?:AND|OR|NOT)')})"
    r'|(?P<word>[^\s()"]+)'
)
_SIGNS = ("operator", "open", "close")
# The operators between two operands, from the loosest to the tightest.
_INFIXES: Sequence[tuple[str, type[And] | type[Or]]] = (("OR", Or), ("AND", And))


def parse(
    text: str,
    analyzer: Analyzer,
    *,
    languages: Sequence[str] = (),
    aliases: AliasExpansion = NO_ALIASES,
) -> Query:
    """Return the tree of a query; a blank query matches everything.

    Words are stemmed in `languages`, by default in all languages of the analyzer. The name
    of an organization also finds its `aliases`. Raises QueryError if the query is not valid.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters; shorten it")
    text = text.translate(_QUOTES)
    if not text.strip():
        return Every()
    _check_delimiters(text)
    read = parse_grammar if WEIGHT_SIGN in text else parse_unweighted
    tree = read(text, TreeBuilder(analyzer, languages, aliases))
    if tree is None:
        raise QueryError(f"there is no word to search for in '{' '.join(text.split())}'", 0)
    return tree


def parse_unweighted(text: str, builder: TreeBuilder) -> Query | None:
    """Return the tree of a query without weights; None if it has no word.

    `parse_grammar` returns the same tree, but takes longer.
    """
    return _Parser(text, builder).group(None)


def parse_grammar(text: str, builder: TreeBuilder) -> Query | None:
    """Return the tree of any query, by Whoosh's parser; None if it has no word."""
    from archivesearch.query.grammar import GrammarParser  # slow to import, and seldom needed

    return GrammarParser(builder).tree(text)


def phrase_query(field: str, text: str, analyzer: Analyzer, languages: Sequence[str] = ()) -> Query:
    """Return the tree of plain words, in a row, in one field."""
    return TreeBuilder(analyzer, languages).words(text, field) or Nothing()


class _Parser:
    """Parses a query by recursive descent: group, OR, AND, NOT, then clause or bracket.

    Brackets and quotes of the query must have their partners.
    """

    def __init__(self, text: str, builder: TreeBuilder) -> None:
        self._builder = builder
        self._tokens = list(_TOKEN.finditer(text))
        self._index = 0
        for token in self._tokens:
            if token.lastgroup == "field":
                field_name(token)
        _check_operators(self._tokens)

    def group(self, field: str | None) -> Query | None:
        """Return the tree of the tokens up to the end or to `)`; None if they have no word."""
        operands: list[Operand] = []
        while self._index < len(self._tokens) and not self._take(")"):
            operands += self._chain(field, 0)
        return group_tree(operands, Or, self._builder)

    def _chain(self, field: str | None, level: int) -> list[Operand]:
        """Return operands that one operator joins as one; an operand without a word is none.

        `level` is the index of the operator; the tightest operators join single operands.
        """
        if level == len(_INFIXES):
            return self._operand(field)
        operator, kind = _INFIXES[level]
        operands = self._chain(field, level + 1)
        is_single = True
        while self._take(operator):
            is_single = False
            operands += self._chain(field, level + 1)
        if is_single:
            return operands
        tree = group_tree(operands, kind, self._builder)
        return [] if tree is None else [Operand(tree)]

    def _operand(self, field: str | None) -> list[Operand]:
        """Return a clause or a bracket, after NOT or a field name; none if it has no word."""
        token = self._tokens[self._index]
        self._index += 1
        match token.lastgroup:
            case "operator":
                return [Operand(each.tree, excluded=True) for each in self._operand(field)]
            case "field":
                return self._operand(token["name"])
            case "open":
                tree, word = self.group(field), "="
            case kind:
                clause = Clause.of_match(str(kind), token)
                tree = clause.tree(self._builder, field)
                word = clause.text if kind == "word" and field is None else "="
        return [] if tree is None else [Operand(tree, word)]

    def _take(self, text: str) -> bool:
        """Go past the next token if it is a bracket or an operator with this text."""
        is_next = (
            self._index < len(self._tokens)
            and self._tokens[self._index][0] == text
            and self._tokens[self._index].lastgroup in ("operator", "close")
        )
        self._index += is_next
        return is_next


def _check_operators(tokens: Sequence[re.Match[str]]) -> None:
    """Raise QueryError for an operator without an operand, with its position."""
    operator: re.Match[str] | None = None
    before = "("
    for token in [*tokens, None]:
        text = ")" if token is None else token[0] if token.lastgroup in _SIGNS else ""
        if operator and (text in (")", "AND", "OR") or before == text == "NOT"):
            raise QueryError(
                f"no word follows {before}; add one or write it in small letters",
                operator.start(),
            )
        if token and before == "(" and text in ("AND", "OR"):
            raise QueryError(f"no word stands before {text}", token.start())
        operator = token if token and token.lastgroup == "operator" else None
        before = text


def _check_delimiters(text: str) -> None:
    """Raise QueryError for a quote or bracket that has no partner, with its position."""
    opened: list[int] = []
    for match in _DELIMITER.finditer(text):
        if match[0] == "(":
            opened.append(match.start())
            if len(opened) > MAX_DEPTH:
                raise QueryError(f"brackets are nested more than {MAX_DEPTH} deep", match.start())
        elif match[0] == ")":
            if not opened:
                raise QueryError("this ')' closes no bracket; remove it or add '('", match.start())
            opened.pop()
        elif match[0] == '"':
            raise QueryError("this quote is never closed; add another '\"'", match.start())
    if opened:
        raise QueryError("this '(' is never closed; add ')'", opened[-1])

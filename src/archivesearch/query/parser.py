"""Query parser: from the text of a query to a Whoosh query tree.

A query of plain words is parsed here, any other one by `query/grammar.py`. A query that
is not valid raises an error with its position. `docs/query-language.md` describes the
language.
"""

import re
from collections.abc import Sequence

from whoosh.query import Every, NullQuery, Query

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import NO_ALIASES, AliasExpansion
from archivesearch.query.tree_builder import TreeBuilder, any_of

MAX_LENGTH = 4096
MAX_DEPTH = 32

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_DELIMITER = re.compile(r'"[^"]*"|[()"]')
# Signs that may have a meaning in the grammar, and its operators.
GRAMMAR_SIGNS = re.compile(r'["()\[\]^:]|(?<!\S)(?:AND|OR|NOT)(?!\S)')


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
    builder = TreeBuilder(analyzer, languages, aliases)
    if not GRAMMAR_SIGNS.search(text):
        tree = parse_plain(text, builder) or NullQuery
    else:
        _check_delimiters(text)
        tree = parse_grammar(text, builder)
    if tree == NullQuery:
        raise QueryError(f"there is no word to search for in '{' '.join(text.split())}'", 0)
    return tree


def parse_plain(text: str, builder: TreeBuilder) -> Query | None:
    """Return the tree of a query without signs of the grammar; None if it has no word.

    `parse_grammar` returns the same tree, but takes longer.
    """
    pieces: list[str] = []
    trees: list[Query] = []
    for match in re.finditer(r"\S+", text):
        tree = builder.piece(match[0], None, position=match.start())
        if tree is not None:
            pieces.append(match[0])
            trees.append(tree)
    return any_of([*trees, *builder.aliases(pieces, trees)])


def parse_grammar(text: str, builder: TreeBuilder) -> Query:
    """Return the tree of any query, by Whoosh's parser."""
    from archivesearch.query.grammar import GrammarParser  # slow to import, and seldom needed

    tree: Query = GrammarParser(builder).parse(text, normalize=False)  # or `* AND a` becomes `*`
    return tree


def phrase_query(field: str, text: str, analyzer: Analyzer, languages: Sequence[str] = ()) -> Query:
    """Return the tree of plain words, in a row, in one field."""
    return TreeBuilder(analyzer, languages).words(text, field) or NullQuery


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

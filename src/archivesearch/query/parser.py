"""The query language: from what a reader types to a Whoosh query tree.

A query of words alone is made into its tree here; whatever has more to it is read by
`query/grammar.py`. What cannot be meant is an error that names its place.
`docs/query-language.md` describes the language.
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
# Signs that may mean something to the grammar, and its operators.
GRAMMAR_SIGNS = re.compile(r'["()\[\]^:]|(?<!\S)(?:AND|OR|NOT)(?!\S)')


def parse(
    text: str,
    analyzer: Analyzer,
    *,
    languages: Sequence[str] = (),
    aliases: AliasExpansion = NO_ALIASES,
) -> Query:
    """Return the query tree of a query; a blank one matches everything.

    Words are stemmed in `languages`, by default in all of the analyzer's; whatever goes
    by one of `names` is looked for by its other names too. Raises QueryError, with the
    position of what is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters; shorten it")
    text = text.translate(_QUOTES)
    if not text.strip():
        return Every()
    trees = TreeBuilder(analyzer, languages, aliases)
    if not GRAMMAR_SIGNS.search(text):
        tree = parse_plain(text, trees) or NullQuery
    else:
        _check_delimiters(text)
        tree = parse_grammar(text, trees)
    if tree == NullQuery:
        raise QueryError(f"there is no word to search for in '{' '.join(text.split())}'", 0)
    return tree


def parse_plain(text: str, trees: TreeBuilder) -> Query | None:
    """Return the tree of a query that has no signs of the grammar, as that would make it."""
    pieces: list[str] = []
    found: list[Query] = []
    for match in re.finditer(r"\S+", text):
        tree = trees.piece(match[0], None, position=match.start())
        if tree is not None:
            pieces.append(match[0])
            found.append(tree)
    return any_of([*found, *trees.aliases(pieces, found)])


def parse_grammar(text: str, trees: TreeBuilder) -> Query:
    """Return the tree of any query, as Whoosh's parser makes it."""
    from archivesearch.query.grammar import (
        GrammarParser,  # which a query of words alone does not need
    )

    tree: Query = GrammarParser(trees).parse(text, normalize=False)  # it takes `* AND word` for `*`
    return tree


def phrase_query(field: str, text: str, analyzer: Analyzer, languages: Sequence[str] = ()) -> Query:
    """Return a tree that finds plain words, next to one another, in one field."""
    return TreeBuilder(analyzer, languages).words(text, field) or NullQuery


def _check_delimiters(text: str) -> None:
    """Refuse quotes and brackets that do not balance, at the one that has no partner."""
    opened: list[int] = []
    for match in _DELIMITER.finditer(text):
        if match[0] == "(":
            opened.append(match.start())
            if len(opened) > MAX_DEPTH:
                raise QueryError(f"brackets stand more than {MAX_DEPTH} deep", match.start())
        elif match[0] == ")":
            if not opened:
                raise QueryError("this ')' closes no bracket; remove it or add '('", match.start())
            opened.pop()
        elif match[0] == '"':
            raise QueryError("this quote is never closed; add another '\"'", match.start())
    if opened:
        raise QueryError("this '(' is never closed; add ')'", opened[-1])

"""Traversal of query trees: their words, leaves and aliases.

Ranking, marking and explaining use it. It asks the nodes themselves, so it knows no class
that a new kind of query adds.
"""

from collections.abc import Iterator

from archivesearch.query.nodes.query import Leaf, Query, Word


def words(query: Query) -> list[Word]:
    """Return the different plain words of a query, in order.

    `peace wars NOT army` has the words {peac} and {war}.
    """
    return list(dict.fromkeys(query.words()))


def leaves(query: Query, lang: str | None = None) -> Iterator[Leaf]:
    """Yield the leaves that add to a score, in order; only those that apply to a language.

    None stands for all languages.
    """
    if isinstance(query, Leaf):
        yield query
    elif lang is None or query.applies_to(lang):
        for child in query.children():
            yield from leaves(child, lang)

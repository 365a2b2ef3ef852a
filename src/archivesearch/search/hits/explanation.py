"""Score explanation: the shares of words, fields and reranking in a hit's score."""

from collections.abc import Iterator, Mapping, Sequence

from whoosh.query import And, AndNot, Every, Or, Phrase, Query, Require

from archivesearch.model.results import Share
from archivesearch.query.nodes.alternatives import InLanguages
from archivesearch.query.nodes.exact import ExactForm
from archivesearch.query.nodes.near import Near
from archivesearch.query.nodes.patterns import Fuzzy, Prefix, YearRange
from archivesearch.search.request import Match, Reader
from archivesearch.search.reranker import Boosts


def explain(
    reader: Reader, query: Query, matches: Sequence[Match], boosts: Mapping[int, Boosts]
) -> list[tuple[Share, ...]]:
    """Return for each match the shares whose sum is its score.

    The shares of words come first, the greatest first, then those of the boosts. `boosts`
    are those of the reranked matches, by their numbers.
    """
    numbers = [match.number for match in matches]
    shares: dict[int, list[Share]] = {number: [] for number in numbers}
    _add_word_shares(reader, query, numbers, 1.0, shares)
    for number, of_match in shares.items():
        of_match.sort(key=lambda share: -share.score)
        of_match.extend(_boost_shares(sum(s.score for s in of_match), boosts.get(number)))
    return [tuple(shares[match.number]) for match in matches]


def _add_word_shares(
    reader: Reader,
    query: Query,
    numbers: Sequence[int],
    weight: float,
    shares: Mapping[int, list[Share]],
) -> None:
    """Add the share of each leaf of a query tree to each passage that it matches."""
    if not numbers:
        return
    if isinstance(query, And | Require | AndNot | Or):
        if not isinstance(query, Or):  # a child counts only where the whole node matches
            scores = reader.scores(query, numbers)
            numbers = [n for n, score in zip(numbers, scores, strict=True) if score]
        for child in _scored_children(query):
            _add_word_shares(reader, child, numbers, weight * getattr(query, "boost", 1.0), shares)
        return
    scores = reader.scores(query, numbers)
    field = getattr(query, "fieldname", None) or ""
    for number, score in zip(numbers, scores, strict=True):
        if score:
            leaf_weight = weight * _boost(query)
            shares[number].append(Share(_label(query), field, leaf_weight, weight * score))


def _scored_children(query: Query) -> Iterator[Query]:
    """Yield the children of a node that add to its score."""
    if isinstance(query, AndNot | Require):
        yield query.a
    else:
        yield from query.children()


def _boost_shares(score: float, boosts: Boosts | None) -> Iterator[Share]:
    """Yield what each boost of the reranker adds to a score."""
    if boosts is None:
        return
    for label, factor in (
        ("more of the words", boosts.completeness),
        ("words near one another", boosts.nearness),
        ("more than a heading", boosts.body),
    ):
        if factor != 1.0:
            yield Share(label, "", factor, score * (factor - 1.0))
            score *= factor


def _boost(query: Query) -> float:
    """Return the weight of a leaf: the greatest of its words."""
    if isinstance(query, InLanguages | ExactForm):
        return _boost(query.child)
    if isinstance(query, Near | Or):
        return max((_boost(child) for child in query.children()), default=1.0)
    boost: float = getattr(query, "boost", 1.0)
    return boost


def _label(query: Query) -> str:
    """Return a leaf as it is written in a query, such as `"general strike"~3`."""
    if isinstance(query, Every):
        return "*"
    if isinstance(query, Phrase):
        return f'"{" ".join(map(str, query.words))}"'
    if isinstance(query, Near):
        words = " ".join(map(_label, query.qs))
        return f'"{words}"~{query.gap}' if query.gap else f'"{words}"'
    if isinstance(query, ExactForm):
        return "=" + " ".join(map(str, query.tests))
    if isinstance(query, InLanguages):
        return _label(query.child)
    if isinstance(query, Or):
        return "/".join(dict.fromkeys(map(_label, query.children())))
    if isinstance(query, Prefix):
        return f"{query.text}*"
    if isinstance(query, Fuzzy):
        return f"{query.text}~{query.maxdist}"
    if isinstance(query, YearRange):
        return f"{query.start or ''}-{query.end or ''}"
    return str(getattr(query, "text", query))

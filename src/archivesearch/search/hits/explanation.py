"""Score explanation: the shares of words, fields and reranking in a hit's score."""

from collections.abc import Iterator, Mapping, Sequence

from archivesearch.model.results import Share
from archivesearch.query.nodes.compounds import Boost, Or
from archivesearch.query.nodes.query import Leaf, Query
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
    if isinstance(query, Leaf):
        text, field, leaf_weight = query.describe()
        for number, score in zip(numbers, reader.scores(query, numbers), strict=True):
            if score:
                shares[number].append(Share(text, field, weight * leaf_weight, weight * score))
        return
    if not isinstance(query, Or | Boost):  # a child counts only where the whole node matches
        scores = reader.scores(query, numbers)
        numbers = [n for n, score in zip(numbers, scores, strict=True) if score]
    for child in query.children():
        _add_word_shares(reader, child, numbers, weight * query.factor(), shares)


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

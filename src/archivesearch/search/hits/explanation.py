"""What a score is the sum of: words in fields, and what the second stage saw."""

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
    """Return for each match what its score is the sum of, the greatest first.

    `raised` is by what the second stage raised the scores.
    """
    numbers = [match.number for match in matches]
    shares: dict[int, list[Share]] = {number: [] for number in numbers}
    _first(reader, query, numbers, 1.0, shares)
    for number, found in shares.items():
        found.sort(key=lambda share: -share.score)
        found.extend(_second(sum(share.score for share in found), boosts.get(number)))
    return [tuple(shares[match.number]) for match in matches]


def _first(
    reader: Reader,
    query: Query,
    numbers: Sequence[int],
    weight: float,
    shares: Mapping[int, list[Share]],
) -> None:
    """Add what each leaf of a query tree gives to each of some passages."""
    if not numbers:
        return
    if isinstance(query, And | Require | AndNot | Or):
        if not isinstance(query, Or):  # where it does not match as a whole, nothing counts
            scores = reader.scores(query, numbers)
            numbers = [n for n, score in zip(numbers, scores, strict=True) if score]
        for child in _counting(query):
            _first(reader, child, numbers, weight * getattr(query, "boost", 1.0), shares)
        return
    scores = reader.scores(query, numbers)
    field = getattr(query, "fieldname", None) or ""
    for number, score in zip(numbers, scores, strict=True):
        if score:
            own = weight * _boost(query)
            shares[number].append(Share(_name(query), field, own, weight * score))


def _counting(query: Query) -> Iterator[Query]:
    """Yield the nodes below one whose scores count."""
    if isinstance(query, AndNot | Require):
        yield query.a
    else:
        yield from query.children()


def _second(score: float, raised: Boosts | None) -> Iterator[Share]:
    if raised is None:
        return
    for what, factor in (
        ("more of the words", raised.completeness),
        ("words near one another", raised.nearness),
        ("more than a heading", raised.body),
    ):
        if factor != 1.0:
            yield Share(what, "", factor, score * (factor - 1.0))
            score *= factor


def _boost(query: Query) -> float:
    """The weight that the words of a leaf have."""
    if isinstance(query, InLanguages | ExactForm):
        return _boost(query.child)
    if isinstance(query, Near | Or):
        return max((_boost(child) for child in query.children()), default=1.0)
    boost: float = getattr(query, "boost", 1.0)
    return boost


def _name(query: Query) -> str:
    """A leaf as a reader may know it."""
    if isinstance(query, Every):
        return "*"
    if isinstance(query, Phrase):
        return f'"{" ".join(map(str, query.words))}"'
    if isinstance(query, Near):
        words = " ".join(map(_name, query.qs))
        return f'"{words}"~{query.gap}' if query.gap else f'"{words}"'
    if isinstance(query, ExactForm):
        return "=" + " ".join(map(str, query.tests))
    if isinstance(query, InLanguages):
        return _name(query.child)
    if isinstance(query, Or):
        return "/".join(dict.fromkeys(map(_name, query.children())))
    if isinstance(query, Prefix):
        return f"{query.text}*"
    if isinstance(query, Fuzzy):
        return f"{query.text}~{query.maxdist}"
    if isinstance(query, YearRange):
        return f"{query.start or ''}-{query.end or ''}"
    return str(getattr(query, "text", query))

"""Filters, order, paging, groups and facets of the index reader agree with brute force."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import whoosh.query
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.query.nodes.compounds import And, AndNot, Or
from archivesearch.query.nodes.leaves import Every, Key, Near, Prefix, Term, YearRange
from archivesearch.query.nodes.query import Query
from archivesearch.search.execution.index_reader import ColumnarReader
from archivesearch.search.request import (
    FACETS,
    GROUPS,
    MAX_FACET_VALUES,
    MAX_GROUP_HITS,
    SORTS,
    Match,
    Request,
    Response,
)
from helpers.columnar_cases import (
    ANALYZER,
    BruteForce,
    FoldedMatch,
    fold_copies,
    random_passages,
)
from helpers.small_archive import open_reader

QUERIES: list[Query] = [
    Every(),
    Term("text", "castro"),
    Or((Term("text", "castro"), Term("title", "the", 0.3), Prefix("text", "p"))),
    And((Term("text", "the"), Term("text", "of"))),
    AndNot(Prefix("text", "c"), Key("lang", "fr")),
    Near("text", (Term("text", "the"), Term("text", "castro")), 2),
    Term("text", "nowhere"),
]
CASTRO, THE = (whoosh.query.Term("text", word) for word in ("castro", "the"))
WHOOSH_QUERIES = [
    whoosh.query.Every(),
    CASTRO,
    whoosh.query.Or([CASTRO, THE]),
    whoosh.query.And([CASTRO, THE]),
    whoosh.query.Phrase("text", ["the", "castro"]),
    whoosh.query.Term("text", "nowhere"),
]
FILTERS: list[Query | None] = [
    None,
    Key("lang", "fr"),
    Key("org_key", "workers world party"),
    YearRange("year", 1980, 1990),
    AndNot(Every(), Term("text", "the")),
]
VALUES: dict[str, Callable[[Passage], str | int | None]] = {
    "org": lambda p: p.org or None,
    "section": lambda p: f"{p.page} § {p.section or p.org}",
    "year": lambda p: p.year,
    "lang": lambda p: p.lang,
    "page": lambda p: p.page,
}


class EngineCase(NamedTuple):
    reader: ColumnarReader
    passages: list[Passage]
    brute: BruteForce
    copies: CopyGroups

    def matches(self, request: Request) -> list[tuple[int, float]]:
        """Return all matches in the order of the request."""
        scores = self.brute.scores(request.query)
        if request.filter is not None:
            allowed = self.brute.scores(request.filter)
            scores = {number: score for number, score in scores.items() if number in allowed}
        years = [passage.year for passage in self.passages]
        sign = -1 if request.sort == "-year" else 1
        keys: dict[str, Callable[[int], Any]] = {
            "score": lambda n: (round(-scores[n], 9), n),
            "place": lambda n: n,
            "year": lambda n: (years[n] is None, sign * (years[n] or 0), n),
        }
        order = sorted(scores, key=keys[request.sort.lstrip("-")])
        return [(number, scores[number]) for number in order]


@pytest.fixture(scope="module", params=["distinct", "with copies"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> EngineCase:
    passages = random_passages(11, 700)
    copies = random_copies(13, 700) if request.param == "with copies" else ()
    reader = open_reader(tmp_path_factory.mktemp("engine") / "index", passages, ANALYZER, copies)
    return EngineCase(reader, passages, BruteForce(passages), copies)


def random_copies(seed: int, count: int) -> CopyGroups:
    """Return groups of copies: of even numbers anywhere, of odd ones near each other."""
    source = random.Random(seed)  # noqa: S311 - copies need a seed, not secrecy
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in range(count):
        place = (number // 40, source.randrange(6)) if number % 2 else (-1, source.randrange(100))
        groups[place].append(number)
    return tuple(
        tuple(source.sample(group, len(group))) for group in groups.values() if len(group) > 1
    )


REQUESTS = st.builds(
    Request,
    st.sampled_from(QUERIES),
    st.sampled_from(FILTERS),
    limit=st.sampled_from([0, 1, 10, 1000]),
    offset=st.sampled_from([0, 1, 7, 650]),
    sort=st.sampled_from(SORTS),
    group_by=st.none(),
    facets=st.just(()),
)


@given(request=REQUESTS)
def test_matches_agree_with_brute_force(engine: EngineCase, request: Request) -> None:
    response = engine.reader.search(request)
    expected = engine.matches(request)
    assert response.total == len(expected)
    folded = fold_copies(expected, engine.copies, request.sort)
    assert response.folded == len(expected) - len(folded)
    part = folded[request.offset : request.offset + request.limit]
    assert_hits(response, response.matches, part)
    scanned = list(engine.reader.scan(request.query, request.filter))
    assert scanned == sorted(number for number, _ in expected)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("filter", FILTERS)
def test_facets_count_all_matches(engine: EngineCase, query: Query, filter: Query | None) -> None:
    request = Request(query, filter, limit=1, facets=FACETS)
    facets = engine.reader.search(request).facets
    matches = [engine.passages[number] for number, _ in engine.matches(request)]
    for name, value in VALUES.items():
        counts = Counter(v for passage in matches if (v := value(passage)) is not None)
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        assert facets[name] == tuple(ranked[:MAX_FACET_VALUES])


@given(request=REQUESTS, group_by=st.sampled_from(GROUPS))
def test_groups_agree_with_brute_force(engine: EngineCase, request: Request, group_by: str) -> None:
    members: dict[str, list[tuple[int, float]]] = {}
    for number, score in engine.matches(request):
        key = str(VALUES[group_by](engine.passages[number]) or "")
        members.setdefault(key, []).append((number, score))
    response = engine.reader.search(request._replace(group_by=group_by))
    assert (response.total, response.folded) == (len(members), 0)
    expected = list(islice(members.items(), request.offset, request.offset + request.limit))
    assert [(group.key, group.size) for group in response.groups] == [
        (key, len(matches)) for key, matches in expected
    ]
    for group, (_, matches) in zip(response.groups, expected, strict=True):
        folded = fold_copies(matches, engine.copies, request.sort)
        assert_hits(response, group.matches, folded[:MAX_GROUP_HITS])


def assert_hits(response: Response, hits: Sequence[Match], expected: Sequence[FoldedMatch]) -> None:
    """Assert that hits have the expected numbers, scores and copies."""
    assert [hit.number for hit in hits] == [match.number for match in expected]
    scores = [match.score for match in expected]
    assert [hit.score for hit in hits] == pytest.approx(scores, rel=1e-9)
    copies = [response.copies.get(hit.number, ()) for hit in hits]
    assert copies == [match.copies for match in expected]


def test_an_empty_index_answers(tmp_path: Path) -> None:
    reader = open_reader(tmp_path / "index", [], ANALYZER)
    for query in QUERIES:
        assert reader.search(Request(query, Every(), facets=FACETS)).total == 0
        assert reader.search(Request(query, group_by="page")).groups == ()
        assert list(reader.scan(query)) == []
    for whoosh_query in WHOOSH_QUERIES:
        assert len(reader.whoosh_index.searcher().search(whoosh_query)) == 0
    assert list(reader.page_names()) == []


def test_threads_share_a_reader(tmp_path: Path) -> None:
    passages = random_passages(12, 700)
    requests = [
        Request(query, allowed, group_by=group_by, facets=FACETS)
        for query in QUERIES
        for allowed in FILTERS
        for group_by in (None, "org")
    ]

    def answer(reader: ColumnarReader, request: Request) -> Any:
        answers = reader.search(request)
        texts = reader.passages([match.number for match in answers.matches])
        with reader.whoosh_index.searcher() as searcher:
            whoosh_query = WHOOSH_QUERIES[QUERIES.index(request.query) % len(WHOOSH_QUERIES)]
            return answers, texts, [hit["id"] for hit in searcher.search(whoosh_query)]

    reader = open_reader(tmp_path / "index", passages, ANALYZER)  # nothing is cached in it yet
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda request: answer(reader, request), requests * 2))
    expected = [answer(reader, request) for request in requests]
    assert answers == expected * 2

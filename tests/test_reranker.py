"""The reranker: which passages rank first, and that pages of results fit together."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import archivesearch
from archivesearch.analysis.analyzer import Analyzer
from archivesearch.query.nodes.traverse import words as query_words
from archivesearch.query.parser import parse
from archivesearch.search.execution.term_positions import WordPositions
from archivesearch.search.reranker import CANDIDATES, _nearness

ENGLISH = Analyzer(("en",))


def archive_of(folder: Path, pages: dict[str, list[str]]) -> archivesearch.Archive:
    site = folder / "site"
    site.mkdir()
    for name, paragraphs in pages.items():
        body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
        html = f"<html lang=en><head><title>{name}</title></head><body>\n{body}</body></html>"
        (site / f"{name}.html").write_text(html)
    archivesearch.rebuild([site], folder / "index")
    return archivesearch.open(folder / "index")


def filler(name: str) -> str:
    """Return a sentence of one page alone; a sentence of many pages would be boilerplate."""
    return f"The meeting went on until {name} and nobody had brought a clock to the hall."


@pytest.fixture
def small(tmp_path: Path) -> Iterator[archivesearch.Archive]:
    paragraphs = {
        "aa": ["Lentils cost more than barley.", "Lentils, lentils and lentils again."],
        "bb": ["A barley harvest was all there was of lentils."],
        "cc": ["The barley lentils soup was served at noon."],
        "dd": ["Lentils barley soup was served at noon too."],
        **{f"filler{n}": [""] for n in range(9)},
    }
    for name, texts in paragraphs.items():
        texts[0] = f"{texts[0]} {filler(name)}"
    with archive_of(tmp_path, paragraphs) as archive:
        yield archive


def first_ids(archive: archivesearch.Archive, query: str) -> list[str]:
    return [hit.id for hit in archive.search(query)]


def test_near_words_in_order_rank_first(small: archivesearch.Archive) -> None:
    assert first_ids(small, "barley lentils")[:2] == ["cc.html#1", "dd.html#1"]
    assert first_ids(small, "lentils barley")[:2] == ["dd.html#1", "cc.html#1"]


def test_more_words_rank_above_one_frequent_word(small: archivesearch.Archive) -> None:
    assert first_ids(small, "lentils barley")[-1] == "aa.html#2"


def test_a_query_of_one_word_is_ranked_by_the_engine(small: archivesearch.Archive) -> None:
    assert first_ids(small, "lentils")[0] == "aa.html#2"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("peasant wars", ["peasant", "war"]),
        ("war war peace", ["war", "peac"]),
        ('"class struggle" war', ["class", "struggl", "war"]),
        ('"class war"~5', ["class", "war"]),
        ("peace NOT war", ["peac"]),
        ("title:peace AND text:war", ["peac", "war"]),
        ("=workers war", ["worker", "war"]),
        ("inter* fuzy~ w?r", []),
        ("year:1990 lang:en page:a.html war", ["war"]),
        ("(war peace)^2 land", ["war", "peac", "land"]),
        ("Comments: war", ["comment", "war"]),
    ],
)
def test_the_words_of_a_query(query: str, words: list[str]) -> None:
    assert query_words(parse(query, ENGLISH)) == [frozenset([word]) for word in words]


def test_a_word_has_the_terms_of_all_languages_and_wordings() -> None:
    several = Analyzer(("en", "fr"), {"United States": ("US",)})
    assert query_words(parse("organizations US", several)) == [
        {several.term("organizations", lang) for lang in ("en", "fr")},
        {"u.s.", *(several.term("United", lang) for lang in ("en", "fr"))},
    ]


@pytest.mark.parametrize(
    ("occurrences", "expected"),
    [
        ([(0, 0), (1, 1)], {0: 1.0}),
        ([(0, 1), (1, 0)], {0: 1 / 2}),
        ([(0, 0), (4, 1)], {0: 1 / 4}),
        ([(0, 0), (5, 1)], {}),
        ([(0, 0), (1, 2)], {}),
        ([(0, 0), (3, 1), (9, 0), (10, 1), (11, 2)], {0: 1.0, 1: 1.0}),
    ],
)
def test_nearness(occurrences: list[tuple[int, int]], expected: dict[int, float]) -> None:
    position, word = np.array(occurrences).T
    zeros = np.zeros(len(occurrences), np.int64)
    nearness = _nearness(WordPositions(zeros, zeros, position, word), 1, 3)
    assert nearness.tolist() == [[expected.get(0, 0.0), expected.get(1, 0.0)]]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[archivesearch.Archive]:
    """Two and a half times as many matches as are reranked, a few on each page."""
    pages: dict[str, list[str]] = {}
    for number in range(CANDIDATES * 5 // 2):
        gap = "and then " * (number % 5)
        words = ["barley", gap, "lentils"][:: -1 if number % 3 else 1]
        text = f"Number {number} " + " ".join(words[: 1 + number % 7]) + " x" * (number % 11)
        pages.setdefault(f"page{number % 60:02}", []).append(text)
    with archive_of(tmp_path_factory.mktemp("many"), pages) as archive:
        yield archive


@pytest.mark.parametrize("size", [7, 10, 60, 99, 100, 101])
def test_pages_of_hits_continue_one_another(many: archivesearch.Archive, size: int) -> None:
    all_hits = many.search("barley lentils", limit=1000)
    assert all_hits.total == len(all_hits.hits) > CANDIDATES * 2
    assert all(a.score >= b.score for a, b in pairwise(all_hits))
    pages = [
        many.search("barley lentils", limit=size, offset=offset)
        for offset in range(0, all_hits.total, size)
    ]
    assert {page.total for page in pages} == {all_hits.total}
    assert [(h.id, h.score) for page in pages for h in page] == [(h.id, h.score) for h in all_hits]


@pytest.mark.parametrize("size", [4, 25, 60])
def test_pages_of_groups_continue_one_another(many: archivesearch.Archive, size: int) -> None:
    all_groups = many.search("barley lentils", limit=1000, group_by="page")
    assert all_groups.total == len(all_groups.groups)
    assert all(a.score >= b.score for a, b in pairwise(all_groups.groups))
    for group in all_groups.groups:
        assert group.score == max(hit.score for hit in group.hits) == group.hits[0].score
    pages = [
        many.search("barley lentils", limit=size, offset=offset, group_by="page")
        for offset in range(0, all_groups.total, size)
    ]
    keys = [(group.key, group.count, group.score) for group in all_groups.groups]
    assert [(g.key, g.count, g.score) for page in pages for g in page.groups] == keys


def test_every_order_has_the_same_matches(many: archivesearch.Archive) -> None:
    ranked = many.search("barley lentils", limit=1000, facets=("page",))
    placed = many.search("barley lentils", limit=1000, facets=("page",), sort="place")
    assert sorted(hit.id for hit in ranked) == sorted(hit.id for hit in placed)
    assert ranked.facets == placed.facets


def test_a_query_without_matches_has_no_hits(many: archivesearch.Archive) -> None:
    assert many.search("zebra quagga").hits == ()
    assert many.search("zebra quagga", group_by="page").groups == ()
    assert many.search("barley lentils", limit=0).total == many.search("barley lentils").total

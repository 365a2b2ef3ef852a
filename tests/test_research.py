"""Concordances, collocations, trends, suggestions and iteration over all matches."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import archivesearch
from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.tokenizer import words
from archivesearch.search.execution import planner as planning
from archivesearch.search.request import WordList
from archivesearch.search.research.collocations import collocates
from archivesearch.search.research.concordance import join_adjacent, lines
from archivesearch.search.spelling_correction import (
    _candidates,
    completions,
    corrections,
    suggestion,
)
from helpers.small_archive import PAGES, build_index, html_page, passage

ANALYZER = Analyzer(("en",))
LAND = [f"Number {n}: the poor peasant sold a field in the rain." for n in range(40)]
OTHERS = [f"Sentence {n} has a horse in the rain and more words than one." for n in range(60)]
ALL = {
    **PAGES,
    "land/1.html": html_page(*LAND, "A peasent is misspelt here."),
    "land/2.html": html_page(*OTHERS, "Revolution, revolutions; SURPLUS value and surplus-value."),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[archivesearch.Archive]:
    with archivesearch.open(build_index(tmp_path_factory.mktemp("research"), ALL)) as opened:
        yield opened


def test_all_matches_are_those_of_a_search(archive: archivesearch.Archive) -> None:
    for query in ("peasant OR rain", '"poor peasant"', "*", "nowhere"):
        wanted = archive.search(query, limit=1000, sort="place")
        found = list(archive.matches(query))
        assert [hit.id for hit in found] == [hit.id for hit in wanted]
        assert [hit.highlights for hit in found] == [hit.highlights for hit in wanted]


def test_matches_may_be_narrowed_and_left_unfinished(archive: archivesearch.Archive) -> None:
    some = archive.matches("castro", org="SWP")
    assert next(some).org == "Socialist Workers Party"
    assert [hit.lang for hit in archive.matches("castro", lang="fr")] == ["fr"]
    with pytest.raises(archivesearch.QueryError, match="never closed"):
        next(archive.matches('"castro'))


def asked(archive: archivesearch.Archive, what: str, query: str, **narrowed: Any) -> Any:
    """Ask one of the questions that can be narrowed, and have all of the answer."""
    answer = getattr(archive, what)(query, **narrowed)
    if what == "matches":
        list(answer)
    return answer


QUESTIONS = ["search", "matches", "kwic", "collocations", "trends"]


@pytest.mark.parametrize("what", QUESTIONS)
def test_every_answer_says_what_a_reader_must_know(
    archive: archivesearch.Archive, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(archive, what, "castro", org="SWP").notes == ()
    (note,) = asked(archive, what, "castro", org="Worker Socialists").notes
    assert note.startswith("no organization goes by the name 'Worker Socialists'")
    (note,) = asked(archive, what, "castro", lang="cs").notes
    assert note.startswith("no page is in the language 'cs'")
    exact = '="surplus value" OR ="revolution revolutions"'
    assert asked(archive, what, exact).notes == ()
    monkeypatch.setattr(planning, "MAX_TEXTS", 0)
    (note,) = asked(archive, what, exact).notes
    assert "at most" in note


def test_threads_may_iterate_side_by_side(archive: archivesearch.Archive) -> None:
    def ids(query: str) -> list[str]:
        return [hit.id for hit in archive.matches(query)]

    queries = ["peasant", "rain", "castro", "the OR a", '"in the rain"'] * 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ids, queries)) == [ids(query) for query in queries]


def test_a_concordance_shows_each_place(archive: archivesearch.Archive) -> None:
    found = archive.kwic('surplus value OR "surplus-value"', width=14)
    assert found.paragraphs == 1
    assert [(line.left, line.match, line.right) for line in found.lines] == [
        ("revolutions; ", "SURPLUS value", " and"),
        ("value and ", "surplus-value", "."),
    ]


def test_a_concordance_is_sorted_by_either_side(archive: archivesearch.Archive) -> None:
    right = archive.kwic("castro", sort="right").lines
    assert [line.right for line in right] == sorted(
        (r.right for r in right), key=lambda text: text.strip().casefold()
    )
    left = archive.kwic("castro", sort="left").lines
    nearest = [line.left.casefold().split()[-1:] for line in left]
    assert nearest == sorted(nearest)
    with pytest.raises(archivesearch.QueryError, match="sort must be one of place, left, right"):
        archive.kwic("castro", sort="up")


def test_pages_of_a_concordance_join(archive: archivesearch.Archive) -> None:
    whole = archive.kwic("rain", limit=999).lines
    parts = [archive.kwic("rain", limit=7, offset=at).lines for at in range(0, 105, 7)]
    assert [line for part in parts for line in part] == list(whole)


@given(st.text(alphabet="ab ,-\n.é", max_size=60), st.integers(0, 20))
def test_lines_are_pieces_of_the_text(text: str, width: int) -> None:
    marks = [(start, end) for word, start, end in words(text) if word.startswith("a")]
    joined = join_adjacent(text, marks)
    assert [start for start, _ in joined] == sorted({start for start, _ in joined})
    for line, (start, end) in zip(lines(passage(text), marks, width), joined, strict=True):
        assert line.match == " ".join(text[start:end].split())
        around = line.left + line.match + line.right
        assert around.strip() in " ".join(text.split())
        assert " ".join(text[:start].split()).endswith(line.left.strip())
        assert " ".join(text[end:].split()).startswith(line.right.strip())
        assert len(line.left) <= width >= len(line.right)


def test_words_that_keep_company_come_first(archive: archivesearch.Archive) -> None:
    found = archive.collocations("peasant", window=2)
    assert found.paragraphs == 41
    assert [one.word for one in found.words][:2] == ["poor", "sold"]
    assert all(one.count > one.expected for one in found.words)
    assert "rain" not in [one.word for one in found.words]  # it is too far off


def test_collocations_count_only_the_window() -> None:
    text = "near far x castro y far near"
    for window, wanted in ((1, {"x", "y"}), (2, {"x", "y", "far"})):
        start = text.index("castro")
        marks = [(start, start + 6)]
        found = collocates(
            [(passage(text), marks)] * 3, ANALYZER, {"far": 6}, 10_000, window=window
        )
        assert {one.word for one in found} == wanted


def test_there_is_no_limit_to_width_and_window(archive: archivesearch.Archive) -> None:
    much = 10**30
    assert archive.collocations("castro", window=much) == archive.collocations("castro", window=999)
    found = archive.kwic("castro", width=much, limit=much)
    assert found.lines == archive.kwic("castro", width=9999, limit=9999).lines
    assert archive.kwic("castro", offset=much).lines == ()
    with pytest.raises(archivesearch.QueryError):
        archive.suggest("castro", limit=-1)


def test_trends_count_every_year(archive: archivesearch.Archive) -> None:
    trends = {one.year: one for one in archive.trends("castro")}
    assert trends[1994].count == 1
    assert trends[1994].paragraphs >= trends[1994].count
    assert None in trends
    everything = archive.trends("*")
    assert all(one.share == 1.0 for one in everything)
    assert sum(one.count for one in everything) == archive.search("*", limit=0).total
    assert {one.year for one in archive.trends("castro", by="decade")} == {1990, 2000, None}
    with pytest.raises(archivesearch.QueryError, match="by must be one of year, decade"):
        archive.trends("castro", by="week")


@pytest.mark.parametrize(
    ("query", "mended"),
    [
        ("revoltuion", "revolution"),
        ("Revoltuion", "Revolution"),
        ("REVOLTUION", "REVOLUTION"),
        ("peasent", "peasant"),  # which stands there once, and the other forty times
        ("poor peasent rian", "poor peasant rain"),  # much is found, but none by `rian`
        ("qwertz poor", None),  # nothing is like it
        ('"poor paesant"', '"poor peasant"'),
        ("castro AND revoltuion", None),  # mended, it would find nothing either
        ("revolution", None),
        ("=revoltuion", None),
        ("title:revoltuion", None),
        ("revoltu*", None),
        ("", None),
    ],
)
def test_suggestions(archive: archivesearch.Archive, query: str, mended: str | None) -> None:
    assert archive.search(query).suggestion == mended


def test_a_suggestion_finds_more(archive: archivesearch.Archive) -> None:
    for query in ("revoltuion", "peasent", "paesant AND rain", "castor frend", "hores rian"):
        results = archive.search(query)
        if results.suggestion:
            assert archive.search(results.suggestion).total > results.total


def test_completions(archive: archivesearch.Archive) -> None:
    found = archive.suggest("The Revol")
    assert [word for word, _ in found.completions] == ["revolution", "revolutions"]
    assert found.corrections == ()
    assert archive.suggest("paesant").corrections[0] == ("peasant", 41)
    assert archive.suggest("  ").completions == ()


def known(**passages: int) -> WordList:
    return WordList(sorted(passages), [passages[word] for word in sorted(passages)], {}, 1)


def test_corrections_keep_to_likely_slips() -> None:
    vocabulary = known(trotsky=90, trotzky=1, tract=5, marx=70, mark=4, max=9)
    assert corrections(vocabulary, "trotzky") == [("trotsky", 90)]
    assert corrections(vocabulary, "trotsky") == []
    assert corrections(vocabulary, "mrx") == []  # three letters may be anything
    assert completions(vocabulary, "MAR", 1) == [("marx", 70)]


SHORT = st.text("abcdé\u1161\U0001f600", min_size=1, max_size=7)


@given(st.lists(SHORT, unique=True, max_size=9), SHORT, st.integers(1, 2))
def test_no_word_that_is_near_enough_is_left_out_for_its_letters(
    spelled: list[str], wanted: str, distance: int
) -> None:
    vocabulary = known(**dict.fromkeys(spelled, 1))
    few = [vocabulary.forms[at] for at in _candidates(vocabulary, wanted, distance)]
    assert {word for word in spelled if OSA.distance(word, wanted) <= distance} <= set(few)
    assert few == sorted(few)


@given(st.text(max_size=30))
def test_whatever_is_typed_a_suggestion_is_text_or_none(text: str) -> None:
    vocabulary = known(revolution=90, castro=5)
    mended = suggestion(text, vocabulary, len, 0)
    assert mended is None or mended != text

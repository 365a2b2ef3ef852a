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
from archivesearch.search.execution import planner
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
    with archivesearch.open(build_index(tmp_path_factory.mktemp("research"), ALL)) as archive:
        yield archive


def test_matches_agree_with_search(archive: archivesearch.Archive) -> None:
    for query in ("peasant OR rain", '"poor peasant"', "*", "nowhere"):
        expected = archive.search(query, limit=1000, sort="place")
        hits = list(archive.matches(query))
        assert [hit.id for hit in hits] == [hit.id for hit in expected]
        assert [hit.highlights for hit in hits] == [hit.highlights for hit in expected]


def test_matches_can_be_filtered_and_left_unfinished(archive: archivesearch.Archive) -> None:
    matches = archive.matches("castro", org="SWP")
    assert next(matches).org == "Socialist Workers Party"
    assert [hit.lang for hit in archive.matches("castro", lang="fr")] == ["fr"]
    with pytest.raises(archivesearch.QueryError, match="never closed"):
        next(archive.matches('"castro'))


def run_query(archive: archivesearch.Archive, method: str, query: str, **narrowed: Any) -> Any:
    """Call a method that takes filters, and exhaust its iterator if it returns one."""
    answer = getattr(archive, method)(query, **narrowed)
    if method == "matches":
        list(answer)
    return answer


METHODS = ["search", "matches", "kwic", "collocations", "trends"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_returns_notes(
    archive: archivesearch.Archive, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_query(archive, method, "castro", org="SWP").notes == ()
    (note,) = run_query(archive, method, "castro", org="Worker Socialists").notes
    assert note.startswith("no organization goes by the name 'Worker Socialists'")
    (note,) = run_query(archive, method, "castro", lang="cs").notes
    assert note.startswith("no page is in the language 'cs'")
    exact = '="surplus value" OR ="revolution revolutions"'
    assert run_query(archive, method, exact).notes == ()
    monkeypatch.setattr(planner, "MAX_TEXTS", 0)
    (note,) = run_query(archive, method, exact).notes
    assert "at most" in note


def test_threads_iterate_side_by_side(archive: archivesearch.Archive) -> None:
    def ids(query: str) -> list[str]:
        return [hit.id for hit in archive.matches(query)]

    queries = ["peasant", "rain", "castro", "the OR a", '"in the rain"'] * 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ids, queries)) == [ids(query) for query in queries]


def test_a_concordance_has_a_line_for_each_place(archive: archivesearch.Archive) -> None:
    concordance = archive.kwic('surplus value OR "surplus-value"', width=14)
    assert concordance.paragraphs == 1
    assert [(line.left, line.match, line.right) for line in concordance.lines] == [
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
    all_lines = archive.kwic("rain", limit=999).lines
    parts = [archive.kwic("rain", limit=7, offset=offset).lines for offset in range(0, 105, 7)]
    assert [line for part in parts for line in part] == list(all_lines)


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


def test_frequent_neighbours_are_the_first_collocations(archive: archivesearch.Archive) -> None:
    collocations = archive.collocations("peasant", window=2)
    assert collocations.paragraphs == 41
    assert [collocate.word for collocate in collocations.words][:2] == ["poor", "sold"]
    assert all(collocate.count > collocate.expected for collocate in collocations.words)
    assert "rain" not in [collocate.word for collocate in collocations.words]  # it is too far away


def test_collocations_count_only_the_window() -> None:
    text = "near far x castro y far near"
    for window, expected in ((1, {"x", "y"}), (2, {"x", "y", "far"})):
        start = text.index("castro")
        marks = [(start, start + 6)]
        words_near = collocates(
            [(passage(text), marks)] * 3, ANALYZER, {"far": 6}, 10_000, window=window
        )
        assert {collocate.word for collocate in words_near} == expected


def test_width_and_window_have_no_upper_limit(archive: archivesearch.Archive) -> None:
    huge = 10**30
    assert archive.collocations("castro", window=huge) == archive.collocations("castro", window=999)
    concordance = archive.kwic("castro", width=huge, limit=huge)
    assert concordance.lines == archive.kwic("castro", width=9999, limit=9999).lines
    assert archive.kwic("castro", offset=huge).lines == ()
    with pytest.raises(archivesearch.QueryError):
        archive.suggest("castro", limit=-1)


def test_trends_count_every_year(archive: archivesearch.Archive) -> None:
    trends = {trend.year: trend for trend in archive.trends("castro")}
    assert trends[1994].count == 1
    assert trends[1994].paragraphs >= trends[1994].count
    assert None in trends
    everything = archive.trends("*")
    assert all(trend.share == 1.0 for trend in everything)
    assert sum(trend.count for trend in everything) == archive.search("*", limit=0).total
    assert {trend.year for trend in archive.trends("castro", by="decade")} == {1990, 2000, None}
    with pytest.raises(archivesearch.QueryError, match="by must be one of year, decade"):
        archive.trends("castro", by="week")


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("revoltuion", "revolution"),
        ("Revoltuion", "Revolution"),
        ("REVOLTUION", "REVOLUTION"),
        ("peasent", "peasant"),  # it is there once, and `peasant` forty times
        ("poor peasent rian", "poor peasant rain"),  # there are many matches, but none has `rian`
        ("qwertz poor", None),  # no word is like it
        ('"poor paesant"', '"poor peasant"'),
        ("castro AND revoltuion", None),  # corrected, it would have no match either
        ("revolution", None),
        ("=revoltuion", None),
        ("title:revoltuion", None),
        ("revoltu*", None),
        ("", None),
    ],
)
def test_suggestions(archive: archivesearch.Archive, query: str, corrected: str | None) -> None:
    assert archive.search(query).suggestion == corrected


def test_a_suggestion_has_more_matches(archive: archivesearch.Archive) -> None:
    for query in ("revoltuion", "peasent", "paesant AND rain", "castor frend", "hores rian"):
        results = archive.search(query)
        if results.suggestion:
            assert archive.search(results.suggestion).total > results.total


def test_completions(archive: archivesearch.Archive) -> None:
    suggestions = archive.suggest("The Revol")
    assert [word for word, _ in suggestions.completions] == ["revolution", "revolutions"]
    assert suggestions.corrections == ()
    assert archive.suggest("paesant").corrections[0] == ("peasant", 41)
    assert archive.suggest("  ").completions == ()


def word_list(**passages: int) -> WordList:
    return WordList(sorted(passages), [passages[word] for word in sorted(passages)], {}, 1)


def test_corrections_are_likely_slips() -> None:
    vocabulary = word_list(trotsky=90, trotzky=1, tract=5, marx=70, mark=4, max=9)
    assert corrections(vocabulary, "trotzky") == [("trotsky", 90)]
    assert corrections(vocabulary, "trotsky") == []
    assert corrections(vocabulary, "mrx") == []  # three letters may be anything
    assert completions(vocabulary, "MAR", 1) == [("marx", 70)]


SHORT = st.text("abcdé\u1161\U0001f600", min_size=1, max_size=7)


@given(st.lists(SHORT, unique=True, max_size=9), SHORT, st.integers(1, 2))
def test_letter_masks_leave_out_no_word_within_the_distance(
    forms: list[str], word: str, distance: int
) -> None:
    vocabulary = word_list(**dict.fromkeys(forms, 1))
    candidates = [vocabulary.forms[index] for index in _candidates(vocabulary, word, distance)]
    assert {form for form in forms if OSA.distance(form, word) <= distance} <= set(candidates)
    assert candidates == sorted(candidates)


@given(st.text(max_size=30))
def test_a_suggestion_for_any_text_differs_from_it(text: str) -> None:
    vocabulary = word_list(revolution=90, castro=5)
    corrected = suggestion(text, vocabulary, len, 0)
    assert corrected is None or corrected != text

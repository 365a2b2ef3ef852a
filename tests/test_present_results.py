"""Search results as text, at several widths."""

import re
from dataclasses import replace

import pytest

from archivesearch.model.results import Group, Hit, Results
from archivesearch.present.results import results_text
from archivesearch.present.screen import Screen
from archivesearch.present.width import text_width

TEXT = "Before it all. The party greets Fidel Castro\nas a friend of Cuba. After it all."
HIT = Hit(
    id="lists/parties.html#12",
    score=8.3123,
    page="lists/parties.html",
    url="http://www.example.org/lists/parties.html",
    title="A guide to the parties",
    org="Socialist Workers Party",
    section="Socialist Workers Party (SWP)",
    label="Comments",
    year=2003,
    year_source="masthead",
    date="2003-05",
    author="",
    lang="en",
    years_mentioned=(1976,),
    text=TEXT,
    highlights=((38, 44),),
    snippet=TEXT[15:65],
    snippet_highlights=((23, 29),),
    link=None,
)
PLAIN = Screen(80, color=False)


def results(*hits: Hit, **changes: object) -> Results:
    answer = Results("castro", len(hits), True, 3.21, hits)
    return replace(answer, **changes)  # type: ignore[arg-type]


def test_a_hit_at_eighty_columns() -> None:
    assert results_text(results(HIT), PLAIN).splitlines() == [
        "1 paragraph · 3.2 ms",
        "",
        "1.  Socialist Workers Party · Comments · 2003 · A guide to the parties",
        "    … The party greets Fidel **Castro** as a friend of Cuba.\N{NO-BREAK SPACE}…",
        "    lists/parties.html#12  8.31  http://www.example.org/lists/parties.html",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"section": "On Cuba"}, "Socialist Workers Party · On Cuba · Comments · 2003 · A guide"),
        ({"org": ""}, "1.  Socialist Workers Party (SWP) · Comments · 2003 · A guide"),
        ({"year": None, "label": ""}, "1.  Socialist Workers Party · A guide to the parties"),
        ({"org": "", "section": "A Guide to the Parties", "label": ""}, "1.  A Guide to the P"),
        ({"section": '3. "Socialist Workers Party" (defunct).'}, "Workers Party · Comments"),
        ({"section": "1905", "org": ""}, "1.  1905 · Comments"),
        ({"org": "\x1b[2JParty"}, "1.  [2JParty · "),
        ({"copies": ("a#1", "b#2", "c#3", "d#4")}, "also a#1, b#2, c#3 and 1 more"),
        ({"snippet": TEXT, "snippet_highlights": ()}, "    Before it all. The party"),
    ],
)
def test_the_heading_of_a_hit(changes: dict[str, object], expected: str) -> None:
    hit = replace(HIT, **changes)  # type: ignore[arg-type]
    assert expected in results_text(results(hit), PLAIN)


def test_a_title_that_repeats_the_section_is_omitted() -> None:
    hit = replace(HIT, org="", section="A guide to the parties", label="")
    assert results_text(results(hit), PLAIN).count("A guide to the parties") == 1


@pytest.mark.parametrize(
    ("answer", "offset", "expected"),
    [
        (results(), 0, "No paragraph matches castro · 3.2 ms"),
        (results(HIT, total=42), 0, "1 of 42 paragraphs · 3.2 ms"),
        (results(HIT, HIT, total=4200), 10, "11–12 of 4,200 paragraphs · 3.2 ms"),
        (results(total=42), 50, "42 paragraphs · 3.2 ms"),
        (results(HIT, total=42, total_exact=False), 0, "1 of at least 42 paragraphs · 3.2 ms"),
        (results(query="\x1b[1mx\ny"), 0, "No paragraph matches [1mx y · 3.2 ms"),
        (results(took_ms=2345.0), 0, "No paragraph matches castro · 2.3 s"),
    ],
)
def test_headline(answer: Results, offset: int, expected: str) -> None:
    assert results_text(answer, PLAIN, offset=offset).splitlines()[0] == expected


def test_ranks_begin_after_the_offset() -> None:
    text = results_text(results(HIT, HIT, total=2000), PLAIN, offset=998)
    assert "\n999. Soc" in text
    assert "\n1000. Soc" in text


def test_a_suggestion_follows_the_headline() -> None:
    lines = results_text(results(suggestion="castro"), PLAIN).splitlines()
    assert lines[1] == "Did you mean: castro"


def test_matches_are_in_colour_or_between_asterisks() -> None:
    text = results_text(results(HIT), Screen(80, color=True))
    assert "\x1b[31m\x1b[1mCastro\x1b[0m" in text
    assert "**" not in text
    assert "\x1b" not in results_text(results(HIT), PLAIN)


@pytest.mark.parametrize("width", [1, 24, 40, 80, 100, 200])
@pytest.mark.parametrize("color", [False, True])
def test_lines_fit_the_screen(width: int, color: bool) -> None:
    wide = replace(HIT, text="日本共産党は結成" * 40, snippet="日本共産党は結成" * 40)
    long = replace(HIT, id="x" * 10, url=None, org="P" * 300, title="word " * 90, section="")
    endless = replace(HIT, text="x" * 900, snippet="x" * 900, snippet_highlights=((3, 700),))
    text = results_text(results(HIT, wide, long, endless), Screen(width, color))
    shown = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in text.splitlines()]
    breakable = [line for line in shown if HIT.id not in line]
    assert len(breakable) < len(shown)
    assert max(map(text_width, breakable)) <= max(width, 24)
    assert width < 40 or max(map(text_width, shown)) <= width


def test_running_text_has_at_most_100_columns() -> None:
    hit = replace(HIT, text="word " * 100, snippet="word " * 100, snippet_highlights=())
    lines = results_text(results(hit), Screen(200, color=False)).splitlines()
    assert max(len(line) for line in lines) <= 100


def test_groups_have_headings_with_counts() -> None:
    page = Group("lists/parties.html", 12, 8.3, (HIT, HIT))
    text = results_text(results(groups=(page,), total=3), PLAIN, group_by="page")
    assert text.splitlines()[:4] == [
        "1 of 3 pages · 3.2 ms",
        "",
        "1.  lists/parties.html  12 paragraphs · A guide to the parties",
        "-   Socialist Workers Party · Comments · 2003",
    ]


def test_a_group_without_an_organization() -> None:
    group = Group("", 1, 8.3, (replace(HIT, org=""),))
    text = results_text(results(groups=(group,), total=1), PLAIN, group_by="org")
    assert "1 organization · " in text
    assert "1.  no organization  1 paragraph" in text


def test_facets_stand_side_by_side() -> None:
    facets = {"org": (("Socialist Workers Party", 12), ("", 7)), "year": ((2003, 1234), (1999, 5))}
    text = results_text(results(HIT, facets=facets), PLAIN)
    assert text.splitlines()[-4:] == [
        "",
        "org                           year",
        "Socialist Workers Party  12   2003  1,234",
        "(no organization)         7   1999      5",
    ]


def test_facets_that_do_not_fit_stand_one_below_the_other() -> None:
    facets = {"org": (("P" * 28, 12),), "section": (("S" * 28, 7),), "lang": ()}
    text = results_text(results(facets=facets), Screen(40, color=False))
    lines = text.splitlines()[2:]
    assert lines == ["org", "P" * 28 + "  12", "", "section", "S" * 28 + "  7"]


def test_facets_without_values_are_omitted() -> None:
    assert results_text(results(facets={"org": (), "year": ()}), PLAIN).count("\n") == 0

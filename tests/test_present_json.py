"""Records as JSON: documented keys, and valid JSON for any text."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.model.pages import Skipped
from archivesearch.model.reports import Organization, Report, Stats
from archivesearch.model.results import Group, Hit, Results
from archivesearch.present.as_json import (
    hit_lines_json,
    json_bytes,
    json_lines,
    organizations_json,
    report_json,
    results_json,
    stats_json,
)

HIT = Hit(
    id="a.html#1",
    score=1.5,
    page="a.html",
    url=None,
    title="A",
    org="",
    section="",
    label="",
    year=None,
    year_source="",
    date="",
    author="",
    lang="en",
    years_mentioned=(1970, 1976),
    text="The 1970s, 1976",
    highlights=((11, 15),),
    snippet="1976",
    snippet_highlights=((0, 4),),
    link=None,
)


def decoded(value: object) -> object:
    return json.loads(json_bytes(value))


def test_results() -> None:
    answer = Results("1976", 1, True, 1.23456, (HIT,), facets={"year": ((1976, 2),)})
    assert decoded(results_json(answer)) == {
        "query": "1976",
        "total": 1,
        "total_exact": True,
        "took_ms": 1.235,
        "hits": [
            {
                "id": "a.html#1",
                "score": 1.5,
                "page": "a.html",
                "url": None,
                "title": "A",
                "org": "",
                "section": "",
                "label": "",
                "year": None,
                "date": "",
                "author": "",
                "years_mentioned": [1970, 1976],
                "lang": "en",
                "text": "The 1970s, 1976",
                "highlights": [[11, 15]],
                "snippet": "1976",
                "snippet_highlights": [[0, 4]],
                "link": None,
                "copies": [],
                "extracts": [],
            }
        ],
        "facets": {"year": [[1976, 2]]},
        "suggestion": None,
        "folded": 0,
    }


def test_the_order_of_keys_is_documented() -> None:
    value = results_json(Results("x", 0, True, 0.1, (HIT,)))
    assert list(value) == "query total total_exact took_ms hits facets suggestion folded".split()
    keys = "id score page url title org section label year date author years_mentioned lang text"
    more = "highlights snippet snippet_highlights link copies extracts"
    assert list(value["hits"][0]) == f"{keys} {more}".split()


def test_only_grouped_results_have_groups() -> None:
    answer = Results("x", 1, True, 0.1, (), (Group("a.html", 3, 1.5, (HIT,)),))
    value = results_json(answer, grouped=True)
    assert value["hits"] == []
    assert [list(group) for group in value["groups"]] == [["key", "count", "score", "hits"]]
    assert [line["group"] for line in hit_lines_json(answer)] == ["a.html"]
    assert "groups" not in results_json(answer)


def test_each_line_is_one_hit() -> None:
    hits = (HIT, HIT, HIT)
    lines = json_lines(hit_lines_json(Results("x", 3, True, 0.1, hits))).splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a.html#1"] * 3
    assert json_lines(()) == b""


def test_other_records() -> None:
    party = Organization("Party", ("P",), 1, 2, 3)
    assert decoded(organizations_json([party])) == [
        {"name": "Party", "aliases": ["P"], "pages": 1, "sections": 2, "paragraphs": 3}
    ]
    stats = Stats("", 1, 2, 3, 4, 5, 6, {2003: 1, 1990: 2}, 7, {"en": 3}, {"utf-8": 1}, 99)
    value = decoded(stats_json(stats))
    assert isinstance(value, dict)
    assert list(value["years"].items()) == [("1990", 2), ("2003", 1)]
    assert [value[key] for key in ("pages", "sections", "paragraphs")] == [1, 2, 3]
    assert [value[key] for key in ("organizations", "duplicates", "skipped")] == [4, 5, 6]
    report = Report(2, 1, 1, 1, 0, 0, (Skipped("b.html", "it is empty"),))
    value = decoded(report_json(report, 1.23456, 99))
    assert isinstance(value, dict)
    assert value["skipped"] == [{"page": "b.html", "reason": "it is empty", "is_page": True}]
    assert (value["seconds"], value["bytes"]) == (1.235, 99)


@pytest.mark.parametrize("text", ["\ud800", "\x1b[2J", "\x9b2J", "\u2028", "\x85", "日本", "é"])
def test_odd_characters(text: str) -> None:
    assert decoded([text]) == [text]


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_one_line_of_valid_json(text: str) -> None:
    data = json_bytes([text], None)
    assert len(data.decode().splitlines()) == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", data.decode())
    assert json.loads(data) == json.loads(json.dumps([text]))

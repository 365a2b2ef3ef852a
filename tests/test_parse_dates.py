"""Years mentioned in texts and dates of pages, by a table of cases and by laws."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archivesearch.config import Config, from_dict
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates.publication_date import date_page
from archivesearch.parse.dates.years_mentioned import (
    _NUMBER,
    _four_digit_years,
    _is_certain_year,
    _year_matches,
    years_mentioned,
    years_mentioned_in_each,
)

CASES = tomllib.loads((Path(__file__).parent / "cases" / "dates.toml").read_text("utf-8"))
RUNNING_TEXT = (
    "The committee met for two days and spoke of its work in the towns along the river, of the "
    "money that was lacking, and of what the members wanted to print before the winter came."
)
TEXTS = st.text() | st.lists(
    st.sampled_from(
        "1976 1980s '96 80s 1966-76 1800 copies Box 3486 NY 10014 May 15, 1998 01/12/85 $1900 "
        "in the - / . , 1999年 ’ 5 2000 rally by Ruth Weaver Published Updated ( ) \n".split(" ")
    )
).map(" ".join)


def params(cases: Sequence[dict[str, Any]], name: str) -> list[Any]:
    return [
        pytest.param(
            case,
            id=case[name],
            marks=[pytest.mark.xfail(strict=True, reason=case["known_failure"])]
            if "known_failure" in case
            else [],
        )
        for case in cases
    ]


def block(text: str) -> Block:
    tag, bar, rest = text.replace("…", RUNNING_TEXT).partition("|")
    content = rest if bar else tag
    strong = ((0, len(content)),) if bar and tag.startswith("h") else ()
    return Block(content, tag if bar else "p", strong=strong)


@pytest.mark.parametrize("case", params(CASES["years"], "text"))
def test_years_mentioned(case: dict[str, Any]) -> None:
    assert years_mentioned(case["text"]) == tuple(case["years"])


@pytest.mark.parametrize("case", params(CASES["dating"], "name"))
def test_dating(case: dict[str, Any]) -> None:
    dating = date_page(
        [block(text) for text in case.get("blocks", [])],
        case["page"],
        case.get("title", ""),
        from_dict(case.get("config", {}), "case"),
        meta_author=case.get("meta_author", ""),
    )
    assert (dating.year, dating.source, dating.date) == (
        case.get("year"),
        case.get("source", ""),
        case.get("date", ""),
    )
    if "author" in case or "second_year" in case or not dating.year:
        assert (dating.author, dating.second_year, dating.second_source) == (
            case.get("author", ""),
            case.get("second_year"),
            case.get("second_source", ""),
        )


def test_the_table_is_large_enough() -> None:
    assert len(CASES["years"]) >= 80
    assert len(CASES["dating"]) >= 80


@given(TEXTS)
@example("'96 '05 the 1980s, 1983-84 and 1999-00")
def test_years_are_ascending_unique_and_written_in_the_text(text: str) -> None:
    years = years_mentioned(text)
    assert list(years) == sorted(set(years))
    for year in years:
        assert 1500 <= year <= 2100
        digits = str(year)
        plain = text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        assert digits in plain or digits[-2:] in plain or f"{digits[-1]}" in plain


@given(TEXTS)
def test_a_text_without_digits_has_no_years(text: str) -> None:
    assert years_mentioned(re.sub(r"\d", "", text)) == ()


@given(
    st.lists(st.tuples(TEXTS, st.sampled_from(["p", "h1", "li", "td", "text"]))),
    TEXTS,
    TEXTS,
    TEXTS,
)
def test_dating_never_raises_and_is_consistent(
    texts: list[tuple[str, str]], page: str, title: str, author: str
) -> None:
    dating = date_page(
        [Block(text, tag) for text, tag in texts], page, title, Config(), meta_author=author
    )
    assert bool(dating.year) == bool(dating.source) == bool(dating.date)
    assert re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", dating.date)
    assert (dating.second_year is None) == (not dating.second_source)
    if dating.year:
        assert dating.date.startswith(str(dating.year))
        assert 1500 <= dating.year <= 2030
        assert dating.second_year != dating.year


@given(st.from_regex(r"[a-z]{0,12}[-_./]?[0-9]{1,8}[a-z/]{0,3}[0-9]{0,6}\.html?", fullmatch=True))
def test_any_address_gives_a_sound_date_or_none(page: str) -> None:
    dating = date_page([], page, "", Config())
    assert dating.year is None or 1500 <= dating.year <= 2030
    assert dating.source in ("", "address")


@given(
    st.sampled_from(
        ["", "in", "of", "by", "since", "May", "page", "no", "the", "$", "and 1914 or"]
    ),
    st.sampled_from(["1917", "1900", "1499", "1500", "2100", "2101", "1830"]),
    st.text(alphabet=" .,;:!?)]’”\"'/@-–+0129abeghpstuBEW\n", max_size=4),
    st.sampled_from(["", "copies", "people", "bc", "Eagle Crest Way", "hours", "pages", "x.htm"]),
)
def test_a_certain_year_is_a_year_by_all_rules(
    before: str, digits: str, between: str, after: str
) -> None:
    text = f"{before} {digits}{between}{after}"
    for match in _NUMBER.finditer(text):
        if match.lastgroup == "rest" and _is_certain_year(text, *match.span()):
            assert _four_digit_years(text, *match.span(), match) == (int(match[0]),)


@given(
    st.lists(
        st.text(alphabet="0129/.-'’ samnñobcés,\n年１９二〇😀", max_size=14)
        | st.sampled_from(
            ["in 1917, or 1919-20", "the 60s", "2000 copies", "１９６８年", "1/12/85"]
        ),
        max_size=6,
    )
)
def test_years_of_several_texts_equal_those_of_each_text(texts: list[str]) -> None:
    assert years_mentioned_in_each(texts) == [years_mentioned(text) for text in texts]
    for text in texts:
        spans = [match.span() for match in _NUMBER.finditer(text)]
        assert [match.span() for match in _year_matches(text)] == spans

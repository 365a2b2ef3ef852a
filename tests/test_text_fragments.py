"""Links that scroll a browser to a paragraph; the last test uses a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivesearch
from archivesearch.search.hits.text_fragments import link
from helpers.browser import browser, browsing
from helpers.small_archive import build_index, passage

URL = "http://www.example.org/a.html"
PAGE = """<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Lists</title></head><body>
<ul><li>The second party</li><li>Comments: They have met.</li></ul>
<div style="height:3000px"></div>
<h2>The first party</h2>
<p id=p1>Comments: They have met.</p>
<div style="height:3000px"></div>
<h2 id=p2>The second party</h2>
<p id=p3>Comments: The <i>party</i> greets Fidel<br>Castro as a friend-in-need, and has.</p>
<p id=p4>Comments: They have met.</p>
<div style="height:3000px"></div>
<p id=p5>Some    white
 space — “quotes” and don’t; the years 1990–2003, C++ &amp; others (50 % of all), a-b.</p>
<p id=p6>They have met.</p>
<div style="height:3000px"></div>
</body></html>"""


def fragment_of(text: str, **values: Any) -> str:
    url = link(passage(text, url=URL, **values))
    assert url is not None
    return url.partition(":~:")[2]


def test_a_long_line_is_identified_by_its_first_words() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen"
    assert fragment_of(text) == "text=" + "%20".join(text.split()[:12])


def test_a_short_line_has_its_neighbours_as_context() -> None:
    short = passage("They have met.", url=URL, section="A party")
    neighbours = [passage(text, url=URL, section="A party") for text in ("It is so.", "And so on.")]
    assert link(short, *neighbours) == (
        f"{URL}#:~:text=It%20is%20so.-,They%20have%20met."
        "&text=They%20have%20met.,-And%20so%20on.&text=They%20have%20met."
    )
    assert fragment_of("They met.", label="Comments").startswith("text=Comments%3A-,They%20met.&")
    assert fragment_of("One line\nanother line").endswith(
        "text=One%20line,-another%20line&text=One%20line"
    )


def test_separators_are_escaped() -> None:
    assert fragment_of("a-b, c & d") == "text=a%2Db%2C%20c%20%26%20d"


def test_without_a_url_or_words_there_is_no_fragment() -> None:
    assert link(passage("text")) is None
    assert link(passage("  ", url=URL)) == URL
    assert link(passage("x", url=f"{URL}#top")) == f"{URL}#top:~:text=x"


@given(st.text(), st.text(), st.text(max_size=9), st.text(max_size=9))
def test_any_text_makes_a_url(text: str, other: str, section: str, label: str) -> None:
    url = link(passage(text, url=URL, section=section, label=label), passage(other), passage(other))
    assert url is not None
    assert re.fullmatch(r"http://www\.example\.org/a\.html(#:~:[\w.%~,=&-]+)?", url, re.ASCII)


@pytest.mark.skipif(browser() is None, reason="no browser with a driver (chromium, chromedriver)")
def test_a_browser_scrolls_there(tmp_path: Path) -> None:
    index = build_index(
        tmp_path,
        {"lists.html": PAGE, "archivesearch.toml": 'base_url = "http://127.0.0.1:1/"\n'},
    )
    with archivesearch.open(index) as archive:
        hits = {hit.text: hit for hit in archive.search("", limit=99).hits}
        again = [h for h in archive.search("", limit=99).hits if h.text == "They have met."]
    targets = {
        "#p3": next(hit for text, hit in hits.items() if text.startswith("The party greets")),
        "#p5": next(hit for text, hit in hits.items() if text.startswith("Some white")),
        "#p6": again[-1],
    }
    with browsing(tmp_path / "site") as (session, address):
        for selector, hit in targets.items():
            url = str(hit.link).replace("http://127.0.0.1:1", address)
            scrolled, inside = session.seen(url, selector)
            assert scrolled > 0, url
            assert inside, url

"""HTML of hits holds their text, their marks, and nothing that a page could do harm with."""

import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archivesearch.present.as_html import snippet_html, text_html
from archivesearch.present.clean import clean
from archivesearch.search.hits.snippets import extracts, window, within_window
from test_present_json import HIT

NASTY = st.text(alphabet="ab <>&\"'/\\\n\x00\x1b\u202e\u2028\x7fé\ud800-=;", max_size=60)


def test_marks_and_ellipses() -> None:
    hit = replace(HIT, text="a <b> & 1976, and c", snippet="& 1976,", snippet_highlights=((2, 6),))
    assert snippet_html(hit) == "… &amp; <mark>1976</mark>, …"
    hit = replace(hit, highlights=((8, 12), (18, 19)), extracts=((14, 19),))
    assert snippet_html(hit) == "… &amp; <mark>1976</mark>, …<br>… and <mark>c</mark>"


@given(NASTY, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_there_is_no_markup_but_ours(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [(a, b) for a, b in spans if a < b <= len(text)]
    made = text_html(text, marks)
    assert set(re.findall("<[^>]*>", made)) <= {"<mark>", "</mark>", "<br>"}
    assert made.count("<mark>") == made.count("</mark>")
    bare = unescape(re.sub("</?mark>", "", made).replace("<br>", "\n"))
    assert bare == clean(text).strip()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", made)


@given(NASTY.map(lambda text: text * 12), st.data())
def test_what_is_shown_of_a_long_text(text: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=5, unique=True))
    marks = [(at, min(at + 1, len(text))) for at in sorted(places) if at < len(text)]
    shown = window(text, marks, 40)
    more = extracts(text, marks, shown)
    hit = replace(
        HIT,
        text=text,
        highlights=tuple(marks),
        snippet=text[slice(*shown)],
        snippet_highlights=within_window(marks, shown),
        extracts=more,
    )
    spans = sorted([shown, *more])
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(any(a < end and b > start for a, b in marks) for start, end in more)
    assert set(re.findall("<[^>]*>", snippet_html(hit))) <= {"<mark>", "</mark>", "<br>"}

"""Snippets and extracts: which windows of a text are shown."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archivesearch.search.hits.snippets import best_window, extracts

TEXT = st.text(alphabet="ab <>&\"'/\\\n\x00\x1b\u202e\u2028\x7fé\ud800-=;", max_size=60)


@given(TEXT.map(lambda text: text * 12), st.data())
def test_extracts_lie_apart_and_each_has_a_mark(text: str, data: st.DataObject) -> None:
    starts = data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=5, unique=True))
    marks = [(at, min(at + 1, len(text))) for at in sorted(starts) if at < len(text)]
    shown = best_window(text, marks, 40)
    more = extracts(text, marks, shown)
    spans = sorted([shown, *more])
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(any(a < end and b > start for a, b in marks) for start, end in more)

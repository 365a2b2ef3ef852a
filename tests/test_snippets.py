"""Snippets and extracts: the windows of a text that are shown."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archivesearch.model.passages import Span
from archivesearch.search.hits.snippets import SNIPPET_LENGTH, best_window, clip_marks, extracts

TEXT = st.text(alphabet="ab <>&\"'/\\\n\x00\x1b\u202e\u2028\x7fé\ud800-=;", max_size=60)


@given(TEXT.map(lambda text: text * 12), st.data())
def test_extracts_lie_apart_and_each_has_a_mark(text: str, data: st.DataObject) -> None:
    starts = data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=5, unique=True))
    marks = [(start, min(start + 1, len(text))) for start in sorted(starts) if start < len(text)]
    snippet = best_window(text, marks, 40)
    windows = extracts(text, marks, snippet)
    spans = sorted([snippet, *windows])
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(any(a < end and b > start for a, b in marks) for start, end in windows)


LONG_TEXT = st.lists(
    st.text("abcde", min_size=1, max_size=12)
    | st.sampled_from(["\n", "end. New", "?", "x" * 100, "word" * 100]),
    max_size=120,
).map(" ".join)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """Draw a text, and marks on a part of its words."""
    text = draw(LONG_TEXT)
    spans = [match.span() for match in re.finditer(r"\w+", text)]
    marks = draw(st.sets(st.sampled_from(spans))) if spans else set()
    return text, sorted(marks)


@given(marked_texts(), st.integers(1, 300))
def test_a_window_keeps_its_length(marked_text: tuple[str, list[Span]], length: int) -> None:
    text, marks = marked_text
    start, end = best_window(text, marks, length)
    assert 0 <= start <= end <= len(text)
    assert end - start <= length
    if len(text) <= length:
        assert (start, end) == (0, len(text))
    elif text.strip():
        assert end > start
    shown = text[start:end]
    for (a, b), mark in zip(
        clip_marks(marks, (start, end)),
        [m for m in marks if m[1] > start and m[0] < end],
        strict=True,
    ):
        assert 0 <= a < b <= len(shown)
        word = text[slice(*mark)]
        assert shown[a:b] == text[start + a : start + b]
        assert shown[a:b] in word


@given(marked_texts())
def test_a_window_has_a_mark_and_cuts_no_word(marked_text: tuple[str, list[Span]]) -> None:
    text, marks = marked_text
    start, end = best_window(text, marks)
    assert not marks or clip_marks(marks, (start, end))
    if not re.search(r"\w{100}", text):
        assert start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
        assert end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())


@given(marked_texts())
def test_no_other_window_has_more_different_words(marked_text: tuple[str, list[Span]]) -> None:
    text, marks = marked_text
    marks = [(a, b) for a, b in marks if b - a <= SNIPPET_LENGTH]
    window = best_window(text, marks)

    def different(start: int, end: int) -> int:
        return len({text[a:b].casefold() for a, b in marks if start <= a and b <= end})

    best = max((different(a, a + SNIPPET_LENGTH) for a, _ in marks), default=0)
    assert different(*window) >= best


def test_a_window_starts_with_the_sentence() -> None:
    text = "First sentence here. " * 20 + "Then Castro came. " + "And more of it. " * 40
    castro = text.index("Castro")
    start, end = best_window(text, [(castro, castro + 6)])
    shown = text[start:end]
    assert re.match(r"First|Then", shown)
    assert "Castro came." in shown
    assert len(shown) > SNIPPET_LENGTH - 20


def test_a_word_longer_than_the_window_is_cut() -> None:
    assert best_window("x" * 1000, [(0, 1000)]) == (0, SNIPPET_LENGTH)
    assert best_window("x" * 1000, []) == (0, SNIPPET_LENGTH)
    start, end = best_window("ab " * 200 + "x" * 1000, [(600, 1600)])
    assert (end - start) <= SNIPPET_LENGTH
    assert start >= 600 - SNIPPET_LENGTH
    assert end > 600

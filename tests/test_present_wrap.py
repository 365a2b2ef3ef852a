"""Line breaking: lines fit their width and lose only spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.present.clean import clean
from archivesearch.present.markup import TextRun
from archivesearch.present.width import (
    align_left,
    align_right,
    text_width,
    truncate,
    truncate_start,
)
from archivesearch.present.wrap import line_spans, wrap


def lines(text: str, width: int) -> list[str]:
    return [text[start:end] for start, end in line_spans(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, []),
        ("one two three", 8, ["one two", "three"]),
        ("one  two", 20, ["one  two"]),
        ("one\ntwo", 20, ["one", "two"]),
        ("one\n\ntwo", 20, ["one", "", "two"]),
        ("  padded  ", 20, ["padded"]),
        ("a longestword b", 7, ["a", "longest", "word b"]),
        ("日本共産党", 4, ["日本", "共産", "党"]),
        ("日本。共産党", 4, ["日", "本。", "共産", "党"]),
        ("日本 war", 4, ["日本", "war"]),
        ("ab日本cd", 4, ["ab日", "本cd"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_line_spans(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, width) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])).map(clean), st.integers(2, 40))
def test_lines_fit_and_lose_only_spaces(text: str, width: int) -> None:
    wrapped = lines(text, width)
    assert all(text_width(line) <= width for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@given(st.lists(st.tuples(st.text("ab \n日"), st.sampled_from(["", "mark"]))), st.integers(2, 9))
def test_runs_keep_their_styles(runs: list[TextRun], width: int) -> None:
    def letters(runs: list[TextRun]) -> list[tuple[str, str]]:
        return [(letter, style) for text, style in runs for letter in text if letter not in " \n"]

    assert letters([run for line in wrap(runs, width) for run in line]) == letters(runs)


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\u200d", 0), ("한국", 4), ("ｈａ", 4), ("½·", 2)],
)
def test_text_width(text: str, width: int) -> None:
    assert text_width(text) == width


def test_truncate_and_align() -> None:
    assert truncate("abcdef", 6) == "abcdef"
    assert truncate("abcdefg", 6) == "abcde…"
    assert truncate("日本共産党", 6) == "日本…"
    assert truncate_start("abcdef", 6) == "abcdef"
    assert truncate_start("abcdefg", 6) == "…cdefg"
    assert truncate_start("xe\u0301yz", 3) == "…yz"
    assert truncate_start("日本共産党", 6) == "…産党"
    assert align_left("日本", 6) == "日本  "
    assert align_right("12", 4) == "  12"

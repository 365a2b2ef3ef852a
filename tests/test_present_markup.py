"""Marked text: asterisks, runs, and laws of cutting text at spans."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.model.passages import Span
from archivesearch.present.markup import paragraph_runs, pieces, with_asterisks


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("the peasant war", [(4, 11)], "the **peasant** war"),
        ("the peasant war", [(12, 15), (4, 11)], "the **peasant** **war**"),
        ("peasant", [(0, 7)], "**peasant**"),
        ("peasant", [], "peasant"),
        ("abcd", [(0, 2), (1, 3)], "**abc**d"),
        ("abcd", [(0, 2), (2, 4)], "**abcd**"),
        ("abcd", [(2, 2), (3, 99)], "abc**d**"),
        ("", [(0, 1)], ""),
        ("日本共産党", [(2, 4)], "日本**共産**党"),
    ],
)
def test_with_asterisks(text: str, spans: list[Span], expected: str) -> None:
    assert with_asterisks(text, spans) == expected


def test_a_paragraph_has_its_label_and_faint_sentences() -> None:
    assert paragraph_runs("", "ab", [(1, 2)]) == [("a", ""), ("b", "faint")]
    assert paragraph_runs("Comments", "ab", []) == [("Comments: ", "strong"), ("ab", "")]


@given(st.text(), st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30))))
def test_pieces_are_the_whole_text_and_mark_exactly_the_spans(text: str, spans: list[Span]) -> None:
    parts = list(pieces(text, spans))
    assert "".join(piece for piece, _ in parts) == text
    marks = [mark for piece, mark in parts for _ in piece]
    assert marks == [any(a <= at < b for a, b in spans) for at in range(len(text))]
    assert all(mark != next_mark for (_, mark), (_, next_mark) in pairwise(parts))

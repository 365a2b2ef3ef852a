"""Spans are marked where they are, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.model.passages import Span
from archivesearch.present.markup import pieces, styled_runs, with_asterisks


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
def test_starred(text: str, spans: list[Span], expected: str) -> None:
    assert with_asterisks(text, spans) == expected


def test_runs_name_both_styles() -> None:
    assert styled_runs("ab", [(1, 2)], "mark", "faint") == [("a", "faint"), ("b", "mark")]


@given(st.text(), st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30))))
def test_pieces_lose_nothing_and_mark_just_the_spans(text: str, spans: list[Span]) -> None:
    found = list(pieces(text, spans))
    assert "".join(piece for piece, _ in found) == text
    marked = [hit for piece, hit in found for _ in piece]
    assert marked == [any(a <= at < b for a, b in spans) for at in range(len(text))]
    assert all(found[at][1] != found[at + 1][1] for at in range(len(found) - 1))

"""Text from a page cannot control a terminal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.present.clean import clean, one_line

DANGEROUS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07x", "]0;titlex"),
        ("\x9b2Jx", "2Jx"),
        ("a\tb\rc", "a b c"),
        ("one\ntwo", "one\ntwo"),
        ("one\u2028two", "one\ntwo"),
        ("abc\u202edef", "abcdef"),
        ("soft\u00adhyphen", "softhyphen"),
        ("a\ud800b", "a\ufffdb"),
        ("Müller · 日本 e\u0301", "Müller · 日本 e\u0301"),
        ("שלום \u200eabc", "שלום \u200eabc"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_one_line_collapses_white_space() -> None:
    assert one_line("  a\n\n b\t c ") == "a b c"


@given(st.text(st.characters(exclude_categories=())))
def test_no_dangerous_character_remains(text: str) -> None:
    assert not DANGEROUS.search(clean(text))
    assert "\n" not in one_line(text)
    clean(text).encode()

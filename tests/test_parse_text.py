"""Plain text parser: a table of texts and their blocks, and large texts in linear time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.parse.blocks.plain_text import blocks

PROSE = (
    "The committee met for two days and spoke of its work in the towns\n"
    "along the river, of the money that was lacking, and of what the\n"
    "members wanted to print before the winter came to the mountains."
)
JOINED = PROSE.replace("\n", " ")
CUT: dict[str, tuple[str, list[str]]] = {
    "nothing": ("", []),
    "blank lines alone": ("\n \n\t\n", []),
    "one line": ("one", ["one"]),
    "hard wraps": (f"{PROSE}\n\n{PROSE}", [JOINED, JOINED]),
    "CRLF": (PROSE.replace("\n", "\r\n") + "\r\n\r\nend", [JOINED, "end"]),
    "CR": (PROSE.replace("\n", "\r") + "\r\rend", [JOINED, "end"]),
    "blank lines with spaces in them": (f"{PROSE}\n   \n{PROSE}", [JOINED, JOINED]),
    "indented paragraphs without blank lines": (
        f"    {PROSE}\n    {PROSE}\n    {PROSE}",
        [JOINED, JOINED, JOINED],
    ),
    "hanging indents": (PROSE.replace("\n", "\n    "), [JOINED]),
    "a paragraph that is indented whole": (
        "\n".join("    " + line for line in PROSE.split("\n")),
        [JOINED],
    ),
    "a heading that touches its paragraph": (f"A HEADING\n{PROSE}", [f"A HEADING\n{JOINED}"]),
    "an underlined heading": (f"A Heading\n---------\n{PROSE}", ["A Heading", JOINED]),
    "headings underlined otherwise": ("One\n===\ntwo\n~~~~\nthree", ["One", "two", "three"]),
    "rules": (
        f"one\n\n* * *\n\ntwo\n______\n{PROSE}\n:::::\nthree",
        ["one", "two", JOINED, "three"],
    ),
    "bullets": (
        (
            f"{PROSE}\n* one\n"
            "* two which is longer than its line and goes on in the one\n  below\n* three"
        ),
        [
            JOINED,
            "* one",
            "* two which is longer than its line and goes on in the one below",
            "* three",
        ],
    ),
    "numbers": (
        f"{PROSE}\n1. one\n2) two\n(3) three\n[4] four",
        [JOINED, "1. one", "2) two", "(3) three", "[4] four"],
    ),
    "a number in running text": (
        PROSE.replace("towns\n", "towns in\n1976. Then "),
        [JOINED.replace("towns ", "towns in 1976. Then ")],
    ),
    "address lines": (
        f"{PROSE}\n\nHarbor League\nBox 7\nNew York, NY 10014",
        [JOINED, "Harbor League\nBox 7\nNew York, NY 10014"],
    ),
    "a list of long lines and short ones": (
        (
            f"{PROSE}\n\n"
            "Weaver, Ruth, who spoke for the women of the harbor of the town\nByron\nMoss\nLund"
        ),
        [
            JOINED,
            "Weaver, Ruth, who spoke for the women of the harbor of the town\nByron\nMoss\nLund",
        ],
    ),
    "verse": (
        "The river is wide\nAnd the night is long\n\nSo sing",
        ["The river is wide\nAnd the night is long", "So sing"],
    ),
    "collapsed newlines": (
        f"Heading {JOINED} {JOINED} {JOINED}",
        [f"Heading {JOINED} {JOINED} {JOINED}"],
    ),
    "lines that no wrap has cut": (f"{JOINED}\n{JOINED}\nShort", [JOINED, JOINED, "Short"]),
    "tables": (
        (
            f"{PROSE}\n\n"
            "Union               Members in 1976    Members in 1985\n"
            "Dockers                      12,000             10,500\n"
            "Weavers                       8,000              2,100"
        ),
        [
            JOINED,
            "Union Members in 1976 Members in 1985\nDockers 12,000 10,500\nWeavers 8,000 2,100",
        ],
    ),
    "form feeds": ("one\ftwo\n\f\nthree", ["one", "two", "three"]),
    "tabs": ("\tone\n\n\t\ttwo\tthree", ["one", "two three"]),
    "quoted mail": ("> one\n> two\n\n>> three", ["> one\n> two", ">> three"]),
    "markup is text": ("a < b\n\n<b>bold</b>", ["a < b", "<b>bold</b>"]),
}


@pytest.mark.parametrize("name", CUT)
def test_blocks_are_those_of_a_reader(name: str) -> None:
    text, expected = CUT[name]
    assert [block.text for block in blocks(text)] == expected


def test_tags_strong_spans_rules_and_indents() -> None:
    cut = blocks("One\n===\n\n    two\n\n-----\n\n  three\nfour\n")
    assert [block.tag for block in cut] == ["text"] * len(cut)
    assert [block.all_strong for block in cut] == [True, False, False]
    assert [block.rule for block in cut] == [False, False, True]
    assert [block.indent for block in cut] == [0, 4, 2]


LARGE = {
    "one long line": "word " * 200_000,
    "one long word": "x" * 1_000_000,
    "short lines": "x\n" * 200_000,
    "short paragraphs": "x\n\n" * 200_000,
    "wrapped lines": f"{PROSE}\n" * 5_000,
    "spaces": "x" + " " * 1_000_000 + "y",
    "a long rule": "x\n" + "-" * 1_000_000 + "\ny",
    "nearly a rule": "- " * 500_000 + "x",
    "columns": ("a" + " " * 50) * 20_000,
    "bullets": "* x\n" * 200_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_texts_are_parsed(name: str) -> None:
    assert blocks(LARGE[name])


LINES = st.lists(
    st.sampled_from(
        [
            "",
            " ",
            "one",
            "  two words",
            PROSE,
            "* three",
            "---",
            "1. four",
            "\f",
            "a   b",
            "x" * 120,
            "five:",
        ]
    ),
    max_size=40,
)


@given(st.text() | LINES.map("\n".join) | LINES.map("\r\n".join))
def test_blocks_have_every_word_once_and_in_order(text: str) -> None:
    joined = " ".join(block.text for block in blocks(text))
    assert re.findall(r"[^\W_]+", joined) == re.findall(r"[^\W_]+", text)


@given(st.text() | LINES.map("\n".join))
def test_white_space_is_collapsed_and_no_block_is_empty(text: str) -> None:
    for block in blocks(text):
        assert block.text
        assert all(line == " ".join(line.split()) for line in block.text.split("\n"))

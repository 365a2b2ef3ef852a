"""Cleaning of text: remove the characters that could control a terminal.

Anybody may have written an archived page. Its control characters could move the cursor or
change colours and the window's title; bidirectional overrides could reverse a line.
"""

import re

_SPACES = dict.fromkeys(map(ord, "\t\v\f\r\x85"), " ")
_LINE_BREAKS = dict.fromkeys((0x2028, 0x2029), "\n")
_REMOVED = dict.fromkeys(
    (
        *(code for code in range(0x20) if code != ord("\n")),
        *range(0x7F, 0xA0),
        0xAD,  # a soft hyphen, which terminals print inside a line too
        *range(0x202A, 0x202F),  # bidirectional embeddings and overrides
        *range(0x2066, 0x206A),  # bidirectional isolates
        0xFEFF,
    )
)
_TABLE: dict[int, str | None] = {**_REMOVED, **_SPACES, **_LINE_BREAKS}
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text without control characters except newlines; tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.translate(_TABLE))


def one_line(text: str) -> str:
    """Return clean text on one line, with single spaces."""
    return " ".join(clean(text).split())

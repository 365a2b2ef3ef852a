"""What text must lose before it may stand on a terminal.

Text of archived pages is anybody's: control characters could move the cursor, change
colours or the window's title, and bidirectional overrides could turn a line around.
"""

import re

_SPACES = dict.fromkeys(map(ord, "\t\v\f\r\x85"), " ")
_BREAKS = dict.fromkeys((0x2028, 0x2029), "\n")
_DROPPED = dict.fromkeys(
    (
        *(code for code in range(0x20) if code != ord("\n")),
        *range(0x7F, 0xA0),
        0xAD,  # a soft hyphen, which terminals draw although no line ends there
        *range(0x202A, 0x202F),  # bidirectional embeddings and overrides
        *range(0x2066, 0x206A),  # bidirectional isolates
        0xFEFF,
    )
)
_TABLE: dict[int, str | None] = {**_DROPPED, **_SPACES, **_BREAKS}
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text without control characters, its newlines kept."""
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.translate(_TABLE))


def one_line(text: str) -> str:
    """Return clean text on one line, every run of white space a single space."""
    return " ".join(clean(text).split())

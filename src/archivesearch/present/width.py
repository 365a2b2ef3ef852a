"""Width of text in columns of a terminal: measure, cut, align."""

from functools import lru_cache
from unicodedata import category, east_asian_width


@lru_cache(maxsize=4096)
def character_width(character: str) -> int:
    """Return the columns of one character: 0 for a combining mark, 2 for `日`, otherwise 1."""
    if character < "\u0300":
        return 1
    if category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def text_width(text: str) -> int:
    """Return the columns of one line of clean text."""
    return len(text) if text.isascii() else sum(map(character_width, text))


def cut_position(text: str, width: int, start: int = 0) -> int:
    """Return the end of the longest part of text from `start` that fits into `width` columns.

    The part has at least one character, and all combining marks of its last character.
    """
    end, used = start, 0
    while end < len(text):
        step = character_width(text[end])
        combining = step == 0 or category(text[end]) == "Mc"
        if used + step > width and end > start and not combining:
            break
        used += step
        end += 1
    return end


def truncate(text: str, width: int) -> str:
    """Return one line of text in at most `width` columns: `abcdef` in 4 is `abc…`."""
    if text_width(text) <= width:
        return text
    return text[: cut_position(text, width - 1)].rstrip() + "…"


def truncate_start(text: str, width: int) -> str:
    """Return one line of text in at most `width` columns: `abcdef` in 4 is `…def`."""
    if text_width(text) <= width:
        return text
    start = len(text)
    used = 1
    while start and used + character_width(text[start - 1]) <= width:
        start -= 1
        used += character_width(text[start])
    while start < len(text) and character_width(text[start]) == 0:
        start += 1
    return "…" + text[start:].lstrip()


def align_left(text: str, width: int) -> str:
    """Return text in exactly `width` columns: truncated, or with spaces after it."""
    text = truncate(text, width)
    return text + " " * (width - text_width(text))


def align_right(text: str, width: int) -> str:
    """Return text in at least `width` columns, with spaces before it."""
    return " " * (width - text_width(text)) + text

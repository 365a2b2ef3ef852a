"""The lines at the top and at the bottom of a page, where dates and authors stand."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates.written_dates import has_digit

_TOP_BLOCKS, _BOTTOM_BLOCKS = 12, 12
_RUNNING, _ENOUGH = 150, 700
_LONGEST_DATED = 260
_DASHES = "-\u2013\u2014\u2015"
_NOTES = re.compile(
    r"\W*(?:(?:foot|end|translator.s |editor.s )?notes?|references|bibliography|sources|notas"
    r"|anmerkungen|poznámky|noten|works cited)\W*$",
    re.IGNORECASE,
)


class EdgeLine(NamedTuple):
    """One line of a block near an edge of its page.

    `block` is the number of its block; `after_text` says that running text stands above,
    `has_digit` that the line is short enough to be read for a date, and that a digit is in it.
    """

    text: str
    tag: str
    block: int
    strong: bool
    after_text: bool
    may_hold_date: bool


def without_banners(blocks: Sequence[Block], banners: Sequence[str]) -> list[tuple[int, str]]:
    """Return the numbers and texts of blocks, banner sentences cut out of them."""
    texts = [block.text for block in blocks]
    for banner in filter(None, banners):
        texts = [text.replace(banner, "\n") for text in texts]
    return [(number, text) for number, text in enumerate(texts) if text and not text.isspace()]


def top_lines(blocks: Sequence[Block], banners: Sequence[str]) -> list[EdgeLine]:
    """Return the lines above a page's text: the first blocks, until text runs on."""
    lines: list[EdgeLine] = []
    running = 0
    shown = without_banners(blocks[: _TOP_BLOCKS + 4], banners)[:_TOP_BLOCKS]
    for number, text in shown:
        if running > _ENOUGH:
            break
        for line in _lines(blocks[number], number, text, after_text=running > 0):
            lines.append(line)
            if len(line.text) > _RUNNING:
                running += len(line.text)
    return lines


def bottom_lines(blocks: Sequence[Block]) -> list[EdgeLine]:
    """Return the lines at the end of a page that may hold a date, or a name after dashes."""
    lines: list[EdgeLine] = []
    for number in range(max(len(blocks) - _BOTTOM_BLOCKS, 0), len(blocks)):
        text = blocks[number].text
        if len(text) <= _LONGEST_DATED or "\n" in text:
            lines += _lines(blocks[number], number, text, after_text=number > 0, chosen=True)
    return lines


def notes_start(blocks: Sequence[Block]) -> int:
    """Return the number of the block that heads a page's notes, or of one past the last."""
    for number in range(len(blocks) - 1, 0, -1):
        if len(blocks[number].text) < 40 and _NOTES.match(blocks[number].text):
            return number
    return len(blocks)


def _lines(
    block: Block, number: int, text: str, *, after_text: bool, chosen: bool = False
) -> Iterator[EdgeLine]:
    """Yield the lines of a block; `chosen` passes over those without digit and dash."""
    if chosen and "\n" not in text and text[:1] not in _DASHES and not has_digit(text):
        return
    stands_out = block.all_strong
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            dated = len(stripped) <= _LONGEST_DATED and has_digit(stripped)
            if dated or not chosen or stripped[0] in _DASHES:
                yield EdgeLine(stripped, block.tag, number, stands_out, after_text, dated)

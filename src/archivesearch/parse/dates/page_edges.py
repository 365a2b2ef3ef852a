"""Page edges: the lines at the top and bottom of a page, where dates and authors stand."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates.written_dates import has_digit

_TOP_BLOCKS, _BOTTOM_BLOCKS = 12, 12
_MIN_TEXT_LINE, _MAX_TOP_TEXT = 150, 700  # code points: of running text, and of the top
_MAX_DATED_LINE = 260  # code points; a longer line is not read for a date
_DASHES = "-\u2013\u2014\u2015"
_NOTES_HEADING = re.compile(
    r"\W*(?:(?:foot|end|translator.s |editor.s )?notes?|references|bibliography|sources|notas"
    r"|anmerkungen|poznámky|noten|works cited)\W*$",
    re.IGNORECASE,
)


class EdgeLine(NamedTuple):
    """One line of a block near an edge of its page.

    `block` is the number of its block on the page. `stands_out` means that the block is
    bold or a heading, `after_text` that running text stands above the line.
    `may_hold_date` means that the line is short enough for a date and has a digit.
    """

    text: str
    tag: str
    block: int
    stands_out: bool
    after_text: bool
    may_hold_date: bool


def without_banners(blocks: Sequence[Block], banners: Sequence[str]) -> list[tuple[int, str]]:
    """Return (number, text) of each block, without banner sentences and empty blocks."""
    texts = [block.text for block in blocks]
    for banner in filter(None, banners):
        texts = [text.replace(banner, "\n") for text in texts]
    return [(number, text) for number, text in enumerate(texts) if text and not text.isspace()]


def top_lines(blocks: Sequence[Block], banners: Sequence[str]) -> list[EdgeLine]:
    """Return the lines of the first blocks of a page, to the beginning of its running text."""
    lines: list[EdgeLine] = []
    running = 0
    for number, text in without_banners(blocks[: _TOP_BLOCKS + 4], banners)[:_TOP_BLOCKS]:
        if running > _MAX_TOP_TEXT:
            break
        for line in _lines(blocks[number], number, text, after_text=running > 0):
            lines.append(line)
            if len(line.text) > _MIN_TEXT_LINE:
                running += len(line.text)
    return lines


def bottom_lines(blocks: Sequence[Block]) -> list[EdgeLine]:
    """Return the lines of the last blocks of a page that have a digit or begin with a dash."""
    lines: list[EdgeLine] = []
    for number in range(max(len(blocks) - _BOTTOM_BLOCKS, 0), len(blocks)):
        text = blocks[number].text
        if len(text) <= _MAX_DATED_LINE or "\n" in text:
            lines += _lines(
                blocks[number], number, text, after_text=number > 0, only_candidates=True
            )
    return lines


def notes_start(blocks: Sequence[Block]) -> int:
    """Return the number of the block with the heading of the notes, else the block count."""
    for number in range(len(blocks) - 1, 0, -1):
        if len(blocks[number].text) < 40 and _NOTES_HEADING.match(blocks[number].text):
            return number
    return len(blocks)


def _lines(
    block: Block, number: int, text: str, *, after_text: bool, only_candidates: bool = False
) -> Iterator[EdgeLine]:
    """Yield the lines of a block; `only_candidates` skips lines without digit and dash."""
    if only_candidates and "\n" not in text and text[:1] not in _DASHES and not has_digit(text):
        return
    stands_out = block.all_strong
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            may_hold_date = len(stripped) <= _MAX_DATED_LINE and has_digit(stripped)
            if may_hold_date or not only_candidates or stripped[0] in _DASHES:
                yield EdgeLine(stripped, block.tag, number, stands_out, after_text, may_hold_date)

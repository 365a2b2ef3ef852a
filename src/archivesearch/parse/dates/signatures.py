"""Dates below a page's text, as letters end with their author and date."""

import re
from collections.abc import Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines
from archivesearch.parse.dates import page_edges as edges
from archivesearch.parse.dates.candidates import CLOSING, Opinion, other_words, tells_of_another
from archivesearch.parse.dates.date_labels import is_labelled
from archivesearch.parse.dates.page_edges import Line
from archivesearch.parse.dates.written_dates import FoundDate, Order, find_dates

_NUMBERED = re.compile(r"[\[(*]?\d{1,3}[.)\]]\s?\D|[*\u2020]")
_REPLY = re.compile(
    r"[^\w]*(?:\w+ ){0,3}(?:repl(?:y|ies|ied)|respon(?:se|ds|ded)|answers?|comments?)\b.{0,20}[:.]"
    r"|\W*editor'?s?[’']?s? (?:note|reply|response)",
    re.IGNORECASE,
)


def dated(
    blocks: Sequence[Block], bottom: Sequence[Line], order: Order
) -> list[tuple[Opinion, int]]:
    """Return the dates below a page's text, the last first, each with its block's number."""
    lines = [line for line in bottom if len(line.text) <= 80 and line.has_digit]
    found = [
        (Opinion(CLOSING, "closing", date), line.block)
        for at, line in enumerate(lines)
        if (date := _closing_date(lines, at, order)) and _below_text(blocks, line.block)
    ]
    end = edges.notes_start(blocks) if found else 0
    return [(opinion, block) for opinion, block in reversed(found) if block < end]


def _below_text(blocks: Sequence[Block], number: int) -> bool:
    return any(len(block.text) > 100 for block in blocks[max(number - 4, 0) : number])


def answered_letter(blocks: Sequence[Block], order: Order) -> list[Opinion]:
    """Return the date of a letter that a reply follows, where the page holds one letter."""
    found = []
    for number in range(1, len(blocks) - 1):
        block = blocks[number]
        if len(block.text) > 120 or not _REPLY.match(blocks[number + 1].text[:60]):
            continue
        lines = [
            Line(t, block.tag, number, strong=False, after_text=True, has_digit=True)
            for t in block.text.split("\n")
        ]
        dates = [d for at in range(len(lines)) if (d := _closing_date(lines, at, order))]
        found += dates[:1]
    if len({date.year for date in found}) != 1:
        return []
    return [Opinion(CLOSING, "closing", found[0])]


def _closing_date(lines: Sequence[Line], at: int, order: Order) -> FoundDate | None:
    """Read `July 1979`, `Moscow, June 1918`, `--Ada Byron, May 5, 1998`."""
    line = lines[at]
    text = line.text
    if len(text) > 80 or line.tag in ("li", "dd", "dt", "td"):
        return None
    dates = find_dates(text, order=order)
    if len(dates) != 1 or is_labelled(text) or tells_of_another(text):
        return None
    if _NUMBERED.match(text) or re.search(r"[\"\u201c\u201d>#]", text):
        return None
    residue = text[: dates[0].start] + " " + text[dates[0].end :]
    words = other_words(residue)
    if not words or bylines.closing_author(text) or bylines.byline(text):
        return dates[0]
    place = re.fullmatch(r"\W*([^\W\d_][\w. ]*?),\s*(?:the )?", text[: dates[0].start])
    signed = place and len(words) <= 3 and not re.search(r"\w", text[dates[0].end :])
    return dates[0] if signed and all(w[0].isupper() for w in words) else None

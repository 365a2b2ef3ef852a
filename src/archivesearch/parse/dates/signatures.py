"""Dates below a page's text, as letters end with their author and date."""

import re
from collections.abc import Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines
from archivesearch.parse.dates import page_edges as edges
from archivesearch.parse.dates.candidates import (
    CLOSING,
    DateCandidate,
    content_words,
    dates_another_work,
)
from archivesearch.parse.dates.date_labels import is_labelled
from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import DateOrder, PartialDate, find_dates

_NUMBERED = re.compile(r"[\[(*]?\d{1,3}[.)\]]\s?\D|[*\u2020]")
_REPLY = re.compile(
    r"[^\w]*(?:\w+ ){0,3}(?:repl(?:y|ies|ied)|respon(?:se|ds|ded)|answers?|comments?)\b.{0,20}[:.]"
    r"|\W*editor'?s?[’']?s? (?:note|reply|response)",
    re.IGNORECASE,
)


def signature_dates(
    blocks: Sequence[Block], bottom: Sequence[EdgeLine], order: DateOrder
) -> list[tuple[DateCandidate, int]]:
    """Return the dates below a page's text, the last first, each with its block's number."""
    lines = [line for line in bottom if len(line.text) <= 80 and line.may_hold_date]
    found = [
        (DateCandidate(CLOSING, "closing", date), line.block)
        for at, line in enumerate(lines)
        if (date := _closing_date(lines, at, order)) and _below_text(blocks, line.block)
    ]
    end = edges.notes_start(blocks) if found else 0
    return [(opinion, block) for opinion, block in reversed(found) if block < end]


def _below_text(blocks: Sequence[Block], number: int) -> bool:
    return any(len(block.text) > 100 for block in blocks[max(number - 4, 0) : number])


def answered_letter_dates(blocks: Sequence[Block], order: DateOrder) -> list[DateCandidate]:
    """Return the date of a letter that a reply follows, where the page holds one letter."""
    found = []
    for number in range(1, len(blocks) - 1):
        block = blocks[number]
        if len(block.text) > 120 or not _REPLY.match(blocks[number + 1].text[:60]):
            continue
        lines = [
            EdgeLine(t, block.tag, number, strong=False, after_text=True, may_hold_date=True)
            for t in block.text.split("\n")
        ]
        dates = [d for at in range(len(lines)) if (d := _closing_date(lines, at, order))]
        found += dates[:1]
    if len({date.year for date in found}) != 1:
        return []
    return [DateCandidate(CLOSING, "closing", found[0])]


def _closing_date(lines: Sequence[EdgeLine], at: int, order: DateOrder) -> PartialDate | None:
    """Read `July 1979`, `Moscow, June 1918`, `--Ada Byron, May 5, 1998`."""
    line = lines[at]
    text = line.text
    if len(text) > 80 or line.tag in ("li", "dd", "dt", "td"):
        return None
    dates = find_dates(text, order=order)
    if len(dates) != 1 or is_labelled(text) or dates_another_work(text):
        return None
    if _NUMBERED.match(text) or re.search(r"[\"\u201c\u201d>#]", text):
        return None
    residue = text[: dates[0].start] + " " + text[dates[0].end :]
    words = content_words(residue)
    if not words or bylines.closing_author(text) or bylines.byline_author(text):
        return dates[0]
    place = re.fullmatch(r"\W*([^\W\d_][\w. ]*?),\s*(?:the )?", text[: dates[0].start])
    signed = place and len(words) <= 3 and not re.search(r"\w", text[dates[0].end :])
    return dates[0] if signed and all(w[0].isupper() for w in words) else None

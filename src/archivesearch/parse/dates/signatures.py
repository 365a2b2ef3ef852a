"""Signatures: dates below a page's text, as at the end of a letter."""

import re
from collections.abc import Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines, page_edges
from archivesearch.parse.dates.candidates import (
    CLOSING,
    LIST_NUMBER,
    DateCandidate,
    content_words,
    dates_another_work,
)
from archivesearch.parse.dates.date_labels import is_labelled
from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import DateOrder, PartialDate, find_dates

_REPLY = re.compile(
    r"[^\w]*(?:\w+ ){0,3}(?:repl(?:y|ies|ied)|respon(?:se|ds|ded)|answers?|comments?)\b.{0,20}[:.]"
    r"|\W*editor'?s?[’']?s? (?:note|reply|response)",
    re.IGNORECASE,
)


def signature_dates(
    blocks: Sequence[Block], bottom: Sequence[EdgeLine], order: DateOrder
) -> list[tuple[DateCandidate, int]]:
    """Return the dates below a page's text with the numbers of their blocks, the last first."""
    lines = [line for line in bottom if len(line.text) <= 80 and line.may_hold_date]
    signatures = [
        (DateCandidate(CLOSING, "closing", date), line.block)
        for line in lines
        if (date := _signature_date(line, order)) and _is_below_text(blocks, line.block)
    ]
    end = page_edges.notes_start(blocks) if signatures else 0
    return [(candidate, block) for candidate, block in reversed(signatures) if block < end]


def answered_letter_dates(blocks: Sequence[Block], order: DateOrder) -> list[DateCandidate]:
    """Return the date of the letters that replies follow; [] without any, or if years differ."""
    letter_dates: list[PartialDate] = []
    for number in range(1, len(blocks) - 1):
        block = blocks[number]
        if len(block.text) > 120 or not _REPLY.match(blocks[number + 1].text[:60]):
            continue
        lines = [
            EdgeLine(text, block.tag, number, stands_out=False, after_text=True, may_hold_date=True)
            for text in block.text.split("\n")
        ]
        dates = [date for line in lines if (date := _signature_date(line, order))]
        letter_dates += dates[:1]
    if len({date.year for date in letter_dates}) != 1:
        return []
    return [DateCandidate(CLOSING, "closing", letter_dates[0])]


def _is_below_text(blocks: Sequence[Block], number: int) -> bool:
    """Whether one of the four blocks before a block has more than 100 code points."""
    return any(len(block.text) > 100 for block in blocks[max(number - 4, 0) : number])


def _signature_date(line: EdgeLine, order: DateOrder) -> PartialDate | None:
    """Return the date of `July 1979`, `Moscow, June 1918` or `--Ada Byron, May 5, 1998`."""
    text = line.text
    if len(text) > 80 or line.tag in ("li", "dd", "dt", "td"):
        return None
    dates = find_dates(text, order=order)
    if len(dates) != 1 or is_labelled(text) or dates_another_work(text):
        return None
    if LIST_NUMBER.match(text) or re.search(r"[\"\u201c\u201d>#]", text):
        return None
    before, behind = text[: dates[0].start], text[dates[0].end :]
    words = content_words(before + " " + behind)
    if not words or bylines.closing_author(text) or bylines.byline_author(text):
        return dates[0]
    place = re.fullmatch(r"\W*([^\W\d_][\w. ]*?),\s*(?:the )?", before)
    is_signed = place and len(words) <= 3 and not re.search(r"\w", behind)
    return dates[0] if is_signed and all(word[0].isupper() for word in words) else None

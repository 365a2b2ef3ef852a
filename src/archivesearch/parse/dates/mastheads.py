"""Mastheads: dates above a page's text that stand alone, or beside a name."""

import re
from collections.abc import Iterator, Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines
from archivesearch.parse.dates.candidates import (
    HEADER,
    LIST_NUMBER,
    MASTHEAD,
    DateCandidate,
    content_words,
    dates_another_work,
)
from archivesearch.parse.dates.date_labels import is_labelled
from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import (
    YEAR_PATTERN,
    DateOrder,
    PartialDate,
    find_dates,
    valid_date,
)

_JOINING_WORD = re.compile(
    r"\b(?:of|on|in|since|to|from|until|till|after|before|during|by|between|and|as|for|du|de|des"
    r"|le|del|vom|am|im|seit|bis|was|is|were|through)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(rf"\W*(?:c\.|ca\.?|circa)?\s*({YEAR_PATTERN})\W*$")
_YEAR_FIRST = re.compile(rf"\W*(?:[^\W\d_]+\.? )?(?:\d{{1,2}},? )?({YEAR_PATTERN})(?:\W*$|[:,] )")
_YEAR_LAST = re.compile(rf"({YEAR_PATTERN})\W*$")
_NAME_YEAR = re.compile(rf"(?P<name>[^\W\d_][^\d,;:]*),? (?P<year>{YEAR_PATTERN})\W*$")
_INDEX_PAGE = re.compile(r"(?:^|/)(?:index|default)\.\w+$", re.IGNORECASE)
_REVIEW = re.compile(r"review", re.IGNORECASE)
_MAX_LIST_LINE = 160
_MAX_DATED_LINES = 3
_LOWER_CASE_START = re.compile(r"\W*(?!(?:by|par|von|por|di|door)\b)[^\W\d_A-Z]{2}")


def is_chronology(blocks: Sequence[Block]) -> bool:
    """Whether a page is a list of dated things, so that none of the dates is the page's.

    Such a page has at least six short lines that begin or end with a year. They are at
    least 30 % of its lines and have at least three different years.
    """
    texts = [block.text for block in blocks]
    short_texts = [text for text in texts if len(text) < _MAX_LIST_LINE or "\n" in text]
    line_count = "".join(short_texts).count("\n") + len(short_texts)
    min_years = max(6, 0.3 * (line_count + len(texts) - len(short_texts)))
    if line_count < min_years:
        return False
    dated_texts = [text for text in short_texts if "1" in text or "20" in text]
    if "".join(dated_texts).count("\n") + len(dated_texts) < min_years:
        return False
    years = [year for text in dated_texts for year in _listed_years(text)]
    return len(years) >= min_years and len(set(years)) > 2


def masthead_dates(
    lines: Sequence[EdgeLine], title: str, author: str, page: str, order: DateOrder
) -> list[DateCandidate]:
    """Return the dates above a page's text that stand alone, or beside a name.

    `author` is the name in the page's head, or `""`.
    """
    is_review = bool(_REVIEW.search(page) or _REVIEW.search(title))
    is_index = bool(_INDEX_PAGE.search(page))
    candidates: list[DateCandidate] = []
    for at, line in enumerate(lines):
        if line.tag in ("li", "dd", "dt") or not line.may_hold_date:
            continue
        if is_labelled(line.text):
            continue
        if line.text.endswith(":") and not line.tag.startswith("h"):
            continue
        candidate = _dated_line(line, order)
        is_alone = candidate and (candidate.rank, candidate.source) == (MASTHEAD, "masthead")
        if candidate and is_alone and any(map(bylines.byline_author, _neighbours(lines, at))):
            candidate = DateCandidate(MASTHEAD, "byline", candidate.date)
        if candidate is None and at < 8:
            candidate = _year_line(lines, at, title, author, is_review=is_review)
        is_weak = candidate and candidate.rank >= HEADER
        if is_weak and _is_chronology_block(lines, line.block, order):
            continue
        is_list_item = is_index and is_weak and not line.tag.startswith("h")
        if candidate and not is_list_item:
            candidates.append(candidate)
    years = {c.date.year for c in candidates if c.rank == HEADER and not c.date.month}
    if len(years) > 1:  # several years alone are a list
        candidates = [c for c in candidates if c.rank != HEADER or c.date.month]
    return candidates


def _listed_years(text: str) -> Iterator[str]:
    """Yield the years that begin or end the lines of a block."""
    for line in text.split("\n"):
        if len(line) < _MAX_LIST_LINE and ("1" in line or "20" in line):
            match = _YEAR_FIRST.match(line) or _YEAR_LAST.search(line)
            if match:
                yield match[1]


def _is_chronology_block(lines: Sequence[EdgeLine], block: int, order: DateOrder) -> bool:
    """Whether more than three lines of a block begin with a date."""
    texts = [line.text for line in lines if line.block == block]
    if len(texts) <= _MAX_DATED_LINES:
        return False
    return sum(bool(find_dates(text[:80], order=order)) for text in texts) > _MAX_DATED_LINES


def _neighbours(lines: Sequence[EdgeLine], at: int) -> list[str]:
    """Return the texts of the lines directly above and below a line."""
    return [lines[n].text for n in (at - 1, at + 1) if 0 <= n < len(lines)]


def _dated_line(line: EdgeLine, order: DateOrder) -> DateCandidate | None:
    """Return the date of a line that is a date, or a byline or heading with a date."""
    text = line.text
    if len(text) > 120:
        return None
    dates = find_dates(text, order=order)
    if not dates or not _is_one_issue(dates, text) or dates_another_work(text):
        return None
    date = dates[0]
    before, behind = text[: date.start], text[dates[-1].end :]
    words = content_words(before + " " + behind)
    if not words:
        return DateCandidate(MASTHEAD + 0.3 if line.tag == "h1" else MASTHEAD, "masthead", date)
    if _LOWER_CASE_START.match(before):
        return None
    if bylines.byline_author(text):
        return DateCandidate(MASTHEAD, "byline", date)
    if len(words) > 8 or _JOINING_WORD.search(before) or LIST_NUMBER.match(text):
        return None
    is_at_edge = not re.search(r"[^\W\d_]{2}", before) or not re.search(r"[^\W\d_]{3}", behind)
    is_separated = not before.strip() or re.search(r"[,;:(\[|\u2013\u2014/.-]\s*$|\d\s*$", before)
    is_title_case = all(word[0].isupper() or len(word) < 4 for word in words)
    is_near_top = line.block < 8
    if is_at_edge and is_near_top and (is_title_case or (is_separated and len(words) <= 5)):
        return DateCandidate(HEADER, "masthead", date)
    return None


def _is_one_issue(dates: Sequence[PartialDate], text: str) -> bool:
    """Whether the dates of a line are of one issue or its editions, not of a life."""
    years = [date.year for date in dates]
    if len(years) == 1:
        return True
    between = text[dates[0].end : dates[1].start]
    return len(years) == 2 and (max(years) - min(years) < 2 or "/" in between)


def _year_line(
    lines: Sequence[EdgeLine], at: int, title: str, author: str, *, is_review: bool
) -> DateCandidate | None:
    """Return the date of a line that is only a year, or the author's name and a year."""
    line = lines[at]
    match = _BARE_YEAR.match(line.text)
    if match:
        is_list_item = any(map(_BARE_YEAR.match, _neighbours(lines, at))) or line.text[-1:] == ":"
        is_prominent = line.tag[:1] == "h" or line.stands_out or line.text.startswith("(")
        if is_review or is_list_item or not is_prominent or line.tag == "td":
            return None
        rank = HEADER - 0.1 if line.text.startswith(("(", "[")) else HEADER
        return DateCandidate(rank, "masthead", valid_date(int(match[1])))
    match = _NAME_YEAR.match(line.text)
    if match and len(line.text) < 60:
        name = match["name"].strip().casefold()
        if f"by {name}" in title.casefold() or (author and name == author.casefold()):
            return DateCandidate(HEADER, "byline", valid_date(int(match["year"])))
    return None

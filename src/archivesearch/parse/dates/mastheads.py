"""Dates that stand by themselves, or with a name, above a page's text."""

import re
from collections.abc import Iterator, Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines
from archivesearch.parse.dates.candidates import (
    HEADER,
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

_LEADING_IN = re.compile(
    r"\b(?:of|on|in|since|to|from|until|till|after|before|during|by|between|and|as|for|du|de|des"
    r"|le|del|vom|am|im|seit|bis|was|is|were|through)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(rf"\W*(?:c\.|ca\.?|circa)?\s*({YEAR_PATTERN})\W*$")
_LISTED = re.compile(rf"\W*(?:[^\W\d_]+\.? )?(?:\d{{1,2}},? )?({YEAR_PATTERN})(?:\W*$|[:,] )")
_LISTED_LAST = re.compile(rf"({YEAR_PATTERN})\W*$")
_NAME_YEAR = re.compile(rf"(?P<name>[^\W\d_][^\d,;:]*),? (?P<year>{YEAR_PATTERN})\W*$")
_NUMBERED = re.compile(r"[\[(*]?\d{1,3}[.)\]]\s?\D|[*\u2020]")
_INDEX = re.compile(r"(?:^|/)(?:index|default)\.\w+$", re.IGNORECASE)
_REVIEW = re.compile(r"review", re.IGNORECASE)
_LONGEST_LISTED = 160
_MOST_DATED = 3
_LOWER = re.compile(r"\W*(?!(?:by|par|von|por|di|door)\b)[^\W\d_A-Z]{2}")


def is_chronology(blocks: Sequence[Block]) -> bool:
    """Whether a page is a list of dated things, none of which dates the page."""
    texts = [block.text for block in blocks]
    short = [text for text in texts if len(text) < _LONGEST_LISTED or "\n" in text]
    most = "".join(short).count("\n") + len(short)
    least = max(6, 0.3 * (most + len(texts) - len(short)))
    if most < least:
        return False
    dated = [text for text in short if "1" in text or "20" in text]
    if "".join(dated).count("\n") + len(dated) < least:
        return False
    years = [year for text in dated for year in _listed_years(text)]
    return len(years) >= least and len(set(years)) > 2


def _listed_years(text: str) -> Iterator[str]:
    """Yield the years that begin or end the lines of a block."""
    for line in text.split("\n"):
        if len(line) < _LONGEST_LISTED and ("1" in line or "20" in line):
            match = _LISTED.match(line) or _LISTED_LAST.search(line)
            if match:
                yield match[1]


def masthead_dates(
    lines: Sequence[EdgeLine], title: str, author: str, page: str, order: DateOrder
) -> list[DateCandidate]:
    """Return the dates that stand by themselves, or with a name, above a page's text."""
    reviewing = bool(_REVIEW.search(page) or _REVIEW.search(title))
    found: list[DateCandidate] = []
    index = bool(_INDEX.search(page))
    for at, line in enumerate(lines):
        if line.tag in ("li", "dd", "dt") or not line.may_hold_date:
            continue
        if is_labelled(line.text):
            continue
        if line.text.endswith(":") and not line.tag.startswith("h"):
            continue
        opinion = _dated_line(line, order)
        if opinion and opinion.source == "masthead" and opinion.rank == MASTHEAD:
            beside = [lines[n].text for n in (at - 1, at + 1) if 0 <= n < len(lines)]
            if any(bylines.byline_author(text) for text in beside):
                opinion = DateCandidate(MASTHEAD, "byline", opinion.date)
        if opinion is None and at < 8:
            opinion = _year_line(lines, at, title, author, reviewing=reviewing)
        if opinion and opinion.rank >= HEADER and _is_dated_list(lines, line.block, order):
            continue
        listed = index and opinion and opinion.rank >= HEADER and not line.tag.startswith("h")
        if opinion and not listed:
            found.append(opinion)
    bare = {o.date.year for o in found if o.rank == HEADER and not o.date.month}
    if len(bare) > 1:
        found = [o for o in found if o.rank != HEADER or o.date.month]
    return found


def _is_dated_list(lines: Sequence[EdgeLine], block: int, order: DateOrder) -> bool:
    """Whether a block is a list of dated lines, as a chronology is."""
    texts = [line.text for line in lines if line.block == block]
    if len(texts) <= _MOST_DATED:
        return False
    return sum(bool(find_dates(text[:80], order=order)) for text in texts) > _MOST_DATED


def _dated_line(line: EdgeLine, order: DateOrder) -> DateCandidate | None:
    """Read a line that is a date, a byline with a date, or a short heading with one."""
    text = line.text
    if len(text) > 120:
        return None
    dates = find_dates(text, order=order)
    if not dates or not _is_one(dates, text) or dates_another_work(text):
        return None
    date = dates[0]
    residue = text[: date.start] + " " + text[dates[-1].end :]
    words = content_words(residue)
    if not words:
        return DateCandidate(MASTHEAD + 0.3 if line.tag == "h1" else MASTHEAD, "masthead", date)
    before, behind = text[: date.start], text[dates[-1].end :]
    if _LOWER.match(before):
        return None
    if bylines.byline_author(text):
        return DateCandidate(MASTHEAD, "byline", date)
    if len(words) > 8 or _LEADING_IN.search(before) or _NUMBERED.match(text):
        return None
    at_edge = not re.search(r"[^\W\d_]{2}", before) or not re.search(r"[^\W\d_]{3}", behind)
    parted = not before.strip() or re.search(r"[,;:(\[|\u2013\u2014/.-]\s*$|\d\s*$", before)
    titled = all(w[0].isupper() or len(w) < 4 for w in words)
    near_top = line.block < 8
    if at_edge and near_top and (titled or (parted and len(words) <= 5)):
        return DateCandidate(HEADER, "masthead", date)
    return None


def _is_one(dates: Sequence[PartialDate], text: str) -> bool:
    """Whether dates in one line tell of one issue or its editions, not of a life."""
    years = [date.year for date in dates]
    if len(years) == 1:
        return True
    between = text[dates[0].end : dates[1].start]
    return len(years) == 2 and (max(years) - min(years) < 2 or "/" in between)


def _year_line(
    lines: Sequence[EdgeLine], at: int, title: str, author: str, *, reviewing: bool
) -> DateCandidate | None:
    """Read a line that is nothing but a year, or the author's name and a year."""
    line = lines[at]
    match = _BARE_YEAR.match(line.text)
    if match:
        beside = [lines[n].text for n in (at - 1, at + 1) if 0 <= n < len(lines)]
        listed = any(_BARE_YEAR.match(text) for text in beside) or line.text.endswith(":")
        shown = line.tag[:1] == "h" or line.strong or line.text.startswith("(")
        if reviewing or listed or not shown or line.tag == "td":
            return None
        rank = HEADER - 0.1 if line.text.startswith(("(", "[")) else HEADER
        return DateCandidate(rank, "masthead", valid_date(int(match[1])))
    match = _NAME_YEAR.match(line.text)
    if match and len(line.text) < 60:
        name = match["name"].strip().casefold()
        if f"by {name}" in title.casefold() or (author and name == author.casefold()):
            return DateCandidate(HEADER, "byline", valid_date(int(match["year"])))
    return None

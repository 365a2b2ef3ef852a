"""When was a page published, and by whom: every rule asked, in the order they are trusted."""

import re
from collections.abc import Sequence

from archivesearch.config import Config
from archivesearch.model.pages import Dating
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines, date_labels, mastheads
from archivesearch.parse.dates import page_edges as edges
from archivesearch.parse.dates import signatures as closings
from archivesearch.parse.dates import url_dates as address_dates
from archivesearch.parse.dates.candidates import (
    ADDRESS,
    HEADER,
    ISSUE,
    LAST,
    PUBLISHED,
    UPDATED,
    DateCandidate,
)
from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import DateOrder, PartialDate, find_dates, valid_date

_ISSUE_NUMBER = re.compile(r"(?:\b(?:issue|no|number|nr)\b\.?|#)\s*(\d{1,4})(?!\d)", re.IGNORECASE)
_EXACT = frozenset(("masthead", "byline", "closing", "published", "address"))


def date_page(
    blocks: Sequence[Block], page: str, title: str, config: Config, *, meta_author: str = ""
) -> Dating:
    """Decide when a page was published and who wrote it.

    A date in the masthead or byline goes before one that a label such as `Published`
    names, before that at the end of the text, `Reviewed`, `Updated`, the address, and
    last the issue's number. Years that the running text speaks of count for nothing.
    """
    order: DateOrder = "month-day" if config.languages[0] == "en" else "day-month"
    top = edges.top_lines(blocks, config.banners)
    meta = bylines.meta_name(meta_author)
    listing = mastheads.is_chronology(blocks)
    bottom = edges.bottom_lines(blocks)
    closing = [] if listing else closings.signature_dates(blocks, bottom, order)
    ended = {number for _, number in closing}
    above = [line for line in top if not (line.after_text and line.block in ended)]
    headers = [] if listing else mastheads.masthead_dates(above, title, meta, page, order)
    opinions = [
        *headers,
        *_label_opinions(top, bottom, page, order),
        *(opinion for opinion, _ in closing),
        *_title_opinions(title, order),
        *_address_opinions(page, config),
        *_issue_opinions(page, top, config),
    ]
    if not any(opinion.rank < ADDRESS for opinion in opinions):
        opinions += closings.answered_letter_dates(blocks, order)
    opinions = [_weighed(opinion, page) for opinion in opinions]
    ranked = sorted(opinions, key=lambda opinion: opinion.rank)
    signed = closing if ranked and ranked[0].source == "closing" else []
    author = bylines.top_author(top, meta) or meta or bylines.title_author(title, top)
    author = author or _closing_author(blocks, bottom, signed)
    return _decided(ranked, author)


def _decided(ranked: Sequence[DateCandidate], author: str) -> Dating:
    """Take the first opinion, as exact as others that agree make it, and who differs."""
    if not ranked:
        return Dating(author=author)
    best = ranked[0]
    date = best.date.iso
    for other in ranked[1:]:
        if other.source in _EXACT and other.date.iso.startswith(date):
            date = other.date.iso
    second = next((other for other in ranked if other.date.year != best.date.year), None)
    return Dating(
        year=best.date.year,
        source=best.source,
        date=date,
        author=author,
        second_year=second.date.year if second else None,
        second_source=second.source if second else "",
    )


def _label_opinions(
    top: Sequence[EdgeLine], bottom: Sequence[EdgeLine], page: str, order: DateOrder
) -> list[DateCandidate]:
    """Ask the labelled lines at the top and at the bottom.

    `Last updated` below a text that is filed under a year tells of its web page alone.
    """
    found: list[DateCandidate] = []
    for line in top:
        if line.may_hold_date:
            found += date_labels.labelled_dates(line, order)
            found += date_labels.source_line_dates(line, order)
    last = top[-1].block if top else -1
    for line in bottom:
        if line.block > last and line.may_hold_date:
            found += (
                DateCandidate(LAST, o.source, o.date) if o.source == "updated" else o
                for o in date_labels.labelled_dates(line, order)
            )
    if address_dates.folder_date(page):
        return found
    return [DateCandidate(UPDATED, o.source, o.date) if o.rank == LAST else o for o in found]


def _weighed(opinion: DateCandidate, page: str) -> DateCandidate:
    """Put what is often a date of something else behind an address that contradicts it.

    So a chapter's heading or an epigraph, and a letter quoted at the end of a text.
    """
    weak = HEADER <= opinion.rank < PUBLISHED or opinion.source == "closing"
    if not weak:
        return opinion
    filed = address_dates.folder_date(page)
    if not filed and opinion.source == "closing":
        filed = address_dates.file_name_date(page)
    if filed and abs(filed.year - opinion.date.year) > 1:
        return DateCandidate(ADDRESS + 0.5, opinion.source, opinion.date)
    return opinion


def _title_opinions(title: str, order: DateOrder) -> list[DateCandidate]:
    """Ask the title: `Ada Byron: On Engines (May 1843)`."""
    dates = find_dates(title, order=order)
    if len(dates) != 1 or not dates[0].month:
        return []
    before, after = title[: dates[0].start], title[dates[0].end :]
    parted = re.search(r"(?:^|[,;:(\[|\u2013\u2014-])\s*$", before)
    if not parted or re.search(r"\w{3}", after):
        return []
    return [DateCandidate(HEADER + 0.5, "masthead", dates[0])]


def _address_opinions(page: str, config: Config) -> list[DateCandidate]:
    """Ask the address: the archive's own patterns, then the name, then the folders."""
    named = address_dates.file_name_date(page)
    folder = address_dates.folder_date(page)
    ordered = (named, folder) if named and named.month else (folder, named)
    dates = (address_dates.pattern_date(page, config.addresses), *ordered)
    return [
        DateCandidate(ADDRESS + 0.1 * n, "address", date) for n, date in enumerate(dates) if date
    ]


def _issue_opinions(page: str, top: Sequence[EdgeLine], config: Config) -> list[DateCandidate]:
    """Ask the table of issues for the number in the address, else for that in the masthead."""
    if not config.issues:
        return []
    dates = {_issue_key(number): date for number, date in config.issues.items()}
    numbers = address_dates.issue_numbers(page, config.addresses)
    said = [n for line in top if len(line.text) < 120 for n in _ISSUE_NUMBER.findall(line.text)]
    if len({_issue_key(number) for number in said}) == 1:  # several are a list of issues
        numbers += said
    for number in numbers:
        date = dates.get(_issue_key(number))
        if date:
            return [DateCandidate(ISSUE, "issue", _from_iso(date))]
    return []


def _issue_key(number: str) -> str:
    return number.casefold().lstrip("0") or "0"


def _from_iso(date: str) -> PartialDate:
    year, month, day = (int(part) for part in (date + "-0-0").split("-")[:3])
    return valid_date(year, month, day)


def _closing_author(
    blocks: Sequence[Block],
    bottom: Sequence[EdgeLine],
    closing: Sequence[tuple[DateCandidate, int]],
) -> str:
    """Return the name that stands at the end of the text, beside its date or after dashes."""
    for _, number in closing:
        lines = blocks[number].text.split("\n")
        if number and not blocks[number - 1].level and len(blocks[number - 1].text) < 60:
            lines = [*blocks[number - 1].text.split("\n"), *lines]
        for text in lines:
            name = bylines.closing_author(text) or bylines.byline_author(text)
            if name or bylines.is_name(text):
                return name or text.strip(" ,")
    for line in reversed(bottom):
        name = bylines.closing_author(line.text)
        if name and line.block < edges.notes_start(blocks) and not find_dates(line.text):
            return name
    return ""

"""When was a page published, and by whom: every rule asked, in the order they are trusted."""

import re
from collections.abc import Iterable, Sequence

from archivesearch.config import Config
from archivesearch.model import Dating
from archivesearch.parse import address_dates, bylines, edges, mastheads
from archivesearch.parse.blocks import Block
from archivesearch.parse.calendar_dates import FoundDate, checked, find_dates
from archivesearch.parse.edges import Line
from archivesearch.parse.mastheads import ADDRESS, HEADER, ISSUE, LAST, Opinion

_ISSUE_NUMBER = re.compile(r"(?:\b(?:issue|no|number|nr)\b\.?|#)\s*(\d{1,4})(?!\d)", re.IGNORECASE)
_EXACT = frozenset(("masthead", "byline", "closing", "published", "address"))


def dating(
    blocks: Sequence[Block], page: str, title: str, config: Config, *, meta_author: str = ""
) -> Dating:
    """Decide when a page was published and who wrote it.

    A date in the masthead or byline goes before one that a label such as `Published`
    names, before that at the end of the text, `Reviewed`, `Updated`, the address, and
    last the issue's number. Years that the running text speaks of count for nothing.
    """
    day_first = config.languages[0] != "en"
    top = edges.top(blocks, config.banners)
    meta = bylines.meta_name(meta_author)
    closing = mastheads.closings(blocks, day_first)
    opinions = [
        *_edge_opinions(blocks, top, page, title, meta, day_first),
        *(opinion for opinion, _ in closing),
        *_title_opinions(title, day_first),
        *_address_opinions(page, config),
        *_issue_opinions(page, top, config),
    ]
    if not any(opinion.rank < ADDRESS for opinion in opinions):
        opinions += mastheads.answered_letter(blocks, day_first)
    author = bylines.top_author(top) or meta or _closing_author(blocks, closing)
    return _decided(opinions, author)


def _decided(opinions: Iterable[Opinion], author: str) -> Dating:
    """Take the first opinion, as exact as others that agree make it, and who differs."""
    ranked = sorted(opinions, key=lambda opinion: opinion.rank)
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


def _edge_opinions(
    blocks: Sequence[Block],
    top: Sequence[Line],
    page: str,
    title: str,
    author: str,
    day_first: bool,
) -> list[Opinion]:
    """Ask the lines at the top and at the bottom."""
    closing = {number for _, number in mastheads.closings(blocks, day_first)}
    above = [line for line in top if not (line.after_text and line.block in closing)]
    found = mastheads.headers(above, title, author, page, day_first)
    for line in top:
        found += mastheads.labelled(line, day_first)
        found += mastheads.source_line(line, day_first)
    last = top[-1].block if top else -1
    for line in edges.bottom(blocks):
        if line.block > last:
            found += mastheads.labelled(line, day_first)
    filed = address_dates.folder_date(page) is not None
    return [
        Opinion(mastheads.UPDATED, o.source, o.date) if o.rank == LAST and not filed else o
        for o in found
    ]


def _title_opinions(title: str, day_first: bool) -> list[Opinion]:
    """Ask the title: `Ada Byron: On Engines (May 1843)`."""
    dates = find_dates(title, day_first=day_first)
    if len(dates) != 1 or not dates[0].month:
        return []
    before, after = title[: dates[0].start], title[dates[0].end :]
    parted = re.search(r"(?:^|[,;:(\[|\u2013\u2014-])\s*$", before)
    if not parted or re.search(r"\w{3}", after):
        return []
    return [Opinion(HEADER + 0.5, "masthead", dates[0])]


def _address_opinions(page: str, config: Config) -> list[Opinion]:
    """Ask the address: the archive's own patterns, then the name, then the folders."""
    named = address_dates.name_date(page)
    folder = address_dates.folder_date(page)
    ordered = (named, folder) if named and named.month else (folder, named)
    dates = (address_dates.pattern_date(page, config.addresses), *ordered)
    return [
        Opinion(ADDRESS + 0.1 * n, "address", date) for n, date in enumerate(dates) if date
    ]


def _issue_opinions(page: str, top: Sequence[Line], config: Config) -> list[Opinion]:
    """Ask the table of issues for the number in the address, else for that in the masthead."""
    if not config.issues:
        return []
    dates = {_issue_key(number): date for number, date in config.issues.items()}
    numbers = address_dates.issues(page, config.addresses)
    numbers += [n for line in top if len(line.text) < 120 for n in _ISSUE_NUMBER.findall(line.text)]
    for number in numbers:
        date = dates.get(_issue_key(number))
        if date:
            return [Opinion(ISSUE, "issue", _from_iso(date))]
    return []


def _issue_key(number: str) -> str:
    return number.casefold().lstrip("0") or "0"


def _from_iso(date: str) -> FoundDate:
    year, month, day = (int(part) for part in (date + "-0-0").split("-")[:3])
    return checked(year, month, day)


def _closing_author(blocks: Sequence[Block], closing: Sequence[tuple[Opinion, int]]) -> str:
    """Return the name that stands at the end of the text, beside its date or after dashes."""
    for _, number in closing:
        lines = [line.strip() for line in blocks[number].text.split("\n")]
        near = lines + [blocks[n].text for n in (number - 1,) if len(blocks[n].text) < 60]
        for line in near:
            name = bylines.closing_author(line) or bylines.byline(line)
            if name or bylines.is_name(line):
                return name or line.strip(" ,")
    end = edges.notes_start(blocks)
    for line_ in reversed([line for line in edges.bottom(blocks) if line.block < end]):
        name = bylines.closing_author(line_.text)
        if name:
            return name
    return ""

"""Publication date: the date and author of a page, chosen among the candidates of all rules."""

import re
from collections.abc import Sequence

from archivesearch.config import Config
from archivesearch.model.pages import Dating
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import (
    bylines,
    date_labels,
    mastheads,
    page_edges,
    signatures,
    url_dates,
)
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
# The sources whose date may add a month and a day to a year that another source gives.
_EXACT = frozenset(("masthead", "byline", "closing", "published", "address"))


def date_page(
    blocks: Sequence[Block], page: str, title: str, config: Config, *, meta_author: str = ""
) -> Dating:
    """Return the date and the author of a page, with the rule that gave the date.

    `page` is the path or URL of the page, `meta_author` the author in its head. The best
    date is in the masthead or byline. Next come a label such as `Published`, the end
    of the text, `Reviewed`, `Updated`, the URL, and last the number of the issue. Years
    in the running text do not count.
    """
    order: DateOrder = "month-day" if config.languages[0] == "en" else "day-month"
    top = page_edges.top_lines(blocks, config.banners)
    bottom = page_edges.bottom_lines(blocks)
    meta = bylines.meta_name(meta_author)
    is_chronology = mastheads.is_chronology(blocks)
    signed = [] if is_chronology else signatures.signature_dates(blocks, bottom, order)
    signed_blocks = {number for _, number in signed}
    above = [line for line in top if not (line.after_text and line.block in signed_blocks)]
    candidates = [
        *([] if is_chronology else mastheads.masthead_dates(above, title, meta, page, order)),
        *_label_candidates(top, bottom, page, order),
        *(candidate for candidate, _ in signed),
        *_title_candidates(title, order),
        *_url_candidates(page, config),
        *_issue_candidates(page, top, config),
    ]
    if not any(candidate.rank < ADDRESS for candidate in candidates):
        candidates += signatures.answered_letter_dates(blocks, order)
    candidates = [_demote_if_contradicted(candidate, page) for candidate in candidates]
    ranked = sorted(candidates, key=lambda candidate: candidate.rank)
    is_signed = bool(ranked) and ranked[0].source == "closing"
    author = (
        bylines.top_author(top, meta)
        or meta
        or bylines.title_author(title, top)
        or _closing_author(blocks, bottom, signed if is_signed else [])
    )
    return _dating(ranked, author)


def _dating(ranked: Sequence[DateCandidate], author: str) -> Dating:
    """Return the dating by the best candidate and the best one with another year.

    The most exact of the candidates that agree gives the date: `1994` and `1994-05` make
    `1994-05`.
    """
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


def _label_candidates(
    top: Sequence[EdgeLine], bottom: Sequence[EdgeLine], page: str, order: DateOrder
) -> list[DateCandidate]:
    """Return the dates of labelled lines at the top and the bottom of a page.

    `Last updated` below the text dates only the web page if the page's folder has a date.
    Then it has the rank LAST.
    """
    candidates: list[DateCandidate] = []
    for line in top:
        if line.may_hold_date:
            candidates += date_labels.labelled_dates(line, order)
            candidates += date_labels.source_line_dates(line, order)
    last = top[-1].block if top else -1
    for line in bottom:
        if line.block > last and line.may_hold_date:
            candidates += (
                DateCandidate(LAST, c.source, c.date) if c.source == "updated" else c
                for c in date_labels.labelled_dates(line, order)
            )
    if url_dates.folder_date(page):
        return candidates
    return [DateCandidate(UPDATED, c.source, c.date) if c.rank == LAST else c for c in candidates]


def _demote_if_contradicted(candidate: DateCandidate, page: str) -> DateCandidate:
    """Rank a weak candidate after the URL if the year of the URL is another one.

    Headings are weak, since they can be of a chapter or an epigraph. Dates below the text
    are weak too, since they can be of a quoted letter.
    """
    is_weak = HEADER <= candidate.rank < PUBLISHED or candidate.source == "closing"
    if not is_weak:
        return candidate
    url_date = url_dates.folder_date(page)
    if not url_date and candidate.source == "closing":
        url_date = url_dates.file_name_date(page)
    if url_date and abs(url_date.year - candidate.date.year) > 1:
        return DateCandidate(ADDRESS + 0.5, candidate.source, candidate.date)
    return candidate


def _title_candidates(title: str, order: DateOrder) -> list[DateCandidate]:
    """Return the date that ends a title such as `Ada Byron: On Engines (May 1843)`."""
    dates = find_dates(title, order=order)
    if len(dates) != 1 or not dates[0].month:
        return []
    before, after = title[: dates[0].start], title[dates[0].end :]
    is_separated = re.search(r"(?:^|[,;:(\[|\u2013\u2014-])\s*$", before)
    if not is_separated or re.search(r"\w{3}", after):
        return []
    return [DateCandidate(HEADER + 0.5, "masthead", dates[0])]


def _url_candidates(page: str, config: Config) -> list[DateCandidate]:
    """Return the dates of a URL: by the archive's own patterns, its folders, its file name.

    A file name with a month goes before the folders.
    """
    name = url_dates.file_name_date(page)
    folder = url_dates.folder_date(page)
    ordered = (name, folder) if name and name.month else (folder, name)
    dates = (url_dates.pattern_date(page, config.addresses), *ordered)
    return [
        DateCandidate(ADDRESS + 0.1 * n, "address", date) for n, date in enumerate(dates) if date
    ]


def _issue_candidates(page: str, top: Sequence[EdgeLine], config: Config) -> list[DateCandidate]:
    """Return the date of the issue whose number is in the URL, else in the masthead."""
    if not config.issues:
        return []
    dates = {_issue_key(number): date for number, date in config.issues.items()}
    numbers = url_dates.issue_numbers(page, config.addresses)
    printed = [n for line in top if len(line.text) < 120 for n in _ISSUE_NUMBER.findall(line.text)]
    if len({_issue_key(number) for number in printed}) == 1:  # several are a list of issues
        numbers += printed
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
    signed: Sequence[tuple[DateCandidate, int]],
) -> str:
    """Return the name at the end of the text, beside its date or after dashes, or `""`."""
    for _, number in signed:
        lines = blocks[number].text.split("\n")
        if number and not blocks[number - 1].level and len(blocks[number - 1].text) < 60:
            lines = [*blocks[number - 1].text.split("\n"), *lines]
        for text in lines:
            name = bylines.closing_author(text) or bylines.byline_author(text)
            if name or bylines.is_person_name(text):
                return name or text.strip(" ,")
    for line in reversed(bottom):
        name = bylines.closing_author(line.text)
        if name and line.block < page_edges.notes_start(blocks) and not find_dates(line.text):
            return name
    return ""

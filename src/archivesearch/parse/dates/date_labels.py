"""Date labels: lines such as `Published in …`, `Updated 5/98` and `Source: …`."""

import re
from collections.abc import Iterator
from functools import lru_cache

from archivesearch.parse.dates.candidates import (
    ISSUE,
    LAST,
    MASTHEAD,
    PUBLISHED,
    REVIEWED,
    UPDATED,
    DateCandidate,
    dates_another_work,
)
from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import DateOrder, PartialDate, find_dates, valid_date
from archivesearch.parse.dates.years_mentioned import years_mentioned

_LINE_START = r"^[\s\W_]*"
_LAST_UPDATED = (
    r"(?:(?:this )?(?:page|file|site|document) )?(?:was )?(?:last|most recently) "
    r"(?:updated|modified|revised|changed|edited|update|modification|revision)\b"
    r"|derni[eè]re (?:mise [àa] jour|modification)|[uú]ltima (?:actualizaci[oó]n"
    r"|modificaci[oó]n|atualiza[cç][aã]o)|zuletzt (?:ge[aä]ndert|aktualisiert)"
    r"|ultimo aggiornamento|posledn[ií] aktualizace|laatst (?:bijgewerkt|gewijzigd)"
)
_UPDATED_ON = (
    r"(?:(?:this )?(?:page|file|site|list) )?(?:was )?"
    r"(?:updated|revised|modified|amended|compiled)\b"
    r"|mise? [àa] jour|actualizad[oa]|atualizad[oa]|aktualisiert|aggiornat[oa]"
    r"|aktualizov[aá]no|bijgewerkt|stand\s*:"
)
_WRITTEN_ON = (
    r"(?:written|drafted|composed|delivered|spoken|broadcast|recorded|speech|lecture"
    r"|interview(?:ed)?|signed)\b(?=.{0,12}:| (?:in|on)\b| by\b)"
    r"|(?:[eé]crit|escrito|geschrieben)\s*:"
)
_PUBLISHED_IN = (
    r"(?:\w+ translation |this \w+ (?:was |is |has been |were )?(?:taken |also )?)?"
    r"(?:first |originally |initially )?(?:published|printed|issued|appeared|ran)\b"
    r"|(?:first|original(?:ly)?) publi(?:shed|cation)"
    r"|publi[eé]e? (?:dans|en|le)|publicad[oa] (?:en|em|no|na)|ver[oö]ffentlicht"
    r"|pubblicat[oa] (?:in|su|il)|gepubliceerd|vyd[aá]no"
)
_DATE_FIELD = r"(?:date|dated|sent|posted|post date|datum|fecha|data)\s*(?::|on\b)"
_LABELS: tuple[tuple[str, float, re.Pattern[str]], ...] = tuple(
    (source, rank, re.compile(_LINE_START + f"(?:{pattern})", re.IGNORECASE))
    for source, rank, pattern in (
        ("updated", LAST, _LAST_UPDATED),
        ("updated", UPDATED, _UPDATED_ON),
        ("reviewed", REVIEWED, r"(?:film |book |movie )?reviewed\b"),
        ("masthead", MASTHEAD, _DATE_FIELD),
        ("byline", MASTHEAD, r"posted by\b"),
        ("published", PUBLISHED - 0.1, _WRITTEN_ON),
        ("published", PUBLISHED, _PUBLISHED_IN),
    )
)
_ANY_LABEL = re.compile(
    _LINE_START
    + "(?:"
    + "|".join(pattern.pattern.removeprefix(_LINE_START) for _, _, pattern in _LABELS)
    + ")"
)
_SOURCE_LABEL = re.compile(
    r"[\s\W_]*(?:(?i:source|quelle|fuente|fonte)\s*:|F(?:rom|ROM)\b:?(?!\s*(?:the )?[\d(])"
    r"(?!\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)))"
)
_PERIODICAL = re.compile(r"\b(?:no|nr|nos|vol|issue|number)\b\.?\s*\d|#\s*\d", re.IGNORECASE)


def labelled_dates(line: EdgeLine, order: DateOrder) -> Iterator[DateCandidate]:
    """Yield the date of a line such as `Published in … 88, May 1994` or `Updated 5/98`."""
    text = line.text
    if len(text) > 260 or not _has_label(text):
        return
    for source, rank, pattern in _LABELS:
        match = pattern.match(text)
        if not match:
            continue
        if source != "updated" and dates_another_work(text[: match.end() + 20]):
            return
        date = _date_after_label(text[match.end() :], order)
        if date:
            yield DateCandidate(rank, source, date)
        return


def source_line_dates(line: EdgeLine, order: DateOrder) -> Iterator[DateCandidate]:
    """Yield the date of a line such as `Source: The Mill, May 1994`.

    A year without an issue number may be a book's, so it gets a lower rank.
    """
    match = _SOURCE_LABEL.match(line.text)
    if not match or len(line.text) > 260:
        return
    rest = line.text[match.end() :]
    dates = find_dates(rest, order=order)
    if dates:
        yield DateCandidate(PUBLISHED + 0.2, "published", dates[0])
        return
    years = years_mentioned(rest)
    if len(years) == 1:
        rank = PUBLISHED + 0.3 if _PERIODICAL.search(rest) else ISSUE + 0.5
        yield DateCandidate(rank, "published", valid_date(years[0]))


def is_labelled(text: str) -> bool:
    """Whether a line starts with a label for a date."""
    return _has_label(text) or _SOURCE_LABEL.match(text) is not None


def _date_after_label(text: str, order: DateOrder) -> PartialDate | None:
    """Return the first date in the text after a label, else its year if it has only one."""
    dates = find_dates(text[:240], order=order, month_years=True)
    if dates:
        return dates[0]
    years = years_mentioned(text[:160])
    return valid_date(years[0]) if len(years) == 1 and years[0] <= 2030 else None


@lru_cache(maxsize=128)
def _has_label(text: str) -> bool:
    """Whether a line starts with one of `_LABELS`. Several rules test the same line."""
    return _ANY_LABEL.match(text.lower()) is not None

"""What the edges of a page say of its date: mastheads, bylines, labels, closings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archivesearch.parse import bylines, edges
from archivesearch.parse.blocks import Block
from archivesearch.parse.calendar_dates import YEAR, FoundDate, checked, find_dates
from archivesearch.parse.dates import years_mentioned
from archivesearch.parse.edges import Line

MASTHEAD, HEADER, PUBLISHED, CLOSING, REVIEWED, UPDATED, ADDRESS, ISSUE, LAST = range(9)

_OPEN = r"^[\s\W_]*"
_LABELS: tuple[tuple[str, int, re.Pattern[str]], ...] = tuple(
    (source, rank, re.compile(_OPEN + pattern, re.IGNORECASE))
    for source, rank, pattern in (
        (
            "updated",
            LAST,
            r"(?:(?:this )?(?:page|file|site|document) )?(?:was )?(?:last|most recently) "
            r"(?:updated|modified|revised|changed|edited|update|modification|revision)\b"
            r"|derni[eè]re (?:mise [àa] jour|modification)|[uú]ltima (?:actualizaci[oó]n|modificaci[oó]n"
            r"|atualiza[cç][aã]o)|zuletzt (?:ge[aä]ndert|aktualisiert)|ultimo aggiornamento",
        ),
        (
            "updated",
            UPDATED,
            r"(?:(?:this )?(?:page|file|site|list) )?(?:was )?(?:updated|revised|modified|amended)\b"
            r"|mise? [àa] jour|actualizad[oa]|atualizad[oa]|aktualisiert|aggiornat[oa]|aktualizov[aá]no",
        ),
        ("reviewed", REVIEWED, r"(?:film |book |movie )?reviewed\b"),
        ("masthead", MASTHEAD, r"(?:date|dated|sent|posted|post date|datum|fecha|data)\s*(?::|on\b)"),
        ("byline", MASTHEAD, r"posted by\b"),
        (
            "published",
            PUBLISHED,
            r"(?:written|drafted|composed|delivered|spoken|broadcast|recorded|speech|lecture"
            r"|interview(?:ed)?|signed)\b(?=.{0,12}:| (?:in|on)\b| by\b)|(?:[eé]crit|escrito|geschrieben)\s*:",
        ),
        (
            "published",
            PUBLISHED,
            r"(?:\w+ translation |this \w+ (?:was |is |has been |were )?(?:taken |also )?)?"
            r"(?:first |originally |initially )?(?:published|printed|issued|appeared|ran)\b"
            r"|(?:first|original(?:ly)?) publi(?:shed|cation)"
            r"|publi[eé]e? (?:dans|en|le)|publicad[oa] (?:en|em|no|na)|ver[oö]ffentlicht"
            r"|pubblicat[oa] (?:in|su|il)",
        ),
    )
)
_WRITTEN = re.compile(_OPEN + r"(?:written|drafted|delivered|speech|spoken|[eé]crit)", re.IGNORECASE)
_SOURCE = re.compile(_OPEN + r"(?:source|from|quelle|fuente|fonte)\b\s*:?", re.IGNORECASE)
_PERIODICAL = re.compile(r"\b(?:no|nr|nos|vol|issue|number)\b\.?\s*\d|#\s*\d", re.IGNORECASE)
_NOT_ITS_OWN = re.compile(
    r"transcri|translat|online version|on-line|html|mark(?:ed|-)? ?up|proofread|public domain"
    r"|copy(?:right|left)|\u00a9|\(c\)|re-?(?:print|publish)|reissued|convert|scann|born|died|released?\s*[:(]"
    r"|directed|starring|retrieved|accessed|https?://|www\.|\blast\b|next|previous|deadline|until"
    r"|\bisbn\b|all rights|subscri",
    re.IGNORECASE,
)
_LEADING_IN = re.compile(
    r"\b(?:of|on|in|since|to|from|until|till|after|before|during|by|between|and|as|for|du|de|des"
    r"|le|del|vom|am|im|seit|bis|was|is|were|through)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_FILLERS = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
    sun lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes
    sábado domingo montag dienstag mittwoch donnerstag freitag samstag sonntag the on of le el den
    dated date circa ca c early mid late end beginning am pm gmt est edt pst pdt bst utc st nd rd th
    """.split()
)
_BARE_YEAR = re.compile(rf"\W*(?:c\.|ca\.?|circa)?\s*({YEAR})\W*$")
_NAME_YEAR = re.compile(rf"(?P<name>[^\W\d_][^\d,;:]*),? (?P<year>{YEAR})\W*$")
_NUMBERED = re.compile(r"[\[(*]?\d{1,3}[.)\]]\s?\D|[*\u2020]")
_REVIEW = re.compile(r"review", re.IGNORECASE)
_REPLY = re.compile(
    r"[^\w]*(?:\w+ ){0,3}(?:repl(?:y|ies|ied)|respon(?:se|ds|ded)|answers?|comments?)\b.{0,20}[:.]"
    r"|\W*editor'?s?[’']?s? (?:note|reply|response)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one rule takes for a page's date; a lower `rank` goes first."""

    rank: float
    source: str
    date: FoundDate


def labelled(line: Line, day_first: bool) -> Iterator[Opinion]:
    """Read `Published in … 88, May 1994`, `Updated 5/98`, `Source: …`."""
    text = line.text
    if len(text) > 260:
        return
    for source, rank, pattern in _LABELS:
        match = pattern.match(text)
        if not match:
            continue
        if rank not in (LAST, UPDATED) and _NOT_ITS_OWN.search(text[: match.end() + 20]):
            return
        date = _after(text[match.end() :], day_first)
        if date:
            written = source == "published" and bool(_WRITTEN.match(text))
            yield Opinion(rank - 0.1 if written else rank, source, date)
        return


def source_line(line: Line, day_first: bool) -> Iterator[Opinion]:
    """Read the paper and date that a text was taken from; the year of a book is weak."""
    match = _SOURCE.match(line.text)
    if not match or len(line.text) > 260:
        return
    rest = line.text[match.end() :]
    dates = find_dates(rest, day_first=day_first)
    if dates:
        yield Opinion(PUBLISHED + 0.2, "published", dates[0])
        return
    years = years_mentioned(rest)
    if len(years) == 1:
        rank = PUBLISHED + 0.3 if _PERIODICAL.search(rest) else ISSUE + 0.5
        yield Opinion(rank, "published", checked(years[0]))


def _after(text: str, day_first: bool) -> FoundDate | None:
    """Return the first date behind a label, else the one year that stands there."""
    dates = find_dates(text[:240], day_first=day_first, slashed=True)
    if dates:
        return dates[0]
    years = years_mentioned(text[:160])
    return checked(years[0]) if len(years) == 1 and years[0] <= 2030 else None


def headers(
    lines: Sequence[Line], title: str, author: str, page: str, day_first: bool
) -> list[Opinion]:
    """Return the dates that stand by themselves, or with a name, above a page's text."""
    reviewing = bool(_REVIEW.search(page) or _REVIEW.search(title))
    found: list[Opinion] = []
    for at, line in enumerate(lines):
        if _is_labelled(line.text) or line.tag in ("li", "dd", "dt"):
            continue
        opinion = _dated_line(line, day_first)
        if opinion and opinion.source == "masthead" and opinion.rank == MASTHEAD:
            beside = [lines[n].text for n in (at - 1, at + 1) if 0 <= n < len(lines)]
            if any(bylines.byline(text) for text in beside):
                opinion = Opinion(MASTHEAD, "byline", opinion.date)
        if opinion is None and at < 8:
            opinion = _year_line(lines, at, title, author, reviewing)
        if opinion:
            found.append(opinion)
    return found


def _is_labelled(text: str) -> bool:
    return bool(_SOURCE.match(text)) or any(p.match(text) for _, _, p in _LABELS)


def _dated_line(line: Line, day_first: bool) -> Opinion | None:
    """Read a line that is a date, a byline with a date, or a short heading with one."""
    text = line.text
    if len(text) > 120 or _NOT_ITS_OWN.search(text):
        return None
    dates = find_dates(text, day_first=day_first)
    if not dates or len({date.year for date in dates}) > 2 or len(dates) > 2:
        return None
    date = dates[0]
    residue = text[: date.start] + " " + text[dates[-1].end :]
    words = [w for w in re.findall(r"[^\W\d_]+", residue) if w.lower() not in _FILLERS]
    if not words:
        return Opinion(MASTHEAD, "masthead", date)
    if bylines.byline(text):
        return Opinion(MASTHEAD, "byline", date)
    before, behind = text[: date.start], text[dates[-1].end :]
    if len(words) > 8 or _LEADING_IN.search(before) or _NUMBERED.match(text):
        return None
    at_edge = not re.search(r"[^\W\d_]{2}", before) or not re.search(r"[^\W\d_]{3}", behind)
    parted = not before.strip() or re.search(r"[,;:(\[|\u2013\u2014/.-]\s*$|\d\s*$", before)
    titled = all(w[0].isupper() or len(w) < 4 for w in words)
    if at_edge and (parted or titled) and (titled or len(words) <= 5):
        return Opinion(HEADER, "masthead", date)
    return None


def _year_line(
    lines: Sequence[Line], at: int, title: str, author: str, reviewing: bool
) -> Opinion | None:
    """Read a line that is nothing but a year, or the author's name and a year."""
    line = lines[at]
    match = _BARE_YEAR.match(line.text)
    if match:
        beside = [lines[n].text for n in (at - 1, at + 1) if 0 <= n < len(lines)]
        listed = any(_BARE_YEAR.match(text) for text in beside)
        shown = line.tag[:1] == "h" or line.strong or line.text.startswith("(")
        if reviewing or listed or not shown or line.tag == "td":
            return None
        return Opinion(HEADER, "masthead", checked(int(match[1])))
    match = _NAME_YEAR.match(line.text)
    if match and len(line.text) < 60:
        name = match["name"].strip().casefold()
        if f"by {name}" in title.casefold() or (author and name == author.casefold()):
            return Opinion(HEADER, "byline", checked(int(match["year"])))
    return None


def closings(blocks: Sequence[Block], day_first: bool) -> list[tuple[Opinion, int]]:
    """Return the dates below a page's text, the last first, each with its block's number."""
    end = edges.notes_start(blocks)
    lines = [line for line in edges.bottom(blocks) if line.block < end]
    found = [
        (Opinion(CLOSING, "closing", date), line.block)
        for at, line in enumerate(lines)
        if line.block and (date := _closing_date(lines, at, day_first))
    ]
    return found[::-1]


def answered_letter(blocks: Sequence[Block], day_first: bool) -> list[Opinion]:
    """Return the date of a letter that a reply follows, where the page holds one letter."""
    found = []
    for number in range(1, len(blocks) - 1):
        block = blocks[number]
        if len(block.text) > 120 or not _REPLY.match(blocks[number + 1].text[:60]):
            continue
        lines = [Line(t, block.tag, number, False, True) for t in block.text.split("\n")]
        dates = [d for at in range(len(lines)) if (d := _closing_date(lines, at, day_first))]
        found += dates[:1]
    if len({date.year for date in found}) != 1:
        return []
    return [Opinion(CLOSING, "closing", found[0])]


def _closing_date(lines: Sequence[Line], at: int, day_first: bool) -> FoundDate | None:
    """Read `July 1979`, `Moscow, June 1918`, `--Ada Byron, May 5, 1998`."""
    line = lines[at]
    text = line.text
    if len(text) > 80 or line.tag in ("li", "dd", "dt", "td") or _is_labelled(text):
        return None
    if _NOT_ITS_OWN.search(text) or _NUMBERED.match(text) or re.search(r"[\"\u201c\u201d>#]", text):
        return None
    dates = find_dates(text, day_first=day_first)
    if len(dates) != 1:
        return None
    residue = text[: dates[0].start] + " " + text[dates[0].end :]
    words = [w for w in re.findall(r"[^\W\d_]+", residue) if w.lower() not in _FILLERS]
    if not words or bylines.closing_author(text) or bylines.byline(text):
        return dates[0]
    place = re.fullmatch(r"\W*([^\W\d_][\w. ]*?),\s*(?:the )?", text[: dates[0].start])
    signed = place and len(words) <= 3 and not re.search(r"\w", text[dates[0].end :])
    return dates[0] if signed and all(w[0].isupper() for w in words) else None

"""Dates and issue numbers that stand in a page's address: `1966/10/15.htm`, `jan2005.html`."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from archivesearch.parse.dates.written_dates import (
    MONTH_NUMBERS,
    PartialDate,
    full_year,
    valid_date,
)

_FIRST_WEB_YEAR, _LAST_YEAR = 1980, 2030
_ENGLISH = "january february march april may june july august september october november december"
_MONTHS = {
    name[:size]: MONTH_NUMBERS[name[:3]] for name in _ENGLISH.split() for size in (3, 4, len(name))
}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_LONGEST_NAME = 255
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_QUERY = re.compile(r"[?&;]([^=&;?]*)=")
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|txt|asp|cgi|pdf|jsp|xml|cfm)$", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default|home|main)(?:\.\w+)?$", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]\d\d|20[0-3]\d)$")
_ISSUE = re.compile(
    r"(?:^|[^a-z])(?:issue|iss|nummer|numero)[-_ =.]?(\d{1,4})(?!\d)", re.IGNORECASE
)
_NAMED = re.compile(
    rf"(?<![a-z])(?:(?P<d1>\d\d?)[-_.]?)?(?P<m1>{_MONTH})[-_.]?(?:(?P<e1>\d\d?)[-_.,])?"
    r"(?P<y1>(?:19|20)\d\d|\d\d)(?!\d)"
    rf"|(?<!\d)(?P<y2>(?:19|20)\d\d)[-_.]?(?P<m2>{_MONTH})(?![a-z])(?:[-_.]?(?P<d2>\d\d?)(?!\d))?",
    re.IGNORECASE,
)
_PARTED = re.compile(
    r"(?<!\d)(?P<y1>(?:19|20)\d\d)(?P<s1>[-_.])(?P<m1>\d\d?)(?:(?P=s1)(?P<d1>\d\d?))?(?![-_.]?\d)"
    r"|(?<!\d)(?P<m2>\d\d?)(?P<s2>[-_.])(?P<d2>\d\d?)(?P=s2)(?P<y2>(?:19|20)\d\d|\d\d)(?![-_.]?\d)"
)
_RUN = re.compile(r"(?<![0-9])[0-9]+(?![0-9])")
_SERIAL = re.compile(
    r"(?:^|[^a-z])(?:ch|chap|chapter|part|page|pages|pg|note|notes|footnote|img|image|fig|figure"
    r"|photo|pic|vol|volume|issue|number|num|letter|doc|article|art|section|sec|lesson|unit|table"
    r"|win|windows|office|word|excel|room|form|top|resolution|local|session|psalm|item|msg|thread"
    r"|post|gatt|iso|rfc)[-_ ]?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=16)
def folder_date(page: str) -> PartialDate | None:
    """Return the date that the folders of an address give: `works/1966/10/15.htm`.

    The deepest folder named like a year counts; below it may stand a month and a day.
    """
    parts = _parts(page)
    parts[-1:] = [_EXTENSION.sub("", parts[-1])]
    for at in range(len(parts) - 2, -1, -1):
        if not _YEAR.match(parts[at]) or int(parts[at]) > _LAST_YEAR:
            continue
        year = int(parts[at])
        month = _folder_month(parts[at + 1]) if at + 1 < len(parts) else 0
        day = 0
        if month and at + 2 < len(parts) and re.fullmatch(r"\d\d?", parts[at + 2]):
            day = int(parts[at + 2])
        return valid_date(year, month, day)
    return None


@lru_cache(maxsize=16)
def file_name_date(page: str) -> PartialDate | None:
    """Return the date in a file's name: `im020208`, `islam1007`, `gender96`, `jan2005`.

    Issue numbers, chapters and digits that could be read in two ways give none.
    """
    for part in reversed(_names(page)):
        name = _EXTENSION.sub("", part)
        date = _named(name) or _parted(name) or _bare(name)
        if date:
            return date
    return None


def pattern_date(page: str, patterns: Iterable[str]) -> PartialDate | None:
    """Return the date that an archive's own address patterns find."""
    for match in _matches(page, patterns):
        groups = match.groupdict()
        digits = groups.get("year") or ""
        if digits.isdecimal() and len(digits) in (2, 4):
            month = (groups.get("month") or "").lower()
            number = int(month) if month.isdecimal() else MONTH_NUMBERS.get(month, 0)
            day = groups.get("day") or ""
            year = full_year(digits)
            if 1500 <= year <= _LAST_YEAR:
                return valid_date(year, number, int(day) if day.isdecimal() else 0)
    return None


def issue_numbers(page: str, patterns: Iterable[str]) -> list[str]:
    """Return what may be the number of an issue in an address, the surest first."""
    found = [match.groupdict().get("issue") or "" for match in _matches(page, patterns)]
    found += _ISSUE.findall(unquote(page))
    found += [_EXTENSION.sub("", name) for name in _names(page)]
    return list(filter(None, found))


def _matches(page: str, patterns: Iterable[str]) -> list[re.Match[str]]:
    path = unquote(page)
    found = (re.search(pattern, path) for pattern in patterns)
    return [match for match in found if match]


def _parts(page: str) -> list[str]:
    """Cut an address into folders and a file name; a query's values are parts as well."""
    path = _HOST.sub("", unquote(page)).replace("\\", "/")
    return [part for part in _QUERY.sub(r"/", path).split("/") if part] or [""]


def _names(page: str) -> list[str]:
    """Return the parts that can hold a file's name: of `x/index.html` it is the folder's.

    Of what is longer than any file system's names it is the end.
    """
    path = _HOST.sub("", unquote(page))
    if _QUERY.search(path):
        parts = [
            p for p in re.split(r"[?&;/]", path) if not re.match(r"\w*issue\w*=", p, re.IGNORECASE)
        ]
        names = [p.split("=")[-1] for p in parts[-2:]]
    else:
        parts = _parts(page)
        names = parts[-2:-1] if _INDEX.match(parts[-1]) and len(parts) > 1 else parts[-1:]
    return [name[-_LONGEST_NAME:] for name in names]


def _folder_month(name: str) -> int:
    if re.fullmatch(r"\d\d?", name):
        return int(name) if 1 <= int(name) <= 12 else 0
    return _MONTHS.get(name.lower(), 0) or MONTH_NUMBERS.get(name.lower(), 0)


def _named(name: str) -> PartialDate | None:
    for match in _NAMED.finditer(name):
        first = match["m1"] is not None
        year = full_year(match["y1"] if first else match["y2"])
        month = _MONTHS[(match["m1"] if first else match["m2"]).lower()]
        day = (match["d1"] or match["e1"]) if first else match["d2"]
        digits = match["y1"] if first else match["y2"]
        sure = day or len(digits) == 4 or digits[0] == "0" or int(digits) >= 85
        if sure and _FIRST_WEB_YEAR <= year <= _LAST_YEAR:
            return valid_date(year, month, int(day or 0))
    return None


def _parted(name: str) -> PartialDate | None:
    for match in _PARTED.finditer(name):
        kind = "1" if match["y1"] else "2"
        year, month = full_year(match["y" + kind]), int(match["m" + kind])
        day = int(match["d" + kind] or 0)
        date = valid_date(year, month, day)
        if date.month and bool(day) == bool(date.day) and _FIRST_WEB_YEAR <= year <= _LAST_YEAR:
            return date
    return None


def _bare(name: str) -> PartialDate | None:
    """Read a run of digits as MMDDYYYY, YYYYMMDD, MMDDYY, YYMMDD, YYYY, MMYY or YY."""
    for match in _RUN.finditer(name):
        prefix = name[: match.start()]
        if _SERIAL.search(prefix):
            continue
        digits = match[0]
        readings = {
            date for date in _readings(digits, prefix, name[match.end() :]) if _is_web(date)
        }
        if len(readings) == 1:
            return readings.pop()
        if readings:
            return None
    return None


def _readings(digits: str, prefix: str, rest: str) -> list[PartialDate | None]:
    """Return the dates a run of digits can be; American order excludes the others."""
    size = len(digits)
    pairs = [int(digits[at : at + 2]) for at in range(0, size - 1, 2)]
    if size == 8:
        american = _exact(int(digits[4:]), pairs[0], pairs[1])
        iso = _exact(int(digits[:4]), pairs[2], pairs[3])
        return [american or iso or _exact(int(digits[4:]), pairs[1], pairs[0])]
    if size == 6:
        american = _exact(full_year(digits[4:]), pairs[0], pairs[1])
        if american:
            return [american]
        month = _exact(int(digits[:4]), pairs[2])
        iso = _exact(full_year(digits[:2]), pairs[1], pairs[2])
        return [month, iso, _exact(full_year(digits[4:]), pairs[1], pairs[0])]
    if size == 4:
        if _YEAR.match(digits):
            return [valid_date(int(digits))]
        return [_exact(full_year(digits[2:]), pairs[0])] if _is_word(prefix) else []
    if size == 2 and pairs[0] >= 85 and len(re.sub("[^a-z]", "", prefix, flags=re.IGNORECASE)) > 2:
        return [valid_date(full_year(digits))] if not rest or not rest[0].isalpha() else []
    return []


def _is_word(prefix: str) -> bool:
    """Whether letters stand directly before a number and are more than initials."""
    return bool(re.search(r"[a-z]{3,}[-_]?$", prefix, re.IGNORECASE))


def _exact(year: int, month: int, day: int | None = None) -> PartialDate | None:
    """Make a date if the calendar has it."""
    date = valid_date(year, month, day or 0)
    return date if date.month and (day is None or date.day) else None


def _is_web(date: PartialDate | None) -> bool:
    """Whether a page can bear this date in its name: older years are what it is about."""
    return date is not None and _FIRST_WEB_YEAR <= date.year <= _LAST_YEAR

"""URL dates: dates and issue numbers in a URL or path: `1966/10/15.htm`, `jan2005.html`."""

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
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = {
    name[:size]: MONTH_NUMBERS[name[:3]]
    for name in _MONTH_NAMES.split()
    for size in (3, 4, len(name))
}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_MAX_NAME = 255
_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_QUERY = re.compile(r"[?&;]([^=&;?]*)=")
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|txt|asp|cgi|pdf|jsp|xml|cfm)$", re.IGNORECASE)
_INDEX_FILE = re.compile(r"(?:index|default|home|main)(?:\.\w+)?$", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]\d\d|20[0-3]\d)$")
_ISSUE = re.compile(
    r"(?:^|[^a-z])(?:issue|iss|nummer|numero)[-_ =.]?(\d{1,4})(?!\d)", re.IGNORECASE
)
_NAMED_MONTH = re.compile(
    rf"(?<![a-z])(?:(?P<d1>\d\d?)[-_.]?)?(?P<m1>{_MONTH})[-_.]?(?:(?P<e1>\d\d?)[-_.,])?"
    r"(?P<y1>(?:19|20)\d\d|\d\d)(?!\d)"
    rf"|(?<!\d)(?P<y2>(?:19|20)\d\d)[-_.]?(?P<m2>{_MONTH})(?![a-z])(?:[-_.]?(?P<d2>\d\d?)(?!\d))?",
    re.IGNORECASE,
)
_SEPARATED_DATE = re.compile(
    r"(?<!\d)(?P<y1>(?:19|20)\d\d)(?P<s1>[-_.])(?P<m1>\d\d?)(?:(?P=s1)(?P<d1>\d\d?))?(?![-_.]?\d)"
    r"|(?<!\d)(?P<m2>\d\d?)(?P<s2>[-_.])(?P<d2>\d\d?)(?P=s2)(?P<y2>(?:19|20)\d\d|\d\d)(?![-_.]?\d)"
)
_DIGITS = re.compile(r"(?<![0-9])[0-9]+(?![0-9])")
_SERIAL_WORD = re.compile(
    r"(?:^|[^a-z])(?:ch|chap|chapter|part|page|pages|pg|note|notes|footnote|img|image|fig|figure"
    r"|photo|pic|vol|volume|issue|number|num|letter|doc|article|art|section|sec|lesson|unit|table"
    r"|win|windows|office|word|excel|room|form|top|resolution|local|session|psalm|item|msg|thread"
    r"|post|gatt|iso|rfc)[-_ ]?$",
    re.IGNORECASE,
)


@lru_cache(maxsize=16)
def folder_date(page: str) -> PartialDate | None:
    """Return the date of the folders of a URL such as `works/1966/10/15.htm`, or None.

    The deepest folder named like a year counts. A month and a day may follow it.
    """
    parts = _path_parts(page)
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
    """Return the date of a file name such as `im020208`, `gender96` or `jan2005`, or None.

    Issue numbers, chapters and ambiguous digits are no date.
    """
    for file_name in reversed(_file_names(page)):
        name = _EXTENSION.sub("", file_name)
        date = _named_month_date(name) or _separated_date(name) or _digits_date(name)
        if date:
            return date
    return None


def pattern_date(page: str, patterns: Iterable[str]) -> PartialDate | None:
    """Return the date that the archive's own patterns find in a URL, or None.

    A pattern has the groups `year`, `month` and `day`; the last two are optional.
    """
    for match in _pattern_matches(page, patterns):
        groups = match.groupdict()
        digits = groups.get("year") or ""
        if digits.isdecimal() and len(digits) in (2, 4):
            month = (groups.get("month") or "").lower()
            month_number = int(month) if month.isdecimal() else MONTH_NUMBERS.get(month, 0)
            day = groups.get("day") or ""
            year = full_year(digits)
            if 1500 <= year <= _LAST_YEAR:
                return valid_date(year, month_number, int(day) if day.isdecimal() else 0)
    return None


def issue_numbers(page: str, patterns: Iterable[str]) -> list[str]:
    """Return the strings in a URL that may be the number of an issue, the most certain first."""
    numbers = [match.groupdict().get("issue") or "" for match in _pattern_matches(page, patterns)]
    numbers += _ISSUE.findall(unquote(page))
    numbers += [_EXTENSION.sub("", name) for name in _file_names(page)]
    return list(filter(None, numbers))


def _pattern_matches(page: str, patterns: Iterable[str]) -> list[re.Match[str]]:
    path = unquote(page)
    return [match for pattern in patterns if (match := re.search(pattern, path))]


def _path_parts(page: str) -> list[str]:
    """Return the folders and the file name of a URL, and the values of its query."""
    path = _HOST.sub("", unquote(page)).replace("\\", "/")
    return [part for part in _QUERY.sub(r"/", path).split("/") if part] or [""]


def _file_names(page: str) -> list[str]:
    """Return the parts of a URL that name its file, each cut to its last 255 code points.

    >>> _file_names("letters/may1998/index.html")
    ['may1998']
    """
    path = _HOST.sub("", unquote(page))
    if _QUERY.search(path):
        parts = re.split(r"[?&;/]", path)
        parts = [part for part in parts if not re.match(r"\w*issue\w*=", part, re.IGNORECASE)]
        names = [part.split("=")[-1] for part in parts[-2:]]
    else:
        parts = _path_parts(page)
        names = parts[-2:-1] if _INDEX_FILE.match(parts[-1]) and len(parts) > 1 else parts[-1:]
    return [name[-_MAX_NAME:] for name in names]


def _folder_month(name: str) -> int:
    if re.fullmatch(r"\d\d?", name):
        return int(name) if 1 <= int(name) <= 12 else 0
    return _MONTHS.get(name.lower(), 0) or MONTH_NUMBERS.get(name.lower(), 0)


def _named_month_date(name: str) -> PartialDate | None:
    """Return the date of a name such as `jan2005` or `2005-jan-03`, or None.

    Two digits after a month are its year from 85 to 09, or if a day is there too.
    """
    for match in _NAMED_MONTH.finditer(name):
        is_month_first = match["m1"] is not None
        digits = match["y1"] if is_month_first else match["y2"]
        year = full_year(digits)
        month = _MONTHS[(match["m1"] if is_month_first else match["m2"]).lower()]
        day = (match["d1"] or match["e1"]) if is_month_first else match["d2"]
        is_year = day or len(digits) == 4 or digits[0] == "0" or int(digits) >= 85
        if is_year and _FIRST_WEB_YEAR <= year <= _LAST_YEAR:
            return valid_date(year, month, int(day or 0))
    return None


def _separated_date(name: str) -> PartialDate | None:
    """Return the date of a name such as `1998-05-14`, `1998_05` or `5-14-98`, or None."""
    for match in _SEPARATED_DATE.finditer(name):
        form = "1" if match["y1"] else "2"  # the groups of each form end in its number
        year, month = full_year(match["y" + form]), int(match["m" + form])
        day = int(match["d" + form] or 0)
        date = valid_date(year, month, day)
        if date.month and bool(day) == bool(date.day) and _FIRST_WEB_YEAR <= year <= _LAST_YEAR:
            return date
    return None


def _digits_date(name: str) -> PartialDate | None:
    """Return the date of a run of digits: MMDDYYYY, YYYYMMDD, MMDDYY, YYMMDD, YYYY, MMYY or YY.

    The first run that is no serial number and can be a date counts; None if it is ambiguous.
    """
    for match in _DIGITS.finditer(name):
        prefix = name[: match.start()]
        if _SERIAL_WORD.search(prefix):
            continue
        digits = match[0]
        readings = {
            date for date in _readings(digits, prefix, name[match.end() :]) if _is_web_date(date)
        }
        if len(readings) == 1:
            return readings.pop()
        if readings:
            return None
    return None


def _readings(digits: str, prefix: str, rest: str) -> list[PartialDate | None]:
    """Return the dates that a run of digits can be; American order excludes the others.

    `prefix` and `rest` are the name before and after the digits.
    """
    size = len(digits)
    pairs = [int(digits[at : at + 2]) for at in range(0, size - 1, 2)]
    if size == 8:
        american = _calendar_date(int(digits[4:]), pairs[0], pairs[1])
        iso = _calendar_date(int(digits[:4]), pairs[2], pairs[3])
        return [american or iso or _calendar_date(int(digits[4:]), pairs[1], pairs[0])]
    if size == 6:
        american = _calendar_date(full_year(digits[4:]), pairs[0], pairs[1])
        if american:
            return [american]
        month = _calendar_date(int(digits[:4]), pairs[2])
        iso = _calendar_date(full_year(digits[:2]), pairs[1], pairs[2])
        return [month, iso, _calendar_date(full_year(digits[4:]), pairs[1], pairs[0])]
    if size == 4:
        if _YEAR.match(digits):
            return [valid_date(int(digits))]
        return [_calendar_date(full_year(digits[2:]), pairs[0])] if _ends_with_word(prefix) else []
    if size == 2 and pairs[0] >= 85 and len(re.sub("[^a-z]", "", prefix, flags=re.IGNORECASE)) > 2:
        return [valid_date(full_year(digits))] if not rest or not rest[0].isalpha() else []
    return []


def _ends_with_word(prefix: str) -> bool:
    """Whether a prefix ends with at least three letters, so not with initials."""
    return bool(re.search(r"[a-z]{3,}[-_]?$", prefix, re.IGNORECASE))


def _calendar_date(year: int, month: int, day: int | None = None) -> PartialDate | None:
    """Return a date if the calendar has it, else None."""
    date = valid_date(year, month, day or 0)
    return date if date.month and (day is None or date.day) else None


def _is_web_date(date: PartialDate | None) -> bool:
    """Whether a web page can be of this date. Older dates in a URL are the page's subject."""
    return date is not None and _FIRST_WEB_YEAR <= date.year <= _LAST_YEAR

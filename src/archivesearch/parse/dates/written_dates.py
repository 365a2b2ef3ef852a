"""Written dates: find `March 27, 2007`, `15 mai 1998` or `01/12/85` in a line of text."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

_MONTH_NAMES = (
    "january januar januari janvier enero janeiro gennaio leden ledna jan janv ene gen",
    "february februar februari février febrero fevereiro febbraio únor února feb febr fév fevr",
    "march märz maart mars marzo março březen března mar mrz",
    "april avril abril aprile duben dubna apr avr abr",
    "may mai mayo maio maggio květen května mei",
    "june juni juin junio junho giugno červen června jun giu",
    "july juli juillet julio julho luglio červenec července jul juil lug",
    "august août agosto augustus srpen srpna aug",
    "september septembre septiembre setiembre setembro settembre září sept sep",
    "october oktober octobre octubre outubro ottobre říjen října oct okt ott",
    "november novembre noviembre novembro listopad listopadu nov",
    "december dezember décembre diciembre dezembro dicembre prosinec prosince dec dez déc dic",
)
_SEASON = "spring|summer|autumn|fall|winter|printemps|été|automne|hiver|frühling|sommer|herbst"


def _without_accents(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))


MONTH_NUMBERS = {
    spelling: number
    for number, names in enumerate(_MONTH_NAMES, 1)
    for name in names.split()
    for spelling in (name, _without_accents(name))
}


def _alternatives(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, longest first, grouped by their first letters."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        groups.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in groups.items())


_CJK_DIGITS = "\u3007\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u96f6\u25cb"
_CJK_TEN = "\u5341"
_CJK_NUMERALS = _CJK_DIGITS + _CJK_TEN
YEAR_PATTERN = r"(?:1[5-9]\d\d|20[0-3]\d)"
_MONTH = f"(?:{_alternatives(MONTH_NUMBERS)})" + r"(?![^\W\d_])\.?"
_NUMBER_SIGNS = r"(?=\d)(?<!\bno\.\s)(?<!\bnr\.\s)(?<!\bno\s)(?<!\bissue\s)(?<!\#)(?<!\bvol\.\s)"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|re|[\u00ba\u00aa.])?"
_RANGE = r"\s*(?:[-\u2010-\u2015\u2212/&]|and|to|et|y|und)\s*"
_PREPOSITION = r"(?:(?:of|de|del|di|do|d')\s*)?"
_SHORT_YEAR = rf"(?:{YEAR_PATTERN}|['\u2018\u2019]\d\d)"
_DATE = re.compile(
    rf"""(?<![\w/$.-])(?:(?=\d)(?:
        (?P<y1>{YEAR_PATTERN})\s?\u5e74(?:\s?(?P<m1>\d{{1,2}})\s?\u6708(?:\s?(?P<d1>\d{{1,2}})\s?\u65e5)?)?
      | (?P<y2>{YEAR_PATTERN})-(?P<m2>\d\d)(?:-(?P<d2>\d\d))?(?![\d-])
      | {_NUMBER_SIGNS}(?P<d3>{_DAY})(?:{_RANGE}{_DAY})?\s*{_PREPOSITION}-?(?P<n3>{_MONTH})
            (?:{_RANGE}(?:{_DAY}\s*)?{_MONTH})?[\s,./-]*{_PREPOSITION}(?P<y3>{_SHORT_YEAR})
      | (?P<a7>\d{{1,2}})(?P<sep>[/.-])\s?(?P<b7>\d{{1,2}})(?P=sep)\s?(?P<y7>{YEAR_PATTERN}|\d\d)
    ) | (?={_MONTH}|{_SEASON})(?:
        (?P<n4>{_MONTH})\s*(?P<d4>{_DAY})(?:{_RANGE}(?:{_MONTH}\s*)?{_DAY})?,?\s+(?P<y4>{_SHORT_YEAR})
      | (?P<n5>{_MONTH})(?:{_RANGE}{_MONTH})?[\s,./-]*{_PREPOSITION}(?P<y5>{_SHORT_YEAR})
      | (?P<s6>{_SEASON})[\s,]*(?:of\s)?(?P<y6>{YEAR_PATTERN})(?:[-\u2010-\u2014/]\d\d(?:\d\d)?)?
    ) | (?P<y8>[{_CJK_DIGITS}]{{4}})\u5e74
            (?:(?P<m8>[{_CJK_NUMERALS}]{{1,2}})\u6708(?:(?P<d8>[{_CJK_NUMERALS}]{{1,3}})\u65e5)?)?
    )(?![\w]|[-/.]\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"(?<![\w/.-])(?P<m>\d{{1,2}})/(?P<y>{YEAR_PATTERN}|\d\d)(?![\w/]|-\d|\.\d)"
)
DateOrder = Literal["month-day", "day-month"]
_DIGIT = re.compile(r"\d")
_SEPARATED_DIGITS = re.compile(r"\d[-/.]\s?\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_DATE_WORDS = frozenset(MONTH_NUMBERS) | frozenset(_SEASON.split("|"))


class PartialDate(NamedTuple):
    """A year with its month and day if they are known, and its span in a text.

    `month` and `day` are 0 if they are not known. The date is `text[start:end]`.
    """

    year: int
    month: int = 0
    day: int = 0
    start: int = 0
    end: int = 0

    @property
    def iso(self) -> str:
        """`1994`, `1994-05` or `1994-05-01`."""
        parts = [f"{self.year:04}", f"{self.month:02}", f"{self.day:02}"]
        return "-".join(parts[: 1 if not self.month else 2 if not self.day else 3])


def valid_date(
    year: int, month: int = 0, day: int = 0, start: int = 0, end: int = 0
) -> PartialDate:
    """Return a date without a month or day that the calendar does not have.

    >>> valid_date(1998, 2, 31).iso
    '1998-02'
    """
    if not 1 <= month <= 12:
        month = 0
    if not month or not 1 <= day <= monthrange(year, month)[1]:
        day = 0
    return PartialDate(year, month, day, start, end)


def full_year(digits: str) -> int:
    """Return the year of two or four digits; `30` is 2030 and `31` is 1931."""
    digits = digits.lstrip("'\u2018\u2019")
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year <= 30 else 1900)


def find_dates(
    text: str, *, order: DateOrder = "month-day", month_years: bool = False
) -> list[PartialDate]:
    """Return the dates of a text with a month or a season, in the order of the text.

    `3/4/98` is the fourth of March, or the third of April if the order is `day-month`.
    With `month_years`, `5/98` is a date too.
    """
    return list(_find_dates(text, order, month_years))


@lru_cache(maxsize=128)
def _find_dates(text: str, order: DateOrder, month_years: bool) -> tuple[PartialDate, ...]:  # noqa: FBT001
    """Return the dates of a text. The cache helps since several rules read the same line."""
    if not _may_hold_date(text):
        return ()
    dates = [date for match in _DATE.finditer(text) for date in _parse_match(match, order)]
    if month_years:
        ends = [date.end for date in dates]
        dates += (date for date in _month_years(text) if all(date.start >= end for end in ends))
    if len(dates) > 1:
        dates.sort(key=lambda date: date.start)
    return tuple([date for date in dates if 1500 <= date.year <= 2030])


def has_digit(text: str) -> bool:
    """Whether a text has a digit, or the Chinese and Japanese sign for a year."""
    if text.isascii():  # faster than the regular expression
        return any(map(text.__contains__, "1209345678"))
    return _DIGIT.search(text) is not None or "\u5e74" in text


def _may_hold_date(text: str) -> bool:
    """Whether a text can have a date: it has a digit, and a month's name or a separator."""
    if not has_digit(text):
        return False
    if _SEPARATED_DIGITS.search(text) or "\u5e74" in text:
        return True
    return not _DATE_WORDS.isdisjoint(_LETTERS.findall(text.casefold()))


def _parse_match(match: re.Match[str], order: DateOrder) -> Iterator[PartialDate]:
    """Yield the date of a match of `_DATE`, or nothing if its numbers make no date."""
    span = match.span()
    get = match.group
    form = (match.lastgroup or "")[-1]  # the groups of each form end in its number
    if form == "1":
        yield valid_date(int(get("y1")), int(get("m1") or 0), int(get("d1") or 0), *span)
    elif form == "2":
        if 1 <= int(get("m2")) <= 12:
            yield valid_date(int(get("y2")), int(get("m2")), int(get("d2") or 0), *span)
    elif form == "3":
        yield valid_date(full_year(get("y3")), _month(get("n3")), _day(get("d3")), *span)
    elif form == "4":
        yield valid_date(full_year(get("y4")), _month(get("n4")), _day(get("d4")), *span)
    elif form == "5":
        yield valid_date(full_year(get("y5")), _month(get("n5")), 0, *span)
    elif form == "8":
        year = int("".join(str(_CJK_DIGITS.index(c) % 10) for c in get("y8")))
        yield valid_date(year, _cjk_number(get("m8") or ""), _cjk_number(get("d8") or ""), *span)
    elif form == "6":
        yield valid_date(int(get("y6")), 0, 0, *span)
    else:
        yield from _numeric_dates(match, "day-month" if get("sep") == "." else order)


def _numeric_dates(match: re.Match[str], order: DateOrder) -> Iterator[PartialDate]:
    first, second = int(match["a7"]), int(match["b7"])
    day, month = (first, second) if order == "day-month" else (second, first)
    if month > 12:
        day, month = month, day
    if 1 <= month <= 12 and 1 <= day <= 31:
        yield valid_date(full_year(match["y7"]), month, day, *match.span())


def _month_years(text: str) -> Iterator[PartialDate]:
    for match in _MONTH_YEAR.finditer(text):
        if 1 <= int(match["m"]) <= 12:
            yield valid_date(full_year(match["y"]), int(match["m"]), 0, *match.span())


def _cjk_number(numeral: str) -> int:
    """Return the value of a Chinese numeral below one hundred."""
    tens, ten, ones = numeral.rpartition(_CJK_TEN)
    value = 10 * (_CJK_DIGITS.index(tens[0]) if tens else 1) if ten else 0
    return value + sum(_CJK_DIGITS.index(c) % 10 for c in ones[:1])


def _month(name: str) -> int:
    return MONTH_NUMBERS[_without_accents(name.rstrip("."))]


def _day(day: str) -> int:
    digits = re.match(r"\d+", day)
    return int(digits[0]) if digits else 0

"""The years that a paragraph speaks of.

Numbers of four digits are taken for years unless what stands beside them says otherwise:
`1800 copies`, `Box 1990`, `$1900` and `1830 Eagle Crest Way` are none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from archivesearch.parse.dates import year_words as words

_CJK_DIGITS = str.maketrans(
    "\u3007\u96f6\u25cb\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d",
    "000123456789",
)
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_WIDE_DIGITS, _YEAR_SIGN = "０１２９", "\u5e74"
_WORD = r"0-9A-Za-z_\u00c0-\u1fff"
_CJK = r"\u3005-\u30ff\u3400-\u9fff"
_CJK_YEAR = re.compile(
    "[\u3007\u96f6\u25cb\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d]{4}(?=\u5e74)"
)
_CJK_LETTER = re.compile(rf"[{_CJK}]")
_DATE_OR_YEAR = re.compile(
    r"(?:^|[^\d.])\d{1,2}\. ?\d{1,2}\.$|\b(?:1[5-9]|20)\d\d[,:]$|[a-z.] ?\d{1,2},$"
)
_NUMBER = re.compile(
    rf"""[0-9](?<![{_WORD}][0-9])(?:
        (?<=[12])(?P<rest>[0-9]{{3}})
            (?:[-\u2010-\u2014\u2212/]['\u2018\u2019]?(?P<last>[0-9]{{4}}|[0-9]{{1,2}})(?![0-9]|[-/.,][0-9]))?
            (?P<plural>['\u2019\u00b4`]?s|ies|er|ff)?
      | 0(?P<decade>['\u2019]?s|er(?:n|jahren?)?)
      | (?:(?<=\u00f1os\ [0-9])|(?<=anos\ [0-9])|(?<=\u00e9es\ [0-9])|(?<=nni\ [0-9]))0(?P<bare>)
      | (?<=['\u2018\u2019\u00b4`][0-9])(?P<short>[0-9])(?:['\u2019]?s)?
      | [0-9]?(?P<sep>[/.])[0-9]{{1,2}}(?P=sep)(?P<date>[0-9]{{2}})
    )(?![{_WORD}])""",
    re.VERBOSE,
)
_AFTER = re.compile(r"[ \u00a0]?((?:[^\W\d_]|')+|[0-9]+)?(?:[ \u00a0-]((?:[^\W\d_])+))?")
_STREET = re.compile(
    r"(?:[ ,](?:[A-Z][\w.']*|\d+(?:st|nd|rd|th))){0,4}? (?:" + "|".join(words.STREETS) + r")\b"
)
_MONEY = re.compile(r"(?:[$\u00a3\u00a2\u00a5\u20ac]|\b(?:US|USD|DM|Rs|Fr|Euro?|Mark)\.?) ?$")
_MONEY_ENDS = frozenset("$\u00a3\u00a2\u00a5\u20ac .SDMsrok")
_SENTENCE_MARKS = frozenset(("", *'.;:?!)]\n\u2019\u201d"'))
_QUANTITY = re.compile(r"\b(?:" + "|".join(words.QUANTITY_PHRASES) + r") $", re.IGNORECASE)
_JOINED = frozenset("+-\u2010\u2011\u2013")
_PLUS = re.compile(r"\+(?!\w)|[-\u2010\u2011\u2013](?:plus|odd|strong)\b")
_POSSESSIVE = re.compile(
    r"\b(?:his|her|their|my|our|your|age[ds]?|temperatures?"
    r"|seine[nmrs]?|ihre[nmrs]?)\b",
    re.IGNORECASE,
)
_DECADE_CUE = re.compile(
    r"(?:\b(?:the|early|mid|late|later)[ -]|\d0'?s (?:and|or|to|et|und|y|e) "
    r"|\d['\u2019]?s ?[-\u2013/] ?|['\u2018\u2019])$",
    re.IGNORECASE,
)
_BEFORE_YEARS = words.TEMPORAL - words.NUMBER_LABELS
_BEFORE_YEARS_ALONE = _BEFORE_YEARS - words.AMBIGUOUS_TEMPORAL
_SAFELY_FOLLOWS = frozenset("acdfijklmnoqrstvwxyz")  # no era and no hour starts so
_ENDS = frozenset(("", ".", ", ", ". ", ": "))
_SAFELY_ENDS = frozenset(';!)]\u2019\u201d"')
_FULL = frozenset(("rest", "last", "plural"))
_ADDRESS_MARKS = frozenset("/._=?&@~%+\\")


def years_mentioned(text: str) -> tuple[int, ...]:
    """Return the years a text speaks of, ascending and each once.

    A decade counts by its first year, a range by both of its ends. Years reach from 1500
    to 2100; two digits are read as a year between 1930 and 2009.
    """
    return years_mentioned_in_each((text,))[0]


def years_mentioned_in_each(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """Return for each of several texts the years it speaks of.

    Most texts hold no number: one search through all of them together passes over those.
    """
    years: list[tuple[int, ...]] = [()] * len(texts)
    together = "\n".join(texts)
    if not together.isascii() and any(map(together.__contains__, _WIDE_DIGITS + _YEAR_SIGN)):
        texts = [_in_our_digits(text) for text in texts]
        together = "\n".join(texts)
    number, start, end = -1, 0, -1
    found: set[int] = set()
    for match in _numbers(together):
        at = match.start()
        if at >= end:
            if found:
                years[number] = tuple(sorted(found))
                found = set()
            while at >= end:
                number += 1
                start, end = end + 1, end + 1 + len(texts[number])
        found.update(_read(texts[number], at - start, match))
    if found:
        years[number] = tuple(sorted(found))
    return years


def _numbers(text: str) -> Iterator[re.Match[str]]:
    """Yield what may be a year: the pattern is asked only where a run of digits begins.

    A single digit is none, unless a date such as `1/12/85` begins with it.
    """
    data = text.encode("utf-16-le", "surrogatepass")
    codes = np.frombuffer(data, dtype=np.uint16)
    if len(codes) != len(text):
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    digits = codes - ord("0") < 10
    begins = digits[:-1] & (codes[1:] - ord(".") < 12)  # a point, a slash or a digit follows
    begins[1:] &= ~digits[:-2]
    end = 0
    for at in begins.nonzero()[0].tolist():
        if at >= end and (match := _NUMBER.match(text, at)):
            yield match
            end = match.end()


def _in_our_digits(text: str) -> str:
    """Return a text with digits of Chinese and Japanese years as those of Europe."""
    if any(map(text.__contains__, _WIDE_DIGITS)):
        text = text.translate(_WIDE)
    if _YEAR_SIGN in text:
        text = _CJK_YEAR.sub(lambda year: year[0].translate(_CJK_DIGITS), text)
    return text


def _read(text: str, start: int, match: re.Match[str]) -> Iterable[int]:
    """Read what matched at a place in a text."""
    kind = match.lastgroup
    end = start + len(match[0])
    if kind == "rest" and _is_plain(text, start, end):
        return (int(match[0]),)
    if kind in _FULL:
        return _full(text, start, end, match)
    if kind in ("decade", "bare"):
        return _decade(text, start, match)
    if kind == "short":
        return _short(text, start, end, match)
    return _numeric_date(match)


def _is_plain(text: str, start: int, end: int) -> bool:
    """Whether four digits are a year beyond doubt, so that the rules below need not be asked.

    So are most: `in 1917 they`, `of May 1917.`, `since 1917, `.
    """
    year, after = text[start:end], text[end : end + 2]
    if year[2:] == "00" or not "1500" <= year <= "2100" or text[start - 1 : start] != " ":
        return False
    near = text[max(start - 30, 0) : start - 1].rpartition(" ")[2].lower()
    if after[:1] == " ":
        return near in _BEFORE_YEARS_ALONE and after[1:] in _SAFELY_FOLLOWS
    return near in _BEFORE_YEARS and (after in _ENDS or after[:1] in _SAFELY_ENDS)


def _full(text: str, start: int, end: int, match: re.Match[str]) -> tuple[int, ...]:
    """Read four digits and what hangs on them: `1976`, `1980s`, `1983-84`, `1966-1976`."""
    year = int(text[start : start + 4])
    if not 1000 <= year <= 2100 or not _stands_alone(text, start, end):
        return ()
    last = _last(year, match["last"], text[start + 4 : start + 5])
    if last < 0 or _is_quantity(text, start, end, match, year):
        return ()
    return tuple(end for end in (year, last) if end >= 1500)


def _last(year: int, digits: str | None, dash: str) -> int:
    """Return the other end of a range, 0 where there is none, -1 where it is no range."""
    if not digits:
        return 0
    size = 10 ** len(digits)
    last = year - year % size + int(digits)
    if len(digits) == 4:
        return last if 1500 <= last <= 2100 else -1
    if last > year:
        return last if dash != "/" or last - year == 1 or len(digits) == 2 else 0
    return last + size if digits == "00" else 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether four digits are a word of their own, not a piece of a longer number."""
    before, after = text[max(start - 1, 0) : start], text[end : end + 2]
    if after and after[0] in ".,:" and after[1:].isdigit():
        listed = re.match(r",[12]\d{3}(?!\d)|:\d|\.\d{1,2}\.\d{1,2}\b", text[end : end + 9])
        if not listed:
            return False
    if after > "\u3000" and _CJK_LETTER.match(after) and after[0] not in words.CJK_AFTER_YEAR:
        return False
    if before in ("", " ", "("):
        if before != "(" and after[:1] != "@" and (not after[1:] or after[1:].isspace()):
            return True
        return not after or after[0] not in _ADDRESS_MARKS or not _in_address(text, start)
    if before in "$\u00a3\u00a2\u00a5\u20ac#\u00a7+=<>":
        return False
    if before in ".,:" and text[max(start - 2, 0) : start - 1].isdigit():
        return bool(_DATE_OR_YEAR.search(text[max(start - 8, 0) : start]))
    if before in "-\u2010\u2011" and not _may_follow_hyphen(text[max(start - 16, 0) : start - 1]):
        return False
    return not (
        (before in _ADDRESS_MARKS or (after and after[0] in _ADDRESS_MARKS))
        and _in_address(text, start)
    )


def _may_follow_hyphen(left: str) -> bool:
    """Whether a year can stand after this and a hyphen: `pre`, `May`, `12-05`, `1971`."""
    word = re.search(r"[^\W_]*$", left)
    last = word[0] if word else ""
    if last.isdigit():
        return bool(re.search(r"(?:^|[^\w-])(?:\d{1,2}-\d{1,2}|1\d{3}|20\d\d)$", left))
    return not last or len(last) > 2


def _in_address(text: str, at: int) -> bool:
    """Whether this place lies in a web address, a mail address or a file name."""
    around = text[max(at - 100, 0) : at + 150]
    middle = min(at, 100)
    start = max(around.rfind(" ", 0, middle), around.rfind("\n", 0, middle)) + 1
    word = around[start:].split(maxsplit=1)[0]
    return bool(words.ADDRESS_PATTERN.search(word))


def _is_quantity(text: str, start: int, end: int, match: re.Match[str], year: int) -> bool:
    """Whether the words beside a number say that it counts, numbers or prices something."""
    left = text[max(start - 30, 0) : start]
    right = text[end : end + 48]
    if match["plural"]:
        return False
    if right[:1] in _JOINED and _PLUS.match(right):
        return True
    near = left[:-1].rpartition(" ")[2].lower()
    if left[-1:] != " " or near not in _BEFORE_YEARS:
        near, gap = _word_before(left)
        if near in words.NUMBER_LABELS and (gap != " (" or near == "isbn"):
            return True
        if near.isdigit() and len(near) > 2 and gap == " " and not _plausible(near):
            return True
        if left[-1:] == " " and left[-2:-1] in _MONEY_ENDS and _MONEY.search(left[-8:]):
            return True
    if year % 100 and (right[:1] in _SENTENCE_MARKS or right.startswith(", ")):
        return False
    if match["last"] and year % 100:
        return False
    return _counts(left, right, near, year) or bool(_STREET.match(right))


def _word_before(left: str) -> tuple[str, str]:
    """Return the word before a number in lower case, and what parts the two."""
    tail = left.rstrip(" \u00a0#:(")
    gap = left[len(tail) :]
    if len(gap) > 2 or tail.endswith("\n"):
        return "", gap
    parts = tail.rstrip(".\u00ba").rsplit(None, 1)
    word = parts[-1].lstrip("([\"'\u201c\u2018").lower() if parts else ""
    if tail.endswith(".") and len(word) > 5:
        return "", gap
    return word, gap


def _counts(left: str, right: str, near: str, year: int) -> bool:
    """Whether what follows a number is what it counts."""
    after = _AFTER.match(right)
    next_word = (after[1] or "") if after else ""
    second = (after[2] or "") if after else ""
    if next_word.isdigit():
        return len(next_word) == 4 and not _plausible(next_word)
    next_lower = next_word.lower()
    if right.startswith((" B.C", " b.c")) or next_lower in words.ERAS:
        return True
    round_number = year % 100 == 0
    loose = near in words.AMBIGUOUS_TEMPORAL
    dated = near in words.TEMPORAL or near.endswith(("'s", "\u2019s"))
    if next_lower in words.MEASURES:
        return round_number or loose or not dated
    if round_number and loose:
        dated = False
    if next_word in words.PEOPLE or next_word in words.GERMAN_PEOPLE:
        return not dated
    if not round_number:
        return False
    if _QUANTITY.search(left[-16:]):
        return True
    if dated or not next_word.islower():
        return False
    if next_lower in words.HEADLINE_VERBS or second in words.PEOPLE or second in words.MEASURES:
        return True
    return _is_plural(next_lower)


def _is_plural(word: str) -> bool:
    return (
        len(word) > 4
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "'s"))
        and word not in words.DATED_PLURALS
    )


def _plausible(digits: str) -> bool:
    return len(digits) == 4 and 1500 <= int(digits) <= 2100


def _decade(text: str, start: int, match: re.Match[str]) -> tuple[int, ...]:
    """Read `the 80s`; `in his 60s` is an age."""
    left = text[max(start - 24, 0) : start]
    cued = match["decade"] != "s" or _DECADE_CUE.search(left)
    if not cued or _POSSESSIVE.search(left) or left.endswith(("$", ".", ",")):
        return ()
    decade = int(match[0][0]) * 10
    return (1900 + decade,) if decade >= 20 else ()


def _short(text: str, start: int, end: int, match: re.Match[str]) -> tuple[int, ...]:
    """Read `'96`; a number that merely opens a quotation is none."""
    if text[max(start - 2, 0) : start - 1].isalnum():
        return ()
    year = _century(int(match[0][:2]))
    left = text[max(start - 20, 0) : start - 1]
    before = re.search(r"([^\W\d_]+)[ .,]*$", left)
    dated = bool(before) and before[1].lower() in words.TEMPORAL if before else False
    after = _AFTER.match(text[end : end + 40])
    next_word = (after[1] or "").lower() if after else ""
    if not year or (next_word in words.MEASURES | words.PEOPLE and not dated):
        return ()
    if year >= 2000 or year < 1950:
        ends = text[end : end + 1] in ("", ".", ",", ")", ";", "-", "\u2013", "\n", "/", "?", "!")
        return (year,) if dated or (ends and bool(before)) else ()
    return (year,)


def _numeric_date(match: re.Match[str]) -> tuple[int, ...]:
    """Read `01/12/85` and `21.8.20`, days before months or after them."""
    sep = match["sep"]
    first, second, year = (int(part) for part in match[0].split(sep))
    is_date = 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12
    if sep == ".":
        is_date = is_date and second <= 12
    century = _century(year) if is_date else 0
    return (century,) if century else ()


def _century(year: int) -> int:
    """Return the year two digits stand for, or 0 where it could be one of two."""
    if year >= 30:
        return 1900 + year
    return 2000 + year if year <= 9 else 0

"""Years mentioned: the years in a text, without other numbers of four digits.

A number of four digits is a year unless the words beside it say otherwise: `1800 copies`,
`Box 1990`, `$1900` and `1830 Eagle Crest Way` are no years.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from archivesearch.parse.dates import year_words as words

_CJK_TO_ASCII = str.maketrans(
    "\u3007\u96f6\u25cb\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d",
    "000123456789",
)
_TO_ASCII_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_FULLWIDTH_DIGITS, _YEAR_SIGN = "０１２９", "\u5e74"
_WORD_CHARACTERS = r"0-9A-Za-z_\u00c0-\u1fff"
_CJK_CHARACTERS = r"\u3005-\u30ff\u3400-\u9fff"
_CJK_YEAR = re.compile(
    "[\u3007\u96f6\u25cb\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d]{4}(?=\u5e74)"
)
_CJK_LETTER = re.compile(rf"[{_CJK_CHARACTERS}]")
_DATE_BEFORE_YEAR = re.compile(
    r"(?:^|[^\d.])\d{1,2}\. ?\d{1,2}\.$|\b(?:1[5-9]|20)\d\d[,:]$|[a-z.] ?\d{1,2},$"
)
# The group matched last is the kind of a match: `rest` (1976), `last` (1966-76), `plural`
# (1980s), `decade` (80s), `bare` (años 80), `short` ('96) or `date` (1/12/85).
_NUMBER = re.compile(
    rf"""[0-9](?<![{_WORD_CHARACTERS}][0-9])(?:
        (?<=[12])(?P<rest>[0-9]{{3}})
            (?:[-\u2010-\u2014\u2212/]['\u2018\u2019]?(?P<last>[0-9]{{4}}|[0-9]{{1,2}})(?![0-9]|[-/.,][0-9]))?
            (?P<plural>['\u2019\u00b4`]?s|ies|er|ff)?
      | 0(?P<decade>['\u2019]?s|er(?:n|jahren?)?)
      | (?:(?<=\u00f1os\ [0-9])|(?<=anos\ [0-9])|(?<=\u00e9es\ [0-9])|(?<=nni\ [0-9]))0(?P<bare>)
      | (?<=['\u2018\u2019\u00b4`][0-9])(?P<short>[0-9])(?:['\u2019]?s)?
      | [0-9]?(?P<sep>[/.])[0-9]{{1,2}}(?P=sep)(?P<date>[0-9]{{2}})
    )(?![{_WORD_CHARACTERS}])""",
    re.VERBOSE,
)
_NEXT_WORDS = re.compile(r"[ \u00a0]?((?:[^\W\d_]|')+|[0-9]+)?(?:[ \u00a0-]((?:[^\W\d_])+))?")
_STREET = re.compile(
    r"(?:[ ,](?:[A-Z][\w.']*|\d+(?:st|nd|rd|th))){0,4}? (?:" + "|".join(words.STREETS) + r")\b"
)
_CURRENCY = re.compile(r"(?:[$\u00a3\u00a2\u00a5\u20ac]|\b(?:US|USD|DM|Rs|Fr|Euro?|Mark)\.?) ?$")
_CURRENCY_ENDS = frozenset("$\u00a3\u00a2\u00a5\u20ac .SDMsrok")
_SENTENCE_MARKS = frozenset(("", *'.;:?!)]\n\u2019\u201d"'))
_QUANTITY = re.compile(r"\b(?:" + "|".join(words.QUANTITY_PHRASES) + r") $", re.IGNORECASE)
_SUFFIX_MARKS = frozenset("+-\u2010\u2011\u2013")
_PLUS_SUFFIX = re.compile(r"\+(?!\w)|[-\u2010\u2011\u2013](?:plus|odd|strong)\b")
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
_WORDS_BEFORE_YEARS = words.TEMPORAL - words.NUMBER_LABELS
_WORDS_ONLY_BEFORE_YEARS = _WORDS_BEFORE_YEARS - words.AMBIGUOUS_TEMPORAL
_SAFE_NEXT_LETTERS = frozenset("acdfijklmnoqrstvwxyz")  # no era and no hour starts so
_SAFE_ENDS = frozenset(("", ".", ", ", ". ", ": "))
_SAFE_END_MARKS = frozenset(';!)]\u2019\u201d"')
_FOUR_DIGIT_KINDS = frozenset(("rest", "last", "plural"))
_URL_MARKS = frozenset("/._=?&@~%+\\")


def years_mentioned(text: str) -> tuple[int, ...]:
    """Return the years in a text, ascending and each once.

    A decade counts as its first year, a range as its two ends. Years are between 1500 and
    2100; a year of two digits is between 1930 and 2009.

    >>> years_mentioned("in the 1980s and 1966-76, but 1800 copies")
    (1966, 1976, 1980)
    """
    return years_mentioned_in_each((text,))[0]


def years_mentioned_in_each(texts: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the years in each text, in the order of the texts.

    Most texts have no number. One search in all texts, joined by newlines, skips them.
    """
    result: list[tuple[int, ...]] = [()] * len(texts)
    joined = "\n".join(texts)
    if not joined.isascii() and any(map(joined.__contains__, _FULLWIDTH_DIGITS + _YEAR_SIGN)):
        texts = [_with_ascii_digits(text) for text in texts]
        joined = "\n".join(texts)
    number, start, end = -1, 0, -1  # the text that the match is in, and its span in `joined`
    years: set[int] = set()
    for match in _year_matches(joined):
        at = match.start()
        if at >= end:
            if years:
                result[number] = tuple(sorted(years))
                years = set()
            while at >= end:
                number += 1
                start, end = end + 1, end + 1 + len(texts[number])
        years.update(_years_of_match(texts[number], at - start, match))
    if years:
        result[number] = tuple(sorted(years))
    return result


def _year_matches(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `_NUMBER` in a text, in order.

    The pattern is tried only at the starts of runs of digits. A run of one digit counts
    only if a point or a slash follows, as in `1/12/85`.
    """
    data = text.encode("utf-16-le", "surrogatepass")
    codes = np.frombuffer(data, dtype=np.uint16)
    if len(codes) != len(text):  # characters beyond 16 bits
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    is_digit = codes - ord("0") < 10  # unsigned: smaller codes wrap around to large numbers
    is_start = is_digit[:-1] & (codes[1:] - ord(".") < 12)  # `.`, `/` or a digit follows
    is_start[1:] &= ~is_digit[:-2]
    end = 0
    for at in is_start.nonzero()[0].tolist():
        if at >= end and (match := _NUMBER.match(text, at)):
            yield match
            end = match.end()


def _with_ascii_digits(text: str) -> str:
    """Return a text with ASCII digits for full-width digits and for Chinese ones of years."""
    if any(map(text.__contains__, _FULLWIDTH_DIGITS)):
        text = text.translate(_TO_ASCII_DIGITS)
    if _YEAR_SIGN in text:
        text = _CJK_YEAR.sub(lambda year: year[0].translate(_CJK_TO_ASCII), text)
    return text


def _years_of_match(text: str, start: int, match: re.Match[str]) -> Iterable[int]:
    """Return the years of a match of `_NUMBER` that begins at `start` in the text."""
    kind = match.lastgroup
    end = start + len(match[0])
    if kind == "rest" and _is_certain_year(text, start, end):
        return (int(match[0]),)
    if kind in _FOUR_DIGIT_KINDS:
        return _four_digit_years(text, start, end, match)
    if kind in ("decade", "bare"):
        return _decade_years(text, start, match)
    if kind == "short":
        return _two_digit_years(text, start, end, match)
    return _numeric_date_years(match)


def _is_certain_year(text: str, start: int, end: int) -> bool:
    """Whether four digits are a year beyond doubt, which saves the slower rules below.

    Most years are, as in `in 1917 they`, `of May 1917.` or `since 1917, `.
    """
    year, after = text[start:end], text[end : end + 2]
    if year[2:] == "00" or not "1500" <= year <= "2100" or text[start - 1 : start] != " ":
        return False
    near = text[max(start - 30, 0) : start - 1].rpartition(" ")[2].lower()
    if after[:1] == " ":
        return near in _WORDS_ONLY_BEFORE_YEARS and after[1:] in _SAFE_NEXT_LETTERS
    return near in _WORDS_BEFORE_YEARS and (after in _SAFE_ENDS or after[:1] in _SAFE_END_MARKS)


def _four_digit_years(text: str, start: int, end: int, match: re.Match[str]) -> tuple[int, ...]:
    """Return the years of `1976`, `1980s`, `1983-84` or `1966-1976`, () if they are none."""
    year = int(text[start : start + 4])
    if not 1000 <= year <= 2100 or not _stands_alone(text, start, end):
        return ()
    last = _range_end(year, match["last"], text[start + 4 : start + 5])
    if last < 0 or _is_quantity(text, start, end, match, year):
        return ()
    return tuple(end for end in (year, last) if end >= 1500)


def _range_end(year: int, digits: str | None, dash: str) -> int:
    """Return the last year of a range, 0 without a range, -1 if the digits are no range.

    `digits` follow the first year and a `dash`.
    """
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
    """Whether four digits are a separate word, not a part of a longer number or a URL."""
    before, after = text[max(start - 1, 0) : start], text[end : end + 2]
    if after and after[0] in ".,:" and after[1:].isdigit():
        is_separator = re.match(r",[12]\d{3}(?!\d)|:\d|\.\d{1,2}\.\d{1,2}\b", text[end : end + 9])
        if not is_separator:
            return False
    if after > "\u3000" and _CJK_LETTER.match(after) and after[0] not in words.CJK_AFTER_YEAR:
        return False
    if before in ("", " ", "("):
        if before != "(" and after[:1] != "@" and (not after[1:] or after[1:].isspace()):
            return True
        return not after or after[0] not in _URL_MARKS or not _is_in_url(text, start)
    if before in "$\u00a3\u00a2\u00a5\u20ac#\u00a7+=<>":
        return False
    if before in ".,:" and text[max(start - 2, 0) : start - 1].isdigit():
        return bool(_DATE_BEFORE_YEAR.search(text[max(start - 8, 0) : start]))
    if before in "-\u2010\u2011" and not _may_follow_hyphen(text[max(start - 16, 0) : start - 1]):
        return False
    return not (
        (before in _URL_MARKS or (after and after[0] in _URL_MARKS)) and _is_in_url(text, start)
    )


def _may_follow_hyphen(left: str) -> bool:
    """Whether a year can follow a text and a hyphen, such as `pre`, `May`, `12-05` or `1971`."""
    word = re.search(r"[^\W_]*$", left)
    last = word[0] if word else ""
    if last.isdigit():
        return bool(re.search(r"(?:^|[^\w-])(?:\d{1,2}-\d{1,2}|1\d{3}|20\d\d)$", left))
    return not last or len(last) > 2


def _is_in_url(text: str, at: int) -> bool:
    """Whether an offset lies in a URL, a mail address or a file name."""
    around = text[max(at - 100, 0) : at + 150]
    middle = min(at, 100)
    start = max(around.rfind(" ", 0, middle), around.rfind("\n", 0, middle)) + 1
    word = around[start:].split(maxsplit=1)[0]
    return bool(words.URL_PATTERN.search(word))


def _is_quantity(text: str, start: int, end: int, match: re.Match[str], year: int) -> bool:
    """Whether the words beside a number make it a count, a label or a price."""
    left = text[max(start - 30, 0) : start]
    right = text[end : end + 48]
    if match["plural"]:
        return False
    if right[:1] in _SUFFIX_MARKS and _PLUS_SUFFIX.match(right):
        return True
    near = left[:-1].rpartition(" ")[2].lower()
    if left[-1:] != " " or near not in _WORDS_BEFORE_YEARS:
        near, gap = _word_before(left)
        if near in words.NUMBER_LABELS and (gap != " (" or near == "isbn"):
            return True
        if near.isdigit() and len(near) > 2 and gap == " " and not _is_plausible_year(near):
            return True
        if left[-1:] == " " and left[-2:-1] in _CURRENCY_ENDS and _CURRENCY.search(left[-8:]):
            return True
    if year % 100 and (right[:1] in _SENTENCE_MARKS or right.startswith(", ")):
        return False
    if match["last"] and year % 100:
        return False
    return _is_count(left, right, near, year) or bool(_STREET.match(right))


def _word_before(left: str) -> tuple[str, str]:
    """Return the word before a number in lower case, and the characters between the two."""
    tail = left.rstrip(" \u00a0#:(")
    gap = left[len(tail) :]
    if len(gap) > 2 or tail.endswith("\n"):
        return "", gap
    parts = tail.rstrip(".\u00ba").rsplit(None, 1)
    word = parts[-1].lstrip("([\"'\u201c\u2018").lower() if parts else ""
    if tail.endswith(".") and len(word) > 5:
        return "", gap
    return word, gap


def _is_count(left: str, right: str, near: str, year: int) -> bool:
    """Whether a number counts the things named after it.

    `left` and `right` are the text before and after the number, `near` is the last word
    of `left` in lower case.
    """
    next_words = _NEXT_WORDS.match(right)
    next_word = (next_words[1] or "") if next_words else ""
    second = (next_words[2] or "") if next_words else ""
    if next_word.isdigit():
        return len(next_word) == 4 and not _is_plausible_year(next_word)
    next_lower = next_word.lower()
    if right.startswith((" B.C", " b.c")) or next_lower in words.ERAS:
        return True
    is_round = year % 100 == 0
    is_ambiguous = near in words.AMBIGUOUS_TEMPORAL
    follows_time_word = near in words.TEMPORAL or near.endswith(("'s", "\u2019s"))
    if next_lower in words.MEASURES:
        return is_round or is_ambiguous or not follows_time_word
    if is_round and is_ambiguous:
        follows_time_word = False
    if next_word in words.PEOPLE or next_word in words.GERMAN_PEOPLE:
        return not follows_time_word
    if not is_round:
        return False
    if _QUANTITY.search(left[-16:]):
        return True
    if follows_time_word or not next_word.islower():
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


def _is_plausible_year(digits: str) -> bool:
    return len(digits) == 4 and 1500 <= int(digits) <= 2100


def _decade_years(text: str, start: int, match: re.Match[str]) -> tuple[int, ...]:
    """Return the first year of `the 80s`, () if the digits are no decade, as in `in his 60s`."""
    left = text[max(start - 24, 0) : start]
    is_decade = match["decade"] != "s" or _DECADE_CUE.search(left)
    if not is_decade or _POSSESSIVE.search(left) or left.endswith(("$", ".", ",")):
        return ()
    decade = int(match[0][0]) * 10
    return (1900 + decade,) if decade >= 20 else ()


def _two_digit_years(text: str, start: int, end: int, match: re.Match[str]) -> tuple[int, ...]:
    """Return the year of `'96`, () if the apostrophe only opens a quotation."""
    if text[max(start - 2, 0) : start - 1].isalnum():
        return ()
    year = _year_of_two_digits(int(match[0][:2]))
    left = text[max(start - 20, 0) : start - 1]
    before = re.search(r"([^\W\d_]+)[ .,]*$", left)
    follows_time_word = before is not None and before[1].lower() in words.TEMPORAL
    next_words = _NEXT_WORDS.match(text[end : end + 40])
    next_word = (next_words[1] or "").lower() if next_words else ""
    if not year or (next_word in words.MEASURES | words.PEOPLE and not follows_time_word):
        return ()
    if year >= 2000 or year < 1950:
        is_end = text[end : end + 1] in ("", ".", ",", ")", ";", "-", "\u2013", "\n", "/", "?", "!")
        return (year,) if follows_time_word or (is_end and before) else ()
    return (year,)


def _numeric_date_years(match: re.Match[str]) -> tuple[int, ...]:
    """Return the year of `01/12/85` or `21.8.20`, in either order of day and month."""
    sep = match["sep"]
    first, second, year = (int(part) for part in match[0].split(sep))
    is_date = 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12
    if sep == ".":
        is_date = is_date and second <= 12
    full_year = _year_of_two_digits(year) if is_date else 0
    return (full_year,) if full_year else ()


def _year_of_two_digits(number: int) -> int:
    """Return the year of two digits, or 0 if it is ambiguous (10 to 29)."""
    if number >= 30:
        return 1900 + number
    return 2000 + number if number <= 9 else 0

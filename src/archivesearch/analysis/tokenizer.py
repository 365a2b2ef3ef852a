"""Tokenizer: the words of a text, for the index, queries and highlighting alike.

A word is a run of letters, digits and combining marks. Apostrophes join letters
(`don't`), dots join single letters (`U.S.`, `A.N.S.W.E.R.`). `$`, `£` and `¢` are letters
beside a letter (`I$raeli`, `U.$.`), but money before a digit. Everything else separates.
Chinese, Japanese and Korean are cut into overlapping pairs of characters.

`columnar/terms/batch_tokenizer.py` gives the same words for many texts at once. Only the
detection of duplicates has a simpler tokenizer of its own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import cache
from operator import itemgetter

# Combining marks (Unicode 15.1), ranges joined where only letters and marks lie between.
_MARKS = (
    "300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e8 "
    "6ea-6ed 711-7f3 7fd 816-82d 859-85b 898-8e1 8e3-963 981-9e3 9fe-a75 a81-ae3 afa-b63 "
    "b82-bd7 c00-c63 c81-c83 cbc-d4d d57-d63 d81-df3 e31-e3a e47-e4e eb1-ece f18-f19 f35 f37 "
    "f39 f3e-f84 f86-fbc fc6 102b-103e 1056-109d 135d-135f 1712-1734 1752-17d3 17dd 180b-180d "
    "180f-193b 1a17-1a1b 1a55-1a7f 1ab0-1b44 1b6b-1b73 1b80-1bf3 1c24-1c37 1cd0-1cd2 "
    "1cd4-1dff 20d0-20f0 2cef-2cf1 2d7f-2dff 302a-302f 3099-309a a66f-a672 a674-a67d "
    "a69e-a6f1 a802-a827 a82c a880-a8c5 a8e0-a8f1 a8ff-a92d a947-a953 a980-a9c0 a9e5-aa4d "
    "aa7b-aac1 aaeb-aaef aaf5-aaf6 abe3-abea abec-abed fb1e fe00-fe0f fe20-fe2f 101fd-1037a "
    "10a01-10a3f 10ae5-10ae6 10d24-10eac 10efd-10f50 10f82-10f85 11000-11046 11070-110ba "
    "110c2 11100-11134 11145-11173 11180-111c0 111c9-111cc 111ce-111cf 1122c-11237 "
    "1123e-11241 112df-11446 1145e-114c3 115af-115c0 115dc-11640 116ab-116b7 1171d-1172b "
    "1182c-1183a 11930-11943 119d1-119e0 119e4-11a3e 11a47-11a99 11c2f-11c3f 11c92-11ef6 "
    "11f00-11f42 13440-13455 16af0-16af4 16b30-16b36 16f4f-16f92 16fe4-16ff1 1bc9d-1bc9e "
    "1cf00-1cf46 1d165-1d169 1d16d-1d172 1d17b-1d182 1d185-1d18b 1d1aa-1d1ad 1d242-1d244 "
    "1da00-1da36 1da3b-1da6c 1da75 1da84 1da9b-1e136 1e2ae-1e2ef 1e4ec-1e94a e0100-e01ef "
)
_CJK = (
    "1100-11ff 2e80-2fd5 3005-3007 3021-3029 3031-3035 3038-303c 3041-3096 309d-309f 30a1-30fa "
    "30fc-30ff 3105-312f 3131-318e 31a0-31bf 31f0-31ff 3400-4dbf 4e00-9fff a960-a97f ac00-d7ff "
    "f900-faff ff66-ffdc 1b000-1b16f 20000-323af"
)
# Invisible characters that stand inside words: soft hyphen, joiners, byte order mark.
INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff"


def _character_class(ranges: str) -> str:
    """Return code points and ranges, as `300-36f 483`, in the syntax of a character class."""
    points = ([chr(int(point, 16)) for point in item.split("-")] for item in ranges.split())
    return "".join("-".join(ends) for ends in points)


def _word_pattern(separate: str, inside: str) -> re.Pattern[str]:
    """Compile the pattern of a word.

    Both parameters are the inside of character classes: `separate` has letters that are
    not part of words, `inside` has marks that may follow a letter.
    """
    not_separate = f"(?![{separate}])" if separate else ""
    # `ʼ` is a letter in Unicode, but is typed as an apostrophe.
    letter = rf"(?:{not_separate}[^\W\d_ʼ])"
    character = rf"(?:{not_separate}[^\W_ʼ][{inside}]*+)" if inside else r"[^\W_ʼ]"
    first = rf"(?:{character}|[$£¢](?={letter}))"
    next_ = rf"(?:{first}|(?<={letter})[$£¢](?!\d))"
    initial = rf"(?:{letter}|(?<=\.)[$£¢]|[$£¢](?=\.{letter}))"
    word = rf"{first}{next_}*+"
    return re.compile(
        rf"{initial}(?:\.{initial})++(?![^\W_]|[$£¢]{letter})|{word}(?:['’ʼ‘`´]{word})*+"
    )


# Most text has neither marks nor CJK, and a short character class is several times as fast.
_SIMPLE_PATTERN = _word_pattern("", "")
# A mark, a CJK character, or any other in or beyond their ranges. The class is negated, as
# Python 3.11 takes a while to compile one of many characters.
_NOT_SIMPLE = re.compile(
    "[^\x00-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u200a\u200e-\u205f\u2061-\u20cf"
    "\u2100-\u2bff]"
)


# Signs that may stand inside a word.
_INNER_SIGNS = frozenset(".'’ʼ‘`´$£¢")
_APOSTROPHES = "’ʼ‘`´"
_start_of = itemgetter(1)
_NON_ASCII_LETTER = re.compile(r"[^\x00-\x7f\W]")


@cache
def _full_pattern() -> re.Pattern[str]:
    """Return the pattern of a word in any text without CJK; compiling it takes a while."""
    return _word_pattern(_character_class(_CJK), _character_class(_MARKS) + INVISIBLE)


@cache
def _cjk_run() -> re.Pattern[str]:
    return re.compile(f"[{_character_class(_CJK)}]+")


class CharKind(IntEnum):
    """The kinds of characters; the result of `words` depends on them only."""

    SEPARATOR = 0
    LETTER = 1
    DIGIT = 2
    MARK = 3
    APOSTROPHE = 4
    DOT = 5
    CURRENCY = 6
    CJK = 7


_SIGN_KINDS = dict.fromkeys("'’ʼ‘`´", CharKind.APOSTROPHE) | dict.fromkeys("$£¢", CharKind.CURRENCY)
_SIGN_KINDS["."] = CharKind.DOT


def char_kind(character: str) -> CharKind:
    """Return the kind of a character."""
    if character >= "\u1100" and _cjk_run().match(character):
        return CharKind.CJK
    if sign := _SIGN_KINDS.get(character):
        return sign
    if character.isalnum():
        return CharKind.DIGIT if character.isdecimal() else CharKind.LETTER
    return CharKind.MARK if _mark_pattern().match(character) else CharKind.SEPARATOR


@cache
def _mark_pattern() -> re.Pattern[str]:
    return re.compile(f"[{_character_class(_MARKS)}{INVISIBLE}]")


Word = tuple[str, int, int]


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order, as `(word, start, end)` with `text[start:end] == word`.

    A run of n CJK characters gives n - 1 pairs, and its last character alone. So a search
    for one character is a prefix search.

        >>> list(words("U.S.-backed"))
        [('U.S', 0, 3), ('backed', 5, 11)]
        >>> [word for word, _, _ in words("日本語")]
        ['日本', '本語', '語']
    """
    if text.isascii() or not _NOT_SIMPLE.search(text):
        for match in _SIMPLE_PATTERN.finditer(text):
            yield match[0], match.start(), match.end()
        return
    start = 0
    for run in _cjk_run().finditer(text):
        yield from _words_between(text, start, run.start())
        start = run.end()
        for position in range(run.start(), start):
            pair = text[position : min(position + 2, start)]
            yield pair, position, position + len(pair)
    yield from _words_between(text, start, len(text))


def split_words(text: str) -> list[str]:
    """Return the words of a text without offsets, several times as fast as `words`."""
    if text.isascii() or not _NOT_SIMPLE.search(text):
        return _SIMPLE_PATTERN.findall(text)
    return [word for word, _, _ in words(text)]


def locate_words(text: str, numbered_words: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return the spans of words of a text.

    `numbered_words` has pairs (number, word), in order, with all occurrences of each word.
    They are searched for as strings, so the rest of the text is not tokenized again.

        >>> locate_words("left or right or left", [(0, "left"), (4, "left")])
        [(0, 4), (17, 21)]
    """
    starts: dict[str, Iterator[int]] = {}
    for word, count in Counter(word for _, word in numbered_words).items():
        offsets = list(_occurrences(text, word))
        if len(offsets) != count:  # it also stands inside other words
            offsets = [o for o in offsets if (word, o, o + len(word)) in _words_around(text, o)]
        if len(offsets) != count:
            spans = [(start, end) for _, start, end in words(text)]
            return [spans[number] for number, _ in numbered_words]
        starts[word] = iter(offsets)
    return [(start := next(starts[word]), start + len(word)) for _, word in numbered_words]


def find_words(text: str, spellings: Iterable[str]) -> list[Word]:
    """Return the words of a text with one of the spellings, in order, and perhaps others.

    Spellings are in lower case, with plain apostrophes. They are searched for as strings;
    only their surroundings are tokenized.
    """
    lowered = text.lower()
    matches: list[Word] = []
    if text.isascii():
        lowered = lowered.replace("`", "'")
    elif len(lowered) == len(text) and not _NOT_SIMPLE.search(text):
        for apostrophe in _APOSTROPHES:  # several times as fast as str.translate
            lowered = lowered.replace(apostrophe, "'")
        # Case folding, unlike `lower`, may turn such a letter into another one or into two.
        for match in _NON_ASCII_LETTER.finditer(text):
            matches += _words_around(text, match.start())
    else:
        return list(words(text))
    for spelling in spellings:
        start = lowered.find(spelling)
        while start >= 0:
            end = start + len(spelling)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (before.isalnum() or after.isalnum()):
                if before in _INNER_SIGNS or after in _INNER_SIGNS or not spelling.isalnum():
                    matches += _words_around(text, start)
                else:
                    matches.append((text[start:end], start, end))
            start = lowered.find(spelling, start + 1)
    return sorted(set(matches), key=_start_of)


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Yield the offsets of a string in a text, overlapping ones too."""
    start = text.find(word)
    while start >= 0:
        yield start
        start = text.find(word, start + 1)


def _words_around(text: str, offset: int) -> list[Word]:
    """Return the words between the spaces around an offset; no word contains a space."""
    start = text.rfind(" ", 0, offset) + 1
    end = text.find(" ", offset)
    part = text[start : end if end >= 0 else None]
    return [(word, start + first, start + last) for word, first, last in words(part)]


def _words_between(text: str, start: int, end: int) -> Iterator[Word]:
    """Yield the words of a part of a text without CJK."""
    part = text[start:end]
    pattern = _full_pattern() if _NOT_SIMPLE.search(part) else _SIMPLE_PATTERN
    for match in pattern.finditer(part):
        yield match[0], start + match.start(), start + match.end()


def is_cjk(word: str) -> bool:
    """Whether a word consists of CJK characters: a pair, or the last one of a run."""
    return word >= "\u1100" and _cjk_run().fullmatch(word) is not None

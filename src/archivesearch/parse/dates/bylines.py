"""Bylines: the author of a page, as in `by …` below its title or `--Name` at its end."""

import re
from collections.abc import Sequence

from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import MONTH_NUMBERS, YEAR_PATTERN, find_dates

_BY = re.compile(
    r"^[\W_]*(?:(?:an? )?(?:(?:film |book |movie |music |web )?review(?:ed)?|posted"
    r"|written|submitted|article|report|essay|story|text|interview(?:ed)?|commentary|editorial)\s+)?"
    r"(?:by|von|par|por|di|door)(?::\s*|\s+)(?P<name>\S.*)$",
    re.IGNORECASE,
)
_BY_INSIDE = re.compile(r"(?:^|[\s,;(\u2013\u2014-])by (?P<name>[A-Z].*)$")
_NAME_END = re.compile(
    r"\s*(?:[;(\[<|\u2022\u2013\u2014]|\s-+\s|--|\.\.\.|\b(?:for|from|of|in|on|at|to|with|who|is|was|has|are"
    r"|translated|transcribed|edited|reviewed|published|updated|posted|copyright|email|e-mail)\b"
    r"|(?<=\w{3})\.\s|[,:]?\s*$)"
)
_NAME_WORD = re.compile(
    r"(?:[^\W\d_][\w.'\u2019-]*|[A-Z]{1,5}\d{1,3}|&|['\"\u201c][^\W\d_][\w. ]*['\"\u201d])$"
)
_PARTICLES = frozenset(
    "and & de del della di da dos du la le van von den der y et und e a an".split()
)
_NEVER_FIRST = frozenset(
    """
    the this that these those all any every no now then way means far and order virtue law default
    contrast definition itself themselves themselves using doing being its their his her our my
    clicking email mail phone post hand force
    """.split()
)
_OTHER_WORK = re.compile(
    r"\b(?:translat|transcri|mark(?:ed|up)|publish|edit(?:ed|or)|direct(?:ed|or)|starring|produc"
    r"|maintain|convert|scann|proof|format|answered|illustrat|compil|design|host|introduc|foreword"
    r"|(?:was|were|is|are|been|being) \w+ by\b)",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s.])[A-Z]\.\s?(?=[A-Z])")
_FINAL_YEAR = re.compile(rf",? {YEAR_PATTERN}\W*$")
_REVIEW_OF = re.compile(r"\breviews?(?: of)?\b", re.IGNORECASE)
_DASH_NAME = re.compile(r"^\s*(?:-{2,3}|[\u2014\u2013\u2015])\s*(?P<name>[^\W\d_].*)$")
_NOT_AUTHOR = re.compile(
    r"@.*@|microsoft|unknown|webmaster|administrator|user|frontpage|owner|^\W*$", re.IGNORECASE
)


def byline_author(line: str) -> str:
    """Return the name in a line such as `By Ada Byron, May 1996`, or `""`."""
    if len(line) > 110:
        return ""
    match = _BY.match(line)
    if not match and "by " in line:
        without_dates = _without_dates(line)
        match = _BY_INSIDE.search(without_dates) if without_dates != line else None
    return _leading_name(match["name"]) if match and not _OTHER_WORK.search(line) else ""


def top_author(lines: Sequence[EdgeLine], meta: str = "") -> str:
    """Return the author in the lines above a page's text, or `""`.

    The author of a review is the reviewer, since a `by` below `A review of …` names the
    author of the book. `meta` is the name in the page's head. If there is one, a `by` in
    the middle of a line does not count.
    """
    names = [(line.text, byline_author(line.text)) for line in lines if line.tag != "li"]
    names = [(text, name) for text, name in names if name and (not meta or _BY.match(text))]
    if not names:
        return ""
    for text, name in names:
        if re.match(r"\W*(?:\w+ )?review(?:ed)? by\b", text, re.IGNORECASE):
            return name
    is_review = any(_REVIEW_OF.search(line.text) for line in lines if len(line.text) < 120)
    return "" if is_review else names[0][1]


def title_author(title: str, lines: Sequence[EdgeLine]) -> str:
    """Return the author in a title whose name is also a line of the page, or `""`.

    Examples are `On Engines by Ada Byron` and `Ada K. Byron: On Engines`. Before a colon
    only a name with initials counts; others can be the site or the paper.
    """
    before = title.partition(":")[0].strip()
    after = title.rpartition(" by ")[2].strip() if " by " in title else ""
    names = [after, before if _INITIAL.search(before) else ""]
    names = [name for name in names if name and name != title and is_person_name(name)]
    if not names:
        return ""
    texts = [_FINAL_YEAR.sub("", line.text).casefold() for line in lines]
    return next((name for name in names if name.casefold() in texts), "")


def closing_author(line: str) -> str:
    """Return the name in a line such as `--Ada Byron, May 1996`, or `""`."""
    match = _DASH_NAME.match(line) if len(line) <= 80 else None
    if not match or re.search(r"[\"\u201c\u201d]", line):
        return ""
    return _leading_name(match["name"])


def is_person_name(line: str) -> bool:
    """Whether a line can be a person's name: two to five capitalized words."""
    words = line.strip(" ,").split()
    return 1 < len(words) <= 5 and all(
        _NAME_WORD.match(word) and (word[0].isupper() or word.lower() in _PARTICLES)
        for word in words
    )


def meta_name(meta_author: str) -> str:
    """Return the author in a page's head, or `""` if it is a program, an address or keywords."""
    if not meta_author:
        return ""
    name = re.sub(r"\s*\([^()]*\d[^()]*\)", "", " ".join(meta_author.split())).strip(" ,;")
    if not name or len(name) > 80 or name.count(",") > 3 or _NOT_AUTHOR.search(name):
        return ""
    return name


def _without_dates(line: str) -> str:
    """Return a line with a semicolon in place of each date."""
    for date in reversed(find_dates(line, month_years=True)):
        line = f"{line[: date.start]} ; {line[date.end :]}"
    return line


def _leading_name(text: str) -> str:
    """Return the name at the start of a text, such as the text after `by`, or `""`."""
    text = re.sub(r"\s*,?\s*(?:1[5-9]|20)\d\d\W*$", "", _without_dates(text))
    stop = _NAME_END.search(text)
    name = (text[: stop.start()] if stop else text).strip(' ,*_"\u201d')
    words = name.split()
    if words and len(words[-1].rstrip(".")) > 3:
        name = name.rstrip(".")
    if not words or len(words) > 12 or words[0].lower().rstrip(",:") in _NEVER_FIRST:
        return ""
    if words[0].lower().rstrip(".,") in MONTH_NUMBERS and len(words) == 1:
        return ""
    if words[0].lower() in ("a", "an"):
        return name if len(words) <= 5 else ""
    is_every_word_of_name = all(
        _NAME_WORD.match(word.strip(",."))
        and (word[0].isupper() or word.lower() in _PARTICLES or not word[0].isalpha())
        for word in words
    )
    is_nickname = len(words) == 1 and re.search(r"\w\d|@", name)
    return name if is_every_word_of_name or is_nickname else ""

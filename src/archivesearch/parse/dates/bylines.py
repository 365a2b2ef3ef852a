"""Who wrote a page: `by …` below a title, `--Name` at the end."""

import re
from collections.abc import Sequence

from archivesearch.parse.dates.page_edges import EdgeLine
from archivesearch.parse.dates.written_dates import MONTH_NUMBERS, YEAR_PATTERN, find_dates

_BY = re.compile(
    r"^[\W_]*(?:(?P<how>an? )?(?P<what>(?:film |book |movie |music |web )?review(?:ed)?|posted"
    r"|written|submitted|article|report|essay|story|text|interview(?:ed)?|commentary|editorial)\s+)?"
    r"(?:by|von|par|por|di|door)(?::\s*|\s+)(?P<name>\S.*)$",
    re.IGNORECASE,
)
_BY_WITHIN = re.compile(r"(?:^|[\s,;(\u2013\u2014-])by (?P<name>[A-Z].*)$")
_STOP = re.compile(
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
_NEVER = frozenset(
    """
    the this that these those all any every no now then way means far and order virtue law default
    contrast definition itself themselves themselves using doing being its their his her our my
    clicking email mail phone post hand force
    """.split()
)
_OTHERS_WORK = re.compile(
    r"\b(?:translat|transcri|mark(?:ed|up)|publish|edit(?:ed|or)|direct(?:ed|or)|starring|produc"
    r"|maintain|convert|scann|proof|format|answered|illustrat|compil|design|host|introduc|foreword"
    r"|(?:was|were|is|are|been|being) \w+ by\b)",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s.])[A-Z]\.\s?(?=[A-Z])")
_YEAR_BEHIND = re.compile(rf",? {YEAR_PATTERN}\W*$")
_REVIEW_OF = re.compile(r"\breviews?(?: of)?\b", re.IGNORECASE)
_CLOSING = re.compile(r"^\s*(?:-{2,3}|[\u2014\u2013\u2015])\s*(?P<name>[^\W\d_].*)$")
_GENERATED = re.compile(
    r"@.*@|microsoft|unknown|webmaster|administrator|user|frontpage|owner|^\W*$", re.IGNORECASE
)


def byline_author(line: str) -> str:
    """Return the name in a line such as `By Ada Byron, May 1996`, or ''."""
    if len(line) > 110:
        return ""
    match = _BY.match(line)
    if not match and "by " in line:
        undated = _undated(line)
        match = _BY_WITHIN.search(undated) if undated != line else None
    return _name(match["name"]) if match and not _OTHERS_WORK.search(line) else ""


def top_author(lines: Sequence[EdgeLine], meta: str = "") -> str:
    """Return the author that the lines above a page's text name, or ''.

    Of a review it is the reviewer: a `by` right below `A review of …` names another. A `by`
    in the middle of a line counts only where the page's head names nobody (`meta`).
    """
    found = [(at, byline_author(line.text)) for at, line in enumerate(lines) if line.tag != "li"]
    named = [(at, name) for at, name in found if name and (not meta or _BY.match(lines[at].text))]
    if not named:
        return ""
    for at, name in named:
        if re.match(r"\W*(?:\w+ )?review(?:ed)? by\b", lines[at].text, re.IGNORECASE):
            return name
    reviewing = any(_REVIEW_OF.search(line.text) for line in lines if len(line.text) < 120)
    return "" if reviewing else named[0][1]


def title_author(title: str, lines: Sequence[EdgeLine]) -> str:
    """Return the author whom a title names, and a line of its own as well, or ''.

    So `On Engines by Ada Byron` above a heading `Ada Byron`, and `Ada K. Byron: On Engines`;
    a name without initials before a colon can be that of the site or the paper.
    """
    before = title.partition(":")[0].strip()
    after = title.rpartition(" by ")[2].strip() if " by " in title else ""
    names = [after, before if _INITIAL.search(before) else ""]
    names = [name for name in names if name and name != title and is_name(name)]
    if not names:
        return ""
    shown = [_YEAR_BEHIND.sub("", line.text).casefold() for line in lines]
    return next((name for name in names if name.casefold() in shown), "")


def closing_author(line: str) -> str:
    """Return the name in a line such as `--Ada Byron, May 1996`, or ''."""
    match = _CLOSING.match(line) if len(line) <= 80 else None
    if not match or re.search(r"[\"\u201c\u201d]", line):
        return ""
    return _name(match["name"])


def is_name(line: str) -> bool:
    """Whether a line is nothing but what can be a name: two to five capitalized words."""
    words = line.strip(" ,").split()
    return 1 < len(words) <= 5 and all(
        _NAME_WORD.match(w) and (w[0].isupper() or w.lower() in _PARTICLES) for w in words
    )


def meta_name(meta_author: str) -> str:
    """Return a name given in a page's head, or '' where it is none but keywords or a program."""
    if not meta_author:
        return ""
    name = re.sub(r"\s*\([^()]*\d[^()]*\)", "", " ".join(meta_author.split())).strip(" ,;")
    if not name or len(name) > 80 or name.count(",") > 3 or _GENERATED.search(name):
        return ""
    return name


def _undated(line: str) -> str:
    for date in reversed(find_dates(line, month_years=True)):
        line = f"{line[: date.start]} ; {line[date.end :]}"
    return line


def _name(text: str) -> str:
    """Cut a name out of what follows `by`; '' where no name stands there."""
    text = re.sub(r"\s*,?\s*(?:1[5-9]|20)\d\d\W*$", "", _undated(text))
    stop = _STOP.search(text)
    name = (text[: stop.start()] if stop else text).strip(' ,*_"\u201d')
    words = name.split()
    if words and len(words[-1].rstrip(".")) > 3:
        name = name.rstrip(".")
    if not words or len(words) > 12 or words[0].lower().rstrip(",:") in _NEVER:
        return ""
    if words[0].lower().rstrip(".,") in MONTH_NUMBERS and len(words) == 1:
        return ""
    if words[0].lower() in ("a", "an"):
        return name if len(words) <= 5 else ""
    fits = [
        bool(_NAME_WORD.match(w.strip(",.")))
        and (w[0].isupper() or w.lower() in _PARTICLES or not w[0].isalpha())
        for w in words
    ]
    return name if all(fits) or (len(words) == 1 and re.search(r"\w\d|@", name)) else ""

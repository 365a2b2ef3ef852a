"""What a paragraph calls itself: labels such as `Comments:` found in text, and text cut at them.

A label is told by its words (a small vocabulary in the languages of such pages), by its
place (the start of a line or sentence) and by the colon after it. Words that a page itself
uses as labels again and again, or sets in bold with a colon, count inside profiles only.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from archivesearch.model.passages import Span
from archivesearch.parse.sections.label_words import (
    BARE_LABELS,
    CORE_WORDS,
    DATE_LABEL,
    LABEL_PHRASE,
    MONTH,
)

_WINDOW = 100
_LONGEST_BARE = 40
_MOST_WORDS = 12

_UNPUNCTUATED = re.compile(
    r"\s(?P<label>(?:[12]\d\d\d\s)?(?:(?P<self>S[a-z]+[- ][Dd]e(?:scription|finition)"
    r"|Auto-?[a-zé]+|Selbst[a-z]+)|(?P<comment>Com{1,2}ent(?:s|aires|arios|ários|i)"
    r"|Kommentare?)|(?P<more>Further [Ii]nfo(?:rmation)?)))$"
)
_BOUNDARY = re.compile(r".*(?:[.!?…][\"'”’»)\]*_]*\s+|[\"”»)\]]\s+|[。！？]|\n|[(\[])", re.DOTALL)
_WORD = re.compile(r"\w+")
_ABBREVIATION = re.compile(
    rf"(?:^|[\s(])(?:(?i:{MONTH})|[Nn]o|[Vv]ol|pp?|ed|c|ca|St|Mr|Dr)\.\s*$|\(c\)\s*$"
)
_VERB = re.compile(
    r"[@<>]|\b(?:is|are|was|were|that|which|who|said|says|say|has|have|had|will|would|can|went|came)\b"
)
_QUOTE = re.compile('["“«]')
_KINDS = ("self", "about", "comment", "more")
_DASH = re.compile(r"\s[-–—]{1,2}\s|--|—")
_IDEOGRAPHS = "\u2e80"
_OPENING = " \t\n\"'“”‘’«»*_([-–—•·"
_CLOSING = " \t\n\"'“”‘’«»*_"
_STRIPPED = _OPENING + ".])"
_STARTS = frozenset(
    start
    for phrase in BARE_LABELS
    for size in (4 if len(phrase) > 3 else 2,)
    for start in (phrase[:size], phrase[:size].replace(" ", "-"))
) | frozenset("our |nos |notr|nues|noss|unse|edit|late|19|20".split("|"))


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a text: its words are `text[start:end]`, what it labels begins at `after`.

    `kind` is `self` (an organization on itself), `about`, `comment`, `more`, `dated` (a
    date alone) or `own` (told by the page's own usage). `first` says that it begins its
    line, `opens` that it is such as stands first below the name of an organization,
    `sure` that a colon follows it and a line or sentence ends before it.
    """

    start: int
    end: int
    content_start: int
    kind: str
    begins_line: bool = False
    opens_profile: bool = False
    is_sure: bool = True

    @property
    def is_bare(self) -> bool:
        """Whether the label begins its line and has no colon after it."""
        return self.begins_line and not self.is_sure


def find_labels(
    text: str, strong: Sequence[Span] = (), *, page_phrases: Collection[str] | None = None
) -> list[Label]:
    """Return the labels in a text, in order.

    With `own`, the text is part of a profile: a date alone and a bold phrase before a
    colon are labels as well, and so is, at the start of a line, each phrase in `own`
    (case folded). Takes time linear in the length of the text.
    """
    found: list[Label] = []
    head = text[:4]
    if (
        "\n" in text
        or head[:1] in _STRIPPED
        or (head := head.casefold()) in _STARTS
        or head[:2] in _STARTS
    ):
        found += _lone(text, strong)
    if (":" in text or "：" in text) and (page_phrases is not None or _may_hold_label(text)):
        found += _Finder(text, strong, page_phrases).labels()
    if len(found) > 1:
        found.sort(key=lambda label: label.start)
        after = 0
        kept = []
        for label in found:
            if label.start >= after:
                kept.append(label)
                after = label.content_start
        return kept
    return found


def is_label(text: str) -> bool:
    """Whether a text is nothing but a label of the vocabulary, with or without its colon."""
    return bool(label_kind(text))


def label_kind(text: str) -> str:
    """Return the kind of label that a text is, '' where it is not nothing but a label."""
    phrase = text.rstrip(" :：")
    return _kind(phrase, first=True)[0] if 0 < len(phrase) <= _WINDOW else ""


def split_at_labels(text: str, labels: Sequence[Label]) -> list[tuple[str, str]]:
    """Cut a text at its labels into (label, text) parts; what stands before has label ''."""
    parts: list[tuple[str, str]] = []
    label, at = "", 0
    for found in labels:
        before = text[at : found.start].rstrip(" \t\n([-–—•·")
        if before or label:
            parts.append((label, before))
        label, at = text[found.start : found.end], found.content_start
    rest = text[at:].strip()
    if rest or label:
        parts.append((label, rest))
    return parts


def repeated_phrases(lines: Iterable[str], least: int) -> frozenset[str]:
    """Return the short phrases before a colon that begin at least that many of the lines."""
    counts: Counter[str] = Counter()
    for line in lines:
        at = line.find(":", 1, 32)
        phrase = line[:at].rstrip() if at > 0 else ""
        plain = phrase.replace(" ", "").replace("-", "").isalpha()
        if plain and phrase[0].isupper() and phrase.count(" ") < 3 and line[at + 1 : at + 2] != "/":
            counts[phrase.casefold()] += 1
    return frozenset(phrase for phrase, count in counts.items() if count >= least)


class _Finder:
    """One search for the labels of a text that end with a colon."""

    def __init__(self, text: str, strong: Sequence[Span], own: Collection[str] | None) -> None:
        self.text = text
        self.own = own
        self.bold = frozenset(start for start, _ in strong) if own is not None else frozenset()

    def labels(self) -> Iterator[Label]:
        """Yield them in order."""
        plain = self.text.replace("：", ":")
        floor = 0
        at = plain.find(":")
        while at >= 0:
            label = self._before(at, floor)
            if label:
                yield label
                floor = label.content_start
            at = plain.find(":", at + 1)

    def _before(self, colon: int, floor: int) -> Label | None:
        """Return the label that ends at a colon, if one does."""
        low = max(floor, colon - _WINDOW)
        window = self.text[low:colon]
        if not window or window[-1] in ":(/" or self.text.startswith("//", colon + 1):
            return None
        if self.own is None and not _may_be_label(window, cut=low > floor):
            return None
        line = window.rfind("\n") + 1
        if line or low == floor:
            begins = line > 0 or low == 0
            label = self._between(low + line, colon, first=begins)
            if label:
                return label
        bracket = window.rfind("(", line) if window[-1] == ")" else -1
        boundary = _BOUNDARY.match(window, line, bracket) if bracket > line else None
        if boundary:
            label = self._between(low + boundary.end(), colon, first=False)
            if label:
                return label
        boundary = _BOUNDARY.match(window, line)
        if boundary:
            label = self._between(low + boundary.end(), colon, first=False)
            if label:
                return label
        return self._unpunctuated(low, colon)

    def _between(self, start: int, colon: int, *, first: bool) -> Label | None:
        """Return what stands between two places as a label, if it is one."""
        text = self.text
        while start < colon and text[start] in _OPENING:
            start += 1
        phrase = text[start:colon].rstrip(_CLOSING)
        if phrase.endswith((")", "]")) and "(" not in phrase:
            phrase = phrase[:-1]
        if text.startswith(('"', "”", "»"), start + len(phrase)) and _QUOTE.search(phrase):
            phrase += text[start + len(phrase)]
        if not phrase:
            return None
        kind, opens = _kind(phrase, first=first)
        if not kind and self.own is not None:
            kind = self._own_kind(start, colon, phrase, first=first)
        if not kind:
            return None
        return Label(start, start + len(phrase), _skip(text, colon + 1), kind, first, opens)

    def _own_kind(self, start: int, colon: int, phrase: str, *, first: bool) -> str:
        """The kind of label that a phrase is inside a profile only, or ''."""
        if DATE_LABEL.fullmatch(phrase):
            if self.text[colon + 1 : colon + 6].strip()[:1].isdigit():
                return ""
            before = self.text[max(0, start - 12) : start]
            return "" if _ABBREVIATION.search(before) else "dated"
        if first and phrase.casefold() in (self.own or ()):
            return "own"
        bold = start in self.bold and phrase[0].isupper()
        if bold and phrase.count(" ") < 4 and ". " not in phrase:
            return "own"
        return ""

    def _unpunctuated(self, low: int, colon: int) -> Label | None:
        """Return a capitalised label that no sentence end parts from what stands before it."""
        low = max(low, colon - 40)
        match = _UNPUNCTUATED.search(self.text[low:colon])
        if not match:
            return None
        start, end = match.span("label")
        after = _skip(self.text, colon + 1)
        return Label(low + start, low + end, after, _core(match), opens_profile=True, is_sure=False)


def _may_hold_label(text: str) -> bool:
    """Whether a word of the vocabulary stands before any colon of a text."""
    plain = text.replace("：", ":")
    at = plain.find(":", 1)
    while at >= 0:
        if _may_be_label(text[max(at - _WINDOW, 0) : at], cut=at > _WINDOW):
            return True
        at = plain.find(":", at + 1)
    return False


def _may_be_label(window: str, *, cut: bool) -> bool:
    """Whether a word of the vocabulary stands in a text: a quick test that spares the rest.

    `cut` says that the text begins in the middle of a line. A label in it then begins after
    the last sentence that ends in it, unless its remark in brackets holds that end.
    """
    if window[-1] > _IDEOGRAPHS:
        return True
    line = window.rfind("\n")
    if line >= 0:
        window = window[line:]
    elif cut and window[-1] != ")":
        window = window[window.rfind(". ") + 1 :]
    folded = window.casefold()
    return "self" in folded or not CORE_WORDS.isdisjoint(_WORD.findall(folded))


def _kind(phrase: str, *, first: bool) -> tuple[str, bool]:
    """The kind of label that a phrase of the vocabulary is, or '', and whether it opens."""
    if not (first or phrase[0].isupper() or phrase[0].isdigit() or phrase[0] > _IDEOGRAPHS):
        return "", False
    match = LABEL_PHRASE.fullmatch(phrase)
    if not match:
        return "", False
    kind = _core(match)
    rest = match["rest"]
    if rest and (kind == "about" or _VERB.search(rest) or rest.count(" ") >= _MOST_WORDS):
        return "", False
    plain = not rest and not any(map(str.isdigit, phrase))
    return kind, kind == "self" or (plain and kind != "more")


def _core(match: re.Match[str]) -> str:
    return next(kind for kind, core in match.groupdict().items() if core and kind in _KINDS)


def _may_be_lone(text: str, start: int) -> bool:
    """Whether a line starts as labels without a colon do: cheap, and nearly always False."""
    first = text[start : start + 4]
    if first[:1] in _STRIPPED:
        first = text[start : start + _LONGEST_BARE].lstrip(_STRIPPED)[:4]
    first = first.casefold()
    return first in _STARTS or first[:2] in _STARTS


def _lone(text: str, strong: Sequence[Span]) -> Iterator[Label]:
    """Yield labels without a colon: a line of its own, a bold phrase, one before a dash."""
    spans = iter(strong)
    span = next(spans, None)
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        while span and span[1] <= start:
            span = next(spans, None)
        stop = span[1] if span and span[0] <= start < span[1] <= end else end
        label = _lone_in_line(text, start, stop, end) if _may_be_lone(text, start) else None
        if label:
            yield label
        start = end + 1


def _lone_in_line(text: str, start: int, stop: int, end: int) -> Label | None:
    phrase, kind = _bare(text, start, stop)
    if not kind and stop == end:
        kind = _lone_phrase(phrase)
    if not kind:
        phrase, kind = _bare(text, start, _dash(text, start, end))
    if not kind or not (phrase[0].isupper() or phrase[0].isdigit() or phrase[0] > _IDEOGRAPHS):
        return None
    begin = text.index(phrase, start)
    finish = begin + len(phrase)
    after = finish
    while after < end and text[after] in _OPENING + ".)]":
        after += 1
    if text[finish : finish + 1].isalnum() or text.startswith((":", "："), after):
        return None
    return Label(
        begin, finish, after, kind, begins_line=True, opens_profile=kind != "more", is_sure=False
    )


def _lone_phrase(phrase: str) -> str:
    """The kind of label that a line of its own is: `Our comments`, `2003 comments`."""
    match = LABEL_PHRASE.fullmatch(phrase)
    kind = _core(match) if match and not match["rest"] else ""
    return kind if kind in ("self", "comment") else ""


def _bare(text: str, start: int, stop: int) -> tuple[str, str]:
    """The words between two places, and the kind of label they are, or ''."""
    if stop - start > _LONGEST_BARE:
        return "", ""
    phrase = text[start:stop].strip(_STRIPPED)
    return phrase, BARE_LABELS.get(phrase.casefold().replace("-", " "), "")


def _dash(text: str, start: int, end: int) -> int:
    """Where the first dash near the start of a line is; the start if there is none."""
    match = _DASH.search(text, start, min(end, start + _LONGEST_BARE))
    return match.start() if match else start


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n\xa0":
        at += 1
    return at

"""Labels of paragraphs, such as `Comments:`, and splitting of a text at its labels.

A label has words of the vocabulary (`label_words.py`), is at the start of a line or sentence,
and has a colon after it. Inside a profile other labels count too: a date, a phrase that the
page often uses as a label, and a bold phrase with a colon.
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

# Code points before a colon that can be a label; of a label without a colon; and words after
# the connector of a label ("comments on …").
_MAX_LABEL = 100
_MAX_BARE_LABEL = 40
_MAX_TOPIC_WORDS = 12

# A capitalized label at the end of a text, with no end of a sentence before it.
_CAPITALIZED_LABEL = re.compile(
    r"\s(?P<label>(?:[12]\d\d\d\s)?(?:(?P<self>S[a-z]+[- ][Dd]e(?:scription|finition)"
    r"|Auto-?[a-zé]+|Selbst[a-z]+)|(?P<comment>Com{1,2}ent(?:s|aires|arios|ários|i)"
    r"|Kommentare?)|(?P<more>Further [Ii]nfo(?:rmation)?)))$"
)
# All up to the last end of a sentence, closing quote or bracket, or line end.
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
_FIRST_IDEOGRAPH = "\u2e80"
_OPENING = " \t\n\"'“”‘’«»*_([-–—•·"
_CLOSING = " \t\n\"'“”‘’«»*_"
_STRIPPED = _OPENING + ".])"
# The first four or two code points, in lower case, of a label without a colon.
_BARE_STARTS = frozenset(
    start
    for phrase in BARE_LABELS
    for size in (4 if len(phrase) > 3 else 2,)
    for start in (phrase[:size], phrase[:size].replace(" ", "-"))
) | frozenset("our |nos |notr|nues|noss|unse|edit|late|19|20".split("|"))


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a text: `text[start:end]`. The text that it labels begins at `content_start`.

    - `kind`: `self` (an organization on itself), `about`, `comment`, `more`, `dated` (a date
      alone) or `own` (a phrase that the page uses as a label).
    - `begins_line`: it is at the start of its line.
    - `opens_profile`: labels of this kind come first below the name of an organization.
    - `is_sure`: it has a colon, and a line or sentence ends before it.
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
    """Return the labels in a text, in order and disjoint, in linear time.

    With `page_phrases`, which are case folded, the text is part of a profile. Then these are
    labels too, if a colon follows: a date, a phrase in a `strong` span, and one of the
    `page_phrases` at the start of a line.

    >>> text = "A league. Comments: Small."
    >>> [(text[label.start : label.end], label.kind) for label in find_labels(text)]
    [('Comments', 'comment')]
    """
    labels: list[Label] = []
    head = text[:4]
    if (
        "\n" in text
        or head[:1] in _STRIPPED
        or (head := head.casefold()) in _BARE_STARTS
        or head[:2] in _BARE_STARTS
    ):
        labels += _bare_labels(text, strong)
    if (":" in text or "：" in text) and (page_phrases is not None or _may_have_label(text)):
        labels += _ColonLabels(text, strong, page_phrases).find()
    return _disjoint(labels) if len(labels) > 1 else labels


def label_kind(text: str) -> str:
    """Return the kind of a text that is a label, with or without a colon; `""` if it is none."""
    phrase = text.rstrip(" :：")
    return _phrase_kind(phrase, first=True)[0] if 0 < len(phrase) <= _MAX_LABEL else ""


def split_at_labels(text: str, labels: Sequence[Label]) -> list[tuple[str, str]]:
    """Cut a text at its labels into (label, text) parts.

    >>> text = "A league. Comments: Small."
    >>> split_at_labels(text, find_labels(text))
    [('', 'A league.'), ('Comments', 'Small.')]
    """
    parts: list[tuple[str, str]] = []
    words, at = "", 0
    for label in labels:
        before = text[at : label.start].rstrip(" \t\n([-–—•·")
        if before or words:
            parts.append((words, before))
        words, at = text[label.start : label.end], label.content_start
    rest = text[at:].strip()
    if rest or words:
        parts.append((words, rest))
    return parts


def repeated_phrases(lines: Iterable[str], min_lines: int) -> frozenset[str]:
    """Return the short phrases, case folded, before a colon in at least `min_lines` lines."""
    counts: Counter[str] = Counter()
    for line in lines:
        at = line.find(":", 1, 32)
        phrase = line[:at].rstrip() if at > 0 else ""
        plain = phrase.replace(" ", "").replace("-", "").isalpha()
        if plain and phrase[0].isupper() and phrase.count(" ") < 3 and line[at + 1 : at + 2] != "/":
            counts[phrase.casefold()] += 1
    return frozenset(phrase for phrase, count in counts.items() if count >= min_lines)


def _disjoint(labels: list[Label]) -> list[Label]:
    """Return labels by start; a label that overlaps the one before it is left out."""
    disjoint: list[Label] = []
    for label in sorted(labels, key=lambda label: label.start):
        if not disjoint or label.start >= disjoint[-1].content_start:
            disjoint.append(label)
    return disjoint


class _ColonLabels:
    """Search for the labels of a text that end with a colon."""

    def __init__(
        self, text: str, strong: Sequence[Span], page_phrases: Collection[str] | None
    ) -> None:
        self.text = text
        self.page_phrases = page_phrases
        starts = (start for start, _ in strong) if page_phrases is not None else ()
        self.strong_starts = frozenset(starts)

    def find(self) -> Iterator[Label]:
        """Yield the labels in order."""
        text = self.text.replace("：", ":")
        after_last = 0
        colon = text.find(":")
        while colon >= 0:
            label = self._label_before(colon, after_last)
            if label:
                yield label
                after_last = label.content_start
            colon = text.find(":", colon + 1)

    def _label_before(self, colon: int, after_last: int) -> Label | None:
        """Return the label that ends at a colon, None if there is none.

        It begins after the last label. Its start is the first of these that makes a label: the
        start of the line, the last end of a sentence before a remark in brackets, the last end
        of a sentence, a capitalized word of the vocabulary.
        """
        low = max(after_last, colon - _MAX_LABEL)
        window = self.text[low:colon]
        if not window or window[-1] in ":(/" or self.text.startswith("//", colon + 1):
            return None
        if self.page_phrases is None and not _may_be_label(window, is_cut=low > after_last):
            return None
        line = window.rfind("\n") + 1
        if line or low == after_last:
            begins_line = line > 0 or low == 0
            label = self._label_between(low + line, colon, begins_line=begins_line)
            if label:
                return label
        bracket = window.rfind("(", line) if window[-1] == ")" else -1
        boundary = _BOUNDARY.match(window, line, bracket) if bracket > line else None
        if boundary:
            label = self._label_between(low + boundary.end(), colon, begins_line=False)
            if label:
                return label
        boundary = _BOUNDARY.match(window, line)
        if boundary:
            label = self._label_between(low + boundary.end(), colon, begins_line=False)
            if label:
                return label
        return self._capitalized_label(low, colon)

    def _label_between(self, start: int, colon: int, *, begins_line: bool) -> Label | None:
        """Return the label between a start and a colon, None if there is none."""
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
        kind, opens_profile = _phrase_kind(phrase, first=begins_line)
        if not kind and self.page_phrases is not None:
            kind = self._profile_kind(start, colon, phrase, begins_line=begins_line)
        if not kind:
            return None
        end, content_start = start + len(phrase), _skip_space(text, colon + 1)
        return Label(start, end, content_start, kind, begins_line, opens_profile)

    def _profile_kind(self, start: int, colon: int, phrase: str, *, begins_line: bool) -> str:
        """Return the kind of a label that counts inside profiles only, `""` if it is none."""
        if DATE_LABEL.fullmatch(phrase):
            if self.text[colon + 1 : colon + 6].strip()[:1].isdigit():
                return ""
            before = self.text[max(0, start - 12) : start]
            return "" if _ABBREVIATION.search(before) else "dated"
        if begins_line and phrase.casefold() in (self.page_phrases or ()):
            return "own"
        is_strong = start in self.strong_starts and phrase[0].isupper()
        if is_strong and phrase.count(" ") < 4 and ". " not in phrase:
            return "own"
        return ""

    def _capitalized_label(self, low: int, colon: int) -> Label | None:
        """Return a capitalized label that no end of a sentence separates from the text before."""
        low = max(low, colon - 40)
        match = _CAPITALIZED_LABEL.search(self.text[low:colon])
        if not match:
            return None
        start, end = match.span("label")
        content_start = _skip_space(self.text, colon + 1)
        kind = _matched_kind(match)
        return Label(low + start, low + end, content_start, kind, opens_profile=True, is_sure=False)


def _may_have_label(text: str) -> bool:
    """Whether a word of the vocabulary is before any colon of a text."""
    plain = text.replace("：", ":")
    colon = plain.find(":", 1)
    while colon >= 0:
        window = text[max(colon - _MAX_LABEL, 0) : colon]
        if _may_be_label(window, is_cut=colon > _MAX_LABEL):
            return True
        colon = plain.find(":", colon + 1)
    return False


def _may_be_label(window: str, *, is_cut: bool) -> bool:
    """Whether the text before a colon has a word of the vocabulary: a quick first test.

    `is_cut` says that the text begins in the middle of a line. A label then begins after its
    last end of a sentence, unless that is in brackets at the end.
    """
    if window[-1] > _FIRST_IDEOGRAPH:
        return True
    line = window.rfind("\n")
    if line >= 0:
        window = window[line:]
    elif is_cut and window[-1] != ")":
        window = window[window.rfind(". ") + 1 :]
    folded = window.casefold()
    return "self" in folded or not CORE_WORDS.isdisjoint(_WORD.findall(folded))


def _phrase_kind(phrase: str, *, first: bool) -> tuple[str, bool]:
    """Return the kind of a label, `""` if the phrase is none, and whether it opens a profile.

    A phrase that is not the `first` of its line needs a capital, a digit or an ideograph.
    """
    if not (first or _may_begin_label(phrase)):
        return "", False
    match = LABEL_PHRASE.fullmatch(phrase)
    if not match:
        return "", False
    kind, topic = _matched_kind(match), match["topic"]
    if topic and (kind == "about" or _VERB.search(topic) or topic.count(" ") >= _MAX_TOPIC_WORDS):
        return "", False
    is_plain = not topic and not any(map(str.isdigit, phrase))
    return kind, kind == "self" or (is_plain and kind != "more")


def _may_begin_label(phrase: str) -> bool:
    return phrase[0].isupper() or phrase[0].isdigit() or phrase[0] > _FIRST_IDEOGRAPH


def _matched_kind(match: re.Match[str]) -> str:
    """Return the name of the group that matched a phrase of the vocabulary."""
    return next(kind for kind, core in match.groupdict().items() if core and kind in _KINDS)


def _bare_labels(text: str, strong: Sequence[Span]) -> Iterator[Label]:
    """Yield the labels without a colon: a whole line, a strong phrase, a phrase before a dash."""
    spans = iter(strong)
    span = next(spans, None)
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        while span and span[1] <= start:
            span = next(spans, None)
        stop = span[1] if span and span[0] <= start < span[1] <= end else end
        label = _bare_label(text, start, stop, end) if _may_be_bare(text, start) else None
        if label:
            yield label
        start = end + 1


def _may_be_bare(text: str, start: int) -> bool:
    """Whether a line starts as a label without a colon: a quick test, nearly always False."""
    first = text[start : start + 4]
    if first[:1] in _STRIPPED:
        first = text[start : start + _MAX_BARE_LABEL].lstrip(_STRIPPED)[:4]
    first = first.casefold()
    return first in _BARE_STARTS or first[:2] in _BARE_STARTS


def _bare_label(text: str, start: int, stop: int, end: int) -> Label | None:
    """Return the label without a colon at the start of a line, None if there is none.

    `stop` is the end of the strong span at the start; without one, it is the end of the line.
    """
    phrase, kind = _bare_phrase(text, start, stop)
    if not kind and stop == end:
        kind = _line_kind(phrase)
    if not kind:
        phrase, kind = _bare_phrase(text, start, _dash(text, start, end))
    if not kind or not _may_begin_label(phrase):
        return None
    first = text.index(phrase, start)
    after = content_start = first + len(phrase)
    while content_start < end and text[content_start] in _OPENING + ".)]":
        content_start += 1
    if text[after : after + 1].isalnum() or text.startswith((":", "："), content_start):
        return None
    return Label(
        first,
        after,
        content_start,
        kind,
        begins_line=True,
        opens_profile=kind != "more",
        is_sure=False,
    )


def _line_kind(phrase: str) -> str:
    """Return the kind of a label that needs a line of its own: `Our comments`, else `""`."""
    match = LABEL_PHRASE.fullmatch(phrase)
    kind = _matched_kind(match) if match and not match["topic"] else ""
    return kind if kind in ("self", "comment") else ""


def _bare_phrase(text: str, start: int, stop: int) -> tuple[str, str]:
    """Return the words between two offsets, and their kind as a label, or `""`."""
    if stop - start > _MAX_BARE_LABEL:
        return "", ""
    phrase = text[start:stop].strip(_STRIPPED)
    return phrase, BARE_LABELS.get(phrase.casefold().replace("-", " "), "")


def _dash(text: str, start: int, end: int) -> int:
    """Return the offset of the first dash near the start of a line; `start` if there is none."""
    match = _DASH.search(text, start, min(end, start + _MAX_BARE_LABEL))
    return match.start() if match else start


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n\xa0":
        at += 1
    return at

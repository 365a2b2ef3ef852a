"""Lines of a page, cut so that a name and the text beside it are separate lines."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archivesearch.model.passages import Span
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.sections.front_matter import line_kind
from archivesearch.parse.sections.labels import Label
from archivesearch.parse.sections.organization_names import is_clearly_organization, is_name

# Code points of a name in bold, and of the text before a label in which a name can be.
_MAX_STRONG_NAME = 120
_MAX_BEFORE_LABEL = 200
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+")
_DASH = re.compile(r" [-–—|] ")
_SENTENCE_ENDS = frozenset('.!?"”’)')


@dataclass(slots=True)
class Line:
    """A line of a block, or a part of a line: a name, or the text after it.

    - `block`: the number of its block; `start` and `end` are offsets in the block's text.
    - `level`, `tag`, `anchor`, `strong`: as in Block; `strong` is true if all words are.
    - `fills_block`, `begins_block`: it is the only line, or the first, of its block.
    - `label`: the label at its start.
    - `is_run_in`: text follows in the same line, as after a run-in heading.
    - `is_table_head`: it is in the header row of a table.
    """

    block: int
    start: int
    end: int
    text: str
    level: int = 0
    strong: bool = False
    anchor: bool = False
    tag: str = ""
    fills_block: bool = False
    begins_block: bool = False
    label: Label | None = None
    is_run_in: bool = False
    is_table_head: bool = False
    _is_name: bool | None = None

    def can_be_name(self) -> bool:
        """Whether the line has the form of a name; cached."""
        if self._is_name is None:
            text = self.text.rstrip(".") if self.is_run_in else self.text
            self._is_name = (
                not (self.is_table_head or self.label) and is_name(text) and line_kind(text) is None
            )
        return self._is_name

    @property
    def style(self) -> tuple[object, ...]:
        """The markup of the line: equal for the names in a list of organizations."""
        if self.level or self.strong:
            return (self.level, self.strong)
        return (0, False, self.tag, self.anchor)

    @property
    def is_marked_up(self) -> bool:
        """Whether markup distinguishes the line."""
        return bool(self.level) or self.strong or self.anchor or self.tag in ("dt", "th")


def split_lines(blocks: Sequence[Block], labels: Sequence[Sequence[Label]]) -> Iterator[Line]:
    """Split blocks into lines, in order; `labels` are the labels of each block.

    A line is split where a name is followed or preceded by other text:
    `Harbor League Comments: Small.` becomes `Harbor League` and `Comments: Small.`, if the
    name is in bold.
    """
    for number, block in enumerate(blocks):
        starts = [start for start, _ in block.strong]
        cuts = sorted(
            {
                0,
                len(block.text),
                *(() if block.level else _line_starts(block.text)),
                *_names_at_line_end(block),
                *_ends_of_first_name(block),
                *_names_before_labels(block, labels[number], starts),
            }
        )
        cut_set = set(cuts)
        by_start = {
            label.start: label
            for label in labels[number]
            if label.begins_line or label.start in cut_set
        }
        for start, end in pairwise(cuts):
            text = block.text[start:end].strip()
            if not text:
                continue
            begin = block.text.index(text[0], start)
            finish = begin + len(text)
            yield Line(
                block=number,
                start=begin,
                end=finish,
                text=text,
                level=block.level,
                strong=_is_strong(block.strong, starts, begin, finish, text)
                or _is_strong_name(block.strong, starts, begin, text),
                anchor=block.anchor and start == 0,
                tag=block.tag,
                fills_block=len(cuts) == 2,
                begins_block=start == 0,
                is_run_in=end < len(block.text) and block.text[end - 1] != "\n",
                label=_first_label(labels[number], by_start, begin, finish),
            )


def _first_label(
    labels: Sequence[Label], by_start: dict[int, Label], begin: int, finish: int
) -> Label | None:
    """Return the label at the start of a line, or up to five code points after it."""
    label = by_start.get(begin)
    if label is None and labels:
        at = bisect_right(labels, begin, key=lambda label: label.start)
        if (
            at < len(labels)
            and labels[at].start < min(finish, begin + 6)
            and labels[at].begins_line
        ):
            return labels[at]
    return label


def _line_starts(text: str) -> Iterator[int]:
    """Yield the starts of the lines of a text, except the first."""
    at = text.find("\n")
    while at >= 0:
        yield at + 1
        at = text.find("\n", at + 1)


def _names_before_labels(
    block: Block, labels: Sequence[Label], starts: Sequence[int]
) -> Iterator[int]:
    """Yield the starts of names directly before a label in the same line, and of the labels."""
    text = block.text
    after = 0
    for label in labels:
        if label.opens_profile and not label.begins_line:
            begin = max(text.rfind("\n", after, label.start) + 1, after)
            start = _name_before(block, starts, begin, label)
            if start is not None:
                yield start
                yield label.start
        after = label.content_start


def _names_at_line_end(block: Block) -> Iterator[int]:
    """Yield the starts of names in bold between the end of a sentence and the end of a line."""
    text = block.text
    for start, end in block.strong:
        if start < 2 or end - start > _MAX_STRONG_NAME or text[end : end + 1] not in ("", "\n"):
            continue
        is_after_sentence = text[start - 2 : start].strip()[-1:] in _SENTENCE_ENDS
        if is_after_sentence and is_name(text[start:end], strict=True):
            yield start


def _ends_of_first_name(block: Block) -> Iterator[int]:
    """Yield the end of a bold name at the start of a block, if it is numbered or before a dash.

    The dashes between its publication, its address and its price are yielded too.
    """
    text = block.text
    start, end = block.strong[0] if block.strong else (1, 0)
    if start == 0 and text[0].isdigit() and text.startswith(" ", end):
        if is_name(text[:end], strict=True):
            yield end
    elif start == 0 and len(text) - end <= _MAX_BEFORE_LABEL and _DASH.match(text, end):
        parts = _DASH.split(text[end:])[1:]
        if any(line_kind(part) for part in parts) and is_name(text[:end]):
            yield from (end + dash.start() for dash in _DASH.finditer(text[end:]))


def _name_before(block: Block, starts: Sequence[int], begin: int, label: Label) -> int | None:
    """Return the start of the name directly before a label, None if there is none.

    The name is one of these: all of the line from `begin` on, the last bold words, or the
    words after the last end of a sentence. `starts` are the starts of the strong spans.
    """
    text = block.text
    before = text[max(begin, label.start - _MAX_BEFORE_LABEL) : label.start]
    whole = before.strip(" \n.:-–—")
    if len(before) < _MAX_BEFORE_LABEL and (not begin or text[begin - 1] == "\n"):
        end = begin + len(before.rstrip())
        is_strong = _is_strong(block.strong, starts, begin, end, before.strip())
        is_numbered = before.lstrip()[:1].isdigit()
        if (is_strong or is_numbered) and is_name(whole):
            return begin
        if label.kind == "self" and is_name(whole, strict=True):
            return begin
    bold = bisect_right(starts, label.start - 1) - 1
    if bold >= 0 and begin <= starts[bold] and not text[starts[bold] - 1 : starts[bold]].isalnum():
        start, end = block.strong[bold]
        touches_label = end <= label.start and not text[end : label.start].strip()
        if touches_label and is_name(text[start:end]):
            return start
    if label.is_sure and not whole.endswith((")", '"', "”")):
        return None
    ends = [m.end() for m in _SENTENCE_END.finditer(before)]
    if not ends:
        return begin if len(before) < _MAX_BEFORE_LABEL and _is_run_in_name(whole, label) else None
    name = before[ends[-1] :].strip()
    return label.start - len(before) + ends[-1] if _is_run_in_name(name, label) else None


def _is_run_in_name(name: str, label: Label) -> bool:
    """Whether words without markup before a label are a name."""
    if not is_name(name, strict=True):
        return False
    return label.kind == "self" or (" " in name and is_clearly_organization(name))


def _is_strong_name(spans: Sequence[Span], starts: Sequence[int], begin: int, text: str) -> bool:
    """Whether all words of a line are strong, except a remark in brackets at its end."""
    at = text.rfind(" (") if text.endswith(")") and spans else 0
    return at > 0 and _is_strong(spans, starts, begin, begin + at, text[:at])


def _is_strong(
    spans: Sequence[Span], starts: Sequence[int], begin: int, end: int, text: str
) -> bool:
    """Whether all words of a text are strong; the punctuation around them need not be."""
    if not spans:
        return False
    leading = next((n for n, c in enumerate(text) if c.isalnum()), 0)
    trailing = next((n for n, c in enumerate(reversed(text)) if c.isalnum()), 0)
    at = bisect_right(starts, begin + leading) - 1
    while at >= 0:
        if spans[at][1] >= end - trailing:
            return True
        if at + 1 < len(spans) and spans[at + 1][0] <= spans[at][1] + 1 < end:
            at += 1
            continue
        return False
    return False

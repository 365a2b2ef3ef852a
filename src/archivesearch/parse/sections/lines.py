"""The lines of a page: where a name may stand, parted from the text it may have run into."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archivesearch.model.passages import Span
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.sections import front_matter as front
from archivesearch.parse.sections import organization_names as organizations
from archivesearch.parse.sections.labels import Label

_LONGEST = 120
_FARTHEST = 200
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+")
_PARTED = re.compile(r" [-–—|] ")
_SENTENCE_ENDS = frozenset('.!?"”’)')


@dataclass(slots=True)
class Line:
    """A line of a block, or the part of one that a name or a label parts from the rest."""

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
    _name: bool | None = None

    def can_be_name(self) -> bool:
        """Whether the line may name an organization, if its place allows."""
        if self._name is None:
            text = self.text.rstrip(".") if self.is_run_in else self.text
            self._name = (
                not (self.is_table_head or self.label)
                and organizations.is_name(text)
                and front.line_kind(text) is None
            )
        return self._name

    @property
    def style(self) -> tuple[object, ...]:
        """What lines that look alike have in common."""
        if self.level or self.strong:
            return (self.level, self.strong)
        return (0, False, self.tag, self.anchor)

    @property
    def is_marked_up(self) -> bool:
        """Whether markup sets the line apart."""
        return bool(self.level) or self.strong or self.anchor or self.tag in ("dt", "th")


def split_lines(blocks: Sequence[Block], labels: Sequence[Sequence[Label]]) -> Iterator[Line]:
    """Cut blocks into lines; `labels` are those of each block."""
    for number, block in enumerate(blocks):
        starts = [start for start, _ in block.strong]
        cuts = sorted(
            {
                0,
                len(block.text),
                *(() if block.level else _breaks(block.text)),
                *_trailing(block),
                *_leading(block),
                *_cuts(block, labels[number], starts),
            }
        )
        at_cut = set(cuts)
        by_start = {
            one.start: one for one in labels[number] if one.begins_line or one.start in at_cut
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
    label = by_start.get(begin)
    if label is None and labels:
        at = bisect_right(labels, begin, key=lambda one: one.start)
        if (
            at < len(labels)
            and labels[at].start < min(finish, begin + 6)
            and labels[at].begins_line
        ):
            return labels[at]
    return label


def _breaks(text: str) -> Iterator[int]:
    at = text.find("\n")
    while at >= 0:
        yield at + 1
        at = text.find("\n", at + 1)


def _cuts(block: Block, labels: Sequence[Label], starts: Sequence[int]) -> Iterator[int]:
    """Yield where a name and its first label, run together in one line, are to be parted."""
    text = block.text
    after = 0
    for label in labels:
        if label.opens_profile and not label.begins_line:
            begin = max(text.rfind("\n", after, label.start) + 1, after)
            name = _run_in(block, starts, begin, label)
            if name is not None:
                yield name
                yield label.start
        after = label.content_start


def _trailing(block: Block) -> Iterator[int]:
    """Yield where a bold name starts that ends its line, right after the end of a sentence."""
    text = block.text
    for start, end in block.strong:
        if start < 2 or end - start > _LONGEST or text[end : end + 1] not in ("", "\n"):
            continue
        ended = text[start - 2 : start].strip()[-1:] in _SENTENCE_ENDS
        if ended and organizations.is_name(text[start:end], strict=True):
            yield start


def _leading(block: Block) -> Iterator[int]:
    """Yield where a bold name at the start ends: numbered, or parted by dashes.

    The dashes then part its publication, its address and its price as well.
    """
    text = block.text
    start, end = block.strong[0] if block.strong else (1, 0)
    if start == 0 and text[0].isdigit() and text.startswith(" ", end):
        if organizations.is_name(text[:end], strict=True):
            yield end
    elif start == 0 and len(text) - end <= _FARTHEST and _PARTED.match(text, end):
        parts = _PARTED.split(text[end:])[1:]
        if any(front.line_kind(part) for part in parts) and organizations.is_name(text[:end]):
            yield from (end + found.start() for found in _PARTED.finditer(text[end:]))


def _run_in(block: Block, starts: Sequence[int], begin: int, label: Label) -> int | None:
    """Where the name starts that stands directly before a label; None if there is none."""
    text = block.text
    before = text[max(begin, label.start - _FARTHEST) : label.start]
    whole = before.strip(" \n.:-–—")
    if len(before) < _FARTHEST and (not begin or text[begin - 1] == "\n"):
        strong = _is_strong(
            block.strong, starts, begin, begin + len(before.rstrip()), before.strip()
        )
        numbered = before.lstrip()[:1].isdigit()
        if (strong or numbered) and organizations.is_name(whole):
            return begin
        if label.kind == "self" and organizations.is_name(whole, strict=True):
            return begin
    bold = bisect_right(starts, label.start - 1) - 1
    if bold >= 0 and begin <= starts[bold] and not text[starts[bold] - 1 : starts[bold]].isalnum():
        start, end = block.strong[bold]
        apart = end <= label.start and not text[end : label.start].strip()
        if apart and organizations.is_name(text[start:end]):
            return start
    if label.is_sure and not whole.endswith((")", '"', "”")):
        return None
    ends = [m.end() for m in _SENTENCE_END.finditer(before)]
    if not ends:
        return begin if len(before) < _FARTHEST and _is_run_in_name(whole, label) else None
    name = before[ends[-1] :].strip()
    return label.start - len(before) + ends[-1] if _is_run_in_name(name, label) else None


def _is_run_in_name(name: str, label: Label) -> bool:
    if not organizations.is_name(name, strict=True):
        return False
    return label.kind == "self" or (" " in name and organizations.is_clearly_organization(name))


def _is_strong_name(spans: Sequence[Span], starts: Sequence[int], begin: int, text: str) -> bool:
    """Whether all but a remark in brackets at the end of a line stands out."""
    at = text.rfind(" (") if text.endswith(")") and spans else 0
    return at > 0 and _is_strong(spans, starts, begin, begin + at, text[:at])


def _is_strong(
    spans: Sequence[Span], starts: Sequence[int], begin: int, end: int, text: str
) -> bool:
    """Whether all words between two places stand out; punctuation around them need not."""
    if not spans:
        return False
    lead = next((n for n, c in enumerate(text) if c.isalnum()), 0)
    last = next((n for n, c in enumerate(reversed(text)) if c.isalnum()), 0)
    at = bisect_right(starts, begin + lead) - 1
    while at >= 0:
        if spans[at][1] >= end - last:
            return True
        if at + 1 < len(spans) and spans[at + 1][0] <= spans[at][1] + 1 < end:
            at += 1
            continue
        return False
    return False

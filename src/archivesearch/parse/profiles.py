"""Where the organizations of a page begin, told by structure and by the labels below them.

A short line with a profile label below it (publication, address and price may stand
between) is the name of an organization. Two or more such lines, or one beyond doubt, make
the page a list of organizations; then lines that look like them are names as well.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archivesearch.model import Span
from archivesearch.parse import front, organizations
from archivesearch.parse.blocks import Block
from archivesearch.parse.labels import Label

_MOST_FRONT_LINES = 8
_FIRST_WORDS = 600
_LONGEST = 120
_SENTENCE_ENDS = frozenset(".!?\"”’)")
_DIGITS = tuple("0123456789")


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
    alone: bool = False
    opens: bool = False
    label: Label | None = None

    @property
    def shape(self) -> tuple[object, ...]:
        """What lines that look alike have in common."""
        if self.level or self.strong:
            return (self.level, self.strong)
        return (0, False, self.tag, self.anchor)

    @property
    def marked(self) -> bool:
        """Whether markup sets the line apart."""
        return bool(self.level) or self.strong or self.anchor or self.tag in ("dt", "th")


@dataclass(slots=True)
class Plan:
    """The lines of a page, and which of them are names, by number.

    `fronts` maps a name to the number of lines between it and its first label.
    """

    lines: list[Line]
    names: list[int] = field(default_factory=list)
    fronts: dict[int, int] = field(default_factory=dict)


def plan(blocks: Sequence[Block], labels: Sequence[Sequence[Label]], title: str) -> Plan | None:
    """Find the names of organizations on a page; None where it lists none."""
    lines = list(_lines(blocks, labels))
    runs = list(_runs(lines))
    if not runs:
        return None
    sure = Counter(lines[run[0]].shape for run, _ in runs if len(run) == 1)
    chosen: dict[int, int] = {}
    for run, label in runs:
        name = _chosen(lines, run, sure, title)
        if name is not None:
            chosen[name] = label
    chosen = _without_stray_title(lines, chosen)
    if not _is_list(lines, chosen, title):
        return None
    result = Plan(lines, fronts={name: label - name - 1 for name, label in chosen.items()})
    result.names = sorted({*chosen, *_alike(lines, chosen)})
    return result


def _lines(blocks: Sequence[Block], labels: Sequence[Sequence[Label]]) -> Iterator[Line]:
    for number, block in enumerate(blocks):
        starts = [start for start, _ in block.strong]
        cuts = sorted(
            {
                0,
                len(block.text),
                *_breaks(block.text),
                *_trailing(block),
                *_cuts(block, labels[number], starts),
            }
        )
        by_start = {label.start: label for label in reversed(labels[number]) if label.first or label.start in cuts}
        for start, end in zip(cuts, cuts[1:], strict=False):
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
                strong=_is_strong(block.strong, starts, begin, finish, text),
                anchor=block.anchor and start == 0,
                tag=block.tag,
                alone=len(cuts) == 2,
                opens=start == 0,
                label=_first_label(labels[number], by_start, begin, finish),
            )


def _first_label(
    labels: Sequence[Label], by_start: dict[int, Label], begin: int, finish: int
) -> Label | None:
    label = by_start.get(begin)
    if label is None and labels:
        at = bisect_right(labels, begin, key=lambda one: one.start)
        if at < len(labels) and labels[at].start < min(finish, begin + 6) and labels[at].first:
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
        if label.opens and not label.first:
            begin = max(text.rfind("\n", after, label.start) + 1, after)
            name = _run_in(block, starts, begin, label)
            if name is not None:
                yield name
                yield label.start
        after = label.after


def _trailing(block: Block) -> Iterator[int]:
    """Yield where a bold name starts that ends its line, right after the end of a sentence."""
    text = block.text
    for start, end in block.strong:
        if 1 < start and end - start < _LONGEST and text[end : end + 1] in ("", "\n"):
            if text[start - 2 : start].strip()[-1:] in _SENTENCE_ENDS:
                if organizations.is_name(text[start:end], strict=True):
                    yield start


def _run_in(block: Block, starts: Sequence[int], begin: int, label: Label) -> int | None:
    """Where the name starts that stands directly before a label; None if there is none."""
    text = block.text
    before = text[max(begin, label.start - 200) : label.start]
    whole = before.strip(" \n.:-–—")
    if len(before) < 200 and (not begin or text[begin - 1] == "\n"):
        strong = _is_strong(block.strong, starts, begin, begin + len(before.rstrip()), before.strip())
        numbered = before.lstrip()[:1].isdigit()
        if (strong or numbered) and organizations.is_name(whole):
            return begin
        if label.kind == "self" and organizations.is_name(whole, strict=True):
            return begin
    if label.sure:
        return None
    sentence = max(before.rfind(end) + len(end) for end in (". ", "! ", "? ", '." ', ".” ", ".) "))
    if sentence < 2:
        return begin if len(before) < 200 and _is_run_in_name(whole, label) else None
    name = before[sentence:].strip()
    return label.start - len(before) + sentence if _is_run_in_name(name, label) else None


def _is_run_in_name(name: str, label: Label) -> bool:
    if not organizations.is_name(name, strict=True):
        return False
    return label.kind == "self" or (" " in name and organizations.is_of_a_kind(name))


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


def _runs(lines: Sequence[Line]) -> Iterator[tuple[list[int], int]]:
    """Yield (the short lines directly above, label line) for each label that opens a profile."""
    for number, line in enumerate(lines):
        if line.label is None or not line.label.opens:
            continue
        first = number
        while first > 0 and number - first < _MOST_FRONT_LINES and _is_short(lines[first - 1]):
            first -= 1
        if any(_can_be_name(lines[n]) for n in range(first, number)):
            yield list(range(first, number)), number


def _is_short(line: Line) -> bool:
    """Whether a line can stand between a name and its label, or be the name."""
    if line.label is not None or len(line.text) > _LONGEST:
        return False
    return _can_be_name(line) or front.kind(line.text) is not None


def _can_be_name(line: Line) -> bool:
    if line.label is not None or not organizations.is_name(line.text):
        return False
    return front.kind(line.text) is None


def _chosen(
    lines: Sequence[Line], run: Sequence[int], sure: Counter[tuple[object, ...]], title: str
) -> int | None:
    """Which of the short lines above a label is the name: the others are front matter."""
    able = [n for n in run if _can_be_name(lines[n])]
    if len(able) > 1 and _is_title(lines[able[0]], lines[able[1]], title):
        able = able[1:]
    marked = [n for n in able if lines[n].marked]
    headings = [n for n in able if lines[n].level]
    if headings:
        alike = [n for n in headings if lines[n].shape in sure]
        return (alike or headings)[-1]
    if marked:
        alike = [n for n in marked if lines[n].shape in sure] or marked
        return _first_of_last_group(lines, alike)
    return _first_of_last_group(lines, able)


def _first_of_last_group(lines: Sequence[Line], able: Sequence[int]) -> int:
    """The first line of the last block that holds several; else the first of all.

    Names that say what they are come before those that do not.
    """
    last = lines[able[-1]].block
    group = [n for n in able if lines[n].block == last]
    if len(group) > 1 or len({lines[n].block for n in able}) == 1:
        return group[0]
    told = [n for n in able if organizations.is_of_a_kind(lines[n].text)]
    return told[0] if len(told) == 1 else able[0]


def _is_title(line: Line, following: Line, title: str) -> bool:
    """Whether a line is the page's title, standing apart from the line below it."""
    if line.block == following.block:
        return False
    return line.text.casefold() == title.casefold() or line.level == 1 != following.level


def _without_stray_title(lines: Sequence[Line], chosen: dict[int, int]) -> dict[int, int]:
    """Drop a first heading that ranks above all the others: it is the page's, not a name."""
    if len(chosen) < 3:
        return chosen
    first, *others = chosen
    ranks = {lines[n].level for n in others}
    if lines[first].level and ranks and lines[first].level < min(ranks):
        return {n: chosen[n] for n in others}
    return chosen


def _is_list(lines: Sequence[Line], chosen: dict[int, int], title: str) -> bool:
    """Whether labels and names together are enough to call the page a list of organizations."""
    if not chosen:
        return False
    kinds = Counter(label.kind for n in chosen.values() if (label := lines[n].label))
    if kinds["self"]:
        return True
    told = sum(organizations.is_of_a_kind(lines[n].text) for n in chosen)
    works = sum(lines[n].text.rstrip(" .:)").endswith(_DIGITS) for n in chosen)
    if works * 2 >= len(chosen) and not told:
        return False
    if kinds["comment"] > 1 or (kinds["comment"] and kinds["about"]):
        return told > 0 or _introduces_a_list(lines, min(chosen), title)
    return told * 2 >= len(chosen) and (len(chosen) > 1 or kinds["comment"] > 0)


def _introduces_a_list(lines: Sequence[Line], first: int, title: str) -> bool:
    above = " ".join(line.text[:_FIRST_WORDS] for line in lines[max(0, first - 10) : first])
    return organizations.speaks_of_organizations(f"{title} {above}")


def _alike(lines: Sequence[Line], chosen: dict[int, int]) -> Iterator[int]:
    """Yield the lines that look like the names found, and have no label below them."""
    shapes = Counter(lines[n].shape for n in chosen)
    taken = {n for name, label in chosen.items() for n in range(name, label + 1)}
    first = min(chosen)
    seconds = Counter(line.shape for line in lines if line.shape in shapes and _can_be_name(line))
    previous = -2
    for number, line in enumerate(lines):
        if number in taken or line.shape not in shapes or line.label is not None:
            if number in chosen:
                previous = number
            continue
        rare = shapes[line.shape] < 2 or shapes[line.shape] * 3 < seconds[line.shape]
        if _looks_like_name(lines, number, doubtful=rare or number < first, below=previous):
            previous = number
            yield number


def _looks_like_name(lines: Sequence[Line], number: int, *, doubtful: bool, below: int) -> bool:
    line = lines[number]
    if not organizations.is_name(line.text, strict=not line.level) or front.kind(line.text) is not None:
        return False
    if doubtful and not organizations.is_of_a_kind(line.text):
        return False
    if line.level:
        return True
    if line.strong:
        return below != number - 1 or lines[below].block != line.block
    return _stands_as_heading(lines, number, below)


def _stands_as_heading(lines: Sequence[Line], number: int, below: int) -> bool:
    """Whether an unmarked line has the place of a heading: apart above, prose below."""
    line = lines[number]
    if below == number - 1 or number + 1 >= len(lines) or len(line.text.split()) > 8:
        return False
    before, after = lines[number - 1], lines[number + 1]
    if not line.opens and not before.text.endswith((".", "!", "?", '"', "”", ")")):
        return False
    if not line.alone and not line.opens and after.block != line.block:
        return False
    prose = len(after.text) > 40 or after.text.endswith((".", "!", "?", '"', "”"))
    return prose and after.label is None and not organizations.is_name(after.text, strict=True)

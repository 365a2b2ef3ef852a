"""Where the organizations of a page begin, told by structure and by the labels below them.

A short line with a profile label below it (publication, address and price may stand
between) is the name of an organization. Two or more such lines, or one beyond doubt, make
the page a list of organizations; then lines that look like them are names as well.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.sections import front_matter as front
from archivesearch.parse.sections import organization_names as organizations
from archivesearch.parse.sections.labels import Label
from archivesearch.parse.sections.lines import Line, split_lines
from archivesearch.parse.sections.table_headers import TableHeaders, is_same_row

_MOST_FRONT_LINES = 8
_FIRST_WORDS = 600
_LONGEST = 120
_WORK = re.compile(r"\((?:1[89]|20)\d\d\)\.?$")
_DIGITS = tuple("0123456789")


@dataclass(slots=True)
class OrganizationPlan:
    """The lines of a page, and which of them are names, by number.

    `fronts` maps a name to the number of lines between it and its first label, `under` a
    block's number to the label of the table's column that it stands in; `groups` are lines that
    look like names and head several organizations.
    """

    lines: list[Line]
    name_lines: list[int] = field(default_factory=list)
    front_counts: dict[int, int] = field(default_factory=dict)
    column_labels: Mapping[int, str] = field(default_factory=dict)
    group_lines: set[int] = field(default_factory=set)


def plan_organizations(
    blocks: Sequence[Block], labels: Sequence[Sequence[Label]], title: str, columns: TableHeaders
) -> OrganizationPlan | None:
    """Find the names of organizations on a page; None where it lists none."""
    lines = list(split_lines(blocks, labels))
    if columns.head_blocks:
        _apply(columns, lines)
    runs = list(_runs(lines, blocks))
    if not runs:
        return None
    sure = Counter(lines[run[0]].style for run, _ in runs if len(run) == 1)
    chosen: dict[int, int] = {}
    for run, label in runs:
        name = _chosen(lines, run, sure, title)
        if name is not None:
            chosen[name] = label
    chosen = _without_stray_title(lines, chosen)
    if not _is_list(lines, chosen, title):
        return None
    fronts = {name: label - name - 1 for name, label in chosen.items()}
    result = OrganizationPlan(lines, front_counts=fronts, column_labels=columns.column_labels)
    names = sorted({*chosen, *_alike(lines, chosen)})
    result.group_lines = {
        n for n, m in pairwise(names) if m == n + 1 and n not in chosen and _is_group(lines[n].text)
    }
    result.name_lines = [n for n in names if n not in result.group_lines]
    return result


def _is_written_or_told(text: str) -> bool:
    return organizations.is_capitalized(text) or organizations.is_clearly_organization(text)


def _is_group(text: str) -> bool:
    """Whether a line right above a name heads several of them: a word, or all in capitals."""
    return (" " not in text or text.isupper()) and not organizations.has_organization_word(text)


def _apply(columns: TableHeaders, lines: Sequence[Line]) -> None:
    """Take the head rows of tables for no names, and label the cells below their labels."""
    for line in lines:
        if line.block in columns.head_blocks:
            line.label = None
            line.is_table_head = True
        elif line.block in columns.column_labels and line.begins_block and line.label is None:
            at = line.start
            kind = columns.label_kinds[line.block]
            line.label = Label(at, at, at, kind, begins_line=True, opens_profile=True)


def _runs(lines: Sequence[Line], blocks: Sequence[Block]) -> Iterator[tuple[list[int], int]]:
    """Yield (the short lines directly above, label line) for each label that opens a profile."""
    for number, line in enumerate(lines):
        if line.label is None or not line.label.opens_profile:
            continue
        first = number
        while first > 0 and number - first < _MOST_FRONT_LINES and _is_short(lines[first - 1]):
            row = blocks[line.block].cell, blocks[lines[first - 1].block].cell
            if first < number and row[0] and not is_same_row(*row):
                named = is_same_row(row[0], blocks[lines[first].block].cell)
                if named and any(lines[n].can_be_name() for n in range(first, number)):
                    break
            first -= 1
        if any(lines[n].can_be_name() for n in range(first, number)):
            yield list(range(first, number)), number


def _is_short(line: Line) -> bool:
    """Whether a line can stand between a name and its label, or be the name."""
    if line.label is not None or len(line.text) > _LONGEST:
        return False
    if line.can_be_name() or front.line_kind(line.text) is not None:
        return True
    return not line.begins_block and len(line.text) <= 60 and line.text[-1] not in ".!?:;,"


def _chosen(
    lines: Sequence[Line], run: Sequence[int], sure: Counter[tuple[object, ...]], title: str
) -> int | None:
    """Which of the short lines above a label is the name: the others are front matter."""
    able = [n for n in run if lines[n].can_be_name()]
    titles = [n for n, m in pairwise(able) if _is_title(lines[n], lines[m], title)]
    able = [n for n in able if n > titles[-1]] if titles else able
    marked = [n for n in able if lines[n].is_marked_up] or able
    alike = [n for n in marked if lines[n].style in sure] or marked
    headings = [n for n in alike if lines[n].level]
    return headings[-1] if headings else _first_of_group(lines, alike)


def _first_of_group(lines: Sequence[Line], able: Sequence[int]) -> int:
    """Which of several lines that look the same is the name, its publication below it.

    A table of contents may stand above them: lines of one block before another, and names
    that come a second time. The name is then the first line below it.
    """
    earlier: set[str] = set()
    again = able[0]
    for n in able[:-1]:
        earlier.add(lines[n].text)
        if lines[n + 1].text in earlier and n + 1 in able and lines[n].text != lines[n + 1].text:
            again = n + 1
    able = [n for n in able if n >= again]
    per_block = Counter(lines[n].block for n in able)
    last = lines[able[-1]].block
    able = [n for n in able if lines[n].block == last or per_block[lines[n].block] == 1]
    if per_block[last] > 1:
        return next(n for n in able if lines[n].block == last)
    told = [n for n in able if organizations.is_clearly_organization(lines[n].text)]
    return told[0] if len(told) == 1 else able[0]


def _is_title(line: Line, following: Line, title: str) -> bool:
    """Whether a line is the page's title, standing apart from the line below it."""
    if line.block == following.block:
        return False
    below = line.level and following.is_marked_up and not following.level
    if (below or line.block == 0) and organizations.mentions_organizations(line.text):
        return True
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
    kinds = Counter(
        label.kind
        for n in chosen.values()
        if (label := lines[n].label) and (label.kind == "self" or not label.is_bare)
    )
    if kinds["self"]:
        return True
    told = sum(organizations.is_clearly_organization(lines[n].text) for n in chosen)
    works = sum(lines[n].text.rstrip(" .:)").endswith(_DIGITS) for n in chosen)
    if works * 2 >= len(chosen) and (not told or all(_WORK.search(lines[n].text) for n in chosen)):
        return False
    if kinds["comment"] > 1 or (kinds["comment"] and kinds["about"]):
        return told > 0 or _introduces_a_list(lines, min(chosen), title)
    return told * 2 >= len(chosen) and (len(chosen) > 1 or kinds["comment"] > 0)


def _introduces_a_list(lines: Sequence[Line], first: int, title: str) -> bool:
    above = " ".join(line.text[:_FIRST_WORDS] for line in lines[max(0, first - 10) : first])
    return organizations.mentions_organizations(f"{title} {above}")


def _alike(lines: Sequence[Line], chosen: dict[int, int]) -> Iterator[int]:
    """Yield the lines that look like the names found, and have no label below them."""
    shapes = Counter(lines[n].style for n in chosen)
    taken = {n for name, label in chosen.items() for n in range(name, label + 1)}
    first = min(chosen)
    written = all(organizations.is_capitalized(lines[n].text) for n in chosen)
    seconds = Counter(line.style for line in lines if line.style in shapes and line.can_be_name())
    previous = -2
    for number, line in enumerate(lines):
        if number in taken or line.style not in shapes or line.label is not None:
            if number in chosen:
                previous = number
            continue
        rare = shapes[line.style] < 2 or shapes[line.style] * 3 < seconds[line.style]
        if number < first and (not number or organizations.mentions_organizations(line.text)):
            continue
        if line.level and written and not _is_written_or_told(line.text):
            continue
        if _looks_like_name(lines, number, doubtful=rare or number < first, below=previous):
            previous = number
            yield number


def _looks_like_name(lines: Sequence[Line], number: int, *, doubtful: bool, below: int) -> bool:
    line = lines[number]
    if not line.can_be_name():
        return False
    if line.text.endswith("?"):
        return False
    told = line.strong and organizations.is_clearly_organization(line.text)
    if not (line.level or told or organizations.is_name(line.text, strict=True)):
        return False
    if doubtful and not organizations.is_clearly_organization(line.text):
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
    if not line.begins_block and not before.text.endswith((".", "!", "?", '"', "”", ")")):
        return False
    if not line.fills_block and not line.begins_block and after.block != line.block:
        return False
    prose = len(after.text) > 40 or after.text.endswith((".", "!", "?", '"', "”"))
    return prose and after.label is None and not organizations.is_name(after.text, strict=True)

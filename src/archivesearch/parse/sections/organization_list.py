"""Lists of organizations: the lines of a page that are names, by structure and labels.

A short line above a label that opens a profile is a name; publication, address and price can
be between them. Two or more such lines, or one without doubt, make the page a list of
organizations. Then other lines with the same markup are names too.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.sections.front_matter import line_kind
from archivesearch.parse.sections.labels import Label
from archivesearch.parse.sections.lines import Line, split_lines
from archivesearch.parse.sections.organization_names import (
    has_organization_word,
    is_capitalized,
    is_clearly_organization,
    is_name,
    mentions_organizations,
)
from archivesearch.parse.sections.table_headers import TableHeaders, is_same_row

_MAX_FRONT_LINES = 8
# Code points of each line of an introduction that are read.
_INTRODUCTION_LENGTH = 600
_MAX_NAME = 120
# The title of a work with its year: "Tides and Wages (1976)".
_WORK_TITLE = re.compile(r"\((?:1[89]|20)\d\d\)\.?$")
_DIGITS = tuple("0123456789")


@dataclass(slots=True)
class OrganizationPlan:
    """The lines of a page that lists organizations, and the numbers of the names among them.

    - `name_lines`: the lines with the name of an organization, ascending.
    - `front_counts`: from a name to the number of lines between it and its first label; names
      without a label are not in it.
    - `column_labels`: from a block to the label of its table column.
    - `group_lines`: the headings above several organizations, which look like names.
    """

    lines: list[Line]
    name_lines: list[int]
    front_counts: dict[int, int]
    column_labels: Mapping[int, str]
    group_lines: set[int]


def plan_organizations(
    blocks: Sequence[Block], labels: Sequence[Sequence[Label]], title: str, headers: TableHeaders
) -> OrganizationPlan | None:
    """Find the names of organizations on a page; return None if it lists none.

    `labels` are the labels of each block, `title` is the title of the page.
    """
    lines = list(split_lines(blocks, labels))
    if headers.head_blocks:
        _apply(headers, lines)
    starts = list(_profile_starts(lines, blocks))
    if not starts:
        return None
    sure_styles = {lines[above[0]].style for above, _ in starts if len(above) == 1}
    label_lines = {_name_line(lines, above, sure_styles, title): label for above, label in starts}
    label_lines = _without_stray_title(lines, label_lines)
    if not _is_list(lines, label_lines, title):
        return None
    names = sorted({*label_lines, *_similar_names(lines, label_lines)})
    groups = {
        n
        for n, following in pairwise(names)
        if following == n + 1 and n not in label_lines and _is_group(lines[n].text)
    }
    return OrganizationPlan(
        lines=lines,
        name_lines=[n for n in names if n not in groups],
        front_counts={name: label - name - 1 for name, label in label_lines.items()},
        column_labels=headers.column_labels,
        group_lines=groups,
    )


def _is_group(text: str) -> bool:
    """Whether a line directly above a name is a heading of several: one word, or in capitals."""
    return (" " not in text or text.isupper()) and not has_organization_word(text)


def _apply(headers: TableHeaders, lines: Sequence[Line]) -> None:
    """Exclude the header rows of tables from the names, and label the cells below a label."""
    for line in lines:
        if line.block in headers.head_blocks:
            line.label = None
            line.is_table_head = True
        elif line.block in headers.column_labels and line.begins_block and line.label is None:
            at = line.start
            kind = headers.label_kinds[line.block]
            line.label = Label(at, at, at, kind, begins_line=True, opens_profile=True)


def _profile_starts(
    lines: Sequence[Line], blocks: Sequence[Block]
) -> Iterator[tuple[list[int], int]]:
    """Yield (short lines directly above, line of the label) for each label that opens a profile.

    In a table only the lines of the same row count, if one of them can be a name.
    """
    for number, line in enumerate(lines):
        if line.label is None or not line.label.opens_profile:
            continue
        first = number
        while first > 0 and number - first < _MAX_FRONT_LINES and _is_short(lines[first - 1]):
            cell, cell_above = blocks[line.block].cell, blocks[lines[first - 1].block].cell
            if first < number and cell and not is_same_row(cell, cell_above):
                is_row = is_same_row(cell, blocks[lines[first].block].cell)
                if is_row and any(lines[n].can_be_name() for n in range(first, number)):
                    break
            first -= 1
        if any(lines[n].can_be_name() for n in range(first, number)):
            yield list(range(first, number)), number


def _is_short(line: Line) -> bool:
    """Whether a line can be a name, or be between a name and its label."""
    if line.label is not None or len(line.text) > _MAX_NAME:
        return False
    if line.can_be_name() or line_kind(line.text) is not None:
        return True
    return not line.begins_block and len(line.text) <= 60 and line.text[-1] not in ".!?:;,"


def _name_line(
    lines: Sequence[Line], above: Sequence[int], sure_styles: set[tuple[object, ...]], title: str
) -> int:
    """Return the line of the name among the short lines above a label; one can be a name.

    The others are front matter, or the title of the page. `sure_styles` are the styles of the
    names that are the only short line above their label.
    """
    candidates = [n for n in above if lines[n].can_be_name()]
    titles = [n for n, m in pairwise(candidates) if _is_title(lines[n], lines[m], title)]
    candidates = [n for n in candidates if n > titles[-1]] if titles else candidates
    marked_up = [n for n in candidates if lines[n].is_marked_up] or candidates
    similar = [n for n in marked_up if lines[n].style in sure_styles] or marked_up
    headings = [n for n in similar if lines[n].level]
    return headings[-1] if headings else _first_of_similar(lines, similar)


def _first_of_similar(lines: Sequence[Line], candidates: Sequence[int]) -> int:
    """Return the name among lines with the same markup, such as a name and its publication.

    It is the first one below a table of contents, if there is one. A table of contents is
    several lines of one block, or names that are repeated below.
    """
    earlier: set[str] = set()
    first = candidates[0]
    for n in candidates[:-1]:
        earlier.add(lines[n].text)
        is_repeated = lines[n + 1].text in earlier and lines[n].text != lines[n + 1].text
        if is_repeated and n + 1 in candidates:
            first = n + 1
    candidates = [n for n in candidates if n >= first]
    per_block = Counter(lines[n].block for n in candidates)
    last = lines[candidates[-1]].block
    candidates = [n for n in candidates if lines[n].block == last or per_block[lines[n].block] == 1]
    if per_block[last] > 1:
        return next(n for n in candidates if lines[n].block == last)
    clear = [n for n in candidates if is_clearly_organization(lines[n].text)]
    return clear[0] if len(clear) == 1 else candidates[0]


def _is_title(line: Line, following: Line, title: str) -> bool:
    """Whether a line is the title of the page, in another block than the line below it."""
    if line.block == following.block:
        return False
    ranks_above = line.level and following.is_marked_up and not following.level
    if (ranks_above or line.block == 0) and mentions_organizations(line.text):
        return True
    return line.text.casefold() == title.casefold() or line.level == 1 != following.level


def _without_stray_title(lines: Sequence[Line], label_lines: dict[int, int]) -> dict[int, int]:
    """Drop the first name if it is a heading above all other names: it is the page's title."""
    if len(label_lines) < 3:
        return label_lines
    first, *rest = label_lines
    levels = {lines[n].level for n in rest}
    if lines[first].level and levels and lines[first].level < min(levels):
        return {n: label_lines[n] for n in rest}
    return label_lines


def _is_list(lines: Sequence[Line], label_lines: dict[int, int], title: str) -> bool:
    """Whether names and labels together are enough to call the page a list of organizations."""
    if not label_lines:
        return False
    kinds = Counter(
        label.kind
        for n in label_lines.values()
        if (label := lines[n].label) and (label.kind == "self" or not label.is_bare)
    )
    if kinds["self"]:
        return True
    clear = sum(is_clearly_organization(lines[n].text) for n in label_lines)
    dated = sum(lines[n].text.rstrip(" .:)").endswith(_DIGITS) for n in label_lines)
    if dated * 2 >= len(label_lines) and (
        not clear or all(_WORK_TITLE.search(lines[n].text) for n in label_lines)
    ):
        return False
    if kinds["comment"] > 1 or (kinds["comment"] and kinds["about"]):
        return clear > 0 or _introduces_a_list(lines, min(label_lines), title)
    return clear * 2 >= len(label_lines) and (len(label_lines) > 1 or kinds["comment"] > 0)


def _introduces_a_list(lines: Sequence[Line], first: int, title: str) -> bool:
    """Whether the title or the ten lines above the first name mention organizations."""
    above = lines[max(0, first - 10) : first]
    introduction = " ".join(line.text[:_INTRODUCTION_LENGTH] for line in above)
    return mentions_organizations(f"{title} {introduction}")


def _similar_names(lines: Sequence[Line], label_lines: dict[int, int]) -> Iterator[int]:
    """Yield the names without a label below them, found by the markup of the other names."""
    styles = Counter(lines[n].style for n in label_lines)
    used = {n for name, label in label_lines.items() for n in range(name, label + 1)}
    first = min(label_lines)
    all_capitalized = all(is_capitalized(lines[n].text) for n in label_lines)
    candidates = Counter(
        line.style for line in lines if line.style in styles and line.can_be_name()
    )
    previous = -2
    for number, line in enumerate(lines):
        if number in used or line.style not in styles or line.label is not None:
            if number in label_lines:
                previous = number
            continue
        is_rare = styles[line.style] < 2 or styles[line.style] * 3 < candidates[line.style]
        if number < first and (not number or mentions_organizations(line.text)):
            continue
        if line.level and all_capitalized and not _is_capitalized_or_clear(line.text):
            continue
        if _is_similar_name(lines, number, doubtful=is_rare or number < first, last_name=previous):
            previous = number
            yield number


def _is_capitalized_or_clear(text: str) -> bool:
    return is_capitalized(text) or is_clearly_organization(text)


def _is_similar_name(lines: Sequence[Line], number: int, *, doubtful: bool, last_name: int) -> bool:
    """Whether a line with the markup of names is a name; a `doubtful` one needs clear words."""
    line = lines[number]
    if not line.can_be_name() or line.text.endswith("?"):
        return False
    is_clear = (line.strong or doubtful) and is_clearly_organization(line.text)
    if not (line.level or (line.strong and is_clear) or is_name(line.text, strict=True)):
        return False
    if doubtful and not is_clear:
        return False
    if line.level:
        return True
    if line.strong:
        return last_name != number - 1 or lines[last_name].block != line.block
    return _is_placed_as_heading(lines, number, last_name)


def _is_placed_as_heading(lines: Sequence[Line], number: int, last_name: int) -> bool:
    """Whether a line without markup stands like a heading: separate, above prose."""
    line = lines[number]
    if last_name == number - 1 or number + 1 >= len(lines) or len(line.text.split()) > 8:
        return False
    before, after = lines[number - 1], lines[number + 1]
    if not line.begins_block and not before.text.endswith((".", "!", "?", '"', "”", ")")):
        return False
    if not line.fills_block and not line.begins_block and after.block != line.block:
        return False
    is_prose = len(after.text) > 40 or after.text.endswith((".", "!", "?", '"', "”"))
    return is_prose and after.label is None and not is_name(after.text, strict=True)

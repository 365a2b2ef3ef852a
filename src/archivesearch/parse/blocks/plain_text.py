"""Plain text parser: cuts a text into blocks by blank lines, indentation and hard wraps."""

import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import quantiles

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.blocks.inline import collapse_whitespace

_LINE_END = re.compile(r"\r\n|\n|\r")
_RULE = re.compile(r"[-=*~_:.#+|^•·\s]*")
_UNDERLINE = re.compile(r"[-=~:*_^]{3,}")
_BULLET = re.compile(r"(?:[-*•·o]|[\[(]?\d{1,3}[.)\]]|\(?[a-z]\))\s+\S")
_TABLE_ROW = re.compile(r"\S {3,}\S")
# Columns of the widest hard wrap; a longer line is a paragraph.
_MAX_WRAP = 100
# A wrap can leave 4 columns free although the next word would fit.
_SLACK = 4


def blocks(raw: str) -> list[Block]:
    """Cut plain text into blocks.

    Lines that a hard wrap has split are joined by a space. A newline stays after a line that
    ends before it is full, and after a row of a table. In a block with mostly short lines
    (verse, lists, addresses) it stays after each line. In a text without hard wraps each long
    line is a block. A row of dashes sets `rule` of the next block, and underlines make a line
    strong.
    """
    lines = [line.expandtabs(8).rstrip() for line in _LINE_END.split(raw.replace("\f", "\n\n"))]
    width = _wrap_width(lines)
    result: list[Block] = []
    rule = False
    for group, underlined, below_rule in _groups(lines):
        rule = rule or below_rule
        for paragraph in _split_group(group, width):
            text = _join_lines(paragraph, width)
            result.append(
                Block(
                    text=text,
                    tag="text",
                    strong=((0, len(text)),) if underlined else (),
                    rule=rule,
                    indent=_indent(paragraph[0]),
                )
            )
            rule = False
    return result


def _wrap_width(lines: list[str]) -> int:
    """Return the column at which running text is wrapped, 0 if it is not."""
    lengths = [len(line) for line in lines if line]
    long = sum(length > _MAX_WRAP for length in lengths)
    wrapped = [length for length in lengths if 40 < length <= _MAX_WRAP]
    if len(wrapped) < 2 or long > len(wrapped):
        return 0
    return round(min(quantiles(wrapped, n=20)[-1], max(wrapped)))


def _groups(lines: list[str]) -> Iterator[tuple[list[str], bool, bool]]:
    """Yield (lines, is underlined, is below a rule) for the lines between blank lines and rules."""
    group: list[str] = []
    below_rule = False
    for line in lines:
        if line and not (len(line.strip()) > 2 and _RULE.fullmatch(line)):
            group.append(line)
            continue
        if line and len(group) == 1 and _UNDERLINE.fullmatch(line.strip()):
            yield group, True, below_rule
            below_rule = False
        else:
            if group:
                yield group, False, below_rule
                below_rule = False
            below_rule = below_rule or bool(line)
        group = []
    if group:
        yield group, False, below_rule


def _split_group(group: list[str], width: int) -> Iterator[list[str]]:
    """Split a group of lines where a new paragraph starts without a blank line."""
    paragraph: list[str] = []
    for number, line in enumerate(group):
        if paragraph and _starts_paragraph(group, number, width):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


def _starts_paragraph(group: list[str], number: int, width: int) -> bool:
    """Whether a line of a group begins a paragraph: too long, a bullet, or indented."""
    line, before = group[number], group[number - 1]
    if max(len(line), len(before)) > _MAX_WRAP:
        return True
    if _BULLET.match(line.lstrip()) and _ends_paragraph(before, line, width):
        return True
    after = group[number + 1] if number + 1 < len(group) else ""
    deeper = _indent(line) > _indent(before)
    return deeper and (not after or _indent(after) < _indent(line)) and _ends_sentence(before)


def _ends_paragraph(before: str, line: str, width: int) -> bool:
    """Whether a paragraph can end before a bullet: at a sentence, short or a bullet itself."""
    if _ends_sentence(before) or _is_short(before, line, width):
        return True
    return _BULLET.match(before.lstrip()) is not None


def _ends_sentence(line: str) -> bool:
    return line.rstrip("\"'”’)]*")[-1:] in ".!?:"


def _is_short(line: str, following: str, width: int) -> bool:
    """Whether the first word of the following line would fit on this one."""
    first = following.split(None, 1)[0]
    return len(line) + 1 + len(first) <= width - _SLACK


def _join_lines(paragraph: list[str], width: int) -> str:
    """Return the text of a paragraph, with a newline or a space between its lines."""
    pairs = list(pairwise(paragraph))
    breaks = [not width or _ends_early(before, line, width) for before, line in pairs]
    if sum(breaks) * 2 > len(breaks):
        breaks = [True] * len(breaks)
    parts = [collapse_whitespace(paragraph[0])]
    for (_, line), is_break in zip(pairs, breaks, strict=True):
        parts += ("\n" if is_break else " ", collapse_whitespace(line))
    return "".join(parts)


def _ends_early(before: str, line: str, width: int) -> bool:
    """Whether a line ends on purpose and not by the wrap: it is short, or a row of a table."""
    if _is_short(before, line, width):
        return True
    return _TABLE_ROW.search(before) is not None or _TABLE_ROW.search(line) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

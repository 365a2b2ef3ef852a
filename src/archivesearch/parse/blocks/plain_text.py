"""From plain text to blocks: blank lines, indentation and hard wraps understood."""

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
_COLUMNS = re.compile(r"\S {3,}\S")
_WIDEST_WRAP = 100
_SLACK = 4


def blocks(raw: str) -> list[Block]:
    """Cut plain text into blocks.

    Lines that a hard wrap has cut are joined by a space. A line that ends before it is
    full was ended on purpose, and a newline is kept: also after each row of a table, and
    after each line where most are short (verse, lists, addresses). Lines that no wrap at
    all has cut are blocks of their own. Rows of dashes and the like become `rule`,
    without text.
    """
    lines = [line.expandtabs(8).rstrip() for line in _LINE_END.split(raw.replace("\f", "\n\n"))]
    width = _wrap_width(lines)
    result: list[Block] = []
    rule = False
    for group, underlined, ruled in _groups(lines):
        rule = rule or ruled
        for run in _split_runs(group, width):
            text = _joined(run, width)
            result.append(
                Block(
                    text=text,
                    tag="text",
                    strong=((0, len(text)),) if underlined else (),
                    rule=rule,
                    indent=_indent(run[0]),
                )
            )
            rule = False
    return result


def _wrap_width(lines: list[str]) -> int:
    """The column at which running text was wrapped; 0 where it was not."""
    lengths = [len(line) for line in lines if line]
    long = sum(length > _WIDEST_WRAP for length in lengths)
    wrapped = [length for length in lengths if 40 < length <= _WIDEST_WRAP]
    if len(wrapped) < 2 or long > len(wrapped):
        return 0
    return round(min(quantiles(wrapped, n=20)[-1], max(wrapped)))


def _groups(lines: list[str]) -> Iterator[tuple[list[str], bool, bool]]:
    """Yield runs of lines between blank lines and rules: (lines, underlined, after a rule)."""
    group: list[str] = []
    ruled = False
    for line in lines:
        if line and not (len(line.strip()) > 2 and _RULE.fullmatch(line)):
            group.append(line)
            continue
        if line and len(group) == 1 and _UNDERLINE.fullmatch(line.strip()):
            yield group, True, ruled
            ruled = False
        else:
            if group:
                yield group, False, ruled
                ruled = False
            ruled = ruled or bool(line)
        group = []
    if group:
        yield group, False, ruled


def _split_runs(group: list[str], width: int) -> Iterator[list[str]]:
    """Split a run of lines where a new paragraph starts without a blank line."""
    run: list[str] = []
    for number, line in enumerate(group):
        if run and _starts_paragraph(group, number, width):
            yield run
            run = []
        run.append(line)
    yield run


def _starts_paragraph(group: list[str], number: int, width: int) -> bool:
    """Whether a line of a run begins a paragraph: too long, a bullet, or indented."""
    line, before = group[number], group[number - 1]
    if max(len(line), len(before)) > _WIDEST_WRAP:
        return True
    if _BULLET.match(line.lstrip()) and _is_at_end(before, line, width):
        return True
    after = group[number + 1] if number + 1 < len(group) else ""
    deeper = _indent(line) > _indent(before)
    return deeper and (not after or _indent(after) < _indent(line)) and _ends_sentence(before)


def _is_at_end(before: str, line: str, width: int) -> bool:
    if _ends_sentence(before) or _is_short(before, line, width):
        return True
    return _BULLET.match(before.lstrip()) is not None


def _ends_sentence(line: str) -> bool:
    return line.rstrip("\"'”’)]*")[-1:] in ".!?:"


def _is_short(line: str, following: str, width: int) -> bool:
    """Whether the next line's first word would still have fitted on this one."""
    first = following.split(None, 1)[0]
    return len(line) + 1 + len(first) <= width - _SLACK


def _joined(run: list[str], width: int) -> str:
    pairs = list(pairwise(run))
    ended = [not width or _ends_early(before, line, width) for before, line in pairs]
    if sum(ended) * 2 > len(ended):
        ended = [True] * len(ended)
    parts = [collapse_whitespace(run[0])]
    for (_, line), end in zip(pairs, ended, strict=True):
        parts += ("\n" if end else " ", collapse_whitespace(line))
    return "".join(parts)


def _ends_early(before: str, line: str, width: int) -> bool:
    """Whether a line was ended on purpose and not by the wrap."""
    if _is_short(before, line, width):
        return True
    return _COLUMNS.search(before) is not None or _COLUMNS.search(line) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

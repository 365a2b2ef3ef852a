"""What results are written on: so many columns, with colours or without."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from archivesearch.model.passages import Span
from archivesearch.present.clean import clean
from archivesearch.present.markup import TextRun, pieces, with_asterisks
from archivesearch.present.wrap import wrap

MAX_TEXT_COLUMNS = 100
"""Columns that running text takes at most, however wide the terminal is."""

MIN_COLUMNS = 24

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "mark": {"fg": "red", "bold": True},
    "strong": {"bold": True},
    "faint": {"dim": True},
    "count": {"fg": "cyan"},
}


class Screen(NamedTuple):
    """A terminal, or a file that is read like one."""

    width: int = 80
    color: bool = False

    @property
    def columns(self) -> int:
        """The columns that lines may take, even on a screen too narrow for sense."""
        return max(self.width, MIN_COLUMNS)

    @property
    def text_columns(self) -> int:
        """The columns that running text may take."""
        return min(self.columns, MAX_TEXT_COLUMNS)

    def render(self, line: Iterable[TextRun]) -> str:
        """Return one line of runs as it is written."""
        if not self.color:
            return "".join(piece for piece, _ in line).rstrip()
        return "".join(
            click.style(piece, **_STYLES[style]) if style else piece for piece, style in line
        )

    def marked(self, text: str, spans: Iterable[Span]) -> list[TextRun]:
        """Return text as clean runs, its spans in colour or between asterisks."""
        if not self.color:
            return [(clean(with_asterisks(text, spans)), "")]
        return [(clean(piece), "mark" if hit else "") for piece, hit in pieces(text, spans)]

    def block(
        self,
        runs: Sequence[TextRun],
        *,
        first: Sequence[TextRun] = (),
        indent: int = 0,
        columns: int | None = None,
    ) -> list[str]:
        """Return runs as lines, the first after what `first` says, the rest indented.

        `first` must be as wide as `indent`; without it all lines are indented.
        """
        space: Sequence[TextRun] = [(" " * indent, "")]
        lines = wrap(runs, (columns or self.text_columns) - indent) or [[]]
        heads = [first or space, *([space] * (len(lines) - 1))]
        return [self.render([*head, *line]) for head, line in zip(heads, lines, strict=True)]

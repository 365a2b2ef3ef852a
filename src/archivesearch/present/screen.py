"""Screen: the number of columns and the colours of a terminal or a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from archivesearch.model.passages import Span
from archivesearch.present.clean import clean
from archivesearch.present.markup import TextRun, pieces, with_asterisks
from archivesearch.present.wrap import wrap

# Longer lines of running text are hard to read, even on a wide terminal.
MAX_TEXT_COLUMNS = 100

MIN_COLUMNS = 24

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "mark": {"fg": "red", "bold": True},
    "strong": {"bold": True},
    "faint": {"dim": True},
    "count": {"fg": "cyan"},
}


class Screen(NamedTuple):
    """The width of a terminal, or of a file for readers, and whether it has colours."""

    width: int = 80
    color: bool = False

    @property
    def columns(self) -> int:
        """Columns of a line, at least MIN_COLUMNS."""
        return max(self.width, MIN_COLUMNS)

    @property
    def text_columns(self) -> int:
        """Columns of a line of running text, at most MAX_TEXT_COLUMNS."""
        return min(self.columns, MAX_TEXT_COLUMNS)

    def render(self, line: Iterable[TextRun]) -> str:
        """Return the runs of one line as text, with escape sequences for colours."""
        if not self.color:
            return "".join(piece for piece, _ in line).rstrip()
        return "".join(
            click.style(piece, **_STYLES[style]) if style else piece for piece, style in line
        )

    def marked(self, text: str, spans: Iterable[Span]) -> list[TextRun]:
        """Return clean text as runs, its spans in colour; without colours between asterisks."""
        if not self.color:
            return [(clean(with_asterisks(text, spans)), "")]
        return [(clean(piece), "mark" if mark else "") for piece, mark in pieces(text, spans)]

    def block(
        self,
        runs: Sequence[TextRun],
        *,
        first: Sequence[TextRun] = (),
        indent: int = 0,
        columns: int | None = None,
    ) -> list[str]:
        """Return runs as lines of at most `columns`, by default `text_columns`.

        The first line begins with `first`, which is as wide as `indent`; the others, or
        without `first` all, begin with spaces.
        """
        spaces: Sequence[TextRun] = [(" " * indent, "")]
        lines = wrap(runs, (columns or self.text_columns) - indent) or [[]]
        margins = [first or spaces, *([spaces] * (len(lines) - 1))]
        return [self.render([*margin, *line]) for margin, line in zip(margins, lines, strict=True)]

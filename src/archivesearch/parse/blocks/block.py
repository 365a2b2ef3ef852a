"""What a page is cut into before any meaning is read out of it: blocks of text."""

from typing import NamedTuple

from archivesearch.model.passages import Span


class Cell(NamedTuple):
    """A place in a table: the numbers of the table on its page, of the row and of the column."""

    table: int
    row: int
    column: int


class Block(NamedTuple):
    """A run of text that a browser would set apart from its neighbours.

    `text` has its white space collapsed; a newline stands where the page breaks a line on
    purpose (`<br>`, or a line of plain text that ends before it is full). `tag` is the
    element it came from (`p`, `li`, `dt`, `dd`, `td`, `pre`, `h1`, `text` for plain text).
    `strong` are the spans of `text` that are set bold, larger, underlined or as a heading;
    `anchor` says that the block starts with, or stands in, an `<a name>` or an `id`;
    `rule` that an `<hr>` or a line of dashes stands directly before it; `indent` counts
    the lists and quotations around it, or the leading spaces of plain text; `linked` says
    that it is a heading made of links alone; `cell` is its place in a table, if it has one.
    """

    text: str
    tag: str
    strong: tuple[Span, ...] = ()
    anchor: bool = False
    rule: bool = False
    indent: int = 0
    linked: bool = False
    cell: Cell | None = None

    @property
    def level(self) -> int:
        """1 to 6 for `<h1>` to `<h6>`, else 0."""
        return int(self.tag[1]) if len(self.tag) == 2 and self.tag[0] == "h" else 0

    @property
    def all_strong(self) -> bool:
        """Whether all of the text is set to stand out."""
        return bool(self.strong) and self.strong[0] == (0, len(self.text))

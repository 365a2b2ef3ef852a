"""Blocks: the paragraphs, headings, list items and table cells that a page is cut into."""

from typing import NamedTuple

from archivesearch.model.passages import Span


class Cell(NamedTuple):
    """A table cell: the number of its table on the page, of its row and of its column, from 1."""

    table: int
    row: int
    column: int


class Block(NamedTuple):
    """A piece of text that a browser sets apart from its neighbours.

    - `text`: never empty, white space collapsed. A newline is a line break on purpose: `<br>`,
      or a line of plain text that ends before it is full.
    - `tag`: the element, such as `p`, `li`, `dt`, `dd`, `td`, `pre`, `h1`; `text` in plain text.
    - `strong`: the spans of `text` in bold, in a larger font, underlined or in a heading,
      ascending and disjoint.
    - `anchor`: the block starts with an `<a name>` or an `id`.
    - `rule`: an `<hr>` or a line of dashes is directly above it.
    - `indent`: the number of lists and quotations around it, or of leading spaces in plain text.
    - `linked`: it is a heading that consists of links.
    - `cell`: its table cell, if any.
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
        """The heading level: 1 to 6 for `<h1>` to `<h6>`, else 0."""
        return int(self.tag[1]) if len(self.tag) == 2 and self.tag[0] == "h" else 0

    @property
    def all_strong(self) -> bool:
        """Whether all of the text is strong."""
        return bool(self.strong) and self.strong[0] == (0, len(self.text))

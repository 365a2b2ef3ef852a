"""HTML parser: cuts the tree of a page into blocks, in one walk over its nodes."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archivesearch.parse.blocks import inline, plain_text
from archivesearch.parse.blocks.block import Block, Cell

# The actions at a tag, in an order that counts: `_INLINE` is 0, no action at all. The actions
# from `_BLOCK` to `_PRE` begin a block at the start tag and end it at the end tag; `enter` and
# `leave` test for them by `<= _PRE`. They are plain integers, because `blocks` takes 20 % more
# time with an IntEnum.
(
    _INLINE,
    _BLOCK,
    _HEADING,
    _INDENT,
    _TABLE,
    _ROW,
    _CELL,
    _PRE,
    _STRONG,
    _FONT,
    _ANCHOR,
    _BREAK,
    _RULE,
    _RAW,
    _SKIP,
) = range(15)

_ACTIONS: dict[str, int] = {
    **dict.fromkeys(
        "address article aside body button center dd details dialog div dt fieldset "
        "figcaption figure footer form header hgroup html legend li main nav noscript optgroup "
        "option p search section select summary tbody tfoot thead textarea title".split(),
        _BLOCK,
    ),
    **dict.fromkeys("caption h1 h2 h3 h4 h5 h6 th".split(), _HEADING),
    **dict.fromkeys("blockquote dir dl menu ol ul".split(), _INDENT),
    **dict.fromkeys("b big strong u".split(), _STRONG),
    **dict.fromkeys("head link meta script style template".split(), _SKIP),
    **dict.fromkeys("iframe noembed noframes".split(), _RAW),
    **dict.fromkeys("listing plaintext pre xmp".split(), _PRE),
    "table": _TABLE,
    "tr": _ROW,
    "td": _CELL,
    "font": _FONT,
    "a": _ANCHOR,
    "br": _BREAK,
    "hr": _RULE,
}
_TEXT_NODE = 2
_new_block = tuple.__new__  # takes half the time of `Block(...)`
# lexbor numbers the tags that it does not know, page by page, from here on.
_FIRST_UNKNOWN_TAG = 0x10000

# The action and the name of a tag, by lexbor's number for it.
_TagEntry = tuple[int, str]
_tag_entries: dict[int, _TagEntry] = {}


def blocks(document: LexborHTMLParser) -> list[Block]:
    """Return the blocks of a document in order.

    All of its text is in exactly one block, except scripts, styles and the head.
    """
    return _Builder(nested=False).read(document)


class _Builder:
    """Builds the blocks of a document: `parts` is the text since the last block.

    lexbor returns the content of `<iframe>`, `<noembed>` and `<noframes>` as text. It is
    parsed as a document of its own, with `nested` true; such elements inside it are not.
    """

    def __init__(self, *, nested: bool) -> None:
        self.blocks: list[Block] = []
        self.parts: list[str] = []
        self.tags = ["body"]
        self.nested = nested
        self._bold = 0
        self._indent = 0
        self._pre = 0
        self._rule = False
        self._anchor = False
        self._has_marks = False
        self._starts_strong = False
        self._linked = False
        self._cell: Cell | None = None
        self._outer_cells: list[Cell | None] = []
        self._table_count = 0

    def read(self, document: LexborHTMLParser) -> list[Block]:
        """Return the blocks of a document."""
        if document.root is not None:
            _walk(document.root, self)
        self.flush()
        return self.blocks

    def begin(self, tag: str) -> None:
        """Begin a block, and end the text before it."""
        if self.parts:
            self.flush()
        self.tags.append(tag)

    def end(self) -> None:
        """End a block."""
        if self.parts:
            self.flush()
        self.tags.pop()

    def enter(self, node: LexborNode, action: int, tag: str) -> int:
        """Handle a start tag. Return the action for `leave`, or `_SKIP` to skip the element."""
        if action <= _PRE:
            self.begin(tag)
            self._enter_block(node, action, tag)
            return action
        if action == _BREAK:
            self._add_mark(inline.BREAK)
            return _INLINE
        if action == _ANCHOR:
            before = self.parts[-1] if self.parts else ""
            begins = before in inline.MARKS or not before.strip()
            if (begins or self._pre) and _is_anchor(node):  # an anchor inside a text is ignored
                self._add_mark(inline.ANCHOR)
            return _INLINE
        if action == _STRONG or (action == _FONT and _is_large(node)):
            self._bold += 1
            if self._bold == 1:
                self._add_mark(inline.STRONG)
            return _STRONG
        if action == _RULE:
            self.flush()
            self._rule = True
        elif action == _RAW:
            return self._enter_raw(node)
        return action if action == _SKIP else _INLINE

    def leave(self, action: int) -> None:
        """Handle an end tag: undo what `enter` did."""
        if action == _STRONG:
            self._bold -= 1
            if not self._bold:
                self._add_mark(inline.PLAIN)
        elif action <= _PRE:
            self.end()
            if action == _HEADING:
                self._bold -= 1
                self._starts_strong = self._bold > 0
                self._linked = False
            elif action == _INDENT:
                self._indent -= 1
            elif action == _TABLE:
                self._cell = self._outer_cells.pop()
            elif action == _PRE:
                self._pre -= 1

    def _enter_block(self, node: LexborNode, action: int, tag: str) -> None:
        """Handle the start tag of a heading, list, quotation, table or preformatted block."""
        if action == _HEADING:
            self._bold += 1
            self._starts_strong = True
            self._anchor = self._anchor or bool(node.id)
            if tag == "th":
                self._enter_cell(_CELL)
            else:
                self._linked = _is_linked(node)
        elif action == _INDENT:
            self._indent += 1
        elif action == _PRE:
            self._pre += 1
        else:
            self._enter_cell(action)

    def _enter_cell(self, action: int) -> None:
        """Count tables, rows and cells: each block has the numbers of its cell."""
        table, row, column = self._cell or (0, 0, 0)
        if action == _TABLE:
            self._outer_cells.append(self._cell)
            self._table_count += 1
            self._cell = Cell(self._table_count, 0, 0)
        elif action == _ROW:
            self._cell = Cell(table, row + 1, 0)
        else:
            self._cell = Cell(table, row, column + 1)

    def _enter_raw(self, node: LexborNode) -> int:
        if self.nested:
            self.tags.append(node.tag or "")
            return _BLOCK
        self.flush()
        self.blocks += _Builder(nested=True).read(LexborHTMLParser(node.text()))
        return _SKIP

    def _add_mark(self, mark: str) -> None:
        self.parts.append(mark)
        self._has_marks = True

    def flush(self) -> None:
        """End the current text, and add the blocks in it."""
        raw = "".join(self.parts)
        self.parts.clear()
        if self._has_marks or self._pre:
            self._flush_marked(raw)
        else:
            text = inline.collapse_whitespace(raw)
            self._add(text, ((0, len(text)),) if self._starts_strong else ())

    def _flush_marked(self, raw: str) -> None:
        if self._pre:
            self._flush_preformatted(raw)
        else:
            for part in inline.split_at_breaks(
                raw, strong=self._starts_strong, anchor=self._anchor
            ):
                self._anchor = part.anchor
                self._add(part.text, part.strong)
        self._starts_strong = self._bold > 0
        self._has_marks = False

    def _flush_preformatted(self, raw: str) -> None:
        """Cut preformatted text into blocks as a plain text file is."""
        self._anchor = self._anchor or inline.ANCHOR in raw
        cut = plain_text.blocks(inline.strip_marks(raw))
        strong = inline.strong_spans(raw, [b.text for b in cut], strong=self._starts_strong)
        indent = self._indent
        for block, spans in zip(cut, strong, strict=True):
            self._rule = self._rule or block.rule
            self._indent = indent + block.indent
            self._add(block.text, spans or block.strong)
        self._indent = indent

    def _add(self, text: str, strong: tuple[tuple[int, int], ...]) -> None:
        if text:
            context = (self._anchor, self._rule, self._indent, self._linked, self._cell)
            self.blocks.append(_new_block(Block, (text, self.tags[-1], strong, *context)))
            self._anchor = self._rule = False


def _walk(root: LexborNode, builder: _Builder) -> None:
    """Visit every node once, without recursion: trees can be deeper than Python's stack."""
    open_nodes: list[tuple[LexborNode, int]] = []
    node: LexborNode | None = root
    parts = builder.parts
    while True:
        while node is not None:
            number = node.tag_id
            if number == _TEXT_NODE:
                content = node.text_content or ""
                if parts or not content.isspace():
                    parts.append(content)
                node = node.next
                continue
            action, tag = _tag_entries.get(number) or _look_up(node, number)
            if action == _BLOCK:
                builder.begin(tag)
            elif action:
                action = builder.enter(node, action, tag)
            child = node.child if action != _SKIP else None
            if child is not None:
                open_nodes.append((node, action))
                node = child
            else:
                if action:
                    builder.leave(action)
                node = node.next
        if not open_nodes:
            return
        node, action = open_nodes.pop()
        if action == _BLOCK:
            builder.end()
        elif action:
            builder.leave(action)
        node = node.next


def _look_up(node: LexborNode, number: int) -> _TagEntry:
    """Return the action and the name of a tag, and cache them by its number if it has one."""
    tag = node.tag or ""
    entry = (_ACTIONS.get(tag, _INLINE), tag)
    if number < _FIRST_UNKNOWN_TAG:
        _tag_entries[number] = entry
    return entry


def _is_anchor(link: LexborNode) -> bool:
    return bool(link.id) or "name" in link.attributes


def _is_linked(heading: LexborNode) -> bool:
    """Whether a heading has a link, and no word outside of its links."""
    has_link = False
    for node in heading.iter(include_text=True):
        if node.tag == "a" and node.attributes.get("href"):
            has_link = True
        elif any(map(str.isalnum, node.text())):
            return False
    return has_link


def _is_large(node: LexborNode) -> bool:
    """Whether a `<font size>` is larger than running text, which is 3."""
    size = (node.attributes.get("size") or "").strip()
    return size.startswith("+") or (size.isdecimal() and int(size[:3]) > 3)

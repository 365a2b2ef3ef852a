"""From an HTML tree to blocks of text, in one walk over its nodes."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archivesearch.parse.blocks import inline as runs
from archivesearch.parse.blocks import plain_text as text
from archivesearch.parse.blocks.block import Block, Cell

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
_made = tuple.__new__  # half the time that calling the class of a block takes
_FIRST_UNKNOWN_TAG = 0x10000

# The action and the name of each tag that was met, by the number lexbor has for it.
_Entry = tuple[int, str]
_known: dict[int, _Entry] = {}


def blocks(document: LexborHTMLParser) -> list[Block]:
    """Cut a document into blocks; scripts, styles and the head are left out.

    Nothing else is: text stands in exactly one block, in the order of the document.
    """
    return _Builder(raw=False).read(document)


class _Builder:
    """The run of text that is being gathered, and the blocks that are done.

    `raw` says that the document stood where browsers of another kind see plain text
    (`<noframes>`); what stands so in there again is not parsed once more.
    """

    def __init__(self, *, raw: bool) -> None:
        self.done: list[Block] = []
        self.parts: list[str] = []
        self.tags = ["body"]
        self.raw = raw
        self._bold = 0
        self._indent = 0
        self._pre = 0
        self._rule = False
        self._anchor = False
        self._marked = False
        self._starts_strong = False
        self._linked = False
        self._cell: Cell | None = None
        self._outer: list[Cell | None] = []
        self._tables = 0

    def read(self, document: LexborHTMLParser) -> list[Block]:
        """Return the blocks of a document."""
        if document.root is not None:
            _walk(document.root, self)
        self.flush()
        return self.done

    def begin(self, tag: str) -> None:
        """Begin a block, ending the run of text above it."""
        if self.parts:
            self.flush()
        self.tags.append(tag)

    def end(self) -> None:
        """End a block."""
        if self.parts:
            self.flush()
        self.tags.pop()

    def enter(self, node: LexborNode, action: int, tag: str) -> int:
        """Act on a start tag; return the action to undo at its end, `_SKIP` to pass over it."""
        if action <= _PRE:
            self.begin(tag)
            self._open(node, action, tag)
            return action
        if action == _BREAK:
            self._mark(runs.BREAK)
            return _INLINE
        if action == _ANCHOR:
            before = self.parts[-1] if self.parts else ""
            begins = before in runs.MARKS or not before.strip()
            if (begins or self._pre) and _is_anchor(node):  # elsewhere it would say nothing
                self._mark(runs.ANCHOR)
            return _INLINE
        if action == _STRONG or (action == _FONT and _is_large(node)):
            self._bold += 1
            if self._bold == 1:
                self._mark(runs.STRONG)
            return _STRONG
        if action == _RULE:
            self.flush()
            self._rule = True
        elif action == _RAW:
            return self._open_raw(node)
        return action if action == _SKIP else _INLINE

    def leave(self, action: int) -> None:
        """Undo what `enter` did, at the end of an element."""
        if action == _STRONG:
            self._bold -= 1
            if not self._bold:
                self._mark(runs.PLAIN)
        elif action <= _PRE:
            self.end()
            if action == _HEADING:
                self._bold -= 1
                self._starts_strong = self._bold > 0
                self._linked = False
            elif action == _INDENT:
                self._indent -= 1
            elif action == _TABLE:
                self._cell = self._outer.pop()
            elif action == _PRE:
                self._pre -= 1

    def _open(self, node: LexborNode, action: int, tag: str) -> None:
        """Note what a block that is more than a block does to those in it."""
        if action == _HEADING:
            self._bold += 1
            self._starts_strong = True
            self._anchor = self._anchor or bool(node.id)
            if tag == "th":
                self._open_cell(_CELL)
            else:
                self._linked = _is_linked(node)
        elif action == _INDENT:
            self._indent += 1
        elif action == _PRE:
            self._pre += 1
        else:
            self._open_cell(action)

    def _open_cell(self, action: int) -> None:
        """Count tables, rows and cells, so that each block can say in which it stands."""
        table, row, column = self._cell or (0, 0, 0)
        if action == _TABLE:
            self._outer.append(self._cell)
            self._tables += 1
            self._cell = Cell(self._tables, 0, 0)
        elif action == _ROW:
            self._cell = Cell(table, row + 1, 0)
        else:
            self._cell = Cell(table, row, column + 1)

    def _open_raw(self, node: LexborNode) -> int:
        if self.raw:
            self.tags.append(node.tag or "")
            return _BLOCK
        self.flush()
        self.done += _Builder(raw=True).read(LexborHTMLParser(node.text()))
        return _SKIP

    def _mark(self, mark: str) -> None:
        self.parts.append(mark)
        self._marked = True

    def flush(self) -> None:
        """End the run of text, and make of it what blocks it holds."""
        raw = "".join(self.parts)
        self.parts.clear()
        if self._marked or self._pre:
            self._flush_marked(raw)
        else:
            words = runs.collapse_whitespace(raw)
            self._add(words, ((0, len(words)),) if self._starts_strong else ())

    def _flush_marked(self, raw: str) -> None:
        if self._pre:
            self._flush_preformatted(raw)
        else:
            for run in runs.split_at_breaks(raw, strong=self._starts_strong, anchor=self._anchor):
                self._anchor = run.anchor
                self._add(run.text, run.strong)
        self._starts_strong = self._bold > 0
        self._marked = False

    def _flush_preformatted(self, raw: str) -> None:
        """Cut preformatted text into blocks as if it were a plain text file."""
        self._anchor = self._anchor or runs.ANCHOR in raw
        cut = text.blocks(runs.strip_marks(raw))
        strong = runs.strong_spans(raw, [b.text for b in cut], strong=self._starts_strong)
        indent = self._indent
        for block, spans in zip(cut, strong, strict=True):
            self._rule = self._rule or block.rule
            self._indent = indent + block.indent
            self._add(block.text, spans or block.strong)
        self._indent = indent

    def _add(self, words: str, strong: tuple[tuple[int, int], ...]) -> None:
        if words:
            place = (self._anchor, self._rule, self._indent, self._linked, self._cell)
            self.done.append(_made(Block, (words, self.tags[-1], strong, *place)))
            self._anchor = self._rule = False


def _walk(root: LexborNode, builder: _Builder) -> None:
    """Visit every node once, without recursion, however deep the tree."""
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
            action, tag = _known.get(number) or _met(node, number)
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


def _met(node: LexborNode, number: int) -> _Entry:
    """Return what to do at a tag, and remember it; numbers of invented tags mean nothing."""
    tag = node.tag or ""
    entry = (_ACTIONS.get(tag, _INLINE), tag)
    if number < _FIRST_UNKNOWN_TAG:
        _known[number] = entry
    return entry


def _is_anchor(link: LexborNode) -> bool:
    return bool(link.id) or "name" in link.attributes


def _is_linked(heading: LexborNode) -> bool:
    """Whether all words of a heading are links."""
    links = False
    for node in heading.iter(include_text=True):
        if node.tag == "a" and node.attributes.get("href"):
            links = True
        elif any(map(str.isalnum, node.text())):
            return False
    return links


def _is_large(node: LexborNode) -> bool:
    """Whether a `<font size>` is larger than running text, which is 3."""
    size = (node.attributes.get("size") or "").strip()
    return size.startswith("+") or (size.isdecimal() and int(size[:3]) > 3)

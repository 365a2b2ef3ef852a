"""From an HTML tree to blocks of text, in one walk over its nodes."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archivesearch.model import Span
from archivesearch.parse import text
from archivesearch.parse.blocks import Block

_BLOCK, _INDENT, _STRONG, _FONT, _ANCHOR, _BREAK, _RULE, _SKIP, _RAW, _PRE, _CELL = range(1, 12)

_ACTIONS: dict[str | None, int] = {
    **dict.fromkeys(
        "address article aside body button caption center dd details dialog div dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup html legend li main "
        "nav noscript optgroup option p search section select summary table tbody tfoot "
        "thead tr textarea title".split(),
        _BLOCK,
    ),
    **dict.fromkeys(("td", "th"), _CELL),
    **dict.fromkeys("blockquote dir dl menu ol ul".split(), _INDENT),
    **dict.fromkeys("b big strong u".split(), _STRONG),
    **dict.fromkeys("head link meta script style template".split(), _SKIP),
    **dict.fromkeys("iframe noembed noframes".split(), _RAW),
    **dict.fromkeys("listing plaintext pre xmp".split(), _PRE),
    "font": _FONT,
    "a": _ANCHOR,
    "br": _BREAK,
    "hr": _RULE,
}
_STRONG_BLOCKS = {"h1", "h2", "h3", "h4", "h5", "h6", "th", "caption"}
_CLOSES = {_BLOCK, _INDENT, _PRE, _CELL}


def blocks(document: LexborHTMLParser) -> list[Block]:
    """Cut a document into blocks; scripts, styles and the head are left out.

    Nothing else is: text stands in exactly one block, in the order of the document.
    """
    builder = _Builder()
    if document.root is not None:
        _walk(document.root, builder)
    builder.flush()
    return builder.done


class _Builder:
    """The block that is being gathered, and those that are done."""

    def __init__(self) -> None:
        self.done: list[Block] = []
        self.tags = ["body"]
        self.bold = 0
        self.indent = 0
        self.rule = False
        self._parts: list[str] = []
        self._length = 0
        self._space = False
        self._breaks = 0
        self._strong: list[Span] = []
        self._anchor = False

    def add(self, raw: str) -> None:
        """Add the text of a node, its white space collapsed into that before it."""
        words = raw.split()
        if not words:
            self._space = self._space or bool(raw)
            return
        if self._breaks > 1:
            self.flush()
        if self._breaks:
            glue = "\n" if self._length else ""
        else:
            glue = " " if self._length and (self._space or raw[0].isspace()) else ""
        piece = " ".join(words)
        start = self._length + len(glue)
        self._length = start + len(piece)
        self._parts += (glue, piece)
        self._breaks = 0
        self._space = raw[-1].isspace()
        if self.bold:
            if self._strong and start - self._strong[-1][1] <= len(glue):
                start = self._strong.pop()[0]
            self._strong.append((start, self._length))

    def line_break(self) -> None:
        """Note a `<br>`; two of them end the block when more text comes."""
        self._breaks += 1

    def anchor(self) -> None:
        """Note an anchor; it counts where the block has no text before it."""
        self._anchor = self._anchor or not self._length

    def flush(self) -> None:
        """End the block, if it has any text."""
        if self._length:
            self.done.append(
                Block(
                    text="".join(self._parts),
                    tag=self.tags[-1],
                    strong=tuple(self._strong),
                    anchor=self._anchor,
                    rule=self.rule,
                    indent=self.indent,
                )
            )
            self._parts = []
            self._length = 0
            self._strong = []
            self._anchor = False
            self.rule = False
        self._space = False
        self._breaks = 0

    def preformatted(self, raw: str, tag: str) -> None:
        """Cut preformatted text into blocks as if it were a plain text file."""
        self.flush()
        for number, block in enumerate(text.blocks(raw)):
            self.done.append(
                Block(
                    text=block.text,
                    tag=tag,
                    strong=block.strong,
                    rule=block.rule or (self.rule and number == 0),
                    indent=self.indent + block.indent,
                )
            )
            self.rule = False


def _walk(root: LexborNode, builder: _Builder) -> None:
    """Visit every node once, without recursion, however deep the tree."""
    open_nodes: list[tuple[LexborNode, int, str]] = []
    node: LexborNode | None = root
    while True:
        if node is not None:
            tag = node.tag
            if tag == "-text":
                builder.add(node.text_content or "")
                node = node.next
                continue
            action = _ACTIONS.get(tag, 0)
            child = None
            if action:
                action, descend = _enter(node, tag or "", action, builder)
                child = node.child if descend else None
            else:
                child = node.child
            if child is not None:
                open_nodes.append((node, action, tag or ""))
                node = child
                continue
            _leave(action, tag or "", builder)
            node = node.next
            continue
        if not open_nodes:
            return
        node, action, tag = open_nodes.pop()
        _leave(action, tag, builder)
        node = node.next


def _enter(node: LexborNode, tag: str, action: int, builder: _Builder) -> tuple[int, bool]:
    """Act on a start tag; return the action to undo later and whether to look inside."""
    if action in _CLOSES:
        builder.flush()
        builder.tags.append(tag)
        if action == _INDENT:
            builder.indent += 1
        elif action == _PRE and not _has_structure(node):
            builder.preformatted(node.text(), tag)
            return action, False
        if tag in _STRONG_BLOCKS:
            builder.bold += 1
            if "id" in node.attributes:
                builder.anchor()
        return action, True
    if action == _STRONG:
        builder.bold += 1
    elif action == _FONT:
        if not _is_large(node.attributes.get("size") or ""):
            return 0, True
        builder.bold += 1
        return _STRONG, True
    elif action == _ANCHOR:
        if "name" in node.attributes or "id" in node.attributes:
            builder.anchor()
    elif action == _BREAK:
        builder.line_break()
    elif action == _RULE:
        builder.flush()
        builder.rule = True
    elif action == _RAW:
        builder.flush()
        builder.done += blocks(LexborHTMLParser(node.text()))
        return 0, False
    return action, action != _SKIP


def _leave(action: int, tag: str, builder: _Builder) -> None:
    """Undo what `_enter` did, at the end of an element."""
    if action in _CLOSES:
        builder.flush()
        builder.tags.pop()
        if action == _INDENT:
            builder.indent -= 1
        if tag in _STRONG_BLOCKS:
            builder.bold -= 1
    elif action == _STRONG:
        builder.bold -= 1


def _is_large(size: str) -> bool:
    """Whether a `<font size>` is larger than running text, which is 3."""
    size = size.strip()
    if size.startswith("+"):
        return True
    return size.isdecimal() and int(size[:3]) > 3


def _has_structure(node: LexborNode) -> bool:
    """Whether a `<pre>` holds whole blocks, as it does where it was never closed."""
    return node.css_first("p,div,table,ul,ol,dl,h1,h2,h3,h4,h5,h6,hr,blockquote,pre *") is not None

"""What the first tags of a page declare its encoding to be, read as browsers read it.

This is the standard's "prescan a byte stream", but for its limit: a `<meta>` counts
wherever it stands, as it does in browsers once the parser reaches it.
"""

import re
from collections.abc import Iterator

_TAG = re.compile(rb"<(?:!--|(/?[a-zA-Z][^\s/>]*)|[!/?])")
_ATTRIBUTE = re.compile(
    rb"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)|(["'])|))?"""
)
_IN_CONTENT = re.compile(
    rb"""charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;"'][^\s;]*))""", re.IGNORECASE
)
_XML = re.compile(rb"""\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([^"'>]{1,60})["']""")
_FIRST = 1024


def declared_labels(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield what a page says its encoding is, as (label, `meta` or `xml`)."""
    if b"charset" in data[:_FIRST].lower() or b"charset" in data.lower():
        for label in _metas(data):
            yield label.decode("latin-1"), "meta"
    if xml := _XML.match(data):
        yield xml[1].decode("latin-1"), "xml"


def _metas(data: bytes) -> Iterator[bytes]:
    """Yield the labels in a page's `<meta>` tags."""
    at = 0
    while tag := _TAG.search(data, at):
        name, at = tag[1], tag.end()
        if name is None:
            comment = tag[0] == b"<!--"
            at = data.find(b"-->" if comment else b">", at - 2 if comment else at)
            if at < 0:
                return
            continue
        attributes, at = _attributes(data, at)
        if at < 0:
            return
        if name.lower() == b"meta" and (label := _label(attributes)):
            yield label


def _attributes(data: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of a tag and where it ends; -1 where it does not end."""
    found: dict[bytes, bytes] = {}
    while match := _ATTRIBUTE.match(data, at):
        name, double, single, bare, unclosed = match.groups()
        if unclosed:
            return found, -1
        found.setdefault(name.lower(), double or single or bare or b"")
        at = match.end()
    return found, data.find(b">", at)


def _label(attributes: dict[bytes, bytes]) -> bytes:
    """Return the label that the attributes of a `<meta>` give."""
    if b"charset" in attributes:
        return attributes[b"charset"]
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return b""
    match = _IN_CONTENT.search(attributes.get(b"content", b""))
    return next(filter(None, match.groups()), b"") if match else b""

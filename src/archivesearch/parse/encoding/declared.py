"""Declared encodings: the labels in the `<meta>` tags and the XML declaration of a page.

This is the WHATWG standard's "prescan a byte stream" without its limit of 1,024 bytes. A
`<meta>` counts anywhere, as it does in browsers when the parser reaches it.
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
_FIRST_BYTES = 1024


def declared_labels(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the labels that a page declares: (label, "meta"), then (label, "xml")."""
    if b"charset" in data[:_FIRST_BYTES].lower() or b"charset" in data.lower():
        for label in _meta_labels(data):
            yield label.decode("latin-1"), "meta"
    if xml := _XML.match(data):
        yield xml[1].decode("latin-1"), "xml"


def _meta_labels(data: bytes) -> Iterator[bytes]:
    """Yield the labels in the `<meta>` tags of a page, in order."""
    at = 0
    while tag := _TAG.search(data, at):
        name, at = tag[1], tag.end()
        if name is None:
            is_comment = tag[0] == b"<!--"
            at = data.find(b"-->" if is_comment else b">", at - 2 if is_comment else at)
            if at < 0:
                return
            continue
        attributes, at = _attributes(data, at)
        if at < 0:
            return
        if name.lower() == b"meta" and (label := _label(attributes)):
            yield label


def _attributes(data: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of a tag from `at` on, and the offset of its end; -1 without end."""
    attributes: dict[bytes, bytes] = {}
    while match := _ATTRIBUTE.match(data, at):
        name, double, single, bare, unclosed = match.groups()
        if unclosed:
            return attributes, -1
        attributes.setdefault(name.lower(), double or single or bare or b"")
        at = match.end()
    return attributes, data.find(b">", at)


def _label(attributes: dict[bytes, bytes]) -> bytes:
    """Return the encoding label in the attributes of a `<meta>`, `b""` if none."""
    if b"charset" in attributes:
        return attributes[b"charset"]
    if attributes.get(b"http-equiv", b"").lower() != b"content-type":
        return b""
    match = _IN_CONTENT.search(attributes.get(b"content", b""))
    return next(filter(None, match.groups()), b"") if match else b""

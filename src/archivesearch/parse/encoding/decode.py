"""Page decoder: from bytes to text, as browsers decode, with repairs for old pages.

The order follows the WHATWG encoding standard: byte order mark, transport (the server's
content type), `<meta>`. A declaration that the bytes disprove is ignored. Latin-1 and ASCII
mean windows-1252. A page without a declaration is UTF-8 if it is valid UTF-8; else
windows-1252 if its letters are western European; else the encoding is guessed.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archivesearch.parse.encoding import detection, mojibake, western
from archivesearch.parse.encoding.charset_labels import Charset, charset_for
from archivesearch.parse.encoding.declared import declared_labels

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"',]{1,60})""", re.IGNORECASE)
_ISO_2022_ESCAPE = b"\x1b$"
_CP1252 = {
    code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)
}
# Bytes that do not decode are surrogates in Python's `surrogateescape`; they are replaced by
# the characters of windows-1252.
_STRAY = re.compile("[\udc80-\udcff]")
_STRAY_BYTES = {0xDC00 + byte: _CP1252.get(byte, chr(byte)) for byte in range(0x80, 0x100)}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_MIN_UTF8_CHARACTERS = 3
_UTF8 = Charset("utf-8", "utf-8")
_WINDOWS_1252 = Charset("windows-1252", "cp1252")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """The text of a page, the name of its encoding, and the evidence for that.

    `source` is `bom`, `transport`, `meta`, `xml`, `bytes` (no other encoding fits), `guessed`
    or `default`. A note in brackets can follow: a misspelt label (`meta (misspelt utrf-8)`), a
    label that is ignored (`bytes (not iso-8859-1)`), a repair (`meta (mended double UTF-8)`).
    """

    text: str
    encoding: str
    source: str


def decode(data: bytes, content_type: str | None = None) -> DecodedText:
    """Decode a page. Never fails: bytes that fit no encoding are read as windows-1252."""
    text, charset, source = _decode(data, content_type)
    text, repairs = mojibake.repair(text)
    source += f" (mended {repairs})" if repairs else ""
    return DecodedText(text, charset.name, source)


def _decode(data: bytes, content_type: str | None) -> tuple[str, Charset, str]:
    """Return the text of a page before repairs, its encoding, and the source of that."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            charset = charset_for(name)
            text = _decode_as(data[len(bom) :], charset) if charset else None
            if charset and text is not None:
                return text, charset, "bom"
    if charset := detection.utf16_without_bom(data):
        return data.decode(charset.codec, "replace"), charset, "bytes"
    ignored_note = ""
    tried_codecs: set[str] = set()
    for label, source in _declarations(data, content_type):
        charset = charset_for(label)
        if charset and charset.codec in tried_codecs:
            continue
        tried_codecs.add(charset.codec if charset else "")
        if charset and charset.name.startswith("utf-16") and source != "transport":
            charset = _UTF8  # a page in UTF-16 has no declaration in ASCII
        text = _decode_declared(data, charset) if charset else None
        if charset and text is not None:
            misspelt = f" (misspelt {_shorten(label)})" if charset.misspelt else ""
            return text, charset, source + (misspelt or ignored_note)
        ignored_note = ignored_note or f" (not {_shorten(label)})"
    text, charset, source = _decode_undeclared(data)
    return text, charset, source + ignored_note


def _shorten(label: str) -> str:
    return " ".join(label.split())[:40]


def _declarations(data: bytes, content_type: str | None) -> Iterator[tuple[str, str]]:
    """Yield the declared encodings, strongest first: (label, "transport", "meta" or "xml")."""
    if content_type and (match := _CHARSET.search(content_type)):
        yield match[1], "transport"
    yield from declared_labels(data)


def _decode_declared(data: bytes, charset: Charset) -> str | None:
    """Decode in a declared encoding, or return None if the bytes disprove it."""
    if charset.name.startswith("utf-16"):
        return data.decode(charset.codec, "replace") if b"\0" in data else None
    if data.isascii():
        has_escapes = charset.name.startswith(("iso-2022", "hz"))
        return data.decode(charset.codec, "replace") if has_escapes else data.decode("ascii")
    if charset.name != "utf-8" and detection.is_utf8(data, declared=True):
        return None
    if charset.codec == "cp1252" and western.cannot_be_windows_1252(data):
        return None
    return _decode_as(data, charset)


def _decode_undeclared(data: bytes) -> tuple[str, Charset, str]:
    """Decode bytes without a declaration that fits, as `_decode` does."""
    if data.isascii():
        if _ISO_2022_ESCAPE in data and (charset := charset_for("iso-2022-jp")):
            return data.decode(charset.codec, "replace"), charset, "bytes"
        return data.decode("ascii"), _WINDOWS_1252, "default"
    text = _decode_as(data, _UTF8)
    if text is not None:
        return text, _UTF8, "bytes"
    charset = None if western.is_windows_1252(data) else detection.guess_charset(data)
    text = _decode_as(data, charset) if charset else None
    if charset and text is not None:
        return text, charset, "guessed"
    return _decode_windows_1252(data), _WINDOWS_1252, "default"


def _decode_as(data: bytes, charset: Charset) -> str | None:
    """Decode in an encoding, or return None if too many bytes are invalid in it.

    A few invalid bytes are read as windows-1252: an editor that knew no other encoding wrote
    them. They may be one for ten valid characters beyond ASCII. In UTF-8 with at least three
    such characters, which is hardly UTF-8 by chance, they may be one for two.
    """
    if charset.codec == "cp1252":
        return _decode_windows_1252(data)
    if charset.name.startswith("utf-16"):
        return data.decode(charset.codec, "replace")
    text = _try_decode(data, charset.codec, "strict")
    if text is not None:
        return text
    text = _try_decode(data, charset.codec, "surrogateescape")
    if text is None:
        return None
    invalid = len(_STRAY.findall(text))
    valid = len(_NOT_ASCII.findall(text)) - invalid
    is_utf8 = charset.name == "utf-8" and valid >= _MIN_UTF8_CHARACTERS
    return text.translate(_STRAY_BYTES) if invalid * (2 if is_utf8 else 10) <= valid else None


def _try_decode(data: bytes, codec: str, errors: str) -> str | None:
    try:
        return data.decode(codec, errors)
    except UnicodeDecodeError:
        return None


def _decode_windows_1252(data: bytes) -> str:
    """Decode windows-1252 as browsers do: its five unused bytes become control characters."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)

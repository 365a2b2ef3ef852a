"""From the bytes of a page to its text, as browsers decode and as pages of that age need.

The order is that of the WHATWG encoding standard: byte order mark, transport, `<meta>`.
A declaration that the bytes disprove is passed over. What calls itself latin-1 or ASCII
is windows-1252, and so is what says nothing, is not valid UTF-8 and looks western.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archivesearch.parse.encoding import declared as prescan
from archivesearch.parse.encoding import detection as guess
from archivesearch.parse.encoding import mojibake, western
from archivesearch.parse.encoding.charset_labels import Charset, charset_for

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"',]{1,60})""", re.IGNORECASE)
_ESCAPE = b"\x1b$"
_CP1252 = {
    code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)
}
_STRAY = re.compile("[\udc80-\udcff]")
_STRAY_BYTES = {0xDC00 + byte: _CP1252.get(byte, chr(byte)) for byte in range(0x80, 0x100)}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CLEARLY_UTF8 = 3
_UTF8 = Charset("utf-8", "utf-8")
_WESTERN = Charset("windows-1252", "cp1252")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A page's text, the encoding it was read by, and what decided so.

    `source` is `bom`, `transport`, `meta`, `xml`, `bytes` (they can be nothing else),
    `guessed` or `default`. In brackets follow the label that was declared where it was
    misspelt (`meta (misspelt utrf-8)`) or passed over (`bytes (not iso-8859-1)`), and
    what was mended (`meta (mended double UTF-8)`).
    """

    text: str
    encoding: str
    source: str


def decode(data: bytes, content_type: str | None = None) -> DecodedText:
    """Decode a page. Never fails: every byte becomes some character."""
    text, found, source = _decoded(data, content_type)
    text, what = mojibake.repair(text)
    return DecodedText(text, found.name, f"{source} (mended {what})" if what else source)


def _decoded(data: bytes, content_type: str | None) -> tuple[str, Charset, str]:
    """Return the text of a page, its encoding, and what decided so."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            found = charset_for(name)
            text = _text(data[len(bom) :], found) if found else None
            if found and text is not None:
                return text, found, "bom"
    if found := guess.utf16_without_bom(data):
        return data.decode(found.codec, "replace"), found, "bytes"
    passed_over = ""
    tried: set[str] = set()
    for label, source in _declarations(data, content_type):
        found = charset_for(label)
        if found and found.codec in tried:
            continue
        tried.add(found.codec if found else "")
        if found and found.name.startswith("utf-16") and source != "transport":
            found = _UTF8  # the declaration itself was to be read in ASCII
        text = _declared_text(data, found) if found else None
        if found and text is not None:
            misspelt = f" (misspelt {_shown(label)})" if found.misspelt else ""
            return text, found, source + (misspelt or passed_over)
        passed_over = passed_over or f" (not {_shown(label)})"
    text, found, source = _undeclared(data)
    return text, found, source + passed_over


def _shown(label: str) -> str:
    return " ".join(label.split())[:40]


def _declarations(data: bytes, content_type: str | None) -> Iterator[tuple[str, str]]:
    """Yield what declares an encoding, as (label, who says so), strongest first."""
    if content_type and (match := _CHARSET.search(content_type)):
        yield match[1], "transport"
    yield from prescan.declared_labels(data)


def _declared_text(data: bytes, found: Charset) -> str | None:
    """Decode by a declaration, or return None where the bytes disprove it."""
    if found.name.startswith("utf-16"):
        return data.decode(found.codec, "replace") if b"\0" in data else None
    if data.isascii():
        escapes = found.name.startswith(("iso-2022", "hz"))
        return data.decode(found.codec, "replace") if escapes else data.decode("ascii")
    if found.name != "utf-8" and guess.is_utf8(data, declared=True):
        return None
    if found.codec == "cp1252" and western.cannot_be_windows_1252(data):
        return None
    return _text(data, found)


def _undeclared(data: bytes) -> tuple[str, Charset, str]:
    """Decode what declares nothing that is true."""
    if data.isascii():
        if _ESCAPE in data and (found := charset_for("iso-2022-jp")):
            return data.decode(found.codec, "replace"), found, "bytes"
        return data.decode("ascii"), _WESTERN, "default"
    text = _text(data, _UTF8)
    if text is not None:
        return text, _UTF8, "bytes"
    found = None if western.is_windows_1252(data) else guess.guess_charset(data)
    text = _text(data, found) if found else None
    if found and text is not None:
        return text, found, "guessed"
    return _windows_1252(data), _WESTERN, "default"


def _text(data: bytes, found: Charset) -> str | None:
    """Decode, or return None where the bytes are not of that encoding.

    A few wrong bytes among many right ones are the marks of an editor that knew only
    windows-1252, and are read so; where most are wrong the declaration is. Several
    characters of UTF-8 are hardly there by chance: then one wrong byte for two is few.
    """
    if found.codec == "cp1252":
        return _windows_1252(data)
    if found.name.startswith("utf-16"):
        return data.decode(found.codec, "replace")
    text = _try(data, found.codec, "strict")
    if text is not None:
        return text
    text = _try(data, found.codec, "surrogateescape")
    if text is None:
        return None
    wrong = len(_STRAY.findall(text))
    right = len(_NOT_ASCII.findall(text)) - wrong
    clear = found.name == "utf-8" and right >= _CLEARLY_UTF8
    return text.translate(_STRAY_BYTES) if wrong * (2 if clear else 10) <= right else None


def _try(data: bytes, codec: str, errors: str) -> str | None:
    try:
        return data.decode(codec, errors)
    except UnicodeDecodeError:
        return None


def _windows_1252(data: bytes) -> str:
    """Decode windows-1252 as browsers do: its five unused bytes are control characters."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)

"""From the bytes of a page to its text, as browsers decode and as pages of that age need.

The order is that of the WHATWG encoding standard: byte order mark, transport, `<meta>`.
A declaration that the bytes disprove is passed over. What calls itself latin-1 or ASCII
is windows-1252, and so is what says nothing and is not valid UTF-8.
"""

import codecs
import re
from dataclasses import dataclass

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(
    rb"""<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:()+-]{1,40})""", re.IGNORECASE
)
_XML = re.compile(rb"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:()+-]{1,40})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:()+-]{1,40})""", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_PRESCAN = 4096

# What the standard reads a label as, where Python's codec of that name is another one.
_WHATWG = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-32": "utf-8",
    "utf-7": "utf-8",
}
_NAMES = {
    "cp1252": "windows-1252",
    "cp1254": "windows-1254",
    "cp874": "windows-874",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "big5hkscs": "big5",
}
# Labels that browsers know and Python does not, and misspellings met in real pages.
_ALIASES = {
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "x-cp1252": "cp1252",
    "x-x-big5": "big5",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "x-user-defined": "cp1252",
    "ansi": "cp1252",
    "ks_c_5601-1987": "euc_kr",
    "windows-949": "euc_kr",
    "windows-31j": "shift_jis",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "dos-874": "cp874",
}
_CP1252 = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_STRAY = re.compile("[\udc80-\udcff]")
_STRAY_BYTES = {0xDC00 + byte: _CP1252.get(byte, chr(byte)) for byte in range(0x80, 0x100)}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, the encoding it was read by, and what decided so.

    `source` is `bom`, `transport`, `meta`, `bytes` or `default`; where a declaration was
    passed over it goes on ` (not L)` with the label L that was declared.
    """

    text: str
    encoding: str
    source: str


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page. Never fails: every byte becomes some character."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return Decoded(data[len(bom) :].decode(name, "replace"), name, "bom")
    passed_over = ""
    for label, source in _declarations(data, content_type):
        codec = _codec(label)
        text = _try(data, codec) if codec else None
        if codec and text is not None:
            return Decoded(text, _NAMES.get(codec, codec), source + passed_over)
        passed_over = passed_over or f" (not {label})"
    if wide := _wide(data):
        return Decoded(data.decode(wide, "replace"), wide, "bytes" + passed_over)
    text = None if data.isascii() else _try(data, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", "bytes" + passed_over)
    return Decoded(_windows_1252(data), "windows-1252", "default" + passed_over)


def _declarations(data: bytes, content_type: str | None) -> list[tuple[str, str]]:
    """Return what declares an encoding, as (label, who says so), strongest first."""
    found = []
    if content_type and (match := _CHARSET.search(content_type)):
        found.append((match[1], "transport"))
    head = _COMMENT.sub(b"", data[:_PRESCAN])
    for pattern in (_META, _XML):
        if label := pattern.search(head):
            found.append((label[1].decode("ascii", "replace"), "meta"))
    return found


def _codec(label: str) -> str | None:
    """Return Python's name for the codec that a label means, None where none is meant."""
    label = label.strip().lower()
    label = _ALIASES.get(label, label)
    try:
        codec = codecs.lookup(label)
        "".encode(codec.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return _WHATWG.get(codec.name, codec.name)


def _try(data: bytes, codec: str) -> str | None:
    """Decode, or return None where the bytes are not of that encoding.

    A few wrong bytes among many right ones are the marks of an editor that knew only
    windows-1252, and are read so; where most are wrong the declaration is.
    """
    if codec == "cp1252":
        return _windows_1252(data)
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        text = data.decode(codec, "surrogateescape")
    wrong = len(_STRAY.findall(text))
    right = len(_NOT_ASCII.findall(text)) - wrong
    return text.translate(_STRAY_BYTES) if wrong * 10 <= right else None


def _wide(data: bytes) -> str | None:
    """Return the UTF-16 that bytes without a mark are in, told by where their NULs stand."""
    sample = data[: _PRESCAN & ~1]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.7 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _windows_1252(data: bytes) -> str:
    """Decode windows-1252 as browsers do: its five unused bytes are control characters."""
    return data.decode("latin-1").translate(_CP1252)

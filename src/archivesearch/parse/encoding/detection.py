"""Encoding detection: the encoding of bytes that declare none, or a wrong one."""

import re

from archivesearch.parse.encoding.charset_labels import Charset, charset_for

_UTF16_SAMPLE = 4096
_GUESS_SAMPLE = 20_000
_TAG = re.compile(rb"<[^>]*>")
_ASCII_LINE = re.compile(rb"(?m)^[\0-\x7f]*?$\s*")
# The first bytes, in UTF-8, of accented letters of western Europe, signs and quotation marks.
_COMMON_UTF8 = re.compile(rb"[\xc2\xc3]|\xe2\x80")
_MIN_CHARACTERS = 4
# The encodings of pages. Without this choice charset-normalizer also finds mainframe encodings.
_CANDIDATES = [
    *"cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8_r koi8_u".split(),
    *"iso8859_2 iso8859_5 iso8859_6 iso8859_7 iso8859_8 cp866 mac_cyrillic".split(),
    *"big5 gb18030 shift_jis euc_jp cp949".split(),
]


def utf16_without_bom(data: bytes) -> Charset | None:
    """Return UTF-16LE or UTF-16BE, recognized by NULs without a byte order mark; else None.

    In UTF-16 every second byte of markup, spaces and line ends is NUL.
    """
    sample = data[: _UTF16_SAMPLE & ~1]
    if b"\0" not in sample or len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for name, high, low in (("utf-16le", odd, even), ("utf-16be", even, odd)):
        if high > half * 0.7 and low < half * 0.05:
            return charset_for(name)
    return None


def is_utf8(data: bytes, *, declared: bool = False) -> bool:
    """Whether bytes beyond ASCII are UTF-8.

    If an 8-bit encoding is `declared`, they must also have four characters beyond ASCII, or a
    common one: few and rare ones can be words in windows-1252 too, such as `CAFÉ»` and `É…`.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    if not declared:
        return True
    high_bytes = len(data) - len(data.decode("ascii", "ignore"))
    return high_bytes >= 2 * _MIN_CHARACTERS or _COMMON_UTF8.search(data) is not None


def guess_charset(data: bytes) -> Charset | None:
    """Return the encoding that charset-normalizer finds, None if it finds none.

    It reads the first 20,000 bytes of the lines with bytes beyond ASCII, without tags.
    """
    from charset_normalizer import from_bytes

    sample = _ASCII_LINE.sub(b"", _TAG.sub(b"", data))
    if len(sample) > _GUESS_SAMPLE:  # cut at a line end: no character is cut in two
        sample = sample[: sample.rfind(b"\n", 0, _GUESS_SAMPLE) + 1] or sample
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return charset_for(best.encoding.replace("_", "-")) if best else None

"""What bytes are in that declare nothing, or declare what they are not."""

import re

from archivesearch.parse.encoding.charset_labels import Charset, charset_for

_SAMPLE = 4096
_LONGEST = 20_000
_TAG = re.compile(rb"<[^>]*>")
_ASCII_LINE = re.compile(rb"(?m)^[\0-\x7f]*?$\s*")
_COMMON = re.compile(rb"[\xc2\xc3]|\xe2\x80")
_PLENTY = 4
# The encodings that pages were written in; without the choice, mainframes' are found too.
_CANDIDATES = [
    *"cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 koi8_r koi8_u".split(),
    *"iso8859_2 iso8859_5 iso8859_6 iso8859_7 iso8859_8 cp866 mac_cyrillic".split(),
    *"big5 gb18030 shift_jis euc_jp cp949".split(),
]


def utf16_without_bom(data: bytes) -> Charset | None:
    """Return the UTF-16 that bytes without a mark are in, told by where their NULs stand.

    In UTF-16 every second byte of markup, spaces and line ends is NUL.
    """
    sample = data[: _SAMPLE & ~1]
    if b"\0" not in sample or len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    for name, many, few in (("utf-16le", odd, even), ("utf-16be", even, odd)):
        if many > half * 0.7 and few < half * 0.05:
            return charset_for(name)
    return None


def is_utf8(data: bytes, *, declared: bool = False) -> bool:
    """Whether bytes that are no ASCII are UTF-8, even if an 8-bit encoding is `declared`.

    Then a few characters do not count, unless they are the commonest: `CAFÉ»` and `É…` are
    UTF-8 as well.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    if not declared:
        return True
    beyond = len(data) - len(data.decode("ascii", "ignore"))
    return beyond >= 2 * _PLENTY or _COMMON.search(data) is not None


def guess_charset(data: bytes) -> Charset | None:
    """Ask charset-normalizer what bytes are in; None where it cannot tell."""
    from charset_normalizer import from_bytes

    plain = _ASCII_LINE.sub(b"", _TAG.sub(b"", data))
    if len(plain) > _LONGEST:  # cut where no character can be cut in two
        plain = plain[: plain.rfind(b"\n", 0, _LONGEST) + 1] or plain
    best = from_bytes(plain, cp_isolation=_CANDIDATES).best()
    return charset_for(best.encoding.replace("_", "-")) if best else None

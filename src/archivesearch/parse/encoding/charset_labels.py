"""Encoding labels of the WHATWG standard, older labels, and misspelt labels."""

import re
from dataclasses import dataclass
from functools import lru_cache

# Each row: the name of the encoding, Python's codec for it, and its labels besides the name, as
# in https://encoding.spec.whatwg.org/#names-and-labels. The standard reads UTF-16 in a `<meta>`
# as UTF-8, and `decode.py` does so; a server's declaration of UTF-16 counts.
_STANDARD = """
utf-8 utf-8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8
ibm866 cp866 866 cp866 csibm866
iso-8859-2 iso8859_2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso-8859-3 iso8859_3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso-8859-4 iso8859_4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso-8859-5 iso8859_5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso-8859-6 iso8859_6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso-8859-7 iso8859_7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek
iso-8859-8 iso8859_8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual
iso-8859-8-i iso8859_8 csiso88598i logical
iso-8859-10 iso8859_10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso-8859-13 iso8859_13 iso8859-13 iso885913
iso-8859-14 iso8859_14 iso8859-14 iso885914
iso-8859-15 iso8859_15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16 iso8859_16
koi8-r koi8_r cskoi8r koi koi8 koi8_r
koi8-u koi8_u koi8-ru
macintosh mac_roman csmacintosh mac x-mac-roman
windows-874 cp874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620
windows-1250 cp1250 cp1250 x-cp1250
windows-1251 cp1251 cp1251 x-cp1251
windows-1252 cp1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252
windows-1253 cp1253 cp1253 x-cp1253
windows-1254 cp1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254
windows-1255 cp1255 cp1255 x-cp1255
windows-1256 cp1256 cp1256 x-cp1256
windows-1257 cp1257 cp1257 x-cp1257
windows-1258 cp1258 cp1258 x-cp1258
x-mac-cyrillic mac_cyrillic x-mac-ukrainian
gbk gb18030 chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk
gb18030 gb18030
big5 big5hkscs big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp euc_jp cseucpkdfmtjapanese x-euc-jp
iso-2022-jp iso2022_jp csiso2022jp
shift_jis cp932 csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis
euc-kr cp949 cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
utf-16be utf-16-be unicodefffe
utf-16le utf-16-le csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16
"""  # noqa: E501 - a row of the table is one encoding
# Encodings of old pages that browsers do not read: DOS, Macintosh, Chinese mail.
_OTHERS = """
windows-1252 cp1252 ansi latin-1 x-ansi x-user-defined
iso-8859-15 iso8859_15 latin9 latin-9 latin0
utf-8 utf-8 utf-32 utf32 utf-7
ibm437 cp437 437 cp437 csibm437
ibm737 cp737 737 cp737
ibm850 cp850 850 cp850 csibm850
ibm852 cp852 852 cp852 csibm852
ibm857 cp857 857 cp857 csibm857
x-mac-ce mac_latin2 x-mac-centraleurroman macce
x-mac-greek mac_greek
x-mac-turkish mac_turkish
x-mac-icelandic mac_iceland
hz-gb-2312 hz hz
windows-874 cp874 cp874
euc-kr cp949 cp949
x-mac-cyrillic mac_cyrillic mac-cyrillic
iso-2022-kr iso2022_kr csiso2022kr
"""
# Code points of a label that can be misspelt by one letter.
_MIN_KEY = 4


@dataclass(frozen=True, slots=True)
class Charset:
    """An encoding: its name in the standard, and Python's codec for it.

    `misspelt` is true if the label is in no table as it is written.
    """

    name: str
    codec: str
    misspelt: bool = False


def _table(*rows: str) -> dict[str, Charset]:
    return {
        label: Charset(name, codec)
        for row in rows
        for name, codec, *labels in map(str.split, row.strip().splitlines())
        for label in (name, *labels)
    }


def _key(label: str) -> str:
    """Return the letters and digits of a label: equal for `UTF8`, `utf-8` and `utf_8;`."""
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"&#?\w+;?", "", label))


_LABELS = _table(_OTHERS, _STANDARD)
_KEYS = {_key(label): charset for label, charset in _LABELS.items()}


@lru_cache(maxsize=1024)
def charset_for(label: str) -> Charset | None:
    """Return the encoding of a label, None if it is unknown.

    A misspelt label counts if it differs from a label of the tables in punctuation only, or in
    one letter from labels of one encoding only.

    >>> charset_for("utrf-8")
    Charset(name='utf-8', codec='utf-8', misspelt=True)
    """
    label = label.strip(" \t\r\n\f").lower()
    charset = _LABELS.get(label)
    if charset:
        return charset
    key = _key(label)
    charset = _KEYS.get(key) or _nearest(key)
    return Charset(charset.name, charset.codec, misspelt=True) if charset else None


def _nearest(key: str) -> Charset | None:
    """Return the only encoding that has a label one letter apart; None if there are several."""
    nearest = {charset for other, charset in _KEYS.items() if _is_one_apart(key, other)}
    return nearest.pop() if len(nearest) == 1 else None


def _is_one_apart(one: str, other: str) -> bool:
    """Whether one letter is added, missing, different or swapped with the next."""
    if min(len(one), len(other)) < _MIN_KEY or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    is_swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return is_swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]

"""Detection of windows-1252, the encoding of the languages of western Europe.

Each western language uses a few letters beyond ASCII. Bytes in another encoding, read as
windows-1252, are letters that no single language has, or signs inside words.
"""

import re
from collections import Counter

# The letters beyond ASCII of the languages that can be written in windows-1252.
_ALPHABETS = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "àâæçèéêëîïôœùûüÿ",  # French
        "äöüßéà",  # German
        "áéíñóúüªº",  # Spanish, Galician
        "àáâãçéêíóôõúüªº",  # Portuguese
        "àáèéìíòóùúçïü·",  # Italian, Catalan
        "åäæöøéüà",  # Danish, Norwegian, Swedish, Finnish
        "áæéíðóöúýþ",  # Icelandic, Faroese
        "äöõüšž",  # Estonian
        "áéíóúëïöüèêûîôâŵŷ",  # Dutch, Irish, Welsh
        "çë",  # Albanian
    )
)
_TAG = re.compile(r"<[^>]*>")
# A letter beyond ASCII, or a sign inside a word.
_ACCENTED = re.compile(r"(?:[À-ÖØ-öø-ÿŒœŠšŽžŸƒ]|[¡-¶¸-¿×÷](?=\w)(?<=\w.))")
_HIGH_BYTES = bytes(range(0xA1, 0x100))
_SAMPLE_BYTES = 200_000
_MIN_ACCENTED = 8
# Shares of accented letters among the letters. Foreign names make up to 1 % in an English page,
# and 2 % in one on Sweden. The languages of eastern Europe have 6 % (Romanian) or more, other
# scripts 80 %. The share among the bytes of a page is lower: less than half of them are letters
# of its text.
_MIN_DENSITY = 0.025
_MIN_BYTE_DENSITY = 0.01
_MAX_DENSITY = 0.5
# One alphabet has this share of the accented letters of a western text; Turkish and Hungarian
# read as windows-1252 reach 0.82.
_MIN_COVERAGE = 0.95


def is_windows_1252(data: bytes) -> bool:
    """Whether bytes are in windows-1252: their accented letters are few, or of one language."""
    if _is_nearly_ascii(data):
        return True
    accented, density = _count_accented(data)
    if density < _MIN_DENSITY or accented.total() < _MIN_ACCENTED:
        return True
    return density < _MAX_DENSITY and _coverage(accented) >= _MIN_COVERAGE


def cannot_be_windows_1252(data: bytes) -> bool:
    """Whether half of the letters would be accented in windows-1252."""
    if _is_nearly_ascii(data):
        return False
    accented, density = _count_accented(data)
    return accented.total() >= _MIN_ACCENTED and density >= _MAX_DENSITY


def _is_nearly_ascii(data: bytes) -> bool:
    """Whether bytes have too few accented letters for a judgment: a quick test, mostly true."""
    high_bytes = len(data) - len(data.translate(None, _HIGH_BYTES))
    return high_bytes < len(data) * _MIN_BYTE_DENSITY


def _count_accented(data: bytes) -> tuple[Counter[str], float]:
    """Return the counts of the accented letters, and their share among all letters."""
    sample = _TAG.sub(" ", data[:_SAMPLE_BYTES].decode("cp1252", "replace"))
    accented = Counter(_ACCENTED.findall(sample))
    letters = sum(map(str.isalpha, sample))
    return accented, accented.total() / max(letters, 1)


def _coverage(accented: Counter[str]) -> float:
    """Return the largest share of the accented letters that one alphabet has."""
    most = max(sum(accented[letter] for letter in alphabet) for alphabet in _ALPHABETS)
    return most / accented.total()

"""Whether bytes of unknown encoding are plainly windows-1252: a language of western Europe.

Letters beyond ASCII tell. Each language of the west uses a few of them; bytes of another
encoding, read as windows-1252, are letters that no one language has, or signs in words.
"""

import re
from collections import Counter

# The languages that windows-1252 was made for, by their letters beyond ASCII.
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
_FOREIGN = re.compile(r"(?:[À-ÖØ-öø-ÿŒœŠšŽžŸƒ]|[¡-¶¸-¿×÷](?=\w)(?<=\w.))")
_SIGNS_AND_LETTERS = bytes(range(0xA1, 0x100))
_SAMPLE = 200_000
_FEW = 8
# Foreign names make up to 1 % of the letters of an English page, 2 % of one on Sweden;
# languages of the east have 6 % (Romanian) and more, and those in other scripts 80 %.
# Less than half of the bytes of a page are letters of its text: hence the other bound.
_DENSITY = 0.025
_BYTES_DENSITY = 0.01
_MOST = 0.5
# Of the accented letters of a text, its own language has this share; Turkish and Hungarian
# read as windows-1252 reach 0.82 in the nearest alphabet.
_SHARE = 0.95


def is_windows_1252(data: bytes) -> bool:
    """Whether bytes are plainly windows-1252."""
    if _is_nearly_ascii(data):
        return True
    foreign, density = _counted(data)
    if density < _DENSITY or foreign.total() < _FEW:
        return True
    return density < _MOST and _covered(foreign) >= _SHARE


def cannot_be_windows_1252(data: bytes) -> bool:
    """Whether bytes cannot be windows-1252: most of the letters would be accented."""
    if _is_nearly_ascii(data):
        return False
    foreign, density = _counted(data)
    return foreign.total() >= _FEW and density >= _MOST


def _is_nearly_ascii(data: bytes) -> bool:
    """Whether there are too few accented letters to tell anything; nearly always true."""
    return len(data) - len(data.translate(None, _SIGNS_AND_LETTERS)) < len(data) * _BYTES_DENSITY


def _counted(data: bytes) -> tuple[Counter[str], float]:
    """Count the letters beyond ASCII, and their share among the letters."""
    sample = _TAG.sub(" ", data[:_SAMPLE].decode("cp1252", "replace"))
    foreign = Counter(_FOREIGN.findall(sample))
    letters = sum(map(str.isalpha, sample))
    return foreign, foreign.total() / max(letters, 1)


def _covered(foreign: Counter[str]) -> float:
    """The share of the letters that one language has, the one which has most of them."""
    most = max(sum(foreign[letter] for letter in alphabet) for alphabet in _ALPHABETS)
    return most / foreign.total()

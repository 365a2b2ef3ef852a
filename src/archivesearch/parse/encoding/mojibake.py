"""Mojibake repair: undo wrong decodings that happened before a page was saved."""

import re

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# The control characters of the range C1, and the characters of windows-1252 at their codes;
# five of its bytes have none.
_C1 = "".join(map(chr, range(0x80, 0xA0)))
_FROM_C1 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
_TO_C1 = {ord(char): code for code, char in _FROM_C1.items() if char}
# The first byte of common characters in UTF-8, read as windows-1252.
_LEAD_CHARACTERS = "ÃÂâÐÎ"
_PUNCTUATION = re.compile("â€[™œ\x9d˜“”¦¢]")
_COMMON_CHARACTERS = frozenset("éèàçüöäñáíóúß©«»°£§\xa0")
_MIN_CHARACTERS = 4
_MAC_CONTRACTION = re.compile(r"[A-Za-z]Õ(?:s|t|re|ve|ll|d|m)\b")
_MAC_MARK = re.compile(
    r"(?<=[A-Za-z])Õ(?=[a-z\s.,;:!?)])|(?<![^\W_])[ÒÔ](?=\w)|(?<=[\w.,!?;:)])Ó(?!\w)"
)
_FROM_MAC = str.maketrans("ÕÒÓÔ", "’“”‘")


def repair(text: str) -> tuple[str, str]:
    """Return a text without its certain mojibake, and the names of the repairs, `""` if none.

    - UTF-8 that was read as windows-1252 and saved as UTF-8: the whole text can be converted
      back, which is hardly possible by chance. If it cannot, quotation marks and dashes
      (`â€™`) are converted one by one.
    - Control characters of C1 become the characters of windows-1252.
    - Quotation marks of the Macintosh that were read as windows-1252 (`donÕt`). An English
      contraction must have one, and each of these letters must stand where such a mark would.

    >>> repair("Müller donâ€™t")
    ('Müller don’t', 'double UTF-8 punctuation')
    """
    if text.isascii():
        return text, ""
    repairs = []
    decoded = _decode_twice(text)
    if decoded is not None:
        text = decoded
        repairs.append("double UTF-8")
    elif "â€" in text and _PUNCTUATION.search(text):
        text = _PUNCTUATION.sub(lambda match: _to_bytes(match[0]).decode(), text)
        repairs.append("double UTF-8 punctuation")
    if any(map(text.__contains__, _C1)):
        text = text.translate(_FROM_C1)
        repairs.append("control characters")
    if "Õ" in text and _MAC_CONTRACTION.search(text) and _are_all_mac_marks(text):
        text = text.translate(_FROM_MAC)
        repairs.append("Macintosh quotation marks")
    return text, ", ".join(repairs)


def _to_bytes(text: str) -> bytes:
    """Encode in windows-1252; its five unused bytes are control characters."""
    return text.translate(_TO_C1).encode("latin-1")


def _decode_twice(text: str) -> str | None:
    """Return a text that was encoded in UTF-8 twice, decoded once more; None if it was not."""
    if not any(lead in text for lead in _LEAD_CHARACTERS):
        return None
    try:
        decoded = _to_bytes(text).decode()
    except UnicodeError:
        return None
    characters = _NOT_ASCII.findall(decoded)
    is_certain = len(characters) >= _MIN_CHARACTERS or any(
        character > "\u07ff" or character in _COMMON_CHARACTERS for character in characters
    )
    return decoded if is_certain else None


def _are_all_mac_marks(text: str) -> bool:
    return sum(map(text.count, "ÕÒÓÔ")) == len(_MAC_MARK.findall(text))

"""Text that was decoded wrongly before it was saved, mended where that is certain."""

import re

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_C1 = "".join(map(chr, range(0x80, 0xA0)))
# The characters of windows-1252 between 128 and 159; five of its bytes have none.
_FROM_C1 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
_TO_C1 = {ord(char): code for code, char in _FROM_C1.items() if char}
_DOUBLE_LEADS = "ÃÂâÐÎ"
_PUNCTUATION = re.compile("â€[™œ\x9d˜“”¦¢]")
_COMMON = frozenset("éèàçüöäñáíóúß©«»°£§\xa0")
_PLENTY = 4
_MAC_CONTRACTION = re.compile(r"[A-Za-z]Õ(?:s|t|re|ve|ll|d|m)\b")
_MAC_SIGN = re.compile(
    r"(?<=[A-Za-z])Õ(?=[a-z\s.,;:!?)])|(?<![^\W_])[ÒÔ](?=\w)|(?<=[\w.,!?;:)])Ó(?!\w)"
)
_MAC = str.maketrans("ÕÒÓÔ", "’“”‘")


def repair(text: str) -> tuple[str, str]:
    """Return a text without certain mojibake, and what was mended, '' where nothing was.

    UTF-8 that was read as windows-1252 and saved as UTF-8 is told by this: all of the
    page turns back into UTF-8, which other text hardly does by chance; the quotation marks
    and dashes among it (`â€™`) are certain one by one. Quotation marks of the Macintosh
    read as windows-1252 are told by English contractions (`donÕt`), where each of those
    letters in the page stands as the mark would.
    """
    if text.isascii():
        return text, ""
    done = []
    once = _once(text)
    if once is not None:
        text = once
        done.append("double UTF-8")
    elif "â€" in text and _PUNCTUATION.search(text):
        text = _PUNCTUATION.sub(lambda match: _bytes(match[0]).decode(), text)
        done.append("double UTF-8 punctuation")
    if any(map(text.__contains__, _C1)):
        text = text.translate(_FROM_C1)
        done.append("control characters")
    if "Õ" in text and _MAC_CONTRACTION.search(text) and _all_are_mac_signs(text):
        text = text.translate(_MAC)
        done.append("Macintosh quotation marks")
    return text, ", ".join(done)


def _bytes(text: str) -> bytes:
    return text.translate(_TO_C1).encode("latin-1")


def _once(text: str) -> str | None:
    """Return a text that was in UTF-8 twice as it was in UTF-8 once, else None."""
    if not any(lead in text for lead in _DOUBLE_LEADS):
        return None
    try:
        once = _bytes(text).decode()
    except UnicodeError:
        return None
    signs = _NOT_ASCII.findall(once)
    sure = len(signs) >= _PLENTY or any(sign > "\u07ff" or sign in _COMMON for sign in signs)
    return once if sure else None


def _all_are_mac_signs(text: str) -> bool:
    return sum(map(text.count, "ÕÒÓÔ")) == len(_MAC_SIGN.findall(text))

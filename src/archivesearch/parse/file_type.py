"""Whether bytes can be a page at all: images, archives and programs stand among pages."""

from archivesearch.parse.encoding import detection as guess

_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"%PDF-": "a PDF document",
    b"%!PS": "a PostScript document",
    b"{\\rtf": "a rich text document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"PK\x03\x04": "a zip archive",
    b"Rar!\x1a": "a RAR archive",
    b"\x1f\x8b": "gzip-compressed",
    b"\x1f\x9d": "compressed",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"RIFF": "a media file",
    b"OggS\0": "a media file",
    b"ID3": "a sound file",
}
_MAGICS = tuple(_MAGIC)
# Escape is left out: mail in Japanese and Korean is full of it.
_CONTROLS = bytes((*range(9), 11, *range(14, 27), *range(28, 32)))
_SAMPLE = 16_384
_FEW, _MOST_CONTROLS = 8, 0.05


def unreadable_reason(data: bytes) -> str:
    """Say why bytes cannot be a page, or return ''."""
    if not data[:_SAMPLE].strip(b"\0 \t\r\n\f") and not data.strip(b"\0 \t\r\n\f"):
        return "it is empty" if not data else "it holds nothing but white space"
    if data.startswith(_MAGICS):
        what = next(what for magic, what in _MAGIC.items() if data.startswith(magic))
        return f"it is {what}, not a page"
    sample = data[:_SAMPLE]
    if not any(map(sample.__contains__, _CONTROLS)):
        return ""
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls <= max(_FEW, len(sample) * _MOST_CONTROLS) or sample.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    ):
        return ""
    return "" if guess.utf16_without_bom(data) else "it holds binary data, not text"

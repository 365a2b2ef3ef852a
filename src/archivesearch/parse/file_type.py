"""File type detection: tell images, archives, programs and other binary files from pages."""

from archivesearch.parse.encoding import detection

# File types by the first bytes of a file.
_FILE_TYPES = {
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
_MAGIC_NUMBERS = tuple(_FILE_TYPES)
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
# Without Escape (27), which mail in Japanese and Korean uses to switch the character set.
_CONTROLS = bytes((*range(9), 11, *range(14, 27), *range(28, 32)))
_SAMPLE_BYTES = 16_384
# A text may contain 8 control characters, or a share of 5 %.
_MAX_CONTROLS, _MAX_CONTROL_SHARE = 8, 0.05


def unreadable_reason(data: bytes) -> str:
    """Return the reason that bytes cannot be a page: `it is empty`; `""` if they can."""
    if not data[:_SAMPLE_BYTES].strip(b"\0 \t\r\n\f") and not data.strip(b"\0 \t\r\n\f"):
        return "it is empty" if not data else "it holds nothing but white space"
    if data.startswith(_MAGIC_NUMBERS):
        file_type = next(name for magic, name in _FILE_TYPES.items() if data.startswith(magic))
        return f"it is {file_type}, not a page"
    sample = data[:_SAMPLE_BYTES]
    if not any(map(sample.__contains__, _CONTROLS)):
        return ""
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    max_controls = max(_MAX_CONTROLS, len(sample) * _MAX_CONTROL_SHARE)
    if controls <= max_controls or sample.startswith(_UTF16_BOMS):
        return ""
    return "" if detection.utf16_without_bom(data) else "it holds binary data, not text"

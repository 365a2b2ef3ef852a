"""What a web server sent: status, type, and a body that may be cut up and compressed."""

import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from archivesearch.sources.warc_records import read_headers

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b[^\n]*\n", re.IGNORECASE)
_END = re.compile(rb"\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t\r\n]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_STEP = 1024
_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_ZSTD = b"\x28\xb5\x2f\xfd"
_PIECE = 65_536
_PAGE_TYPES = {
    *("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml", "text/plain"),
    *("text/markdown", "text/x-markdown", "text/sgml", "text/x-sgml", "application/pdf"),
}
_NO_TYPES = {"", "*/*", "unknown", "no-type", "unknown/unknown", "application/octet-stream"}


class BadBody(Exception):
    """A body is encoded in a way that cannot be undone; the message is a reason to skip it."""


@dataclass(frozen=True, slots=True)
class Message:
    """An answer of a server; `status` is None where there is no HTTP around the body."""

    status: int | None
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """What the server said of the body's type, or None."""
        return self.headers.get("content-type")

    @property
    def media_type(self) -> str:
        """The type without its parameters, in lower case."""
        return (self.content_type or "").partition(";")[0].strip().lower()


def parse_message(block: bytes, content_type: str) -> Message:
    """Read the block of a record, which has the type given where it has no HTTP headers.

    What a server says before its answer, such as `100 Continue`, is passed over.
    """
    status = _STATUS.match(block)
    if status is None:
        headers = {"content-type": content_type} if content_type else {}
        return Message(None, headers, block)
    lines = _Lines(block, status.end())
    headers = read_headers(iter(lines))
    while status[1].startswith(b"1") and (answer := _STATUS.match(block, lines.at)):
        status = answer
        lines = _Lines(block, status.end())
        headers = read_headers(iter(lines))
    return Message(int(status[1]), headers, block[lines.at :])


def ends_in_headers(block: bytes) -> bool:
    """Whether the beginning of a block ends within HTTP headers."""
    return _STATUS.match(block) is not None and _END.search(block) is None


def is_page_type(media_type: str) -> bool:
    """Whether what is of a type is a page, or may be one because nothing was said."""
    return media_type in _PAGE_TYPES or media_type in _NO_TYPES


def is_generic_type(media_type: str) -> bool:
    """Whether a type tells nothing, so that the body has to."""
    return media_type in _NO_TYPES


def decode_body(answer: Message, most: int) -> bytes:
    """Return the body as the reader of the page got it, at most one byte more than `most`.

    Archives keep bodies that are no longer what their headers say: what is not chunked or
    not compressed is returned as it is, and what is cut short as far as it goes. Raises
    BadBody.
    """
    data = answer.body
    if answer.status is None:
        return data
    if "chunked" in answer.headers.get("transfer-encoding", "").lower():
        data = _unchunked(data)
    encodings = answer.headers.get("content-encoding", "").lower().replace(",", " ").split()
    for encoding in reversed(encodings):
        data = _decoded(data, encoding, most)
    return data


class _Lines:
    """The lines of a block from a place on; `at` is how far they were read."""

    def __init__(self, block: bytes, at: int) -> None:
        self.block = block
        self.at = at

    def __iter__(self) -> Iterator[bytes]:
        while self.at < len(self.block):
            end = self.block.find(b"\n", self.at)
            start, self.at = self.at, len(self.block) if end < 0 else end + 1
            yield self.block[start : self.at]


def _unchunked(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while size := _CHUNK_SIZE.match(data, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        parts.append(data[size.end() : size.end() + length])
        at = size.end() + length
    return b"".join((*parts, data[at:]))


def _decoded(data: bytes, encoding: str, most: int) -> bytes:
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(data, _GZIP, most) if data.startswith(b"\x1f\x8b") else data
    if encoding == "deflate":
        # Half the servers of the time sent it without the header that the standard asks for.
        return _inflated(data, _ZLIB, most) or _inflated(data, _BARE, most) or data
    if encoding == "br":
        return _unbrotlied(data, most)
    if encoding == "zstd":
        return _unpacked(data, most) if data.startswith(_ZSTD) else data
    if encoding in {"identity", "none", "utf-8", "iso-8859-1", "text", "8bit", "7bit", "binary"}:
        return data
    raise BadBody(f"its body is compressed in a way that is not known here ({encoding[:40]})")


def _inflated(data: bytes, kind: int, most: int) -> bytes:
    inflater = zlib.decompressobj(kind)
    parts: list[bytes] = []
    left = most + 1
    for at in range(0, len(data), _STEP):
        try:
            piece = inflater.decompress(inflater.unconsumed_tail + data[at : at + _STEP], left)
        except zlib.error:
            break
        parts.append(piece)
        left -= len(piece)
        if left <= 0 or inflater.eof:
            break
    return b"".join(parts)


def _unpacked(data: bytes, most: int) -> bytes:
    import zstandard  # only where a body asks for it

    parts: list[bytes] = []
    left = most + 1
    unpacker = zstandard.ZstdDecompressor()
    with (
        suppress(zstandard.ZstdError),
        unpacker.stream_reader(data, read_across_frames=True) as file,
    ):
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            parts.append(piece)
            left -= len(piece)
    return b"".join(parts)


def _unbrotlied(data: bytes, most: int) -> bytes:
    import brotli  # only where a body asks for it

    decompressor = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    for at in range(0, len(data), _STEP):
        try:
            piece = decompressor.process(data[at : at + _STEP], output_buffer_limit=most + 1)
            parts.append(piece)
            size += len(piece)
            while size <= most and not decompressor.can_accept_more_data():
                piece = decompressor.process(b"", output_buffer_limit=most + 1)
                parts.append(piece)
                size += len(piece)
        except brotli.error:
            break
        if size > most:
            break
    return b"".join(parts) or data

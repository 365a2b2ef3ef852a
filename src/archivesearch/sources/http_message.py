"""HTTP messages: the status, headers and body that a web server sent."""

import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from archivesearch.sources.warc_records import read_headers

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})\b[^\n]*\n", re.IGNORECASE)
_HEADERS_END = re.compile(rb"\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t\r\n]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_STEP_BYTES = 1024
_GZIP_WBITS, _ZLIB_WBITS, _RAW_WBITS = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_PIECE_BYTES = 65_536
_PAGE_TYPES = {
    *("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml", "text/plain"),
    *("text/markdown", "text/x-markdown", "text/sgml", "text/x-sgml", "application/pdf"),
}
_GENERIC_TYPES = {"", "*/*", "unknown", "no-type", "unknown/unknown", "application/octet-stream"}


class BadBody(Exception):
    """A body cannot be decoded. The text of the error is a reason to skip the page."""


@dataclass(frozen=True, slots=True)
class Message:
    """The response of a server; `status` is None for a body without HTTP headers.

    The names of `headers` are in lower case. `body` is as it was sent, so it can be
    chunked and compressed.
    """

    status: int | None
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """The `Content-Type` of the body, or None."""
        return self.headers.get("content-type")

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case, or `""`."""
        return (self.content_type or "").partition(";")[0].strip().lower()


def parse_message(block: bytes, content_type: str) -> Message:
    """Return the message in the block of a record.

    A block without HTTP headers is a body of `content_type`. Responses with a status such
    as `100 Continue` before the final one are skipped.
    """
    status = _STATUS_LINE.match(block)
    if status is None:
        headers = {"content-type": content_type} if content_type else {}
        return Message(None, headers, block)
    lines = _LineReader(block, status.end())
    headers = read_headers(iter(lines))
    while status[1].startswith(b"1") and (next_status := _STATUS_LINE.match(block, lines.position)):
        status = next_status
        lines = _LineReader(block, status.end())
        headers = read_headers(iter(lines))
    return Message(int(status[1]), headers, block[lines.position :])


def ends_in_headers(block: bytes) -> bool:
    """Whether the beginning of a block is cut inside its HTTP headers."""
    return _STATUS_LINE.match(block) is not None and _HEADERS_END.search(block) is None


def is_page_type(media_type: str) -> bool:
    """Whether a media type is that of a page, or a generic one."""
    return media_type in _PAGE_TYPES or media_type in _GENERIC_TYPES


def is_generic_type(media_type: str) -> bool:
    """Whether a media type says nothing, so that only the body shows the type."""
    return media_type in _GENERIC_TYPES


def decode_body(message: Message, max_bytes: int) -> bytes:
    """Return the body of a message, unchunked and decompressed.

    Decompression stops after `max_bytes` + 1 bytes, so the caller sees that they are too many.

    Headers in archives can be wrong. A body that is not chunked or compressed, though they
    say so, is returned as it is. A truncated body is returned up to its end. Raises
    BadBody if a compression is unknown.
    """
    data = message.body
    if message.status is None:
        return data
    if "chunked" in message.headers.get("transfer-encoding", "").lower():
        data = _unchunk(data)
    encodings = message.headers.get("content-encoding", "").lower().replace(",", " ").split()
    for encoding in reversed(encodings):
        data = _decompress(data, encoding, max_bytes)
    return data


class _LineReader:
    """An iterator over the lines of a block; `position` is the offset of the next line."""

    def __init__(self, block: bytes, position: int) -> None:
        self.block = block
        self.position = position

    def __iter__(self) -> Iterator[bytes]:
        while self.position < len(self.block):
            end = self.block.find(b"\n", self.position)
            start, self.position = self.position, len(self.block) if end < 0 else end + 1
            yield self.block[start : self.position]


def _unchunk(data: bytes) -> bytes:
    """Return a chunked body without its chunk sizes; bytes that are no chunk stay."""
    parts: list[bytes] = []
    position = 0
    while size := _CHUNK_SIZE.match(data, position):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        parts.append(data[size.end() : size.end() + length])
        position = size.end() + length
    return b"".join((*parts, data[position:]))


def _decompress(data: bytes, encoding: str, max_bytes: int) -> bytes:
    """Return data without one content encoding; data in another encoding stays as it is."""
    if encoding in {"gzip", "x-gzip"}:
        return _inflate(data, _GZIP_WBITS, max_bytes) if data.startswith(b"\x1f\x8b") else data
    if encoding == "deflate":
        # Many servers of the time sent raw deflate data, without the zlib header of the standard.
        inflated = _inflate(data, _ZLIB_WBITS, max_bytes)
        return inflated or _inflate(data, _RAW_WBITS, max_bytes) or data
    if encoding == "br":
        return _decompress_brotli(data, max_bytes)
    if encoding == "zstd":
        return _decompress_zstd(data, max_bytes) if data.startswith(_ZSTD_MAGIC) else data
    if encoding in {"identity", "none", "utf-8", "iso-8859-1", "text", "8bit", "7bit", "binary"}:
        return data
    raise BadBody(f"its body has an unknown compression ({encoding[:40]})")


def _inflate(data: bytes, wbits: int, max_bytes: int) -> bytes:
    """Return the content of gzip or deflate data up to damage; `b""` if there is none."""
    inflater = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    bytes_left = max_bytes + 1
    for at in range(0, len(data), _STEP_BYTES):
        try:
            piece = inflater.decompress(
                inflater.unconsumed_tail + data[at : at + _STEP_BYTES], bytes_left
            )
        except zlib.error:
            break
        parts.append(piece)
        bytes_left -= len(piece)
        if bytes_left <= 0 or inflater.eof:
            break
    return b"".join(parts)


def _decompress_zstd(data: bytes, max_bytes: int) -> bytes:
    import zstandard  # only if a body needs it

    parts: list[bytes] = []
    bytes_left = max_bytes + 1
    decompressor = zstandard.ZstdDecompressor()
    with (
        suppress(zstandard.ZstdError),
        decompressor.stream_reader(data, read_across_frames=True) as file,
    ):
        while bytes_left > 0 and (piece := file.read(min(bytes_left, _PIECE_BYTES))):
            parts.append(piece)
            bytes_left -= len(piece)
    return b"".join(parts)


def _decompress_brotli(data: bytes, max_bytes: int) -> bytes:
    import brotli  # only if a body needs it

    decompressor = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    for at in range(0, len(data), _STEP_BYTES):
        try:
            piece = decompressor.process(
                data[at : at + _STEP_BYTES], output_buffer_limit=max_bytes + 1
            )
            parts.append(piece)
            size += len(piece)
            while size <= max_bytes and not decompressor.can_accept_more_data():
                piece = decompressor.process(b"", output_buffer_limit=max_bytes + 1)
                parts.append(piece)
                size += len(piece)
        except brotli.error:
            break
        if size > max_bytes:
            break
    return b"".join(parts) or data

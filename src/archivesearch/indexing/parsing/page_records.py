"""Serialized pages: bytes for other processes and the page spool, records for the parse cache.

A record of a page has a checksum, since it is kept from one build to the next:

    key (20 bytes) · compressed size, size, CRC-32 of all else (4 bytes each, little-endian)
    · the page as MessagePack in a Zstandard frame
"""

import pickle
import struct
import zlib

import msgspec
import zstandard as zstd

from archivesearch.model.pages import Page

KEY_BYTES = 20
HEADER = struct.Struct(f"<{KEY_BYTES}sIII")
_MAX_SIZE = 1 << 28  # bytes of a serialized page; a larger one gets no record
_ZSTD_LEVEL = 1  # zlib at level 1 takes three times as long for records of the same size

_MSGPACK = b"\0"  # the prefix of MessagePack; no pickle begins with it
_DECODER = msgspec.msgpack.Decoder(Page)


def serialize(page: Page) -> bytes:
    """Return a page as MessagePack, which takes a third of the time of pickle.

    A page with lone surrogates, which MessagePack cannot hold, is pickled.
    """
    try:
        return _MSGPACK + msgspec.msgpack.encode(page)
    except UnicodeEncodeError:
        return pickle.dumps(page, -1)


def deserialize(data: bytes) -> Page:
    """Return the page that `serialize` made bytes of; for our own, private files only."""
    if data.startswith(_MSGPACK):
        return _DECODER.decode(memoryview(data)[len(_MSGPACK) :])
    return pickle.loads(data)  # type: ignore[no-any-return]  # noqa: S301 - it is our own


def to_record(key: bytes, data: bytes) -> bytes:
    """Return the record of a serialized page; `b""` if it is pickled or too large."""
    size = len(data) - len(_MSGPACK)
    if size > _MAX_SIZE or not data.startswith(_MSGPACK):
        return b""
    frame = zstd.ZstdCompressor(_ZSTD_LEVEL).compress(memoryview(data)[len(_MSGPACK) :])
    checksum = zlib.crc32(frame, zlib.crc32(HEADER.pack(key, len(frame), size, 0)))
    return HEADER.pack(key, len(frame), size, checksum) + frame


def is_whole(record: bytes) -> bool:
    """Whether a record's checksum is right."""
    if len(record) < HEADER.size:
        return False
    key, frame_size, size, checksum = HEADER.unpack_from(record)
    header_checksum = zlib.crc32(HEADER.pack(key, frame_size, size, 0))
    return bool(zlib.crc32(memoryview(record)[HEADER.size :], header_checksum) == checksum)


def from_record(record: bytes) -> tuple[Page, bytes]:
    """Return the page of a whole record, and the page serialized.

    Raises ValueError if the record holds anything else, which only another program can write.
    """
    _, _, size, _ = HEADER.unpack_from(record)
    frame = memoryview(record)[HEADER.size :]
    try:
        if size > _MAX_SIZE or zstd.frame_content_size(frame) != size:
            raise ValueError("its size is not that in its header")
        data = zstd.ZstdDecompressor().decompress(frame)
        return _DECODER.decode(data), _MSGPACK + data
    except (zstd.ZstdError, msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error

"""What was read out of each page, kept by its content, so that an update parses only what changed.

The file lies beside the generations and is no part of the index: without it, or with one
that is damaged or of another version, all pages are parsed anew and nothing else happens.

    first line      what the file is
    each record     key (20 bytes) · size packed, size unpacked, CRC-32 of all else (4 bytes
                    each, little-endian) · the page as MessagePack, a Zstandard frame

A key is a hash of all that parsing sees: the program, the settings, where a page comes
from, and its bytes. What comes after a record that is cut short or damaged is not used.
"""

import os
import struct
import zlib
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from unicodedata import unidata_version

import msgspec
import zstandard as zstd

from archivesearch.config import Config
from archivesearch.directory import NEW_PARSED, PARSED, regular_file
from archivesearch.errors import IndexDamaged
from archivesearch.model.pages import Page, RawPage

_MAGIC = b"archivesearch parsed pages 2\n"
_KEY_BYTES = 20
_HEADER = struct.Struct(f"<{_KEY_BYTES}sIII")
_LARGEST = 1 << 28  # bytes of one page as parsed; larger ones are parsed anew each time
_LEVEL = 1  # zlib's level 1 takes three times as long, for records as large

SOURCE = ("*.py", "model/*.py", "parse/*.py")
"""Where in the package all lies that parsing uses."""

# Settings that are used when pages are listed, indexed or shown, and not when they are parsed.
_UNSEEN = ("name", "exclude", "variants")


class Memory:
    """Pages as they were parsed, by key: those that the file has, and those for the next one.

    The next file holds what `page` returned and `add` was given, and takes the place of
    the old one by `keep`. A disk that takes no more of it ends the remembering, no more.
    """

    def __init__(self, index: Path, *, recall: bool = True) -> None:
        self._path = index / PARSED
        self._aside = index / NEW_PARSED
        self._contexts: dict[int, tuple[Config, bytes]] = {}
        self._old = _opened(self._path) if recall else None
        self._places = _places(self._old) if self._old else {}
        self._new: BinaryIO | None = None
        with suppress(OSError):
            self._aside.unlink(missing_ok=True)
            self._new = self._aside.open("xb")
            self._new.write(_MAGIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._old:
            self._old.close()
        self._give_up()

    def key(self, raw: RawPage, config: Config) -> bytes:
        """Return what a page is known by."""
        seen = blake2b(self._context(config), digest_size=_KEY_BYTES)
        where = [getattr(raw, field.name) for field in fields(raw) if field.name != "data"]
        seen.update(repr(where).encode("utf-8", "surrogatepass"))
        seen.update(raw.data)
        return seen.digest()

    def __contains__(self, key: bytes) -> bool:
        """Whether a page is known; its record is read and its checksum seen to hold."""
        return key in self._places and self._record(key) is not None

    def page(self, key: bytes) -> Page:
        """Return a page that is known. Raises IndexDamaged where another program wrote it."""
        record = self._record(key) or b""
        try:
            page = _unpacked(record)
        except (ValueError, zstd.ZstdError, RecursionError) as error:
            raise IndexDamaged(
                f"{self._path} is not what archivesearch writes ({error}); remove it and try again"
            ) from error
        self._write(record)
        return page

    def add(self, key: bytes, page: Page) -> None:
        """Remember a page, unless it is too large or holds what cannot be written."""
        with suppress(UnicodeEncodeError):  # lone surrogates, which a page may have
            raw = msgspec.msgpack.encode(page)
            if len(raw) <= _LARGEST:
                self._write(_record(key, raw))

    def keep(self) -> None:
        """Put what was remembered in the place of what was known."""
        if self._new is None:
            return
        try:
            self._new.close()
            self._aside.replace(self._path)
            self._new = None
        except OSError:
            self._give_up()

    def _context(self, config: Config) -> bytes:
        """Return what all pages of a source have in common."""
        if id(config) not in self._contexts:
            seen = [getattr(config, f.name) for f in fields(config) if f.name not in _UNSEEN]
            self._contexts[id(config)] = config, repr((_parser(), seen)).encode()
        return self._contexts[id(config)][1]

    def _record(self, key: bytes) -> bytes | None:
        """Return a record of the old file, if its checksum holds."""
        if self._old is None:
            return None
        start, size = self._places[key]
        try:
            record = os.pread(self._old.fileno(), size, start)
        except OSError:
            return None
        return record if _is_whole(record) else None

    def _write(self, record: bytes) -> None:
        if self._new is not None:
            try:
                self._new.write(record)
            except OSError:
                self._give_up()

    def _give_up(self) -> None:
        if self._new is not None:
            with suppress(OSError):
                self._new.close()
            with suppress(OSError):
                self._aside.unlink(missing_ok=True)
            self._new = None


def damaged_bytes(index: Path) -> str | None:
    """Return in words what is wrong with the memory beside an index; None if nothing is."""
    try:
        regular_file(index / PARSED).close()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    file = _opened(index / PARSED)
    if file is None:
        return "it is of another version"
    with file:
        places = _places(file).values()
        end = max((start + size for start, size in places), default=len(_MAGIC))
        for start, size in places:
            if not _is_whole(os.pread(file.fileno(), size, start)):
                return f"the record at byte {start:,} is damaged"
        if end != os.fstat(file.fileno()).st_size:
            return f"what comes after byte {end:,} is damaged"
    return None


def _opened(path: Path) -> BinaryIO | None:
    """Return the file of a memory; None where there is none that this program can use."""
    try:
        file = regular_file(path)
    except OSError:
        return None
    if file.read(len(_MAGIC)) == _MAGIC:
        return file
    file.close()
    return None


def _places(file: BinaryIO) -> dict[bytes, tuple[int, int]]:
    """Return where each record starts and how long it is, up to one that is cut short."""
    found: dict[bytes, tuple[int, int]] = {}
    size = os.fstat(file.fileno()).st_size
    start = len(_MAGIC)
    while start + _HEADER.size <= size:
        key, packed, _, _ = _HEADER.unpack(os.pread(file.fileno(), _HEADER.size, start))
        length = _HEADER.size + packed
        if start + length > size:
            break
        found[key] = start, length
        start += length
    return found


def _record(key: bytes, raw: bytes) -> bytes:
    packed = zstd.ZstdCompressor(_LEVEL).compress(raw)
    head = _HEADER.pack(key, len(packed), len(raw), 0)
    checksum = zlib.crc32(packed, zlib.crc32(head))
    return _HEADER.pack(key, len(packed), len(raw), checksum) + packed


def _is_whole(record: bytes) -> bool:
    if len(record) < _HEADER.size:
        return False
    key, packed, raw, checksum = _HEADER.unpack_from(record)
    head = _HEADER.pack(key, packed, raw, 0)
    return bool(zlib.crc32(record[_HEADER.size :], zlib.crc32(head)) == checksum)


def _unpacked(record: bytes) -> Page:
    size = _HEADER.unpack_from(record)[2] if record else 0
    if size > _LARGEST:
        raise ValueError("a page is too large")
    packed = record[_HEADER.size :]
    if zstd.frame_content_size(packed) != size:
        raise ValueError("it has not the size that it should have")
    raw = zstd.ZstdDecompressor().decompress(packed)
    return msgspec.msgpack.decode(raw, type=Page)


@cache
def _parser() -> str:
    """Return what tells this parser from any other: its source, and what it is built on."""
    package = Path(__file__).parent
    seen = blake2b(digest_size=_KEY_BYTES)
    for path in sorted(path for files in SOURCE for path in package.glob(files)):
        seen.update(path.name.encode() + b"\0" + path.read_bytes())
    libraries = map(version, ("selectolax", "charset-normalizer", "py3langid"))
    return repr((seen.hexdigest(), *libraries, unidata_version))

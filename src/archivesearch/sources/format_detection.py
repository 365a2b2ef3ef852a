"""Format detection: the reader of a source, by its first bytes or else by its name."""

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from archivesearch.errors import SourceError
from archivesearch.sources import folders
from archivesearch.sources import tar_files as tars
from archivesearch.sources import wacz_files as waczs
from archivesearch.sources import warc_files as warcs
from archivesearch.sources import zip_files as zips
from archivesearch.sources.page_listing import SourceReader, is_archive_name
from archivesearch.sources.warc_records import begins_record

_START_BYTES = 8192
_TAR_MAGIC, _TAR_MAGIC_OFFSET = b"ustar", 257
_READERS_BY_NAME: tuple[tuple[str, SourceReader], ...] = (
    (r"\.wacz$", waczs),
    (r"\.zip$", zips),
    (r"\.w?arc(?:\.gz)?$", warcs),
    (r"\.(?:tar(?:\.(?:gz|bz2|xz))?|tgz|tbz2?|txz)$", tars),
)
_GZIP_MAGIC = b"\x1f\x8b"
_CompressedFile = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
_OPENERS: tuple[tuple[bytes, Callable[[Path], _CompressedFile]], ...] = (
    (_GZIP_MAGIC, gzip.GzipFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
)
# zstd, lz4, compress, lzip and lzma files, 7z and RAR archives: refused, not read as pages.
_UNSUPPORTED_MAGICS = (
    *(b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x1f\x9d", b"LZIP\1", b"]\0\0\x80\0"),
    *(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"),
)
_DECOMPRESSION_ERRORS = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)


def detect_reader(path: Path) -> SourceReader:
    """Return the module that reads a source. Raises SourceError if no module can read it."""
    if not path.is_file():
        return folders
    start = _read_start(path)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return waczs if path.suffix.lower() == ".wacz" or waczs.is_wacz(path) else zips
    plain = _decompressed_start(path, start)
    is_compressed = plain is not start
    if begins_record(plain):
        if is_compressed and not start.startswith(_GZIP_MAGIC):
            raise SourceError(f"{path} is a WARC in a compression other than gzip; unpack it first")
        return warcs
    if plain[_TAR_MAGIC_OFFSET : _TAR_MAGIC_OFFSET + len(_TAR_MAGIC)] == _TAR_MAGIC:
        return tars
    if not start and is_archive_name(path.name):
        raise SourceError(f"{path} is empty; copy or download it again")
    by_name = (r for name, r in _READERS_BY_NAME if re.search(name, path.name, re.IGNORECASE))
    reader = next(by_name, folders)
    if reader is folders and (is_compressed or start.startswith(_UNSUPPORTED_MAGICS)):
        raise SourceError(f"{path} is compressed in an unsupported format; unpack it first")
    return reader


def _read_start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_START_BYTES)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error


def _decompressed_start(path: Path, start: bytes) -> bytes:
    """Return the first bytes of a file, decompressed; `b""` if they are damaged.

    If the file is not compressed, the result is `start` itself.
    """
    opener = next((open_ for magic, open_ in _OPENERS if start.startswith(magic)), None)
    if opener is None:
        return start
    try:
        with opener(path) as file:
            return file.read(_START_BYTES)
    except _DECOMPRESSION_ERRORS:
        return b""

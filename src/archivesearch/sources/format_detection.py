"""Of which kind a source is, told by its first bytes, and by its name where they say nothing."""

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

_SNIFFED = 8192
_TAR_MAGIC, _TAR_PLACE = b"ustar", 257
_BY_NAME: tuple[tuple[str, SourceReader], ...] = (
    (r"\.wacz$", waczs),
    (r"\.zip$", zips),
    (r"\.w?arc(?:\.gz)?$", warcs),
    (r"\.(?:tar(?:\.(?:gz|bz2|xz))?|tgz|tbz2?|txz)$", tars),
)
_GZIP = b"\x1f\x8b"
_Opened = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
_OPENERS: tuple[tuple[bytes, Callable[[Path], _Opened]], ...] = (
    (_GZIP, gzip.GzipFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
)
# What begins so is compressed or packed by a program that is not known here.
_OTHERS = (
    *(b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x1f\x9d", b"LZIP\1", b"]\0\0\x80\0"),
    *(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"),
)
_DAMAGE = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)


def detect_reader(path: Path) -> SourceReader:
    """Return the module that reads a source. Raises SourceError where it cannot be read."""
    if not path.is_file():
        return folders
    start = _start(path)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return waczs if path.suffix.lower() == ".wacz" or waczs.is_wacz(path) else zips
    plain = _unpacked(path, start)
    if begins_record(plain):
        if plain is not start and not start.startswith(_GZIP):
            raise SourceError(f"{path} is compressed as WARCs are not; unpack it first")
        return warcs
    if plain[_TAR_PLACE : _TAR_PLACE + len(_TAR_MAGIC)] == _TAR_MAGIC:
        return tars
    if not start and is_archive_name(path.name):
        raise SourceError(f"{path} is empty; copy or download it again")
    named = (kind for name, kind in _BY_NAME if re.search(name, path.name, re.IGNORECASE))
    kind = next(named, folders)
    if kind is folders and (plain is not start or start.startswith(_OTHERS)):
        raise SourceError(f"{path} is compressed in a way that is not read; unpack it first")
    return kind


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SNIFFED)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error


def _unpacked(path: Path, start: bytes) -> bytes:
    """Return the first bytes of a file as they are without compression."""
    opener = next((o for magic, o in _OPENERS if start.startswith(magic)), None)
    if opener is None:
        return start
    try:
        with opener(path) as file:
            return file.read(_SNIFFED)
    except _DAMAGE:
        return b""

"""Parse cache: parsed pages from one build to the next, so that an update parses only changes.

The file lies beside the generations and is not part of the index. If it is missing,
damaged or of another version, all pages are parsed and nothing else happens.

    first line      the version of the file
    then            the records of `indexing/parsing/page_records.py`

The key of a page is a hash of everything that its parsing depends on: the program, the
settings, the page's origin and its bytes. A record that is cut short ends the file, and
a damaged one is not used.
"""

import os
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Self
from unicodedata import unidata_version

from archivesearch.config import Config
from archivesearch.directory.files import regular_file
from archivesearch.directory.manifest import NEW_PARSE_CACHE, PARSE_CACHE
from archivesearch.indexing.parsing.page_records import HEADER, KEY_BYTES, is_whole
from archivesearch.model.pages import RawPage

_MAGIC = b"archivesearch parsed pages 2\n"

PARSER_FILES = (
    "config.py",
    "errors.py",
    "urls.py",
    "model/*.py",
    "parse/**/*.py",
    "indexing/parsing/*.py",
    "indexing/fingerprints/*.py",
    "indexing/workers/*.py",
)
"""The modules of the package that parsing uses. A change to one of them makes the cache void."""

# Settings that matter when pages are listed, indexed or shown, but not when they are parsed.
_OTHER_SETTINGS = ("name", "exclude", "variants")


class ParseCache:
    """The records of the last build, by key, and those for the next build.

    `add` writes a record to a new file; `commit` puts that file in place of the old one.
    With `reuse` False the old records are not used. If the disk is full the build goes on
    without a new cache.
    """

    def __init__(self, index: Path, *, reuse: bool = True) -> None:
        self._path = index / PARSE_CACHE
        self._new_path = index / NEW_PARSE_CACHE
        self._settings: dict[int, tuple[Config, bytes]] = {}
        self._old = _open_cache(self._path) if reuse else None
        self._byte_ranges = _byte_ranges(self._old) if self._old else {}
        self._new: BinaryIO | None = None
        with suppress(OSError):
            self._new_path.unlink(missing_ok=True)
            self._new = self._new_path.open("xb")
            self._new.write(_MAGIC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._old:
            self._old.close()
        self._discard_new()

    def key(self, raw: RawPage, config: Config) -> bytes:
        """Return the key of a page: `KEY_BYTES` bytes."""
        digest = blake2b(self._parser_and_settings(config), digest_size=KEY_BYTES)
        origin = [getattr(raw, field.name) for field in fields(raw) if field.name != "data"]
        digest.update(repr(origin).encode("utf-8", "surrogatepass"))
        digest.update(raw.data)
        return digest.digest()

    def record(self, key: bytes) -> bytes:
        """Return the record with a key, its checksum verified; `b""` if there is none."""
        if self._old is None or key not in self._byte_ranges:
            return b""
        start, size = self._byte_ranges[key]
        try:
            record = os.pread(self._old.fileno(), size, start)
        except OSError:
            return b""
        return record if is_whole(record) else b""

    def add(self, record: bytes) -> None:
        """Add a record for the next build."""
        if self._new is not None:
            try:
                self._new.write(record)
            except OSError:
                self._discard_new()

    def commit(self) -> None:
        """Replace the old records by the new ones."""
        if self._new is None:
            return
        try:
            self._new.close()
            self._new_path.replace(self._path)
            self._new = None
        except OSError:
            self._discard_new()

    def _parser_and_settings(self, config: Config) -> bytes:
        """Return the part of a key that all pages with the same settings share."""
        if id(config) not in self._settings:
            values = [
                getattr(config, field.name)
                for field in fields(config)
                if field.name not in _OTHER_SETTINGS
            ]
            # The settings are stored too, so that no others get their id.
            self._settings[id(config)] = config, repr((_parser_version(), values)).encode()
        return self._settings[id(config)][1]

    def _discard_new(self) -> None:
        if self._new is not None:
            with suppress(OSError):
                self._new.close()
            with suppress(OSError):
                self._new_path.unlink(missing_ok=True)
            self._new = None


def cache_damage(index: Path) -> str | None:
    """Return in words how the cache of an index is damaged; None if it is whole or missing."""
    try:
        regular_file(index / PARSE_CACHE).close()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    file = _open_cache(index / PARSE_CACHE)
    if file is None:
        return "it is of another version"
    with file:
        byte_ranges = _byte_ranges(file).values()
        end = max((start + size for start, size in byte_ranges), default=len(_MAGIC))
        for start, size in byte_ranges:
            if not is_whole(os.pread(file.fileno(), size, start)):
                return f"the record at byte {start:,} is damaged"
        if end != os.fstat(file.fileno()).st_size:
            return f"what comes after byte {end:,} is damaged"
    return None


def _open_cache(path: Path) -> BinaryIO | None:
    """Return the open file of a cache; None if there is none of this version."""
    try:
        file = regular_file(path)
    except OSError:
        return None
    if file.read(len(_MAGIC)) == _MAGIC:
        return file
    file.close()
    return None


def _byte_ranges(file: BinaryIO) -> dict[bytes, tuple[int, int]]:
    """Return the offset and size of each record by its key, up to one that is cut short."""
    byte_ranges: dict[bytes, tuple[int, int]] = {}
    file_size = os.fstat(file.fileno()).st_size
    start = len(_MAGIC)
    while start + HEADER.size <= file_size:
        key, frame_size, _, _ = HEADER.unpack(os.pread(file.fileno(), HEADER.size, start))
        size = HEADER.size + frame_size
        if start + size > file_size:
            break
        byte_ranges[key] = start, size
        start += size
    return byte_ranges


@cache
def _parser_version() -> str:
    """Return a string that changes with the parser: a hash of its source, and its libraries."""
    package = Path(__file__).parents[2]
    digest = blake2b(digest_size=KEY_BYTES)
    for path in sorted(path for pattern in PARSER_FILES for path in package.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    libraries = map(version, ("selectolax", "charset-normalizer", "py3langid"))
    return repr((digest.hexdigest(), *libraries, unidata_version))

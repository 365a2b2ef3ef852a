"""What was read out of each page, kept by its content, so that an update parses only what changed.

The file lies beside the generations and is no part of the index: without it, or with one
that is damaged or of another version, all pages are parsed anew and nothing else happens.

    first line      what the file is
    then            the records of `indexing/parsing/page_records.py`

A key is a hash of all that parsing sees: the program, the settings, where a page comes
from, and its bytes. What comes after a record that is cut short or damaged is not used.
"""

import os
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from unicodedata import unidata_version

from archivesearch.config import Config
from archivesearch.directory.manifest import NEW_PARSE_CACHE, PARSE_CACHE, regular_file
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
"""Where in the package all lies that parsing uses."""

# Settings that are used when pages are listed, indexed or shown, and not when they are parsed.
_UNSEEN = ("name", "exclude", "variants")


class ParseCache:
    """Pages as they were parsed, by key: those that the file has, and those for the next one.

    The next file holds what `add` was given, and takes the place of the old one by `keep`.
    A disk that takes no more of it ends the remembering, no more.
    """

    def __init__(self, index: Path, *, reuse: bool = True) -> None:
        self._path = index / PARSE_CACHE
        self._aside = index / NEW_PARSE_CACHE
        self._contexts: dict[int, tuple[Config, bytes]] = {}
        self._old = _opened(self._path) if reuse else None
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
        seen = blake2b(self._context(config), digest_size=KEY_BYTES)
        where = [getattr(raw, field.name) for field in fields(raw) if field.name != "data"]
        seen.update(repr(where).encode("utf-8", "surrogatepass"))
        seen.update(raw.data)
        return seen.digest()

    def record(self, key: bytes) -> bytes:
        """Return the record of a page that is known, its checksum seen to hold; else `b""`."""
        if self._old is None or key not in self._places:
            return b""
        start, size = self._places[key]
        try:
            record = os.pread(self._old.fileno(), size, start)
        except OSError:
            return b""
        return record if is_whole(record) else b""

    def add(self, record: bytes) -> None:
        """Remember a page."""
        if self._new is not None:
            try:
                self._new.write(record)
            except OSError:
                self._give_up()

    def commit(self) -> None:
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

    def _give_up(self) -> None:
        if self._new is not None:
            with suppress(OSError):
                self._new.close()
            with suppress(OSError):
                self._aside.unlink(missing_ok=True)
            self._new = None


def cache_damage(index: Path) -> str | None:
    """Return in words what is wrong with the memory beside an index; None if nothing is."""
    try:
        regular_file(index / PARSE_CACHE).close()
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    file = _opened(index / PARSE_CACHE)
    if file is None:
        return "it is of another version"
    with file:
        places = _places(file).values()
        end = max((start + size for start, size in places), default=len(_MAGIC))
        for start, size in places:
            if not is_whole(os.pread(file.fileno(), size, start)):
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
    while start + HEADER.size <= size:
        key, packed, _, _ = HEADER.unpack(os.pread(file.fileno(), HEADER.size, start))
        length = HEADER.size + packed
        if start + length > size:
            break
        found[key] = start, length
        start += length
    return found


@cache
def _parser() -> str:
    """Return what tells this parser from any other: its source, and what it is built on."""
    package = Path(__file__).parents[2]
    seen = blake2b(digest_size=KEY_BYTES)
    for path in sorted(path for files in PARSER_FILES for path in package.glob(files)):
        seen.update(path.name.encode() + b"\0" + path.read_bytes())
    libraries = map(version, ("selectolax", "charset-normalizer", "py3langid"))
    return repr((seen.hexdigest(), *libraries, unidata_version))

"""Pages from a tar archive, compressed or not, in the order in which they stand in it.

It is read from its beginning to its end, twice: once to list its pages and once to read
them. Nothing else of it is held.
"""

import lzma
import tarfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tarfile import TarFile, TarInfo
from typing import IO, Protocol, Self

from archivesearch.config import CONFIG_FILE
from archivesearch.errors import SourceError
from archivesearch.model.pages import RawPage
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import (
    NESTED_ARCHIVE,
    SNIFF_BYTES,
    SourceEntry,
    SourceItem,
    SourceListing,
    decode_name,
    is_archive_name,
    is_hidden,
    is_page_name,
    looks_like_html,
    may_be_page,
    normalize_name,
    unsafe_name_problem,
)

# What tarfile and the decompressors below it raise on what is damaged or made up.
_DAMAGE = (
    *(tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, OverflowError, MemoryError, RecursionError),
)


_REPEATED = "a later member has the same name"


class _Member(TarInfo):
    """A member whose header must be sound: tarfile takes a damaged one for the end."""

    @classmethod
    def fromtarfile(cls, archive: TarFile) -> Self:
        """Return the next member. Raises ReadError for what is no header."""
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            if type(error).__name__ in ("InvalidHeaderError", "TruncatedHeaderError"):
                raise tarfile.ReadError(str(error)) from error
            raise  # the end, as tarfile knows it


class TooMuch(Exception):
    """A compressed archive holds more than it may."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Counted:
    """A stream that is read forwards alone, and no farther than a limit."""

    def __init__(self, stream: _Readable, most: int) -> None:
        self.stream = stream
        self.left = most

    def read(self, size: int) -> bytes:
        """Read on. Raises TooMuch."""
        data = self.stream.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise TooMuch
        return data


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """List the pages of a tar archive; of members with one name the last is the page."""
    pages_: dict[str, SourceEntry] = {}
    skipped: list[SourceEntry] = []
    reading = _Reading(path, limits)
    others, config = 0, None
    with reading:
        for number, member in reading:
            name = decode_name(member.name)
            page = normalize_name(name)
            problem = unsafe_name_problem(name) or _unreadable(member, limits)
            if member.isdir() or is_hidden(page):
                continue
            if page == CONFIG_FILE and not problem:
                config = reading.content(member, limits.page_bytes)
            elif is_archive_name(page):
                skipped.append(
                    SourceEntry(page, number, name, problem=NESTED_ARCHIVE, is_page=False)
                )
            elif not _is_page(reading, member, page):
                others += 1
            elif problem:
                skipped.append(SourceEntry(page, number, name, problem=problem))
            else:
                if page in pages_:
                    skipped.append(replace(pages_[page], problem=_REPEATED))
                pages_[page] = SourceEntry(page, number, name)
    entries = sorted([*pages_.values(), *skipped], key=lambda entry: int(entry.location))
    if not reading.reached and reading.damage:
        raise SourceError(
            f"{path} is no tar archive or damaged from its beginning on ({reading.damage}); "
            "copy or download it again"
        )
    return SourceListing(tuple(entries), others, tuple(reading.notices), config)


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Read the pages one by one."""
    waiting = deque(entries)
    with (reading := _Reading(path, limits)):
        for number, member in reading:
            if not waiting:
                return
            if number == waiting[0].location:
                entry = waiting[0]
                found = entry.skipped() if entry.problem else _read(reading, member, entry)
                waiting.popleft()
                yield found
    for entry in waiting:
        yield entry.skipped("the archive cannot be read so far")


class _Reading:
    """One way through a tar archive. As a context it ends at damage, and `notices` tell it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.reached = 0
        self.damage = ""
        self.notices: list[str] = []
        self._archive: TarFile

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        lost = f"what comes after member {self.reached:,} is left out"
        if isinstance(error, TooMuch):
            ratio = self.limits.ratio
            self.notices.append(f"it unpacks to more than {ratio} times its size; {lost}")
        elif isinstance(error, _DAMAGE):
            self.damage = str(error) or type(error).__name__
            self.notices.append(f"it is damaged: {self.damage}; {lost}")
        else:
            return False
        return True

    def __iter__(self) -> Iterator[tuple[int, TarInfo]]:
        with _opened(self.path, self.limits) as self._archive:
            for number, member in enumerate(self._archive):
                if number == self.limits.members:
                    self.notices.append(f"it has more than {number:,} members; no more are read")
                    return
                yield number, member
                self.reached = number + 1
                self._archive.members = []  # type: ignore[attr-defined]  # it would keep them all

    def content(self, member: TarInfo, most: int) -> bytes:
        """Return what the member that was reached holds, at most so many bytes."""
        stream = self._archive.extractfile(member)
        return stream.read(most) if stream is not None else b""


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[TarFile]:
    with path.open("rb") as file, _plain(file) as plain:
        most = limits.max_unpacked_bytes(path.stat().st_size)
        counted = _Counted(plain, most)
        # "r|" asks no more of a stream than to be read; names that are no UTF-8 stay bytes
        with tarfile.open(
            fileobj=counted,
            mode="r|",
            tarinfo=_Member,
            errors="surrogateescape",
            ignore_zeros=True,  # another archive may come after the end of the first
        ) as archive:  # type: ignore[call-overload]
            yield archive


@contextmanager
def _plain(file: IO[bytes]) -> Iterator[_Readable]:
    import bz2
    import gzip

    start = file.read(6)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        yield gzip.GzipFile(fileobj=file)
    elif start.startswith(b"BZh"):
        with bz2.open(file) as plain:
            yield plain
    elif start.startswith(b"\xfd7zXZ\0"):
        with lzma.open(file) as plain:
            yield plain
    else:
        yield file


def _unreadable(member: TarInfo, limits: Limits) -> str:
    if member.issym() or member.islnk():
        return f"it is a link to {decode_name(member.linkname)}"
    if not member.isreg():
        return "it is not a regular file"
    return limits.size_problem(member.size)


def _is_page(reading: _Reading, member: TarInfo, page: str) -> bool:
    if is_page_name(page):
        return True
    if not member.isreg() or not may_be_page(page.rpartition("/")[2]):
        return False
    return looks_like_html(reading.content(member, SNIFF_BYTES))


def _read(reading: _Reading, member: TarInfo, entry: SourceEntry) -> SourceItem:
    data = reading.content(member, member.size)
    if len(data) != member.size:
        return entry.skipped("it is cut short")
    return RawPage(entry.page, data, record=entry.record, also=entry.also)

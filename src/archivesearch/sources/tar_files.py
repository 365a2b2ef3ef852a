"""Tar reader: pages from a tar archive, compressed or not, in the order of its members.

The archive is read as a stream, twice: once to list its pages and once to read them.
Nothing but the listing is kept in memory.
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

# The errors of tarfile and its decompressors for damaged and hostile archives.
_TAR_ERRORS = (
    *(tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, OverflowError, MemoryError, RecursionError),
)
_SAME_NAME = "a later member has the same name"


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """Return the listing of a tar archive. Of members with one name, the last is the page."""
    pages: dict[str, SourceEntry] = {}
    skipped: list[SourceEntry] = []
    tar_pass = _TarPass(path, limits)
    other_files, config = 0, None
    with tar_pass:
        for number, member in tar_pass:
            name = decode_name(member.name)
            page = normalize_name(name)
            problem = unsafe_name_problem(name) or _member_problem(member, limits)
            if member.isdir() or is_hidden(page):
                continue
            if page == CONFIG_FILE and not problem:
                config = tar_pass.content(member, limits.page_bytes)
            elif is_archive_name(page):
                skipped.append(
                    SourceEntry(page, number, name, problem=NESTED_ARCHIVE, is_page=False)
                )
            elif not _is_page(tar_pass, member, page):
                other_files += 1
            elif problem:
                skipped.append(SourceEntry(page, number, name, problem=problem))
            else:
                if page in pages:
                    skipped.append(replace(pages[page], problem=_SAME_NAME))
                pages[page] = SourceEntry(page, number, name)
    entries = sorted([*pages.values(), *skipped], key=lambda entry: int(entry.location))
    if not tar_pass.members_read and tar_pass.damage:
        raise SourceError(
            f"{path} is not a tar archive, or is damaged from its start ({tar_pass.damage}); "
            "copy or download it again"
        )
    return SourceListing(tuple(entries), other_files, tuple(tar_pass.notices), config)


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Yield the page of each entry, or the reason to skip it."""
    remaining = deque(entries)
    with (tar_pass := _TarPass(path, limits)):
        for number, member in tar_pass:
            if not remaining:
                return
            if number == remaining[0].location:
                entry = remaining[0]
                item = entry.skipped() if entry.problem else _read(tar_pass, member, entry)
                remaining.popleft()
                yield item
    for entry in remaining:
        yield entry.skipped("the archive cannot be read up to this member")


class _TarPass:
    """One pass through a tar archive: an iterator of (number, member) and a context manager.

    The context ends at damage and at the limits without an error; `notices` and `damage`
    then say why. `members_read` counts the members before that.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.members_read = 0
        self.damage = ""
        self.notices: list[str] = []
        self._archive: TarFile

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        lost = f"everything after member {self.members_read:,} is left out"
        if isinstance(error, _TooMuch):
            ratio = self.limits.ratio
            self.notices.append(f"it unpacks to more than {ratio} times its size; {lost}")
        elif isinstance(error, _TAR_ERRORS):
            self.damage = str(error) or type(error).__name__
            self.notices.append(f"it is damaged: {self.damage}; {lost}")
        else:
            return False
        return True

    def __iter__(self) -> Iterator[tuple[int, TarInfo]]:
        with _open_tar(self.path, self.limits) as self._archive:
            for number, member in enumerate(self._archive):
                if number == self.limits.members:
                    self.notices.append(f"it has more than {number:,} members; no more are read")
                    return
                yield number, member
                self.members_read = number + 1
                self._archive.members = []  # type: ignore[attr-defined]  # or it keeps all

    def content(self, member: TarInfo, max_bytes: int) -> bytes:
        """Return the content of the current member, at most `max_bytes` of it."""
        stream = self._archive.extractfile(member)
        return stream.read(max_bytes) if stream is not None else b""


def _member_problem(member: TarInfo, limits: Limits) -> str:
    if member.issym() or member.islnk():
        return f"it is a link to {decode_name(member.linkname)}"
    if not member.isreg():
        return "it is not a regular file"
    return limits.size_problem(member.size)


def _is_page(tar_pass: _TarPass, member: TarInfo, page: str) -> bool:
    if is_page_name(page):
        return True
    if not member.isreg() or not may_be_page(page.rpartition("/")[2]):
        return False
    return looks_like_html(tar_pass.content(member, SNIFF_BYTES))


def _read(tar_pass: _TarPass, member: TarInfo, entry: SourceEntry) -> SourceItem:
    data = tar_pass.content(member, member.size)
    if len(data) != member.size:
        return entry.skipped("it is cut short")
    return RawPage(entry.page, data, record=entry.record, also=entry.also)


class _Readable(Protocol):
    """A stream that can only be read."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def _open_tar(path: Path, limits: Limits) -> Iterator[TarFile]:
    with path.open("rb") as file, _decompress(file) as decompressed:
        limited = _LimitedStream(decompressed, limits.max_unpacked_bytes(path.stat().st_size))
        # "r|" only reads the stream; "surrogateescape" keeps the bytes of names that are not UTF-8.
        with tarfile.open(
            fileobj=limited,
            mode="r|",
            tarinfo=_StrictTarInfo,
            errors="surrogateescape",
            ignore_zeros=True,  # another archive may come after the end of the first
        ) as archive:  # type: ignore[call-overload]
            yield archive


@contextmanager
def _decompress(file: IO[bytes]) -> Iterator[_Readable]:
    import bz2
    import gzip

    start = file.read(6)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        yield gzip.GzipFile(fileobj=file)
    elif start.startswith(b"BZh"):
        with bz2.open(file) as decompressed:
            yield decompressed
    elif start.startswith(b"\xfd7zXZ\0"):
        with lzma.open(file) as decompressed:
            yield decompressed
    else:
        yield file


class _StrictTarInfo(TarInfo):
    """A member whose header must be valid. TarInfo takes an invalid one for the end."""

    @classmethod
    def fromtarfile(cls, archive: TarFile) -> Self:
        """Return the next member. Raises ReadError if its header is damaged."""
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            if type(error).__name__ in ("InvalidHeaderError", "TruncatedHeaderError"):
                raise tarfile.ReadError(str(error)) from error
            raise  # TarFile takes the others for the end of the archive


class _TooMuch(Exception):
    """An archive unpacks to more bytes than the limit."""


class _LimitedStream:
    """A stream without seek, with a limit on the bytes that can be read."""

    def __init__(self, stream: _Readable, max_bytes: int) -> None:
        self.stream = stream
        self.bytes_left = max_bytes

    def read(self, size: int) -> bytes:
        """Return the next bytes. Raises _TooMuch after the limit."""
        data = self.stream.read(size)
        self.bytes_left -= len(data)
        if self.bytes_left < 0:
            raise _TooMuch
        return data

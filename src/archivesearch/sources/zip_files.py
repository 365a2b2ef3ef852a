"""Zip reader: pages from a zip archive, in the order of a folder with the same files."""

import lzma
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from archivesearch.config import CONFIG_FILE
from archivesearch.errors import SourceError
from archivesearch.model.pages import Notice, RawPage
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import (
    NESTED_ARCHIVE,
    SNIFF_BYTES,
    SourceEntry,
    SourceItem,
    SourceListing,
    UniqueNames,
    is_archive_name,
    is_hidden,
    is_page_name,
    looks_like_html,
    may_be_page,
    normalize_name,
    unsafe_name_problem,
)

# The errors of zipfile and its decompressors for damaged and hostile members.
ZIP_ERRORS = (
    *(BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(RuntimeError, NotImplementedError, ValueError, OverflowError, LookupError, MemoryError),
)
_ENCRYPTED_FLAG = 0x1
_UTF8_FLAG = 0x800
_UNIX_SYSTEM = 3
_SYMLINK_TYPE, _FILE_TYPE_MASK = 0o120000, 0o170000


def open_zip(path: Path) -> ZipFile:
    """Open a zip archive. Raises SourceError if it is not one."""
    try:
        return ZipFile(path)
    except ZIP_ERRORS as error:
        raise SourceError(
            f"{path} is not a zip archive, or is damaged ({error}); "
            "try to repair it, for example with `zip -FF`"
        ) from error


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """Return the listing of a zip archive. Of members with one name, the last is the page."""
    with open_zip(path) as archive:
        infos = [(_member_name(info), info) for info in archive.infolist()[: limits.members]]
        omitted = len(archive.infolist()) - len(infos)
        infos.sort(key=lambda pair: [part.encode() for part in pair[0].split("/")])
        last = dict(infos)  # of the members with one name
        entries, other_files, names = [], 0, UniqueNames()
        config, damage = None, ""
        for name, info in infos:
            if name.endswith("/") or is_hidden(name):
                continue
            if not name:
                entries.append(SourceEntry("(no name)", info, name, problem="it has no name"))
                continue
            if name == CONFIG_FILE:
                config, damage = _config(archive, info, limits)
                continue
            entry = _entry(archive, name, info, is_last=last[name] is info)
            if entry is None:
                other_files += 1
            elif entry.problem:
                entries.append(entry)
            else:
                entries.append(SourceEntry(names.reserve(entry.page), info, name))
    notices = (f"it has more than {limits.members:,} members; {omitted:,} of them are left out",)
    return SourceListing(tuple(entries), other_files, notices if omitted else (), config, damage)


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Yield the page of each entry, or the reason to skip it, until the size limit is reached."""
    bytes_left = limits.max_unpacked_bytes(path.stat().st_size)
    with open_zip(path) as archive:
        for number, entry in enumerate(entries):
            item = _read(archive, entry, limits)
            if isinstance(item, RawPage):
                bytes_left -= len(item.data)
            if bytes_left < 0:
                yield Notice(
                    path.name,
                    f"it unpacks to more than {limits.ratio} times its size; the "
                    f"{len(entries) - number:,} members from {entry.page} on are left out",
                )
                return
            yield item


def _member_name(info: ZipInfo) -> str:
    """Return the name of a member: UTF-8 if that is valid, else Latin-1 (Unix) or cp437."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        data = name.encode("cp437", "replace")
        try:
            name = data.decode()
        except UnicodeDecodeError:
            name = data.decode("latin-1") if info.create_system == _UNIX_SYSTEM else name
    return name.replace("\\", "/")


def _entry(archive: ZipFile, name: str, info: ZipInfo, *, is_last: bool) -> SourceEntry | None:
    """Return the entry of a member, or None if it is no page."""
    page = normalize_name(name)
    problem = unsafe_name_problem(name) or ("" if is_last else "another member has the same name")
    problem = problem or _member_problem(info)
    if is_page_name(page):
        return SourceEntry(page, info, name, problem=problem)
    if is_archive_name(page):
        return SourceEntry(page, info, name, problem=NESTED_ARCHIVE, is_page=False)
    if problem or not may_be_page(page.rpartition("/")[2]):
        return None
    try:
        with archive.open(info) as member:
            is_html = looks_like_html(member.read(SNIFF_BYTES))
    except ZIP_ERRORS:
        return None
    return SourceEntry(page, info, name) if is_html else None


def _member_problem(info: ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "it is encrypted"
    mode = info.external_attr >> 16
    if info.create_system == _UNIX_SYSTEM and mode & _FILE_TYPE_MASK == _SYMLINK_TYPE:
        return "it is a link"
    return ""


def _read(archive: ZipFile, entry: SourceEntry, limits: Limits) -> SourceItem:
    if entry.problem:
        return entry.skipped()
    if problem := limits.size_problem(entry.location.file_size):
        return entry.skipped(problem)
    try:
        with archive.open(entry.location) as member:
            data = member.read(limits.page_bytes + 1)
    except ZIP_ERRORS as error:
        return entry.skipped(f"it is damaged: {str(error) or type(error).__name__}")
    if problem := limits.size_problem(len(data)):
        return entry.skipped(problem)
    return RawPage(entry.page, data, record=entry.record, also=entry.also)


def _config(archive: ZipFile, info: ZipInfo, limits: Limits) -> tuple[bytes | None, str]:
    """Return the configuration file in an archive, or None; and the damage, or `""`."""
    try:
        with archive.open(info) as member:
            return member.read(limits.page_bytes), ""
    except ZIP_ERRORS as error:
        return None, str(error) or type(error).__name__

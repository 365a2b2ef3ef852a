"""Pages from a WACZ: a zip archive with WARCs in it, which are read one after the other."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from copy import copy
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from archivesearch.errors import SourceError
from archivesearch.sources import warc_files as warcs
from archivesearch.sources import zip_files as zips
from archivesearch.sources.gzip_stream import Seekable
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import SourceEntry, SourceItem, SourceListing

_WARC = re.compile(r".+\.w?arc(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_ARCHIVE = re.compile(r"(?:.*/)?archive/.*", re.DOTALL)


def is_wacz(path: Path) -> bool:
    """Whether a zip archive holds WARCs as a WACZ does."""
    with zips.open_zip(path) as archive:
        names = archive.namelist()
        return "datapackage.json" in names and any(map(_ARCHIVE.match, _warcs(archive)))


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """List the captures of all WARCs in a WACZ."""
    with zips.open_zip(path) as archive:
        if not _warcs(archive):
            raise SourceError(
                f"{path} is no WACZ: it holds no WARC; if it holds pages, rename it to .zip, "
                "and if it holds other WACZ files, unpack it"
            )
        notices: list[str] = []
        most = limits.max_unpacked_bytes(path.stat().st_size)
        listing = warcs.list_captures(_files(archive, notices), most, limits)
    return SourceListing(
        listing.entries,
        0,
        (*listing.notices, *notices),
        None,
        "",
        listing.captures,
        listing.omitted,
    )


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Read the pages one by one."""
    with zips.open_zip(path) as archive:
        most = limits.max_unpacked_bytes(path.stat().st_size)
        yield from warcs.read_entries(
            _files(archive, []), entries, most, limits
        )  # told when listed


def _files(archive: ZipFile, notices: list[str]) -> Iterator[tuple[str, Seekable]]:
    """Yield the WARCs by name; one that cannot be opened is told and left out."""
    for name in _warcs(archive):
        try:
            with closing(_Member(archive, name)) as member:
                yield name, member
        except zips.ZIP_ERRORS as error:
            notices.append(f"{name} cannot be read: {str(error) or type(error).__name__}")
        else:
            notices += [f"{name} is damaged: {member.damage}"] if member.damage else []


def _warcs(archive: ZipFile) -> list[str]:
    """Return the names of the WARCs: those in its folder `archive`, or all if none is there."""
    names = sorted(set(filter(_WARC.fullmatch, archive.namelist())))
    return list(filter(_ARCHIVE.match, names)) or names


class _Member:
    """A WARC in a zip archive, read as far as it goes; `damage` says what is the matter.

    A checksum that is wrong tells that something in it is damaged, and not where: what is
    there is read all the same, as it is where a WARC lies by itself.
    """

    def __init__(self, archive: ZipFile, name: str) -> None:
        self.damage = ""
        self._archive = archive
        self._info = copy(archive.getinfo(name))
        self._file = archive.open(self._info)
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """Return the next bytes; b"" where nothing more can be read."""
        try:
            self._file.seek(self._at)
            data = self._file.read(size)
        except zips.ZIP_ERRORS as error:
            self.damage = str(error) or type(error).__name__
            return self._read_unchecked(size) if isinstance(error, BadZipFile) else b""
        self._at += len(data)
        return data

    def seek(self, offset: int, /) -> int:
        """Go to a place, from which the next bytes will be read."""
        self._at = offset
        return offset

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def _read_unchecked(self, size: int) -> bytes:
        if self._info.CRC is None:
            return b""
        self._info.CRC = None  # type: ignore[assignment]  # and so it is not compared
        self._file.close()
        self._file = self._archive.open(self._info)
        return self.read(size)

"""WACZ reader: pages from a WACZ, which is a zip archive of WARCs."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from copy import copy
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from archivesearch.errors import SourceError
from archivesearch.sources import warc_files as warcs
from archivesearch.sources import zip_files as zips
from archivesearch.sources.gzip_stream import SeekableFile
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import SourceEntry, SourceItem, SourceListing

_WARC_NAME = re.compile(r".+\.w?arc(?:\.gz)?", re.IGNORECASE | re.DOTALL)
_ARCHIVE_FOLDER = re.compile(r"(?:.*/)?archive/.*", re.DOTALL)


def is_wacz(path: Path) -> bool:
    """Whether a zip archive has the files of a WACZ."""
    with zips.open_zip(path) as archive:
        names = archive.namelist()
        return "datapackage.json" in names and any(map(_ARCHIVE_FOLDER.match, _warc_names(archive)))


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """Return the listing of all WARCs in a WACZ. Raises SourceError if it has none."""
    with zips.open_zip(path) as archive:
        if not _warc_names(archive):
            raise SourceError(
                f"{path} is not a WACZ: it contains no WARC; if it contains pages, rename it to "
                ".zip; if it contains other WACZ files, unpack it"
            )
        notices: list[str] = []
        max_bytes = limits.max_unpacked_bytes(path.stat().st_size)
        listing = warcs.list_captures(_open_warcs(archive, notices), max_bytes, limits)
    return replace(listing, notices=(*listing.notices, *notices))


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Yield the page of each entry, or the reason to skip it."""
    with zips.open_zip(path) as archive:
        max_bytes = limits.max_unpacked_bytes(path.stat().st_size)
        files = _open_warcs(archive, [])  # without the notices, which `list_pages` gave
        yield from warcs.read_entries(files, entries, max_bytes, limits)


def _open_warcs(archive: ZipFile, notices: list[str]) -> Iterator[tuple[str, SeekableFile]]:
    """Yield (name, file) of each WARC, in the order of the names.

    A WARC that cannot be opened is left out. `notices` gets a line for it, and for each WARC
    that turns out to be damaged.
    """
    for name in _warc_names(archive):
        try:
            with closing(_ZippedWarc(archive, name)) as member:
                yield name, member
        except zips.ZIP_ERRORS as error:
            notices.append(f"{name} cannot be read: {str(error) or type(error).__name__}")
        else:
            notices += [f"{name} is damaged: {member.damage}"] if member.damage else []


def _warc_names(archive: ZipFile) -> list[str]:
    """Return the names of the WARCs in folders `archive`, or of all if there are none."""
    names = sorted(set(filter(_WARC_NAME.fullmatch, archive.namelist())))
    return list(filter(_ARCHIVE_FOLDER.match, names)) or names


class _ZippedWarc:
    """A WARC in a zip archive, read as far as possible; `damage` is the reason if not all.

    A wrong checksum means damage somewhere. The bytes are read all the same, without the
    checksum, since the records show where the damage is.
    """

    def __init__(self, archive: ZipFile, name: str) -> None:
        self.damage = ""
        self._archive = archive
        self._info = copy(archive.getinfo(name))
        self._file = archive.open(self._info)
        self._offset = 0

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`; `b""` if no more can be read."""
        try:
            self._file.seek(self._offset)
            data = self._file.read(size)
        except zips.ZIP_ERRORS as error:
            self.damage = str(error) or type(error).__name__
            return self._read_unchecked(size) if isinstance(error, BadZipFile) else b""
        self._offset += len(data)
        return data

    def seek(self, offset: int, /) -> int:
        """Go to an offset and return it. The file itself is moved by the next `read`."""
        self._offset = offset
        return offset

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_unchecked(self, size: int) -> bytes:
        """Open the member again without its checksum, and read on."""
        if self._info.CRC is None:
            return b""
        self._info.CRC = None  # type: ignore[assignment]  # or zipfile compares it
        self._file.close()
        self._file = self._archive.open(self._info)
        return self.read(size)

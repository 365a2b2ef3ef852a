"""Pages from a WACZ: a zip archive with WARCs in it, which are read one after the other."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from archivesearch.errors import SourceError
from archivesearch.model import Notice
from archivesearch.read import warcs, zips
from archivesearch.read.entries import Entry, Found, Listing
from archivesearch.read.limits import Limits

_WARC = re.compile(r"(?:.*/)?archive/[^/]+\.w?arc(?:\.gz)?", re.IGNORECASE)


def is_wacz(path: Path) -> bool:
    """Whether a zip archive holds WARCs as a WACZ does."""
    with zips.opened(path) as archive:
        names = archive.namelist()
    return "datapackage.json" in names and any(map(_WARC.fullmatch, names))


def list_pages(path: Path, limits: Limits) -> Listing:
    """List the captures of all WARCs in a WACZ."""
    with zips.opened(path) as archive:
        if not any(map(_WARC.fullmatch, archive.namelist())):
            raise SourceError(f"{path} is no WACZ: it holds no WARC in a folder 'archive'")
        notices: list[str] = []
        most = limits.unpacked_bytes(path.stat().st_size)
        listing = warcs.listed(_files(archive, notices), most, limits)
    return Listing(
        listing.entries, 0, (*listing.notices, *notices), None, listing.captures, listing.left_out
    )


def pages(path: Path, entries: Sequence[Entry], limits: Limits) -> Iterator[Found]:
    """Read the pages one by one."""
    notices: list[str] = []
    with zips.opened(path) as archive:
        most = limits.unpacked_bytes(path.stat().st_size)
        yield from warcs.read_files(_files(archive, notices), entries, most, limits)
    yield from (Notice(path.name, notice) for notice in notices)


def _files(archive: ZipFile, notices: list[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the WARCs by name; one that cannot be opened is told and left out."""
    for name in sorted(filter(_WARC.fullmatch, archive.namelist())):
        try:
            with archive.open(name) as file:
                yield name, file
        except zips.DAMAGE as error:
            notices.append(f"{name} cannot be read: {str(error) or type(error).__name__}")

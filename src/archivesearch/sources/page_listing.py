"""Page listing: the records and the reader protocol of sources, and the rules for page names."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from archivesearch.model.pages import Notice, RawPage, Skipped
from archivesearch.sources.limits import Limits

SourceItem = RawPage | Skipped | Notice  # a page, a reason to skip one, or a note on the source

# A mirror saves `news.php?id=7` under that very name, or with `@` for the question mark.
_PAGE_NAME = re.compile(
    r"\.(?:x?html?|shtml?|xht|txt|pdf|phtml|php\d?|aspx?|jsp|cfm)(?:[?@].*)?$"
    r"|\.(?:cgi|pl)[?@].*$",
    re.IGNORECASE | re.DOTALL,
)
_ARCHIVE_NAME = re.compile(
    r"\.(?:zip|7z|rar|wacz|(?:w?arc|tar)(?:\.(?:gz|bz2|xz|zst|lz|lz4|lzma|z))?|tgz|tbz2?|txz|tzst)$",
    re.IGNORECASE,
)
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*+(?:<!--.*?-->\s*+)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
SNIFF_BYTES = 1024  # of a file, for `looks_like_html`
NESTED_ARCHIVE = (
    "it is an archive inside a source, which is not opened; give it as a source of its own"
)
_MAX_NAME = 4096  # characters of the name of a member
_DOTS = {".", ".."}
_DRIVE_LETTER = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A page in the listing of a source, before it is read.

    `page` is its path or URL, and `also` are its other URLs. `location` is its place in the
    source, for the reader: a path, a `ZipInfo`, the number of a member, or the (file, byte
    offset, count) of a record. `record` is the same place, for people. An entry with a
    `problem` is skipped for this reason. `is_page` is False if it is no page at all, for
    example a request in a WARC.
    """

    page: str
    location: Any = None
    record: str = ""
    url: str | None = None
    captured: str | None = None
    also: tuple[str, ...] = ()
    problem: str = ""
    is_page: bool = True

    def skipped(self, problem: str = "") -> Skipped:
        """Return the entry as skipped, for `problem` or else for its own problem."""
        return Skipped(self.page, problem or self.problem, self.is_page)


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture of a page in a WARC or an ARC: a record with its content, or a revisit.

    `entry` is the record as a page, `id` the record's ID. A revisit has no content, but
    names the record that has it by `refers_to` (ID), `refers_url`, `refers_date` or
    `digest`. `rank` is 0 for text that a tool made of a page, else 1.
    """

    entry: SourceEntry
    id: str = ""
    digest: str = ""
    rank: int = 1
    is_revisit: bool = False
    refers_to: str = ""
    refers_url: str = ""
    refers_date: str = ""


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The pages of a source in order, with its other files and its notices.

    `other_files` counts the files that are no pages. `captures` become entries when the
    captures of all sources are known. `omitted_counts` counts by reason the records that are
    neither pages nor entries, since there may be millions of them. `config` is the
    content of the `archivesearch.toml` in an archive, or None; `config_damage` is the
    reason if it cannot be read, or `""`.
    """

    entries: tuple[SourceEntry, ...] = ()
    other_files: int = 0
    notices: tuple[str, ...] = ()
    config: bytes | None = None
    config_damage: str = ""
    captures: tuple[Capture, ...] = ()
    omitted_counts: Mapping[str, int] = field(default_factory=dict)


class SourceReader(Protocol):
    """A module that lists and reads the pages of one kind of source."""

    def list_pages(self, path: Path, limits: Limits, /) -> SourceListing:
        """Return the listing of a source. Raises SourceError if it cannot be read at all."""

    def read_pages(
        self, path: Path, entries: Sequence[SourceEntry], limits: Limits, /
    ) -> Iterator[SourceItem]:
        """Yield the page of each entry, or the reason to skip it, in the order of the entries.

        `entries` must be in the order of the listing.
        """


def is_page_name(name: str) -> bool:
    """Whether a file is a page by the ending of its name."""
    return _PAGE_NAME.search(name) is not None


def may_be_page(name: str) -> bool:
    """Whether a file name has no ending, so that `looks_like_html` decides."""
    return "." not in name


def is_archive_name(name: str) -> bool:
    """Whether a file is an archive by the ending of its name."""
    return _ARCHIVE_NAME.search(name) is not None


def looks_like_html(start: bytes) -> bool:
    """Whether a file that begins with these `SNIFF_BYTES` bytes is HTML."""
    return _LOOKS_LIKE_HTML.match(start) is not None


def is_hidden(name: str) -> bool:
    """Whether a part of a path begins with a dot, or the first is the `__MACOSX` of a zip."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or any(p.startswith(".") and p not in _DOTS for p in parts)


def unsafe_name_problem(name: str) -> str:
    """Return the reason that a member's name cannot be a page's path, or `""` if it can."""
    if len(name) > _MAX_NAME:
        return "its name is too long"
    if name.startswith("/") or _DRIVE_LETTER.match(name) or ".." in name.split("/"):
        return "its name leads out of the archive"
    return ""


def normalize_name(name: str) -> str:
    """Return the name of a member without `./` and doubled slashes."""
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def decode_name(name: str) -> str:
    """Return a file name as text; a name that is not UTF-8 is decoded as Latin-1."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("latin-1")
    return name


@dataclass(slots=True)
class UniqueNames:
    """The names of the pages in a source, made unique.

    >>> names = UniqueNames()
    >>> names.reserve("a.html"), names.reserve("a.html")
    ('a.html', 'a~2.html')
    """

    used: set[str] = field(default_factory=set)
    _last_numbers: dict[str, int] = field(default_factory=dict)

    def reserve(self, page: str) -> str:
        """Reserve a page's name and return it, with a number if it was used already."""
        path, name = PurePosixPath(page), page
        while page in self.used:
            number = self._last_numbers[name] = self._last_numbers.get(name, 1) + 1
            page = str(path.with_stem(f"{path.stem}~{number}"))
        self.used.add(page)
        return page

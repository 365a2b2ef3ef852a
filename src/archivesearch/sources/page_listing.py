"""What all kinds of sources have in common: how they list their pages and hand them over."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from archivesearch.model.pages import Notice, RawPage, Skipped
from archivesearch.sources.limits import Limits

SourceItem = RawPage | Skipped | Notice
"""What comes out of a source: a page, what is no page and why, or what is to be known of it."""

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
SNIFF_BYTES = 1024
NESTED_ARCHIVE = (
    "it is an archive inside a source, which is not opened; give it as a source of its own"
)
_LONGEST_NAME = 4096
_DOTS = {".", ".."}
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A page of a source before it is read, or something that is not to be read, and why.

    `page` is its path or its URL; `place` is where its source finds it; `record` says so
    to people. With a `problem` it is skipped, and `is_page` is False where it is no page
    at all, such as the request that is kept beside a page in a WARC. `also` are further
    addresses of it.
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
        """Return what stands for it in the report."""
        return Skipped(self.page, problem or self.problem, self.is_page)


@dataclass(frozen=True, slots=True)
class Capture:
    """A record that holds a page, or with `is_revisit` names one that holds the same.

    `entry` is what the record is as a page. `id` is that of the record; for a revisit
    `refers_to`, `refers_url` and `refers_date` say which one it repeats. `rank` is lower
    for text that a tool made of a page.
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
    """The pages of a source in order, how many files are not pages, and what to know of it.

    `captures` are records that may become entries once those of all sources are known.
    `left_out` counts, by reason, what is no page and not among the entries either, since
    there may be millions of it. `config` are the bytes of the `archivesearch.toml` inside
    an archive, None without; `config_damage` says why there are none that can be read.
    """

    entries: tuple[SourceEntry, ...] = ()
    other_files: int = 0
    notices: tuple[str, ...] = ()
    config: bytes | None = None
    config_damage: str = ""
    captures: tuple[Capture, ...] = ()
    omitted: Mapping[str, int] = field(default_factory=dict)


class SourceReader(Protocol):
    """A module that reads one kind of source."""

    def list_pages(self, path: Path, limits: Limits, /) -> SourceListing:
        """List what is in the source. Raises SourceError where it cannot be read at all."""

    def read_pages(
        self, path: Path, entries: Sequence[SourceEntry], limits: Limits, /
    ) -> Iterator[SourceItem]:
        """Read the entries, in their order."""


def is_page_name(name: str) -> bool:
    """Whether a file is a page by its name."""
    return _PAGE_NAME.search(name) is not None


def may_be_page(name: str) -> bool:
    """Whether a file may be a page by its name, and its start has to tell."""
    return "." not in name


def is_archive_name(name: str) -> bool:
    """Whether a file is an archive by its name."""
    return _ARCHIVE_NAME.search(name) is not None


def looks_like_html(start: bytes) -> bool:
    """Whether a file is HTML by its first `SNIFFED` bytes."""
    return _LOOKS_LIKE_HTML.match(start) is not None


def is_hidden(name: str) -> bool:
    """Whether any part of a path is hidden, or is what a Mac adds to a zip."""
    parts = name.split("/")
    return parts[0] == "__MACOSX" or any(p.startswith(".") and p not in _DOTS for p in parts)


def unsafe_name_problem(name: str) -> str:
    """Say why the name of a member of an archive cannot be a page's path, or return ''."""
    if len(name) > _LONGEST_NAME:
        return "its name is too long"
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
        return "its name leads out of the archive"
    return ""


def normalize_name(name: str) -> str:
    """Return the name of a member without `./` and doubled slashes."""
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def decode_name(name: str) -> str:
    """Return a file name as text, also where its bytes are not UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("latin-1")
    return name


@dataclass(slots=True)
class UniqueNames:
    """Which names are taken in a source; each page has one of its own."""

    taken: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)  # the last one given for a name

    def reserve(self, page: str) -> str:
        """Return a page's name, or one near it where another one reads the same."""
        path, name = PurePosixPath(page), page
        while page in self.taken:
            number = self._numbers[name] = self._numbers.get(name, 1) + 1
            page = str(path.with_stem(f"{path.stem}~{number}"))
        self.taken.add(page)
        return page

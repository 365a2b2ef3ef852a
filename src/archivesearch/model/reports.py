"""Records about an index: statistics, build report, progress, verification, backup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archivesearch.model.pages import Notice, Skipped


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization that sections of the archive are about.

    - `name`, `aliases`: its canonical name, and its other names.
    - `pages`, `sections`, `paragraphs`: the number of each that are about it.
    """

    name: str
    aliases: tuple[str, ...]
    pages: int
    sections: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The figures of an index.

    - `name`: the name of the archive.
    - `pages`, `sections`, `paragraphs`: the number of each in the index; exact duplicates
      of a page are not counted.
    - `organizations`: the number of organizations that have sections.
    - `duplicates`: the number of pages that are the same as an earlier one, exactly or
      nearly.
    - `skipped`: the number of pages and other records that are not indexed.
    - `years`: the number of paragraphs of each year.
    - `undated`: the number of paragraphs without a year.
    - `languages`, `encodings`: the number of pages of each.
    - `bytes`: the size of all pages that were read, in bytes.
    - `copies`: the number of paragraphs that are near-duplicates of another one.
    """

    name: str
    pages: int
    sections: int
    paragraphs: int
    organizations: int
    duplicates: int
    skipped: int
    years: Mapping[int, int]
    undated: int
    languages: Mapping[str, int]
    encodings: Mapping[str, int]
    bytes: int
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of an index according to the tables of its engine, for `verify`.

    - `pages`: for each page with passages, in order, the fields of its PageInfo that the
      engine has.
    - `organizations`: the number of pages and of passages of each organization.
    - `copies`: the number of passages that are near-duplicates of another one.
    """

    pages: Sequence[Mapping[str, Any]]
    organizations: Mapping[str, tuple[int, int]]
    copies: int


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a rebuild or an update. Every page that was read is indexed or skipped.

    - `read`, `indexed`: the number of pages read, and of pages indexed.
    - `sections`, `paragraphs`, `organizations`: the number of each in the index.
    - `other_files`: the number of files in the sources that are not pages.
    - `skipped`: the pages that are not indexed; at most the first 100,000 of them.
    - `reasons`: the number of all skipped pages for each reason.
    - `no_pages`: the number of skipped records that are no page of their own, such as a
      request in a WARC.
    - `notices`: damage and limits in sources and pages that were read all the same.
    - `parsed`, `unchanged`: the number of pages parsed now, and of pages from the parse
      cache.
    - `removed`: the number of pages of the former index that the sources no longer have.
    - `same`: the number of indexed pages that are exact duplicates of another one.
    """

    read: int
    indexed: int
    sections: int
    paragraphs: int
    organizations: int
    other_files: int
    skipped: tuple[Skipped, ...]
    reasons: Mapping[str, int] = field(default_factory=dict)
    no_pages: int = 0
    notices: tuple[Notice, ...] = ()
    parsed: int = 0
    unchanged: int = 0
    removed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a rebuild or an update.

    - `pages`: the number of pages that the stage has finished.
    - `total`: the number of pages of the stage, as far as it is known; None for a stage
      that does not work page by page.
    - `bytes`: the number of bytes read.
    - `skipped`: the number of pages that are not indexed.
    - `stage`: `reading`, `comparing`, `indexing`, `merging`, then `saving`.

    Records that are no page of their own count neither in `pages` nor in `skipped`.
    """

    pages: int
    total: int | None
    bytes: int
    skipped: int
    stage: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with one file of an index: `what` follows the name in a sentence."""

    file: str
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of a verification.

    - `generation`: the folder of the generation that was verified.
    - `files`, `bytes`: their number and size.
    - `problems`: the problems of the index itself.
    - `sources`: the sources that its pages were compared with; empty without any.
    - `missing`: pages that are in the index only.
    - `changed`: pages with other bytes in the sources.
    - `new`: pages that are in the sources only.
    """

    generation: str
    files: int
    bytes: int
    problems: tuple[Problem, ...] = ()
    sources: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the index is as it was written: it has no problems."""
        return not self.problems

    @property
    def current(self) -> bool:
        """Whether index and sources have the same pages; True if none were compared."""
        return not (self.missing or self.changed or self.new)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: the generation that was copied, the number of files, and their size."""

    generation: str
    files: int
    bytes: int

"""What is told of an index as a whole, and of the work on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archivesearch.model.pages import Notice, Skipped


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization the archive has sections about."""

    name: str
    aliases: tuple[str, ...]
    pages: int
    sections: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The size and make-up of an index; `years` maps each year to its paragraphs.

    `duplicates` are pages that say exactly or nearly what an earlier one says, `copies`
    paragraphs that say what another one says.
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
    """What an engine's own tables say of what an index holds, as `verify` compares it.

    `pages` are those that have passages, as they are listed, so far as the engine knows
    them: by the keys of PageInfo. `organizations` gives the numbers of pages and of
    passages of each, `copies` counts the passages that say what another one says.
    """

    pages: Sequence[Mapping[str, Any]]
    organizations: Mapping[str, tuple[int, int]]
    copies: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild or an update did: every page that was read is either indexed or skipped.

    `skipped` names the first of what was skipped, `reasons` counts all of it by reason, and
    `no_pages` is how much of it was no page of its own, such as a request in a WARC. `notices`
    tell damage and limits. `parsed` counts the pages that were parsed now, `unchanged` those
    whose content was known from the time before, `removed` those that the index before had
    and the sources no longer have. `same` is how many of those that are indexed are known
    as another one, which says exactly the same.
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
    """How far a rebuild has come.

    `pages` are those that the stage is done with: `reading`, then `comparing`, `indexing`,
    `merging` and `saving`. `total` is how many it has, as far as that is known, and None
    for a stage that does not go page by page. `bytes` have been read, and `skipped` pages
    are not indexed; what is no page of its own is in neither figure.
    """

    pages: int
    total: int | None
    bytes: int
    skipped: int
    stage: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one file of an index."""

    file: str
    what: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found where all of an index was looked at.

    `problems` are those of the index itself. Where its pages were compared with those of
    `sources`, `missing` are in the index alone, `new` in the sources alone, and the bytes
    of `changed` are others; `sources` is empty where none were compared.
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
        """Whether the index is what was written."""
        return not self.problems

    @property
    def current(self) -> bool:
        """Whether the pages are those of the sources, as far as these were compared."""
        return not (self.missing or self.changed or self.new)


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup has copied."""

    generation: str
    files: int
    bytes: int

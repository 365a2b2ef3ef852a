"""A passage: one document of an index, the paragraph with what it takes from its page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Span = tuple[int, int]


CopyGroups = tuple[tuple[int, ...], ...]
"""Groups of passages that say the same, by number; each group's representative goes first."""

_HOST = re.compile(r"\w+://[^/]*/")


def own_text(text: str, repeated: Sequence[Span]) -> str:
    """Return what a text says outside some spans of it."""
    if not repeated:
        return text
    starts = [0, *(end for _, end in repeated)]
    ends = [*(start for start, _ in repeated), len(text)]
    parts = (text[a:b].strip() for a, b in zip(starts, ends, strict=True))
    return "\n".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class SamePage:
    """A page that says exactly what another one says, and is known as that page.

    `shift` is what is added to the number of a passage of the other page to get its
    number in this one, whose banner may be longer or shorter.
    """

    page: str
    url: str | None = None
    shift: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with all it takes from its section and page: one document of the index.

    `id` is `page#n`, the n-th passage of the page from 1. `section` is the heading.
    `same` are the pages that are known as the passage's own.
    """

    id: str
    page: str
    url: str | None
    title: str
    org: str
    section: str
    label: str
    year: int | None
    year_source: str
    date: str
    author: str
    lang: str
    years_mentioned: tuple[int, ...]
    text: str
    repeated: tuple[Span, ...]
    same: tuple[SamePage, ...] = ()

    @property
    def copies(self) -> tuple[str, ...]:
        """Its ids in the pages that are known as its own."""
        number = int(self.id.rpartition("#")[2]) if self.same else 0
        return tuple(f"{other.page}#{number + other.shift}" for other in self.same)

    @property
    def own_text(self) -> str:
        """What it says apart from what is repeated in it; `""` where that is all."""
        return own_text(self.text, self.repeated)


class Batch(Protocol):
    """Passages in a row, as many as are worked on at a time; it can be sent to another process."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Passage]: ...


def family(page: str) -> str:
    """Return the top folder of a page, which mostly holds pages of one kind; "" for none.

    What names a source or a host before it belongs to it.
    """
    source, mark, path = page.rpartition("!")
    host = _HOST.match(path)
    start = host.end() if host else 0
    folder, slash, _ = path[start:].partition("/")
    return f"{source}{mark}{path[:start]}{folder}" if slash else ""

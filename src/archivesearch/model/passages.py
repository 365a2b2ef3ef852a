"""Passages: the documents of an index, each a paragraph with the fields of its page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

# Half-open `(start, end)`, in code points.
Span = tuple[int, int]

# Groups of near-duplicate passages, as passage numbers; the representative is first.
CopyGroups = tuple[tuple[int, ...], ...]

_HOST = re.compile(r"\w+://[^/]*/")


def own_text(text: str, repeated: Sequence[Span]) -> str:
    """Return a text without its repeated spans, which ascend; the parts are stripped lines.

    >>> own_text("News. Strike won. Home", [(0, 5), (18, 22)])
    'Strike won.'
    """
    if not repeated:
        return text
    starts = [0, *(end for _, end in repeated)]
    ends = [*(start for start, _ in repeated), len(text)]
    parts = (text[a:b].strip() for a, b in zip(starts, ends, strict=True))
    return "\n".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class SamePage:
    """An exact duplicate of a page that is indexed.

    Both have the same title, language, year, sections and organizations, and the same text
    apart from repeated spans. A passage of the indexed page has its number plus `shift` in
    this page, because banners differ in length.
    """

    page: str
    url: str | None = None
    shift: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage: a paragraph with the fields of its section and its page.

    - `id`: `page#n`, the n-th passage of the page, counted from 1.
    - `page`, `url`, `title`, `lang`: the name, URL, title and language of the page.
    - `org`, `section`: the organization and the heading of the section.
    - `label`, `text`, `repeated`, `years_mentioned`: as in `Paragraph`.
    - `year`, `year_source`, `date`, `author`: the `Dating` of the page.
    - `same`: the exact duplicates of the page, which are not indexed themselves.
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
        """The IDs of the passage in the duplicates of its page."""
        number = int(self.id.rpartition("#")[2]) if self.same else 0
        return tuple(f"{other.page}#{number + other.shift}" for other in self.same)

    @property
    def own_text(self) -> str:
        """The text without its repeated spans; `""` if nothing else is in it."""
        return own_text(self.text, self.repeated)


class Batch(Protocol):
    """Consecutive passages that are indexed together. It can be pickled for another process."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Passage]: ...


def family(page: str) -> str:
    """Return the top folder of a page, `""` if it is in none. A folder's pages are mostly alike.

    The name of a source or the host of a URL stays before the folder.

        >>> family("letters/1994/may.html")
        'letters'
        >>> family("papers!http://example.org/letters/may.html")
        'papers!http://example.org/letters'
        >>> family("index.html")
        ''
    """
    source, mark, path = page.rpartition("!")
    host = _HOST.match(path)
    start = host.end() if host else 0
    folder, slash, _ = path[start:].partition("/")
    return f"{source}{mark}{path[:start]}{folder}" if slash else ""

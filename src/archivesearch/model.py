"""The frozen records that one stage of archivesearch hands to the next.

Text is Unicode; offsets count code points; a span is a half-open pair `(start, end)`.
What is absent is `""` for strings and None for numbers, dates and addresses.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Span = tuple[int, int]
Copies = tuple[tuple[int, ...], ...]
"""Groups of passages that say the same, by number; each group's representative goes first."""

_HOST = re.compile(r"\w+://[^/]*/")


@dataclass(frozen=True, slots=True)
class RawPage:
    """One archived document as it was found, before anything is read out of it.

    `page` is its path in its source with `/` between the parts, or its URL in a WARC;
    with several sources `name!` stands before it. `content_type` is what the server said
    when it was captured; `captured` an ISO time. `source` is the name of its source,
    `record` where in there it is, and `also` are further addresses of the same page.
    """

    page: str
    data: bytes
    url: str | None = None
    content_type: str | None = None
    captured: str | None = None
    source: str = ""
    record: str = ""
    also: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The page's path in its source, without the name of that source before it."""
        return self.page.removeprefix(f"{self.source}!")


@dataclass(frozen=True, slots=True)
class Skipped:
    """What is not indexed, and why.

    `is_page` is False for what is no page of its own: a request in a WARC, an image, an
    older capture of a page that is indexed.
    """

    page: str
    reason: str
    is_page: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be known of a source or a page that was read all the same, such as damage."""

    page: str
    text: str


def own_text(text: str, repeated: Sequence[Span]) -> str:
    """Return what a text says outside some spans of it."""
    if not repeated:
        return text
    starts = [0, *(end for _, end in repeated)]
    ends = [*(start for start, _ in repeated), len(text)]
    parts = (text[a:b].strip() for a, b in zip(starts, ends, strict=True))
    return "\n".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The unit that is indexed, ranked, shown and linked to.

    `text` is what stands after the label, white space collapsed, a newline for `<br>`;
    `repeated` are the spans of it that many pages repeat (banners and the like).
    """

    text: str
    label: str = ""
    repeated: tuple[Span, ...] = ()
    years_mentioned: tuple[int, ...] = ()

    @property
    def own_text(self) -> str:
        """What it says apart from what is repeated in it; `""` where that is all."""
        return own_text(self.text, self.repeated)


@dataclass(frozen=True, slots=True)
class Section:
    """A run of paragraphs under one heading.

    Where the heading names an organization, `org` is its canonical name and `aliases`
    other names of it given on this page. Publication, address and price are the lines
    between the heading and the first paragraph, their own lines joined by newlines.
    """

    heading: str = ""
    org: str = ""
    aliases: tuple[str, ...] = ()
    publication: str = ""
    address: str = ""
    price: str = ""
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Dating:
    """When a page was published, which rule said so, and what a second rule said.

    `date` is ISO, as much of it as is known: `1994`, `1994-05` or `1994-05-01`.
    `source` and `second_source` are `masthead`, `byline`, `closing`, `published`,
    `reviewed`, `updated`, `address` or `issue`, and `""` where there is no year.
    """

    year: int | None = None
    source: str = ""
    date: str = ""
    author: str = ""
    second_year: int | None = None
    second_source: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One document and all that was read out of it.

    `encoding` is the name of the encoding its bytes were decoded by, `encoding_source`
    what decided so. `sha256` is of the bytes as they were found. `source`, `record` and
    `also` are those of the `RawPage`.
    """

    page: str
    url: str | None
    title: str
    lang: str
    encoding: str
    encoding_source: str
    dating: Dating
    sha256: str
    captured: str | None
    sections: tuple[Section, ...]
    source: str = ""
    record: str = ""
    also: tuple[str, ...] = ()


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
class PageInfo:
    """What is known of a page as a whole, apart from its text.

    `same` are the pages that are known as this one, since they say the same.
    """

    page: str
    url: str | None
    title: str
    lang: str
    encoding: str
    encoding_source: str
    year: int | None
    year_source: str
    date: str
    author: str
    second_year: int | None
    second_source: str
    sha256: str
    captured: str | None
    sections: int
    paragraphs: int
    source: str = ""
    record: str = ""
    also: tuple[str, ...] = ()
    same: tuple[SamePage, ...] = ()


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


def family(page: str) -> str:
    """Return the top folder of a page, which mostly holds pages of one kind; "" for none.

    What names a source or a host before it belongs to it.
    """
    source, mark, path = page.rpartition("!")
    host = _HOST.match(path)
    start = host.end() if host else 0
    folder, slash, _ = path[start:].partition("/")
    return f"{source}{mark}{path[:start]}{folder}" if slash else ""


def paragraphs(page: Page) -> Iterator[tuple[Section, Paragraph]]:
    """Yield what is indexed of a page, in reading order, each with its section.

    The lines between a heading and its first paragraph are a paragraph of their own; a
    heading that has nothing at all below it is one, so that it can be found.
    """
    for section in page.sections:
        front = "\n".join(filter(None, (section.publication, section.address, section.price)))
        if front:
            yield section, Paragraph(front)
        elif not section.paragraphs and section.heading:
            yield section, Paragraph(section.heading)
        for paragraph in section.paragraphs:
            yield section, paragraph


def passages(
    page: Page, repeated: Mapping[int, tuple[Span, ...]] = MappingProxyType({})
) -> Iterator[Passage]:
    """Yield the passages of a page, one for each of its `paragraphs`.

    `repeated` are spans of some of them, by number from 1, in place of their own.
    """
    dating = page.dating
    for number, (section, paragraph) in enumerate(paragraphs(page), 1):
        yield Passage(
            id=f"{page.page}#{number}",
            page=page.page,
            url=page.url,
            title=page.title,
            org=section.org,
            section=section.heading,
            label=paragraph.label,
            year=dating.year,
            year_source=dating.source,
            date=dating.date,
            author=dating.author,
            lang=page.lang,
            years_mentioned=paragraph.years_mentioned,
            text=paragraph.text,
            repeated=repeated.get(number, paragraph.repeated),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What one thing adds to a score: a word found in a field, or the second stage.

    `what` is the word, phrase or pattern as the index has it, or what the second stage
    saw; `field` is `""` there. `weight` is what a find in the field counts.
    """

    what: str
    field: str
    weight: float
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that matched a query.

    `highlights` are spans of `text`, `snippet_highlights` spans of `snippet`, which is
    plain text and a window of `text`; `extracts` are spans of `text` that show matching
    words which the snippet lacks. `link` scrolls a browser to the paragraph; None
    where the page has no address. `copies` are the ids of duplicates folded into the hit.
    `explanation` says what the score is the sum of, where that was asked for.
    """

    id: str
    score: float
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
    highlights: tuple[Span, ...]
    snippet: str
    snippet_highlights: tuple[Span, ...]
    link: str | None
    copies: tuple[str, ...] = ()
    explanation: tuple[Share, ...] = ()
    extracts: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Hits that share a page, section or organization; `score` is that of the best."""

    key: str
    count: int
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query; iterating over it yields its hits.

    `total` counts all matching paragraphs, or all groups where hits are grouped (then
    `hits` is empty and `groups` is not). `folded` is how many of the paragraphs are only
    shown as copies of others, so that there are `total - folded` hits; 0 where hits are
    grouped. `facets` maps a field to `(value, count)` pairs.
    `notes` are lines that say what a reader must know of the answer, such as a limit hit.
    """

    query: str
    total: int
    total_exact: bool
    took_ms: float
    hits: tuple[Hit, ...]
    groups: tuple[Group, ...] = ()
    facets: Mapping[str, tuple[tuple[str | int, int], ...]] = field(default_factory=dict)
    suggestion: str | None = None
    notes: tuple[str, ...] = ()
    folded: int = 0

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


@dataclass(frozen=True, slots=True)
class Line:
    """A place where a paragraph matches, with what stands on either side of it.

    `left`, `match` and `right` follow one another as they are: a space that stands between
    them is at the end of `left` or the beginning of `right`.
    """

    id: str
    page: str
    org: str
    year: int | None
    left: str
    match: str
    right: str


@dataclass(frozen=True, slots=True)
class Concordance:
    """The places where a query matches; `paragraphs` counts those that match in all."""

    query: str
    paragraphs: int
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collocate:
    """A word that keeps company with what was asked for.

    `count` is how often it stands beside it, `expected` how often it would by chance;
    `score` is the log-likelihood ratio, larger the less it can be chance.
    """

    word: str
    count: int
    expected: float
    score: float


@dataclass(frozen=True, slots=True)
class Collocations:
    """The words that keep company with a query's, in `paragraphs` that were read."""

    query: str
    paragraphs: int
    words: tuple[Collocate, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """How many paragraphs of one year match, of how many that it has."""

    year: int | None
    count: int
    paragraphs: int

    @property
    def share(self) -> float:
        """The part of the year's paragraphs that match, from 0 to 1."""
        return self.count / self.paragraphs if self.paragraphs else 0.0


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a reader may have meant to type: words that begin so, and words spelled like it.

    Each word comes with the number of paragraphs that have it.
    """

    text: str
    completions: tuple[tuple[str, int], ...]
    corrections: tuple[tuple[str, int], ...]


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

    `pages` are those that the stage is done with: `reading`, then `comparing`, `indexing`
    and `saving`. `total` is None while the pages are being counted.
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

"""What is found in a source, and what is read out of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from archivesearch.model.passages import Passage, SamePage, Span, own_text


@dataclass(frozen=True, slots=True)
class RawPage:
    """One archived document as it was found, before anything is read out of it.

    `page` is its path in its source with `/` between the parts, or its URL in a WARC;
    with several sources `name!` stands before it, and a single file goes by its name alone.
    `content_type` is what the server said
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

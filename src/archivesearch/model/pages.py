"""Records of pages: a page's raw bytes, the parsed page, and its record in an index."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from archivesearch.model.passages import Passage, SamePage, Span, own_text


@dataclass(frozen=True, slots=True)
class RawPage:
    """An archived document as it is in its source, before it is parsed.

    - `page`: the name of the page. It is the path in the source, its parts separated by
      `/`, or the URL in a WARC. A single file goes by its file name. If an index has
      several sources, `name!` of the source precedes it.
    - `data`: the bytes of the document.
    - `url`: the URL that it was captured from.
    - `content_type`: the content type that the server sent.
    - `captured`: the time of capture, in ISO format.
    - `source`: the name of the source.
    - `record`: the place of the document in the source.
    - `also`: other URLs of the same page.
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
        """The name of the page without the name of its source."""
        return self.page.removeprefix(f"{self.source}!")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A page, or another record of a source, that is not indexed, with the reason.

    `is_page` is False for a record that is no page of its own: a request in a WARC, an
    image, or an older capture of a page that is indexed.
    """

    page: str
    reason: str
    is_page: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem, such as damage, in a source or a page that was read all the same."""

    page: str
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: the unit that is indexed, ranked, shown and linked to.

    - `text`: the text after the label, white space collapsed, a newline for each `<br>`.
    - `label`: the words before the first colon if they name the paragraph (`Comments:`),
      or the head of its table column.
    - `repeated`: the spans of `text` that many pages repeat, such as banners.
    - `years_mentioned`: the years that the text mentions.
    """

    text: str
    label: str = ""
    repeated: tuple[Span, ...] = ()
    years_mentioned: tuple[int, ...] = ()

    @property
    def own_text(self) -> str:
        """The text without its repeated spans; `""` if nothing else is in it."""
        return own_text(self.text, self.repeated)


@dataclass(frozen=True, slots=True)
class Section:
    """Consecutive paragraphs under one heading.

    - `org`: the canonical name of the organization that the heading names.
    - `aliases`: other names of that organization on this page.
    - `publication`, `address`, `price`: the lines between the heading and the first
      paragraph; several lines of one kind are separated by newlines.
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
    """The publication date of a page, from the best rule, and the year from a second one.

    - `year`: the year of publication.
    - `source`: the rule that found it: `masthead`, `byline`, `closing`, `published`,
      `reviewed`, `updated`, `address` or `issue`; `""` without a year.
    - `date`: the known part of the date, in ISO format: `1994`, `1994-05` or `1994-05-01`.
    - `author`: the author that the page names.
    - `second_year`, `second_source`: the year that another rule found, and that rule.
    """

    year: int | None = None
    source: str = ""
    date: str = ""
    author: str = ""
    second_year: int | None = None
    second_source: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page.

    - `page`: its name, the path in the source or the URL.
    - `encoding`: the name of the encoding that its bytes were decoded with.
    - `encoding_source`: the reason for that encoding: `bom`, `transport`, `meta`, `xml`,
      `bytes`, `guessed` or `default`, with a remark in brackets if another was declared.
    - `sha256`: the checksum of its bytes in the source, in hexadecimal.
    - `captured`: the time of capture, in ISO format.
    - `source`, `record`: the name of its source, and its place there.
    - `also`: other URLs of the same page.
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
    """The record of a page in an index: everything but its text.

    It has the fields of `Page` and `Dating`; `year_source` is the `source` of the
    `Dating`. `sections` and `paragraphs` are counts. `same` are the exact duplicates of
    the page, which are not indexed themselves.
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
    """Yield the paragraphs of a page that are indexed, in reading order, with their sections.

    The publication, address and price of a section are one paragraph. A heading with
    nothing below it is a paragraph too, so that searches can find it.
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

    `repeated` maps the numbers of paragraphs, from 1, to the repeated spans that replace
    their own.
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

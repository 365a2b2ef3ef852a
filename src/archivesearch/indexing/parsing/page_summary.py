"""Page summary: what the statistics and the list of pages need of a parsed page.

It is made where the page is parsed, so no page is read again to be counted.
"""

from collections import Counter
from dataclasses import dataclass

from archivesearch.model.pages import Page, PageInfo, Section, paragraphs


@dataclass(frozen=True, slots=True)
class OrganizationOnPage:
    """An organization, its aliases in order of appearance, and its figures on one page."""

    name: str
    aliases: tuple[str, ...]
    sections: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class PageSummary:
    """The record of a page, before its exact duplicates are known, and its organizations."""

    info: PageInfo
    organizations: tuple[OrganizationOnPage, ...]


def summarize(page: Page) -> PageSummary:
    """Return the summary of a page, its organizations in order of appearance."""
    sections: dict[str, list[Section]] = {}
    for section in page.sections:
        sections.setdefault(section.org, []).append(section)
    paragraph_counts = Counter(section.org for section, _ in paragraphs(page))
    organizations = tuple(
        OrganizationOnPage(
            name=org,
            aliases=tuple(dict.fromkeys(alias for section in own for alias in section.aliases)),
            sections=len(own),
            paragraphs=paragraph_counts[org],
        )
        for org, own in sections.items()
        if org
    )
    return PageSummary(_page_info(page, paragraph_counts.total()), organizations)


def _page_info(page: Page, paragraph_count: int) -> PageInfo:
    dating = page.dating
    return PageInfo(
        page=page.page,
        url=page.url,
        title=page.title,
        lang=page.lang,
        encoding=page.encoding,
        encoding_source=page.encoding_source,
        year=dating.year,
        year_source=dating.source,
        date=dating.date,
        author=dating.author,
        second_year=dating.second_year,
        second_source=dating.second_source,
        sha256=page.sha256,
        captured=page.captured,
        sections=len(page.sections),
        paragraphs=paragraph_count,
        source=page.source,
        record=page.record,
        also=page.also,
    )

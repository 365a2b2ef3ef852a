"""Build statistics: the figures of a build, and the list of its pages (`pages.jsonl`)."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from archivesearch.config import Config
from archivesearch.indexing.dedup.deduplicator import Deduplicated, DistinctPage
from archivesearch.indexing.parsing.parse_task import ParsedPage
from archivesearch.model.pages import Notice, Page, PageInfo, Skipped, paragraphs
from archivesearch.model.reports import Organization

MAX_SKIPPED_NAMES = 100_000
"""How many skipped pages are named; the others are only counted."""


@dataclass(slots=True)
class _OrganizationCount:
    """The aliases of one organization in the pages, in order of appearance, and its figures."""

    aliases: dict[str, None] = field(default_factory=dict)
    pages: int = 0
    sections: int = 0
    paragraphs: int = 0


class BuildStatistics:
    """The figures of a build.

    Call `count_read` for each page that is read, then `count_duplicates`, then
    `count_indexed` for each page that is indexed; it writes the page to `listing`. `read`
    counts all records, `no_pages` the records that are no page. `same` counts the pages
    that are not indexed because they equal an indexed one.
    """

    def __init__(self, config: Config, listing: IO[str]) -> None:
        self.read = self.bytes = self.no_pages = 0
        self.indexed = self.same = self.sections = self.paragraphs = 0
        self.skipped: list[Skipped] = []
        self.reasons: Counter[str] = Counter()
        self.notices: list[Notice] = []
        self.organization_counts: defaultdict[str, _OrganizationCount] = defaultdict(
            _OrganizationCount
        )
        self.languages: Counter[str] = Counter()
        self._config = config
        self._listing = listing
        self._duplicates = self._copies = 0
        self._encodings: Counter[str] = Counter()
        self._years: Counter[int | None] = Counter()

    def count_read(self, page: ParsedPage | Skipped, size: int) -> None:
        """Count a page that was read, and its size in bytes."""
        self.read += 1
        self.bytes += size
        if isinstance(page, Skipped):
            self.reasons[page.reason] += 1
            self.no_pages += not page.is_page
            if len(self.skipped) < MAX_SKIPPED_NAMES:
                self.skipped.append(page)

    def count_skipped(self, counts: Mapping[str, int]) -> None:
        """Count skipped records that were not listed one by one; `counts` are by reason."""
        self.reasons.update(counts)
        self.read += sum(counts.values())
        self.no_pages += sum(counts.values())

    def count_duplicates(self, deduplicated: Deduplicated) -> None:
        """Count duplicate pages and copies of passages."""
        self._duplicates = deduplicated.duplicate_count
        self._copies = sum(len(group) - 1 for group in deduplicated.copies)

    def count_indexed(self, distinct: DistinctPage) -> None:
        """Count a page that is indexed, and append its line to the list."""
        page = distinct.page
        owners = Counter(section.org for section, _ in paragraphs(page))
        paragraph_count = owners.total()
        self.indexed += 1
        self.same += len(distinct.same)
        self.sections += len(page.sections)
        self.paragraphs += paragraph_count
        self.languages[page.lang] += 1
        self._encodings[page.encoding] += 1
        self._years[page.dating.year] += paragraph_count
        self._count_organizations(page, owners)
        json.dump(asdict(_page_info(distinct, paragraph_count)), self._listing, ensure_ascii=False)
        self._listing.write("\n")

    def organizations(self) -> list[Organization]:
        """Return the organizations with their figures, sorted by name; configured aliases first."""
        configured = self._config.organizations
        return [
            Organization(
                name,
                tuple(dict.fromkeys((*configured.get(name, ()), *count.aliases))),
                count.pages,
                count.sections,
                count.paragraphs,
            )
            for name, count in sorted(
                self.organization_counts.items(), key=lambda item: item[0].casefold()
            )
        ]

    def counts(self) -> dict[str, Any]:
        """Return the figures of `Stats`, as plain JSON values."""
        years = sorted((year, n) for year, n in self._years.items() if year is not None)
        return {
            "pages": self.indexed,
            "sections": self.sections,
            "paragraphs": self.paragraphs,
            "organizations": len(self.organization_counts),
            "duplicates": self._duplicates,
            "copies": self._copies,
            "skipped": self.reasons.total(),
            "years": {str(year): n for year, n in years},
            "undated": self._years[None],
            "languages": dict(self.languages.most_common()),
            "encodings": dict(self._encodings.most_common()),
            "bytes": self.bytes,
        }

    def _count_organizations(self, page: Page, paragraph_counts: Counter[str]) -> None:
        """Count the sections of organizations, and the paragraphs of each on the page."""
        for section in page.sections:
            if section.org:
                count = self.organization_counts[section.org]
                count.sections += 1
                count.aliases.update(dict.fromkeys(section.aliases))
        for org, paragraph_count in paragraph_counts.items():
            if org:
                self.organization_counts[org].pages += 1
                self.organization_counts[org].paragraphs += paragraph_count


def _page_info(distinct: DistinctPage, paragraph_count: int) -> PageInfo:
    page, dating = distinct.page, distinct.page.dating
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
        same=distinct.same,
    )

"""Build statistics: the figures of a build, and the list of its pages (`pages.jsonl`)."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import IO, Any

from archivesearch.config import Config
from archivesearch.indexing.dedup.deduplicator import Deduplicated
from archivesearch.indexing.parsing.page_summary import PageSummary
from archivesearch.indexing.parsing.parse_task import ParsedPage
from archivesearch.model.pages import Notice, Skipped
from archivesearch.model.passages import SamePage
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

    Call `count_read` for each page that is read, then `count_indexed` once; it writes the
    pages that are indexed to `listing`. `read` counts all records, `no_pages` the records
    that are no page. `same` counts the pages that are not indexed because they equal an
    indexed one.
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

    def count_indexed(self, deduplicated: Deduplicated) -> None:
        """Count duplicates, copies and the pages that are indexed, and list these."""
        self._duplicates = deduplicated.duplicate_count
        self._copies = sum(len(group) - 1 for group in deduplicated.copies)
        for summary, same in deduplicated.summaries():
            self._count_page(summary, same)

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

    def _count_page(self, summary: PageSummary, same: tuple[SamePage, ...]) -> None:
        """Count a page and the pages equal to it, and append its line to the list."""
        info = summary.info
        self.indexed += 1
        self.same += len(same)
        self.sections += info.sections
        self.paragraphs += info.paragraphs
        self.languages[info.lang] += 1
        self._encodings[info.encoding] += 1
        self._years[info.year] += info.paragraphs
        for org in summary.organizations:
            count = self.organization_counts[org.name]
            count.aliases.update(dict.fromkeys(org.aliases))
            count.pages += org.paragraphs > 0
            count.sections += org.sections
            count.paragraphs += org.paragraphs
        json.dump(asdict(replace(info, same=same)), self._listing, ensure_ascii=False)
        self._listing.write("\n")

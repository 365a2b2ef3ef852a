"""What goes into an index, counted, and its pages listed as they pass."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from archivesearch.config import Config
from archivesearch.indexing.dedup.deduplicator import Deduplicated, DistinctPage
from archivesearch.indexing.parsing.parse_task import ParsedPage
from archivesearch.model.pages import Notice, Page, PageInfo, Skipped, paragraphs
from archivesearch.model.reports import Organization, Progress

MAX_SKIPPED_NAMES = 100_000
"""How many of the skipped pages are named; the others are counted alone."""


@dataclass(slots=True)
class _Tally:
    """What has been counted of one organization."""

    aliases: dict[str, None] = field(default_factory=dict)
    pages: int = 0
    sections: int = 0
    paragraphs: int = 0


class BuildStatistics:
    """Counts what goes into an index, and lists its pages as they pass."""

    def __init__(
        self,
        config: Config,
        listing: IO[str],
        total: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.read = self.indexed = self.sections = self.paragraphs = self._bytes = 0
        self.same = self._duplicates = self._copies = 0
        self.skipped: list[Skipped] = []
        self.reasons: Counter[str] = Counter()
        self.no_pages = 0
        self.notices: list[Notice] = []
        self.organization_counts: dict[str, _Tally] = {}
        self.languages: Counter[str] = Counter()
        self._config = config
        self._listing = listing
        self._total = total
        self._progress = progress
        self._encodings: Counter[str] = Counter()
        self._years: Counter[int | None] = Counter()

    def count_read(self, page: ParsedPage | Skipped, size: int) -> None:
        """Count a page that has been read."""
        self.read += 1
        self._bytes += size
        if isinstance(page, Skipped):
            self.reasons[page.reason] += 1
            self.no_pages += not page.is_page
            if len(self.skipped) < MAX_SKIPPED_NAMES:
                self.skipped.append(page)
        self.report_progress("reading")

    def count_skipped(self, counts: Mapping[str, int]) -> None:
        """Count what is no page and was not named one by one."""
        self.reasons.update(counts)
        self.read += sum(counts.values())
        self.no_pages += sum(counts.values())

    def count_duplicates(self, sifted: Deduplicated) -> None:
        """Count what has been found to be the same."""
        self._duplicates = sifted.duplicate_count
        self._copies = sum(len(group) - 1 for group in sifted.copies)
        self._total = len(sifted)

    def count_indexed(self, sifted: DistinctPage) -> None:
        """Count a page that is indexed."""
        page = sifted.page
        found = list(paragraphs(page))
        self.indexed += 1
        self.same += len(sifted.same)
        self.sections += len(page.sections)
        self.paragraphs += len(found)
        self.languages[page.lang] += 1
        self._encodings[page.encoding] += 1
        self._years[page.dating.year] += len(found)
        self._count_organizations(page, Counter(section.org for section, _ in found))
        json.dump(asdict(_page_info(sifted, len(found))), self._listing, ensure_ascii=False)
        self._listing.write("\n")

    def report_progress(self, stage: str) -> None:
        """Tell whoever watches how far it is."""
        if self._progress:
            done = self.indexed if stage == "indexing" else self.read - self.no_pages
            total = self._total if stage in {"reading", "indexing"} else None
            skipped = self.reasons.total() - self.no_pages
            self._progress(Progress(done, total, self._bytes, skipped, stage))

    def organizations(self) -> list[Organization]:
        """Return the organizations by name, with what has been counted of them."""
        return [
            Organization(name, tuple(t.aliases), t.pages, t.sections, t.paragraphs)
            for name, t in sorted(
                self.organization_counts.items(), key=lambda item: item[0].casefold()
            )
        ]

    def counts(self) -> dict[str, Any]:
        """Return the figures that `Stats` gives, as plain JSON values."""
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
            "bytes": self._bytes,
        }

    def _count_organizations(self, page: Page, paragraphs: Counter[str]) -> None:
        for section in page.sections:
            if section.org:
                tally = self._tally(section.org)
                tally.sections += 1
                tally.aliases.update(dict.fromkeys(section.aliases))
        for org, number in paragraphs.items():
            if org:
                self.organization_counts[org].pages += 1
                self.organization_counts[org].paragraphs += number

    def _tally(self, org: str) -> _Tally:
        if org not in self.organization_counts:
            known = self._config.organizations.get(org, ())
            self.organization_counts[org] = _Tally(dict.fromkeys(known))
        return self.organization_counts[org]


def _page_info(sifted: DistinctPage, paragraphs: int) -> PageInfo:
    page, dating = sifted.page, sifted.page.dating
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
        paragraphs=paragraphs,
        source=page.source,
        record=page.record,
        also=page.also,
        same=sifted.same,
    )

"""From sources to an index in force: read, parse, count, hand to the engine, publish."""

import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from archivesearch.analysis import Analyzer
from archivesearch.config import Config, merged
from archivesearch.directory import (
    ORGANIZATIONS,
    PAGES,
    SENTENCES,
    SKIPPED,
    read_manifest,
    regular_file,
)
from archivesearch.engines.base import MEMORY, Engine
from archivesearch.errors import IndexMissing, IndexProblem, SourceError
from archivesearch.gathering import Gathered
from archivesearch.memory import Memory
from archivesearch.model.pages import Notice, Page, PageInfo, RawPage, Skipped
from archivesearch.model.passages import Passage
from archivesearch.model.reports import Organization, Progress, Report
from archivesearch.pool import parsed
from archivesearch.publishing import publish, writing
from archivesearch.read.sources import Source, open_sources
from archivesearch.sentences import Sample
from archivesearch.sifting import Sifted, SiftedPage

MOST_NAMED = 100_000
"""How many of the skipped pages are named; the others are counted alone."""

StrPath = str | os.PathLike[str]


def rebuild(
    sources: Iterable[StrPath],
    index: StrPath,
    engine: Engine,
    *,
    jobs: int = 1,
    memory: int = MEMORY,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Build a fresh index from the sources and put it in force; the old one answers until then.

    Pages are parsed in `jobs` processes; `memory` is how many megabytes the passages in work
    may take. Raises SourceError, ConfigError or IndexProblem, and ValueError for `jobs` or
    `memory` below 1; a page that cannot be read is skipped and reported,
    never an error, and so is one of several sources.
    """
    opened = open_sources(sources, config, all_of_them=False)
    return _build(opened, Path(index), engine, progress, jobs=jobs, memory=memory, recall=False)


def update(
    sources: Iterable[StrPath],
    index: StrPath,
    engine: Engine,
    *,
    jobs: int = 1,
    memory: int = MEMORY,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Do what `rebuild` does, byte for byte, but parse only pages that are new or changed.

    Where there is no index yet, or no memory of one, all pages are. Raises what `rebuild`
    does; SourceError too where the index was built from other sources, or one of them has
    no pages left, as a folder whose disk is not there has none.
    """
    opened = open_sources(sources, config)
    _refuse_other_sources(opened, Path(index))
    return _build(opened, Path(index), engine, progress, jobs=jobs, memory=memory, recall=True)


def _refuse_other_sources(opened: Sequence[Source], index: Path) -> None:
    try:
        named = read_manifest(index).sources
    except IndexMissing:
        return
    given = tuple(source.name for source in opened)
    if given != named:
        raise SourceError(
            f"the index in {index} was built from {', '.join(named)}, not from "
            f"{', '.join(given)}; name the same sources, or use rebuild"
        )
    for source in opened:
        if not len(source):
            raise SourceError(
                f"there are no pages left in {source.path}; is its disk there? "
                "if they are meant to be gone, use rebuild"
            )


def _build(
    opened: Sequence[Source],
    index: Path,
    engine: Engine,
    progress: Callable[[Progress], None] | None,
    *,
    jobs: int,
    memory: int,
    recall: bool,
) -> Report:
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    if memory < 1:
        raise ValueError(f"memory must be at least 1 megabyte, not {memory}")
    settings = merged(source.config for source in opened)
    with writing(index) as building, Memory(index, recall=recall) as remembered:
        before = _listed(index)
        with (
            (building / PAGES).open("w", encoding="utf-8") as listing,
            TemporaryDirectory(dir=building, prefix="gathered") as aside,
            Gathered(Path(aside)) as gathered,
        ):
            census = _Census(settings, listing, sum(map(len, opened)), progress)
            for source in opened:
                census.leave_out(source.listing.left_out)
            pages = _Pages(opened, jobs, remembered)
            _gather(pages, census, gathered)
            census.report("comparing")
            sifted = Sifted(gathered)
            census.compared(sifted)
            analyzer = Analyzer(settings.languages, settings.variants)
            batches = _batches(sifted, census)
            engine.build(building, batches, analyzer, sifted.copies, jobs=jobs, memory=memory)
        if not census.indexed:
            raise SourceError(_nothing(opened, census))
        _write_json(building / ORGANIZATIONS, [asdict(o) for o in census.organizations()])
        _write_json(building / SENTENCES, census.sample.learned())
        _write_json(building / SKIPPED, [asdict(page) for page in census.skipped])
        census.report("saving")
        publish(
            index,
            building,
            engine=engine.name,
            sources=tuple(source.name for source in opened),
            config=settings.as_dict(),
            languages=tuple(dict.fromkeys((*settings.languages, *sorted(census.languages)))),
            counts=census.counts(),
        )
        remembered.keep()
    return Report(
        read=census.read,
        indexed=census.indexed + census.same,
        sections=census.sections,
        paragraphs=census.paragraphs,
        organizations=len(census.tallies),
        other_files=sum(source.listing.other_files for source in opened),
        skipped=tuple(census.skipped),
        reasons=dict(census.reasons.most_common()),
        no_pages=census.no_pages,
        notices=tuple(census.notices),
        parsed=pages.parsed,
        unchanged=pages.unchanged,
        removed=len(before - pages.seen),
        same=census.same,
    )


def _listed(index: Path) -> set[str]:
    """Return the pages that the index in force has read; none where that cannot be told."""
    try:
        folder = index / read_manifest(index).generation
        with regular_file(folder / PAGES) as file:
            infos = [json.loads(line) for line in file]
            found = {page["page"] for info in infos for page in (info, *info["same"])}
        with regular_file(folder / SKIPPED) as file:
            return found | {page["page"] for page in json.load(file)}
    except (OSError, ValueError, TypeError, LookupError, RecursionError, IndexProblem):
        return set()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What has been read and whose turn has not come; a page that is not known is parsed."""

    key: bytes = b""
    size: int = 0
    known: bool = False
    other: Skipped | Notice | None = None


class _Pages:
    """The pages of all sources in order, from memory where they are known there.

    `parsed` and `unchanged` count them, `seen` are their names.
    """

    def __init__(self, opened: Sequence[Source], jobs: int, memory: Memory) -> None:
        self.parsed = self.unchanged = 0
        self.seen: set[str] = set()
        self._opened = opened
        self._jobs = jobs
        self._memory = memory
        self._waiting: deque[_Waiting] = deque()

    def __iter__(self) -> Iterator[tuple[Page | Skipped | Notice, int]]:
        """Yield each page with its size in bytes.

        Those to be parsed are read ahead; `_waiting` has the order of all.
        """
        noticed = False
        for page, size in parsed(self._unknown(), self._jobs):
            yield from self._ready()
            if isinstance(page, Notice):  # the page that follows could not be read as others are
                noticed = True
            else:
                waiting = self._waiting.popleft()
                if isinstance(page, Page):
                    self.parsed += 1
                    if not noticed:
                        self._memory.add(waiting.key, page)
                noticed = False
            yield page, size
        yield from self._ready()

    def _unknown(self) -> Iterator[tuple[RawPage | Skipped | Notice, Config]]:
        """Yield the pages to be parsed, and set down in which order all of them come."""
        for source in self._opened:
            for raw in source.pages():
                if isinstance(raw, RawPage):
                    key = self._memory.key(raw, source.config)
                    known = key in self._memory
                    self._waiting.append(_Waiting(key, len(raw.data), known))
                else:
                    known = True
                    self._waiting.append(_Waiting(known=True, other=raw))
                if not isinstance(raw, Notice):
                    self.seen.add(raw.page)
                if not known:
                    yield raw, source.config

    def _ready(self) -> Iterator[tuple[Page | Skipped | Notice, int]]:
        """Yield what comes next and need not be parsed."""
        while self._waiting and self._waiting[0].known:
            waiting = self._waiting.popleft()
            if waiting.other is not None:
                yield waiting.other, 0
            else:
                self.unchanged += 1
                yield self._memory.page(waiting.key), waiting.size


def _nothing(opened: Sequence[Source], census: "_Census") -> str:
    names = ", ".join(str(source.path) for source in opened)
    if not census.read:
        told = next((f"; note on {n.page}: {n.text}" for n in census.notices), "")
        return (
            f"there are no pages in {names}: no files of HTML, plain text or PDF "
            f"by their names{told}"
        )
    pages = census.read - census.no_pages
    if not pages:
        reasons = "; ".join(f"{n:,}: {reason}" for reason, n in census.reasons.most_common(3))
        return f"there are no pages in {names}, and {census.read:,} other records ({reasons})"
    first = next(skipped for skipped in census.skipped if skipped.is_page)
    all_of_them = "the one page" if pages == 1 else f"none of the {pages:,} pages"
    cannot = "cannot" if pages == 1 else "can"
    return f"{all_of_them} in {names} {cannot} be read ({first.page}: {first.reason})"


def _gather(
    pages: Iterable[tuple[Page | Skipped | Notice, int]], census: "_Census", gathered: Gathered
) -> None:
    """Put aside all pages that can be read."""
    for page, size in pages:
        if isinstance(page, Notice):
            census.notices.append(page)
            continue
        census.count(page, size)
        if isinstance(page, Page):
            gathered.add(page)


def _batches(sifted: Sifted, census: "_Census") -> Iterator[Sequence[Passage]]:
    """Yield the passages of one page after the other, having counted them."""
    for found in sifted:
        census.add(found)
        yield found.passages


@dataclass(slots=True)
class _Tally:
    """What has been counted of one organization."""

    aliases: dict[str, None] = field(default_factory=dict)
    pages: int = 0
    sections: int = 0
    paragraphs: int = 0


class _Census:
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
        self.tallies: dict[str, _Tally] = {}
        self.languages: Counter[str] = Counter()
        self.sample = Sample()
        self._config = config
        self._listing = listing
        self._total = total
        self._progress = progress
        self._encodings: Counter[str] = Counter()
        self._years: Counter[int | None] = Counter()

    def count(self, page: Page | Skipped, size: int) -> None:
        """Count a page that has been read."""
        self.read += 1
        self._bytes += size
        if isinstance(page, Skipped):
            self.reasons[page.reason] += 1
            self.no_pages += not page.is_page
            if len(self.skipped) < MOST_NAMED:
                self.skipped.append(page)
        self.report("reading")

    def leave_out(self, counts: Mapping[str, int]) -> None:
        """Count what is no page and was not named one by one."""
        self.reasons.update(counts)
        self.read += sum(counts.values())
        self.no_pages += sum(counts.values())

    def compared(self, sifted: Sifted) -> None:
        """Count what has been found to be the same."""
        self._duplicates = sifted.duplicates
        self._copies = sum(len(group) - 1 for group in sifted.copies)

    def add(self, sifted: SiftedPage) -> None:
        """Count a page that is indexed."""
        page, found = sifted.page, sifted.passages
        self.indexed += 1
        self.same += len(sifted.same)
        self.sections += len(page.sections)
        self.paragraphs += len(found)
        self.languages[page.lang] += 1
        self._encodings[page.encoding] += 1
        self._years[page.dating.year] += len(found)
        self._count_organizations(page, found)
        self.sample.add(passage.text for passage in found)
        json.dump(asdict(_page_info(sifted)), self._listing, ensure_ascii=False)
        self._listing.write("\n")
        self.report("indexing")

    def report(self, stage: str) -> None:
        """Tell whoever watches how far it is."""
        if self._progress:
            done = self.indexed if stage == "indexing" else self.read
            self._progress(Progress(done, self._total, self._bytes, self.reasons.total(), stage))

    def organizations(self) -> list[Organization]:
        """Return the organizations by name, with what has been counted of them."""
        return [
            Organization(name, tuple(t.aliases), t.pages, t.sections, t.paragraphs)
            for name, t in sorted(self.tallies.items(), key=lambda item: item[0].casefold())
        ]

    def counts(self) -> dict[str, Any]:
        """Return the figures that `Stats` gives, as plain JSON values."""
        years = sorted((year, n) for year, n in self._years.items() if year is not None)
        return {
            "pages": self.indexed,
            "sections": self.sections,
            "paragraphs": self.paragraphs,
            "organizations": len(self.tallies),
            "duplicates": self._duplicates,
            "copies": self._copies,
            "skipped": self.reasons.total(),
            "years": {str(year): n for year, n in years},
            "undated": self._years[None],
            "languages": dict(self.languages.most_common()),
            "encodings": dict(self._encodings.most_common()),
            "bytes": self._bytes,
        }

    def _count_organizations(self, page: Page, found: Sequence[Passage]) -> None:
        for section in page.sections:
            if section.org:
                tally = self._tally(section.org)
                tally.sections += 1
                tally.aliases.update(dict.fromkeys(section.aliases))
        paragraphs = Counter(passage.org for passage in found if passage.org)
        for org, number in paragraphs.items():
            self.tallies[org].pages += 1
            self.tallies[org].paragraphs += number

    def _tally(self, org: str) -> _Tally:
        if org not in self.tallies:
            known = self._config.organizations.get(org, ())
            self.tallies[org] = _Tally(dict.fromkeys(known))
        return self.tallies[org]


def _page_info(sifted: SiftedPage) -> PageInfo:
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
        paragraphs=len(sifted.passages),
        source=page.source,
        record=page.record,
        also=page.also,
        same=sifted.same,
    )


def _write_json(path: Path, values: Any) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False) + "\n", encoding="utf-8")

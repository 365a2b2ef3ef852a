"""From sources to an index in force: read, parse, count, hand to the engine, publish."""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import SAMPLE_LENGTH, train
from archivesearch.config import merge
from archivesearch.directory.generations import build_folder, commit
from archivesearch.directory.manifest import (
    ORGANIZATIONS,
    PAGES,
    SENTENCES,
    SKIPPED,
    read_manifest,
    regular_file,
)
from archivesearch.errors import IndexMissing, IndexProblem, SourceError
from archivesearch.indexing.dedup.deduplicator import BATCH_BYTES, Deduplicated
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.indexing.parsing.parse_cache import ParseCache
from archivesearch.indexing.parsing.parse_task import ParsedChunk
from archivesearch.indexing.parsing.parser_pool import ParsedPages, start_parsers
from archivesearch.indexing.statistics import BuildStatistics
from archivesearch.indexing.workers.worker_pool import WorkerPool
from archivesearch.model.pages import Notice
from archivesearch.model.reports import Progress, Report
from archivesearch.search.execution.index_reader import ENGINE
from archivesearch.search.request import DEFAULT_MEMORY_MB
from archivesearch.sources.source import Source, open_sources

StrPath = str | os.PathLike[str]


def rebuild(
    sources: Iterable[StrPath],
    index: StrPath,
    *,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY_MB,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Build a fresh index from sources and commit it; until then the old index answers.

    `jobs` is the number of processes. `memory` is the megabytes that passages may take while
    they are sorted. `config` is a file to use in place of those beside the sources. `progress`
    is called after each page. A page that cannot be read is skipped and reported, and so is
    one of several sources. If anything fails, the old index stays. Raises SourceError,
    ConfigError, IndexBusy or IndexProblem, and ValueError if `jobs` or `memory` is below 1.
    """
    opened = open_sources(sources, config, require_all=False)
    return _build(opened, Path(index), progress, jobs=jobs, memory=memory, recall=False)


def update(
    sources: Iterable[StrPath],
    index: StrPath,
    *,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY_MB,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Give the index that `rebuild` would give, byte for byte, but parse only changed pages.

    Without an index or a parse cache all pages are parsed. The sources must be those that the
    index was built from, by name and in order. Takes the arguments of `rebuild`, and raises
    what it raises; SourceError too if the sources are others, or if one has no pages left (its
    disk may not be there).
    """
    opened = open_sources(sources, config)
    _refuse_other_sources(opened, Path(index))
    return _build(opened, Path(index), progress, jobs=jobs, memory=memory, recall=True)


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
    settings = merge(source.config for source in opened)
    with build_folder(index) as building, ParseCache(index, reuse=recall) as remembered:
        with (
            (building / PAGES).open("w", encoding="utf-8") as listing,
            TemporaryDirectory(dir=building, prefix="gathered") as aside,
            PageSpool(Path(aside)) as gathered,
            WorkerPool(jobs) as crew,  # which ends first: its processes use the folders
        ):
            start_parsers(crew, sum(map(len, opened)))
            before = _listed(index)
            census = BuildStatistics(settings, listing, sum(map(len, opened)), progress)
            for source in opened:
                census.count_skipped(source.listing.omitted)
            pages = ParsedPages(opened, crew, remembered)
            _gather(pages, census, gathered)
            census.report_progress("comparing")
            crew.stop_workers()  # what parsing has taken is of no more use
            crew.start_workers(gathered.size // BATCH_BYTES)
            sentences = crew.run_in_background(train, gathered.sample_texts(SAMPLE_LENGTH))
            sifted = Deduplicated(gathered)
            census.count_duplicates(sifted)
            analyzer = Analyzer(settings.languages, settings.variants)
            ENGINE.build(
                building,
                sifted.batches(),
                analyzer,
                sifted.copies,
                pool=crew,
                memory=memory,
                on_progress=_Counting(sifted, census).take,
            )
            taught = sentences()
        if not census.indexed:
            raise SourceError(_nothing(opened, census))
        _write_json(building / ORGANIZATIONS, [asdict(o) for o in census.organizations()])
        _write_json(building / SENTENCES, taught)
        _write_json(building / SKIPPED, [asdict(page) for page in census.skipped])
        census.report_progress("saving")
        commit(
            index,
            building,
            engine=ENGINE.name,
            sources=tuple(source.name for source in opened),
            config=settings.as_dict(),
            languages=tuple(dict.fromkeys((*settings.languages, *sorted(census.languages)))),
            counts=census.counts(),
        )
        remembered.commit()
    return Report(
        read=census.read,
        indexed=census.indexed + census.same,
        sections=census.sections,
        paragraphs=census.paragraphs,
        organizations=len(census.organization_counts),
        other_files=sum(source.listing.other_files for source in opened),
        skipped=tuple(census.skipped),
        reasons=dict(census.reasons.most_common()),
        no_pages=census.no_pages,
        notices=tuple(census.notices),
        parsed=pages.parsed,
        unchanged=pages.unchanged,
        removed=len(before - pages.page_names),
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


def _nothing(opened: Sequence[Source], census: BuildStatistics) -> str:
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
        records = "record" if census.read == 1 else "records"
        return f"there are no pages in {names}, and {census.read:,} other {records} ({reasons})"
    first = next(skipped for skipped in census.skipped if skipped.is_page)
    all_of_them = "the one page" if pages == 1 else f"none of the {pages:,} pages"
    cannot = "cannot" if pages == 1 else "can"
    return f"{all_of_them} in {names} {cannot} be read ({first.page}: {first.reason})"


def _gather(chunks: Iterable[ParsedChunk], census: BuildStatistics, gathered: PageSpool) -> None:
    """Put aside all pages that can be read."""
    for chunk in chunks:
        gathered.add(chunk)
        for found, size in chunk.outcomes:
            if isinstance(found, Notice):
                census.notices.append(found)
            else:
                census.count_read(found, size)


class _Counting:
    """Counts the pages that are indexed, as far as their passages are."""

    def __init__(self, sifted: Deduplicated, census: BuildStatistics) -> None:
        self._sifted = sifted
        self._census = census
        self._pages = iter(sifted)
        self._passages = self._counted = 0

    def take(self, passages: int) -> None:
        """Count the pages of so many more passages."""
        self._passages += passages
        through = self._sifted.complete_pages(self._passages)
        for page in islice(self._pages, through - self._counted):
            self._census.count_indexed(page)
            self._census.report_progress("indexing")
        if through == len(self._sifted):
            self._census.report_progress("merging")
        self._counted = through


def _write_json(path: Path, values: Any) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False) + "\n", encoding="utf-8")

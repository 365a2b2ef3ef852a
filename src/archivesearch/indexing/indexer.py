"""Indexer: read and parse all pages, deduplicate, index and commit them."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import SAMPLE_LENGTH, train
from archivesearch.config import Config, merge
from archivesearch.directory.files import regular_file
from archivesearch.directory.generations import build_folder, commit
from archivesearch.directory.manifest import ORGANIZATIONS, PAGES, SENTENCES, SKIPPED, read_manifest
from archivesearch.errors import IndexMissing, IndexProblem, SourceError
from archivesearch.indexing.dedup.deduplicator import BATCH_BYTES, Deduplicated, DistinctPage
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.indexing.parsing.parse_cache import ParseCache
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
    return _build(opened, Path(index), progress, jobs=jobs, memory=memory, use_cache=False)


def update(
    sources: Iterable[StrPath],
    index: StrPath,
    *,
    jobs: int = 1,
    memory: int = DEFAULT_MEMORY_MB,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Build the index that `rebuild` builds, byte for byte, but parse only changed pages.

    Without an index or a parse cache all pages are parsed. The sources must be the same as when
    the index was built, by name and in order. Takes the arguments of `rebuild`. Raises its
    errors, and SourceError if the sources are others or if one has no pages left (its disk
    may be missing).
    """
    opened = open_sources(sources, config)
    _refuse_other_sources(opened, Path(index))
    return _build(opened, Path(index), progress, jobs=jobs, memory=memory, use_cache=True)


def _refuse_other_sources(sources: Sequence[Source], index: Path) -> None:
    """Raise SourceError if an index was built from other sources, or if one is empty now."""
    try:
        old_names = read_manifest(index).sources
    except IndexMissing:
        return
    names = tuple(source.name for source in sources)
    if names != old_names:
        raise SourceError(
            f"the index in {index} was built from {', '.join(old_names)}, not from "
            f"{', '.join(names)}; name the same sources, or use rebuild"
        )
    for source in sources:
        if not len(source):
            raise SourceError(
                f"there are no pages left in {source.path}; is its disk there? "
                "if they are meant to be gone, use rebuild"
            )


def _build(
    sources: Sequence[Source],
    index: Path,
    progress: Callable[[Progress], None] | None,
    *,
    jobs: int,
    memory: int,
    use_cache: bool,
) -> Report:
    """Build an index from sources and commit it."""
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, not {jobs}")
    if memory < 1:
        raise ValueError(f"memory must be at least 1 megabyte, not {memory}")
    config = merge(source.config for source in sources)
    with build_folder(index) as folder, ParseCache(index, reuse=use_cache) as cache:
        with (
            (folder / PAGES).open("w", encoding="utf-8") as listing,
            TemporaryDirectory(dir=folder, prefix="spool") as spool_folder,
            PageSpool(Path(spool_folder)) as spool,
            WorkerPool(jobs) as pool,  # ends first: its processes use the folders
        ):
            start_parsers(pool, sum(map(len, sources)))
            old_pages = _page_names(index)
            build = _Build(sources, config, listing, progress)
            pages = ParsedPages(sources, pool, cache)
            build.parse(pages, spool)
            sentences = build.index(folder, spool, pool, memory)
        if not build.statistics.indexed:
            raise SourceError(_no_pages_message(sources, build.statistics))
        build.commit(index, folder, sentences)
        cache.commit()
    return build.report(pages, removed=len(old_pages - pages.page_names))


class _Build:
    """The steps of a build, in order, with its statistics and progress."""

    def __init__(
        self,
        sources: Sequence[Source],
        config: Config,
        listing: IO[str],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.statistics = BuildStatistics(config, listing)
        self._sources = sources
        self._config = config
        self._progress = progress
        self._passages = 0

    def parse(self, pages: ParsedPages, spool: PageSpool) -> None:
        """Parse all pages into the spool, and count them."""
        total = sum(map(len, self._sources))
        for source in self._sources:
            self.statistics.count_skipped(source.listing.omitted_counts)
        for chunk in pages:
            spool.add(chunk)
            for outcome, size in chunk.outcomes:
                if isinstance(outcome, Notice):
                    self.statistics.notices.append(outcome)
                else:
                    self.statistics.count_read(outcome, size)
                    self._report_progress("reading", total)

    def index(self, folder: Path, spool: PageSpool, pool: WorkerPool, memory: int) -> Any:
        """Deduplicate the pages of a spool and index them; return the sentence model.

        The model is trained in a worker meanwhile.
        """
        self._report_progress("comparing")
        pool.stop_workers()  # the memory that parsing took is of no more use
        pool.start_workers(spool.size // BATCH_BYTES)
        sentences = pool.run_in_background(train, spool.sample_texts(SAMPLE_LENGTH))
        deduplicated = Deduplicated(spool)
        self.statistics.count_duplicates(deduplicated)
        ENGINE.build(
            folder,
            deduplicated.batches(),
            Analyzer(self._config.languages, self._config.variants),
            deduplicated.copies,
            pool=pool,
            memory=memory,
            on_progress=partial(self._add_passages, deduplicated, iter(deduplicated)),
        )
        return sentences()

    def _add_passages(
        self, deduplicated: Deduplicated, pages: Iterator[DistinctPage], passages: int
    ) -> None:
        """Count the pages that are complete now that `passages` more are indexed."""
        self._passages += passages
        complete = deduplicated.complete_pages(self._passages)
        for page in islice(pages, complete - self.statistics.indexed):
            self.statistics.count_indexed(page)
            self._report_progress("indexing", len(deduplicated))
        if complete == len(deduplicated):
            self._report_progress("merging")

    def commit(self, index: Path, folder: Path, sentences: Any) -> None:
        """Write the records beside the engine's files, and commit the generation."""
        config, statistics = self._config, self.statistics
        _write_json(folder / ORGANIZATIONS, list(map(asdict, statistics.organizations())))
        _write_json(folder / SENTENCES, sentences)
        _write_json(folder / SKIPPED, list(map(asdict, statistics.skipped)))
        self._report_progress("saving")
        commit(
            index,
            folder,
            engine=ENGINE.name,
            sources=tuple(source.name for source in self._sources),
            config=config.as_dict(),
            languages=tuple(dict.fromkeys((*config.languages, *sorted(statistics.languages)))),
            counts=statistics.counts(),
        )

    def report(self, pages: ParsedPages, *, removed: int) -> Report:
        """Return the report of a build that is committed."""
        statistics = self.statistics
        return Report(
            read=statistics.read,
            indexed=statistics.indexed + statistics.same,
            sections=statistics.sections,
            paragraphs=statistics.paragraphs,
            organizations=len(statistics.organization_counts),
            other_files=sum(source.listing.other_files for source in self._sources),
            skipped=tuple(statistics.skipped),
            reasons=dict(statistics.reasons.most_common()),
            no_pages=statistics.no_pages,
            notices=tuple(statistics.notices),
            parsed=pages.parsed,
            unchanged=pages.unchanged,
            removed=removed,
            same=statistics.same,
        )

    def _report_progress(self, stage: str, total: int | None = None) -> None:
        """Call `progress` with the figures of a stage; `total` is the number of its pages."""
        if self._progress:
            statistics = self.statistics
            read = statistics.read - statistics.no_pages
            skipped = statistics.reasons.total() - statistics.no_pages
            pages = statistics.indexed if stage == "indexing" else read
            self._progress(Progress(pages, total, statistics.bytes, skipped, stage))


def _page_names(index: Path) -> set[str]:
    """Return the names of all pages that the current index was built from, skipped ones too.

    Returns an empty set if there is no index, or one that is damaged.
    """
    try:
        folder = index / read_manifest(index).generation
        with regular_file(folder / PAGES) as file:
            infos = [json.loads(line) for line in file]
        with regular_file(folder / SKIPPED) as file:
            skipped = json.load(file)
        same = (page for info in infos for page in info["same"])
        return {page["page"] for page in (*infos, *same, *skipped)}
    except (OSError, ValueError, TypeError, LookupError, RecursionError, IndexProblem):
        return set()


def _no_pages_message(sources: Sequence[Source], statistics: BuildStatistics) -> str:
    """Return why no page was indexed: there is none, or none that can be read."""
    paths = ", ".join(str(source.path) for source in sources)
    if not statistics.read:
        note = next((f"; note on {n.page}: {n.text}" for n in statistics.notices), "")
        return (
            f"there are no pages in {paths}: no files of HTML, plain text or PDF "
            f"by their names{note}"
        )
    pages = statistics.read - statistics.no_pages
    if not pages:
        reasons = "; ".join(f"{n:,}: {reason}" for reason, n in statistics.reasons.most_common(3))
        records = "record" if statistics.read == 1 else "records"
        return f"there are no pages in {paths}, and {statistics.read:,} other {records} ({reasons})"
    first = next(skipped for skipped in statistics.skipped if skipped.is_page)
    subject, verb = (
        ("the one page", "cannot") if pages == 1 else (f"none of the {pages:,} pages", "can")
    )
    return f"{subject} in {paths} {verb} be read ({first.page}: {first.reason})"


def _write_json(path: Path, values: Any) -> None:
    path.write_text(json.dumps(values, ensure_ascii=False) + "\n", encoding="utf-8")

"""The facade: an index opened for searching, and the calls that build one or look at a page."""

import difflib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from archivesearch import directory, searching
from archivesearch.config import Config
from archivesearch.directory import MANIFEST
from archivesearch.engines.base import MEMORY, Engine
from archivesearch.engines.columnar import ColumnarEngine
from archivesearch.errors import (
    ArchiveSearchError,
    IndexDamaged,
    IndexMissing,
    QueryError,
    SourceError,
)
from archivesearch.filters import Filters, Vocabulary, Years
from archivesearch.model import (
    Backup,
    Collocations,
    Concordance,
    Hit,
    Matches,
    Organization,
    Page,
    PageInfo,
    Passage,
    Progress,
    RawPage,
    Report,
    Results,
    SamePage,
    Skipped,
    Stats,
    Suggestions,
    Trends,
    Verification,
)
from archivesearch.names import Names
from archivesearch.opening import DAMAGE, LISTING, damaged, opened

StrPath = str | os.PathLike[str]
_ENGINE: Engine = ColumnarEngine()


def open(index: StrPath) -> "Archive":
    """Open an index for searching.

    Raises IndexMissing, IndexVersion or IndexDamaged.
    """
    return Archive(index)


def rebuild(
    sources: Iterable[StrPath],
    index: StrPath,
    *,
    jobs: int = 1,
    memory: int = MEMORY,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Build a fresh index from folders or files of pages, then put it in force.

    The old index answers until then, and for ever if anything goes wrong. `jobs` is the
    number of processes that parse; `memory` how many megabytes the passages that are being
    sorted may take; `config` a file to use in place of those beside the sources;
    `progress` is called after each page. Raises SourceError, ConfigError,
    IndexBusy or IndexProblem, and ValueError for `jobs` or `memory` below 1.
    """
    from archivesearch import indexing  # brings the HTML parser, which a search never needs

    return indexing.rebuild(
        sources, index, _ENGINE, jobs=jobs, memory=memory, config=config, progress=progress
    )


def update(
    sources: Iterable[StrPath],
    index: StrPath,
    *,
    jobs: int = 1,
    memory: int = MEMORY,
    config: StrPath | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Bring an index up to date: what `rebuild` would give, parsing only what has changed.

    The sources must be those that the index was built from, by name and in order. Takes
    and raises what `rebuild` does, and SourceError for a source without any pages left.
    """
    from archivesearch import indexing

    return indexing.update(
        sources, index, _ENGINE, jobs=jobs, memory=memory, config=config, progress=progress
    )


def verify(
    index: StrPath, sources: Iterable[StrPath] = (), *, config: StrPath | None = None
) -> Verification:
    """Look at every byte of an index, and compare its pages with those of the sources.

    Without sources it is the index alone. What is wrong is told and not raised, but for
    IndexMissing, IndexVersion, and SourceError and ConfigError for the sources.
    """
    from archivesearch import verifying
    from archivesearch.read.sources import open_sources

    given = list(sources)
    return verifying.verify(Path(index), _ENGINE, open_sources(given, config) if given else ())


def backup(index: StrPath, target: StrPath) -> Backup:
    """Copy an index to an empty or a new folder, and verify the copy.

    It is a copy of one generation, whatever is written meanwhile. Where it fails there is
    no copy. Raises IndexProblem for a target that cannot be used or for a copy that is not
    whole, and what `open` raises.
    """
    from archivesearch import copying, verifying

    path = Path(target)
    made = not path.exists()
    manifest = copying.copy(Path(index), path)
    found = verifying.verify(path, _ENGINE)
    if not found.whole:
        copying.remove_copy(path, folder=made)
        first = found.problems[0]
        raise IndexDamaged(
            f"the copy is not whole ({first.file} {first.what}); there is no backup; "
            f"see: archivesearch verify --index {index}"
        )
    return Backup(manifest.generation, found.files, found.bytes)


def parse_page(source: bytes | StrPath, *, page: str = "", config: Config | None = None) -> Page:
    """Read everything out of one page, given as bytes or as the path of a file.

    `page` is the path it is to go by, from which dates may be read; a file goes by its
    name. Raises SourceError where it cannot be read or holds no text.
    """
    from archivesearch.parse.page import parse  # brings the HTML parser

    if isinstance(source, bytes):
        data = source
    else:
        page = page or Path(source).name
        try:
            data = Path(source).read_bytes()
        except OSError as error:
            raise SourceError(f"cannot read {source}: {error.strerror or error}") from error
    found = parse(RawPage(page, data), config or Config())
    if isinstance(found, Skipped):
        raise SourceError(f"{page or 'the page'} cannot be read: {found.reason}")
    return found


class Narrowed(TypedDict, total=False):
    """What every question may be narrowed to, as `Archive.search` takes it."""

    org: str | None
    section: str | None
    year: Years | None
    mentions: Years | None
    lang: str | None


class Archive:
    """An index as it was when it was opened; safe to use from several threads.

    A rebuild does not disturb it: it answers from what it opened until it is closed.
    """

    def __init__(self, index: StrPath) -> None:
        path = Path(index)
        found = opened(path, _ENGINE)
        self._path = path
        self._manifest = found.manifest
        self._config = found.config
        self._analyzer = found.analyzer
        self._reader = found.reader
        self._hold = found.hold
        self._listing = found.listing
        self._organizations = found.organizations
        self._sentences = found.sentences
        self._is_closed = False

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: str = "score",
        group_by: str | None = None,
        facets: Sequence[str] = (),
        explain: bool = False,
        **narrowed: Unpack[Narrowed],
    ) -> Results:
        """Return the passages that answer a query best.

        `org` is an organization by any of its names; `section` words of a heading in a
        row; `year` and `mentions` a year or a pair of first and last, None for open;
        `lang` a language. `sort` is `score`, `year`, `-year` or `place`; `group_by` is
        `page`, `section` or `org`, and makes `limit` and `offset` count groups; `facets`
        are of `org`, `section`, `year`, `lang`, `page` and `family`. With `explain` each
        hit says what its score is the sum of. Raises QueryError.
        """
        with self._reading():
            filters, notes = self._filters(narrowed)
            results = searching.search(
                self._reader,
                self._vocabulary,
                query,
                filters,
                limit=limit,
                offset=offset,
                sort=sort,
                group_by=group_by,
                facets=facets,
                explain=explain,
            )
        return replace(results, notes=(*notes, *results.notes)) if notes else results

    def matches(self, query: str, **narrowed: Unpack[Narrowed]) -> Matches:
        """Return an iterator over every hit, in the order of the archive, as it reads them.

        Their scores are 0. Raises QueryError when the first is asked for.
        """
        notes: list[str] = []
        return Matches(self._matches(query, narrowed, notes), notes)

    def _matches(self, query: str, narrowed: Narrowed, notes: list[str]) -> Iterator[Hit]:
        from archivesearch import researching

        with self._reading():
            filters, known = self._filters(narrowed)
            notes.extend(known)
            yield from researching.matches(self._reader, self._vocabulary, query, filters, notes)

    def kwic(
        self,
        query: str,
        *,
        width: int = 60,
        limit: int = 50,
        offset: int = 0,
        sort: str = "place",
        **narrowed: Unpack[Narrowed],
    ) -> Concordance:
        """Return the places where a query matches, each with what stands around it.

        `width` is how many characters stand on either side at most; `sort` is `place`,
        or `left` or `right` for the words on that side. Raises QueryError.
        """
        from archivesearch import researching

        with self._reading():
            filters, notes = self._filters(narrowed)
            found = researching.kwic(
                self._reader,
                self._vocabulary,
                query,
                filters,
                width=width,
                limit=limit,
                offset=offset,
                sort=sort,
            )
        return replace(found, notes=(*notes, *found.notes))

    def collocations(
        self, query: str, *, window: int = 5, limit: int = 20, **narrowed: Unpack[Narrowed]
    ) -> Collocations:
        """Return the words that keep company with those of a query, the most telling first.

        `window` is how many words to either side count as company. Raises QueryError.
        """
        from archivesearch import researching

        with self._reading():
            filters, notes = self._filters(narrowed)
            found = researching.collocations(
                self._reader, self._vocabulary, query, filters, window=window, limit=limit
            )
        return replace(found, notes=(*notes, *found.notes))

    def trends(
        self, query: str, *, by: str = "year", **narrowed: Unpack[Narrowed]
    ) -> Trends:
        """Return for each year how many of its paragraphs match; the undated ones last.

        `by` is `year`, or `decade`, which then stands as its first year. Raises QueryError.
        """
        from archivesearch import researching

        with self._reading():
            filters, notes = self._filters(narrowed)
            found = researching.trends(self._reader, self._vocabulary, query, filters, by)
        return replace(found, notes=(*notes, *found.notes))

    def suggest(self, text: str, *, limit: int = 10) -> Suggestions:
        """Return words of the archive that a text, or its last word, may be meant for."""
        from archivesearch.corrections import completions, corrections

        if limit < 0:
            raise QueryError("limit cannot be negative")
        with self._reading():
            words = self._reader.words()
            last = text.rsplit(maxsplit=1)[-1] if text.strip() else ""
            return Suggestions(
                text,
                tuple(completions(words, last, limit)) if last else (),
                tuple(corrections(words, last, limit, only_rare=False)) if last else (),
            )

    def pages(self, prefix: str = "") -> tuple[str, ...]:
        """Return the pages whose paths begin so, in the order of the archive."""
        with self._reading():
            return tuple(page for page in self._pages if page.startswith(prefix))

    def passages(self, page: str) -> tuple[Passage, ...]:
        """Return all passages of a page, in order, or of the one that it is known as.

        Raises IndexMissing for an unknown page.
        """
        with self._reading():
            return self._passages(self._same[page].page if page in self._same else page)

    def page(self, page: str) -> PageInfo:
        """Return what is known of a page as a whole, or of the one that it is known as.

        Raises IndexMissing for an unknown one.
        """
        with self._reading():
            if page in self._same:
                return self._same[page]
            if page not in self._pages:
                self._passages(page)  # says what is near
            return self._pages[page]

    def organizations(self) -> tuple[Organization, ...]:
        """Return the organizations that have sections, by name."""
        with self._reading():
            return tuple(self._organizations)

    def stats(self) -> Stats:
        """Return the size and make-up of the index."""
        try:
            counts = dict(self._manifest.counts)
            years = {int(year): number for year, number in counts.pop("years").items()}
            return Stats(name=self._config.name, years=years, **counts)
        except DAMAGE as error:
            raise IndexDamaged(f"{self._path / MANIFEST} lacks figures; rebuild it") from error

    @property
    def whoosh(self) -> Any:
        """The `whoosh.index.Index` underneath."""
        self._see_that_it_is_open()
        return self._reader.index

    def close(self) -> None:
        """Let go of all files; who asks any more gets a ValueError."""
        self._is_closed = True
        self._reader.close()
        self._hold.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say that the index is damaged where reading it fails and it is.

        Damage may show itself as any error at all; so may a fault of the program, which
        stays what it is while the index holds what its manifest says. Raises ValueError
        where the archive is closed, be it by another thread meanwhile.
        """
        self._see_that_it_is_open()
        try:
            yield
        except IndexDamaged as error:
            raise damaged(self._path, error) from error
        except ArchiveSearchError:
            raise
        except Exception as error:
            self._see_that_it_is_open()  # or another thread has closed it meanwhile
            from archivesearch import verifying  # which a sound index never needs

            told = next(verifying.problems(self._path, self._manifest, _ENGINE), None)
            if told is None:
                raise
            raise damaged(self._path, f"{told.file} {told.what}") from error

    def _see_that_it_is_open(self) -> None:
        if self._is_closed:
            raise ValueError(f"the index in {self._path} was closed; open it again")

    def _filters(self, narrowed: Narrowed) -> tuple[Filters, tuple[str, ...]]:
        """Return what to narrow a question to, and what a reader must know of it."""
        filters, notes = Filters(**narrowed), []
        spoken = self._manifest.counts.get("languages", {})
        if filters.lang is not None and filters.lang.lower() not in spoken:
            known = ", ".join(sorted(filter(None, spoken))) or "none known"
            notes.append(f"no page is in the language '{filters.lang}'; there are {known}")
        if filters.org is not None:
            org, note = self._organizations.canonical(filters.org)
            filters = replace(filters, org=org)
            notes += [note] if note else []
        return filters, tuple(notes)

    def _passages(self, page: str) -> tuple[Passage, ...]:
        numbers = self._reader.page(page)
        if not numbers:
            near = [info.page for info in self._pages.values() if page in (info.url, *info.also)]
            near += difflib.get_close_matches(page, self._reader.pages(), n=1, cutoff=0.5)
            hint = f"; is it {near[0]}?" if near else ""
            raise IndexMissing(f"there is no page '{page}' in the index{hint}")
        return tuple(self._reader.passages(numbers))

    @cached_property
    def _pages(self) -> dict[str, PageInfo]:
        listing = directory.checked(self._listing, self._manifest, LISTING)
        return {info.page: info for info in map(_page_info, listing.splitlines())}

    @cached_property
    def _same(self) -> dict[str, PageInfo]:
        """The pages that others are known as, by the names of those."""
        return {other.page: info for info in self._pages.values() for other in info.same}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        spoken = self._manifest.counts.get("languages", {})
        languages = tuple(lang for lang in self._analyzer.languages if lang in spoken)
        groups = [(o.name, *o.aliases) for o in self._organizations]
        groups += [(name, *aliases) for name, aliases in self._config.organizations.items()]
        return Vocabulary(self._analyzer, languages, Names(groups), self._sentences)


def _page_info(line: bytes) -> PageInfo:
    values = json.loads(line)
    same = tuple(SamePage(**other) for other in values.pop("same"))
    return PageInfo(**values, same=same)

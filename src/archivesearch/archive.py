"""The facade: an index opened for searching, and the calls that build one or look at a page."""

import difflib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archivesearch import directory, searching
from archivesearch.analysis import Analyzer
from archivesearch.config import Config, from_dict
from archivesearch.directory import MANIFEST, Manifest
from archivesearch.engines.base import MEMORY, Engine, Reader
from archivesearch.engines.columnar import ColumnarEngine
from archivesearch.errors import (
    ArchiveSearchError,
    ConfigError,
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    QueryError,
    SourceError,
)
from archivesearch.model import (
    Organization,
    Page,
    PageInfo,
    Passage,
    Progress,
    RawPage,
    Report,
    Results,
    Skipped,
    Stats,
)
from archivesearch.names import Names
from archivesearch.searching import Filters, Vocabulary, Years

StrPath = str | os.PathLike[str]
_ENGINE: Engine = ColumnarEngine()
_ATTEMPTS = 10
_DAMAGE = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError),
    *(TypeError, ValueError, ConfigError, IndexDamaged),
)
"""What opening an index that is damaged, or of somebody who means harm, may raise."""


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


class Archive:
    """An index as it was when it was opened; safe to use from several threads.

    A rebuild does not disturb it: it answers from what it opened until it is closed.
    """

    def __init__(self, index: StrPath) -> None:
        path = Path(index)
        opened = _opened(path)
        self._path = path
        self._manifest = opened.manifest
        self._config = opened.config
        self._analyzer = opened.analyzer
        self._reader = opened.reader
        self._listing = opened.listing
        self._organizations = opened.organizations

    def search(
        self,
        query: str,
        *,
        org: str | None = None,
        section: str | None = None,
        year: Years | None = None,
        mentions: Years | None = None,
        lang: str | None = None,
        limit: int = 10,
        offset: int = 0,
        sort: str = "score",
        group_by: str | None = None,
        facets: Sequence[str] = (),
    ) -> Results:
        """Return the passages that answer a query best.

        `org` is an organization by any of its names; `section` words of a heading in a
        row; `year` and `mentions` a year or a pair of first and last, None for open.
        `sort` is `score`, `year`, `-year` or `place`; `group_by` is `page`, `section` or
        `org`, and makes `limit` and `offset` count groups; `facets` are of `org`,
        `section`, `year`, `lang` and `page`. Raises QueryError.
        """
        notes: tuple[str, ...] = ()
        with self._reading():
            if org is not None:
                org, note = self._canonical(org)
                notes = (note,) if note else ()
            filters = Filters(org, section, year, mentions, lang)
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
            )
        return replace(results, notes=(*notes, *results.notes)) if notes else results

    def pages(self, prefix: str = "") -> tuple[str, ...]:
        """Return the pages whose paths begin so, in the order of the archive."""
        with self._reading():
            return tuple(page for page in self._pages if page.startswith(prefix))

    def passages(self, page: str) -> tuple[Passage, ...]:
        """Return all passages of a page, in order. Raises IndexMissing for an unknown page."""
        with self._reading():
            return self._passages(page)

    def page(self, page: str) -> PageInfo:
        """Return what is known of a page as a whole. Raises IndexMissing for an unknown one."""
        with self._reading():
            if page not in self._pages:
                self._passages(page)  # says what is near
            return self._pages[page]

    def organizations(self) -> tuple[Organization, ...]:
        """Return the organizations that have sections, by name."""
        with self._reading():
            return tuple(self._organizations_by_name.values())

    def stats(self) -> Stats:
        """Return the size and make-up of the index."""
        try:
            counts = dict(self._manifest.counts)
            years = {int(year): number for year, number in counts.pop("years").items()}
            return Stats(name=self._config.name, years=years, **counts)
        except _DAMAGE as error:
            raise IndexDamaged(f"{self._path / MANIFEST} lacks figures; rebuild it") from error

    @property
    def whoosh(self) -> Any:
        """The `whoosh.index.Index` underneath."""
        return self._reader.index

    def close(self) -> None:
        """Let go of all files; the archive cannot be asked any more."""
        self._reader.close()

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
        stays what it is while the index holds what its manifest says.
        """
        try:
            yield
        except IndexDamaged as error:
            raise _damaged(self._path, error) from error
        except ArchiveSearchError:
            raise
        except Exception as error:
            damage = directory.damage(self._path, self._manifest)
            if damage is None:
                raise
            raise _damaged(self._path, damage) from error

    def _passages(self, page: str) -> tuple[Passage, ...]:
        numbers = self._reader.page(page)
        if not numbers:
            near = difflib.get_close_matches(page, self._reader.pages(), n=1, cutoff=0.5)
            hint = f"; is it {near[0]}?" if near else ""
            raise IndexMissing(f"there is no page '{page}' in the index{hint}")
        return tuple(self._reader.passages(numbers))

    @cached_property
    def _pages(self) -> dict[str, PageInfo]:
        infos = [PageInfo(**json.loads(line)) for line in self._listing.splitlines()]
        return {info.page: info for info in infos}

    @cached_property
    def _organizations_by_name(self) -> dict[str, Organization]:
        return {
            values["name"]: Organization(**{**values, "aliases": tuple(values["aliases"])})
            for values in json.loads(self._organizations)
        }

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        spoken = self._manifest.counts.get("languages", {})
        languages = tuple(lang for lang in self._analyzer.languages if lang in spoken)
        groups = [(o.name, *o.aliases) for o in self._organizations_by_name.values()]
        groups += [(name, *aliases) for name, aliases in self._config.organizations.items()]
        return Vocabulary(self._analyzer, languages, Names(groups))

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The canonical names that go by each name, case folded; an own name goes first."""
        names: dict[str, list[str]] = {}
        for name in self._organizations_by_name:
            names[name.casefold()] = [name]
        for name, organization in self._organizations_by_name.items():
            for alias in organization.aliases:
                owners = names.setdefault(alias.casefold(), [])
                if alias.casefold() not in map(str.casefold, owners) and name not in owners:
                    owners.append(name)
        return names

    def _canonical(self, org: str) -> tuple[str, str]:
        """Return the canonical name of an organization, and a note where there is none."""
        wanted = " ".join(org.split()).casefold()
        owners = self._names.get(wanted, [])
        if len(owners) > 1:
            raise QueryError(f"'{org}' is a name of {' and of '.join(owners)}; give one of these")
        if owners:
            return owners[0], ""
        near = difflib.get_close_matches(wanted, self._names, n=1)
        hint = f"; the nearest is {self._names[near[0]][0]}" if near else ""
        return org, f"no organization goes by the name '{org}'{hint}"


@dataclass(frozen=True, slots=True)
class _Opened:
    """All that is held of a generation; read at once, since a rebuild may remove its folder."""

    manifest: Manifest
    config: Config
    analyzer: Analyzer
    reader: Reader
    listing: bytes
    organizations: bytes


def _opened(index: Path) -> _Opened:
    """Open the generation in force, again where another takes its place meanwhile."""
    for _ in range(_ATTEMPTS):
        manifest = directory.read_manifest(index)
        if manifest.engine != _ENGINE.name:
            raise IndexDamaged(f"the index in {index} needs an engine '{manifest.engine}'")
        try:
            return _open_generation(index, manifest)
        except _DAMAGE as error:
            if directory.read_manifest(index).generation != manifest.generation:
                continue  # a rebuild took away what was being opened
            if isinstance(error, IndexDamaged):
                raise
            raise _damaged(index, str(error) or type(error).__name__) from error
    raise IndexBusy(f"the index in {index} is rebuilt again and again; try once more")


def _open_generation(index: Path, manifest: Manifest) -> _Opened:
    folder = directory.generation_folder(index, manifest)
    config = from_dict(manifest.config, str(index / MANIFEST))
    analyzer = Analyzer(manifest.languages, config.variants)
    listing = (folder / "pages.jsonl").read_bytes()
    organizations = (folder / "organizations.json").read_bytes()
    reader = _ENGINE.open(folder, analyzer)
    return _Opened(manifest, config, analyzer, reader, listing, organizations)


def _damaged(index: Path, what: object) -> IndexDamaged:
    return IndexDamaged(f"the index in {index} is damaged ({what}); rebuild it")

"""The calls that build an index, prove it and copy it, or look at one page."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from archivesearch.config import Config
from archivesearch.errors import IndexDamaged, SourceError
from archivesearch.model.pages import Page, RawPage, Skipped
from archivesearch.model.reports import Backup, Progress, Report, Verification
from archivesearch.search.execution.index_reader import ENGINE
from archivesearch.search.request import MEMORY

StrPath = str | os.PathLike[str]


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
    number of processes that parse and index; `memory` how many megabytes the passages that
    are being sorted may take; `config` a file to use in place of those beside the sources;
    `progress` is called after each page. Raises SourceError, ConfigError,
    IndexBusy or IndexProblem, and ValueError for `jobs` or `memory` below 1.
    """
    from archivesearch.indexing import (
        indexer as indexing,  # brings the HTML parser, which a search never needs
    )

    return indexing.rebuild(
        sources, index, ENGINE, jobs=jobs, memory=memory, config=config, progress=progress
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
    from archivesearch.indexing import indexer as indexing

    return indexing.update(
        sources, index, ENGINE, jobs=jobs, memory=memory, config=config, progress=progress
    )


def verify(
    index: StrPath, sources: Iterable[StrPath] = (), *, config: StrPath | None = None
) -> Verification:
    """Look at every byte of an index, and compare its pages with those of the sources.

    Without sources it is the index alone. What is wrong is told and not raised, but for
    IndexMissing, IndexVersion, and SourceError and ConfigError for the sources.
    """
    from archivesearch.indexing import verify as verifying
    from archivesearch.sources.source import open_sources

    given = sources if isinstance(sources, str | os.PathLike) else list(sources)
    return verifying.verify(Path(index), ENGINE, open_sources(given, config) if given else ())


def backup(index: StrPath, target: StrPath) -> Backup:
    """Copy an index to an empty or a new folder, and verify the copy.

    It is a copy of one generation, whatever is written meanwhile. Where it fails there is
    no copy. Raises IndexProblem for a target that cannot be used or for a copy that is not
    whole, and what `open` raises.
    """
    from archivesearch.indexing import backup as copying
    from archivesearch.indexing import verify as verifying

    path = Path(target)
    made = not path.exists()
    manifest = copying.copy(Path(index), path)
    found = verifying.verify(path, ENGINE)
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

"""Sources: a folder, an archive or a file with its name, its configuration and its pages."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from archivesearch import config as configuration
from archivesearch.config import Config
from archivesearch.errors import ConfigError, SourceError
from archivesearch.model.pages import Notice, RawPage
from archivesearch.sources import folders
from archivesearch.sources.captures import select_captures
from archivesearch.sources.format_detection import detect_reader
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import (
    SourceItem,
    SourceListing,
    SourceReader,
    UniqueNames,
    decode_name,
)
from archivesearch.urls import page_url

_SEPARATOR = "!"  # between the name of a source and the path of a page


@dataclass(frozen=True, slots=True)
class Source:
    """A listed source: a folder, an archive or a single file.

    With several sources, `prefix` is the part of a page's name before its path. A source
    that is a single page has `page_name` as the whole name of the page instead.
    """

    name: str
    path: Path
    config: Config
    listing: SourceListing
    reader: SourceReader = folders
    limits: Limits = field(default_factory=Limits)
    prefix: str = ""
    page_name: str = ""

    @property
    def is_page(self) -> bool:
        """Whether it is a single page."""
        return self.reader is folders and self.path.is_file()

    def __len__(self) -> int:
        """The number of pages in the listing; reading can still skip one."""
        return sum(entry.is_page for entry in self.listing.entries)

    def pages(self) -> Iterator[SourceItem]:
        """Yield the notices and the pages, in an order that depends only on the source.

        Raises SourceError if the source cannot be read any more, for example because its
        disk is gone.
        """
        for notice in self.listing.notices:
            yield Notice(self.name, notice)
        try:
            for item in self.reader.read_pages(self.path, self.listing.entries, self.limits):
                yield self._with_source(item)
        except OSError as error:
            where = error.filename or self.path
            raise SourceError(f"cannot read {where}: {error.strerror or error}") from error

    def _with_source(self, item: SourceItem) -> SourceItem:
        """Return an item with its page's full name; a page also with its URL and source."""
        if isinstance(item, Notice):
            return replace(item, page=self.name)
        page = self.page_name or self.prefix + item.page
        if not isinstance(item, RawPage):
            return replace(item, page=page)
        url = item.url or page_url(item.page, self.config.base_url)
        return replace(item, page=page, url=url, source=self.name)


def open_sources(
    paths: Iterable[str | os.PathLike[str]],
    config_file: str | os.PathLike[str] | None = None,
    limits: Limits | None = None,
    *,
    require_all: bool = True,
) -> list[Source]:
    """Return the sources at some paths, listed, in the order of the paths.

    Each has the configuration beside or in it, unless `config_file` is given. Without
    `require_all`, a source that cannot be listed has no pages and a notice with the reason;
    it is an error only if no source can be listed.

    Raises SourceError if a source does not exist, cannot be listed or is given twice.
    Raises ConfigError if a configuration is invalid, TypeError if `paths` is no list.
    """
    if isinstance(paths, str | bytes | os.PathLike):
        raise TypeError(f"sources must be a list of paths, not {paths!r:.60}")
    source_paths = [Path(path) for path in paths]
    if not source_paths:
        raise SourceError("no source is given; name a folder of pages, an archive or a page")
    shared_config = configuration.load(Path(config_file)) if config_file is not None else None
    limits = limits or Limits()
    seen: dict[Path, Path] = {}
    sources: list[Source] = []
    unreadable = 0
    for path in source_paths:
        resolved = _resolve(path)
        if resolved in seen:
            raise SourceError(f"{path} is the same source as {seen[resolved]}; give it once")
        seen[resolved] = path
        try:
            sources.append(_open_source(resolved, shared_config, limits))
        except SourceError as error:
            unreadable += 1
            if require_all and len(source_paths) > 1:
                raise SourceError(
                    f"{error}; to index the others without it, use rebuild"
                ) from error
            if unreadable == len(source_paths):
                raise
            notice = f"none of it is indexed, because it cannot be read: {error}"
            listing = SourceListing(notices=(notice,))
            sources.append(
                Source(decode_name(resolved.name), resolved, shared_config or Config(), listing)
            )
    listings = select_captures([source.listing for source in sources])
    sources = [
        replace(source, listing=_without_excluded(listing, source.config.exclude))
        for source, listing in zip(sources, listings, strict=True)
    ]
    return _with_unique_names(sources) if len(sources) > 1 else sources


def _open_source(path: Path, shared_config: Config | None, limits: Limits) -> Source:
    reader = detect_reader(path)
    config = shared_config or configuration.load_beside(path)
    listing = reader.list_pages(path, limits)
    if shared_config is None and listing.config_damage:
        raise ConfigError(
            f"{configuration.CONFIG_FILE} in {path} is damaged ({listing.config_damage}); "
            "repair the archive, or name another file with --config"
        )
    if shared_config is None and listing.config is not None:
        config = configuration.parse(listing.config, f"{configuration.CONFIG_FILE} in {path}")
    return Source(decode_name(path.name) or "root", path, config, listing, reader, limits)


def _without_excluded(listing: SourceListing, exclude: tuple[str, ...]) -> SourceListing:
    """Return a listing without the entries that match a glob; they count as other files."""
    if not exclude:
        return listing
    entries = tuple(
        entry
        for entry in listing.entries
        if not any(fnmatchcase(entry.page, pattern) for pattern in exclude)
    )
    other_files = listing.other_files + len(listing.entries) - len(entries)
    return replace(listing, entries=entries, other_files=other_files)


def _resolve(path: Path) -> Path:
    try:
        resolved = path.resolve(strict=True)
    except FileNotFoundError as error:
        raise SourceError(f"there is no source {path}; check the path") from error
    except (OSError, RuntimeError) as error:
        raise SourceError(f"cannot open the source {path}: {error}") from error
    if not (resolved.is_dir() or resolved.is_file()):
        raise SourceError(f"the source {path} is neither a folder nor a file")
    return resolved


def _with_unique_names(sources: list[Source]) -> list[Source]:
    """Return the sources with unique names and with the names of their pages.

    A folder or archive `a` has pages such as `a!b.html`; a single file `a` is the page
    `a`. Source names have no `!`, so the names of pages are unique too.
    """
    names = UniqueNames()
    renamed = []
    for source in sources:
        name = unique = source.name.replace(_SEPARATOR, "_")
        if source.is_page:
            unique = names.reserve(name)
            renamed.append(replace(source, name=unique, page_name=unique))
            continue
        number = 1
        while unique in names.used:
            number += 1
            unique = f"{name}-{number}"
        names.used.add(unique)
        renamed.append(replace(source, name=unique, prefix=unique + _SEPARATOR))
    return renamed

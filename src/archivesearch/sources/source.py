"""What a user calls a source, opened: its name, its configuration and its pages."""

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

_MARK = "!"  # between the name of a source and the path of a page in it


@dataclass(frozen=True, slots=True)
class Source:
    """A folder, an archive or a single file, found to exist and listed.

    Where there are several sources, `prefix` stands before the path of each page, and a
    source that is a single page is `called` by its name alone.
    """

    name: str
    path: Path
    config: Config
    listing: SourceListing
    kind: SourceReader = folders
    limits: Limits = field(default_factory=Limits)
    prefix: str = ""
    called: str = ""

    @property
    def is_page(self) -> bool:
        """Whether it is a single page."""
        return self.kind is folders and self.path.is_file()

    def __len__(self) -> int:
        """How many pages it has, as far as can be told before they are read."""
        return sum(entry.is_page for entry in self.listing.entries)

    def pages(self) -> Iterator[SourceItem]:
        """Read the pages one by one, in an order that depends on the source alone.

        Raises SourceError where the source can be read no more, as when its disk is gone.
        """
        for notice in self.listing.notices:
            yield Notice(self.name, notice)
        try:
            for found in self.kind.read_pages(self.path, self.listing.entries, self.limits):
                yield self._named(found)
        except OSError as error:
            where = error.filename or self.path
            raise SourceError(f"cannot read {where}: {error.strerror or error}") from error

    def _named(self, found: SourceItem) -> SourceItem:
        if isinstance(found, Notice):
            return replace(found, page=self.name)
        page = self.called or self.prefix + found.page
        if not isinstance(found, RawPage):
            return replace(found, page=page)
        url = found.url or page_url(found.page, self.config.base_url)
        return replace(found, page=page, url=url, source=self.name)


def open_sources(
    paths: Iterable[str | os.PathLike[str]],
    config_file: str | os.PathLike[str] | None = None,
    limits: Limits | None = None,
    *,
    require_all: bool = True,
) -> list[Source]:
    """Open sources; each has the configuration beside it, unless one is named for all.

    Raises SourceError for a source that does not exist, cannot be listed or is given
    twice, ConfigError for a configuration that is not valid, TypeError for one path in
    place of a list of them. Without `all_of_them` a
    source that cannot be listed is an error only where none can; else it has no pages,
    and a notice that says why.
    """
    if isinstance(paths, str | bytes | os.PathLike):
        raise TypeError(f"sources must be a list of paths, not {paths!r:.60}")
    given = [Path(path) for path in paths]
    if not given:
        raise SourceError("no source is given; name a folder of pages, an archive or a page")
    named = configuration.load(Path(config_file)) if config_file is not None else None
    limits = limits or Limits()
    seen: dict[Path, Path] = {}
    sources: list[Source] = []
    unread: list[SourceError] = []
    for path in given:
        resolved = _existing(path)
        if resolved in seen:
            raise SourceError(f"{path} is the same source as {seen[resolved]}; give it once")
        seen[resolved] = path
        try:
            sources.append(_opened(resolved, named, limits))
        except SourceError as error:
            unread.append(error)
            if require_all and len(given) > 1:
                raise SourceError(
                    f"{error}; to index the others without it, use rebuild"
                ) from error
            if len(unread) == len(given):
                raise
            notice = f"nothing of it is indexed, for it cannot be read: {error}"
            listing = SourceListing(notices=(notice,))
            sources.append(Source(decode_name(resolved.name), resolved, named or Config(), listing))
    listings = select_captures([source.listing for source in sources])
    sources = [
        replace(source, listing=_without(listing, source.config.exclude))
        for source, listing in zip(sources, listings, strict=True)
    ]
    return _with_prefixes(sources) if len(sources) > 1 else sources


def _opened(path: Path, named: Config | None, limits: Limits) -> Source:
    kind = detect_reader(path)
    config = named or configuration.load_beside(path)
    listing = kind.list_pages(path, limits)
    if named is None and listing.config_damage:
        raise ConfigError(
            f"{configuration.CONFIG_FILE} in {path} is damaged ({listing.config_damage}); "
            "repair the archive, or name another file with --config"
        )
    if named is None and listing.config is not None:
        config = configuration.parse(listing.config, f"{configuration.CONFIG_FILE} in {path}")
    return Source(decode_name(path.name) or "root", path, config, listing, kind, limits)


def _without(listing: SourceListing, exclude: tuple[str, ...]) -> SourceListing:
    """Return a listing without the pages that globs leave out; they count as other files."""
    if not exclude:
        return listing
    kept = tuple(
        entry
        for entry in listing.entries
        if not any(fnmatchcase(entry.page, pattern) for pattern in exclude)
    )
    others = listing.other_files + len(listing.entries) - len(kept)
    return replace(listing, entries=kept, other_files=others)


def _existing(path: Path) -> Path:
    try:
        resolved = path.resolve(strict=True)
    except FileNotFoundError as error:
        raise SourceError(f"there is no source {path}; check the path") from error
    except (OSError, RuntimeError) as error:
        raise SourceError(f"cannot open the source {path}: {error}") from error
    if not (resolved.is_dir() or resolved.is_file()):
        raise SourceError(f"the source {path} is neither a folder nor a file")
    return resolved


def _with_prefixes(sources: list[Source]) -> list[Source]:
    """Give each source a name of its own, which goes before the paths of its pages.

    A single file is a page by that name. No name has the mark that ends it in it, so that
    no page of one source can be called as that of another one.
    """
    names = UniqueNames()
    result = []
    for source in sources:
        name = unique = source.name.replace(_MARK, "_")
        if source.is_page:
            unique = names.reserve(name)
            result.append(replace(source, name=unique, called=unique))
            continue
        number = 1
        while unique in names.taken:
            number += 1
            unique = f"{name}-{number}"
        names.taken.add(unique)
        result.append(replace(source, name=unique, prefix=unique + _MARK))
    return result

"""What a user calls a source, opened: its name, its configuration and its pages."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archivesearch import config as configuration
from archivesearch.config import Config
from archivesearch.errors import SourceError
from archivesearch.model import RawPage, Skipped
from archivesearch.read import folders


@dataclass(frozen=True, slots=True)
class Source:
    """A folder or a single file, found to exist and listed.

    `prefix` stands before the path of each page where there are several sources.
    """

    name: str
    path: Path
    config: Config
    listing: folders.Listing
    prefix: str = ""

    def __len__(self) -> int:
        return len(self.listing.entries)

    def pages(self) -> Iterator[RawPage | Skipped]:
        """Read the pages one by one, in an order that depends on their names alone."""
        for entry in self.listing.entries:
            found = folders.read(entry)
            yield replace(found, page=self.prefix + found.page) if self.prefix else found


def open_sources(
    paths: Iterable[str | os.PathLike[str]], config_file: str | os.PathLike[str] | None = None
) -> list[Source]:
    """Open sources; each has the configuration beside it, unless one is named for all.

    Raises SourceError for a source that does not exist, cannot be listed or is given
    twice, ConfigError for a configuration that is not valid.
    """
    given = [Path(path) for path in paths]
    if not given:
        raise SourceError("no source is given; name a folder of pages or a single page")
    named = configuration.load(Path(config_file)) if config_file is not None else None
    seen: dict[Path, Path] = {}
    sources: list[Source] = []
    for path in given:
        resolved = _existing(path)
        if resolved in seen:
            raise SourceError(f"{path} is the same source as {seen[resolved]}; give it once")
        seen[resolved] = path
        config = named or configuration.beside(resolved)
        listing = folders.list_pages(resolved, config.exclude)
        sources.append(Source(resolved.name or "root", resolved, config, listing))
    return _with_prefixes(sources) if len(sources) > 1 else sources


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
    """Give each source a name of its own, which goes before the paths of its pages."""
    taken: set[str] = set()
    result = []
    for source in sources:
        name, number = source.name, 1
        while name in taken:
            number += 1
            name = f"{source.name}-{number}"
        taken.add(name)
        result.append(replace(source, name=name, prefix=f"{name}!"))
    return result

"""Folder reader: pages from a folder of a mirror, or from a single file."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from archivesearch.config import CONFIG_FILE
from archivesearch.errors import SourceError
from archivesearch.model.pages import RawPage
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import (
    NESTED_ARCHIVE,
    SNIFF_BYTES,
    SourceEntry,
    SourceItem,
    SourceListing,
    UniqueNames,
    decode_name,
    is_archive_name,
    is_page_name,
    looks_like_html,
    may_be_page,
)


def list_pages(source: Path, limits: Limits | None = None) -> SourceListing:  # noqa: ARG001 - see SourceReader
    """Return the listing of a folder, or of a single file, which is a page by any name.

    Links to files inside the folder are followed. Links to folders and out of the folder
    are not.
    """
    if source.is_file():
        return SourceListing((SourceEntry(decode_name(source.name), source),))
    entries: list[SourceEntry] = []
    other_files = 0
    names = UniqueNames()
    for entry in _walk(source):
        if entry.problem or _is_page(entry):
            entries.append(replace(entry, page=names.reserve(entry.page)))
        elif is_archive_name(entry.page):
            entries.append(replace(entry, problem=NESTED_ARCHIVE, is_page=False))
        else:
            other_files += entry.location.name != CONFIG_FILE
    return SourceListing(tuple(entries), other_files)


def read_pages(_: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Yield the page of each entry, or the reason to skip it."""
    for entry in entries:
        yield entry.skipped() if entry.problem else _read(entry, limits)


def _read(entry: SourceEntry, limits: Limits) -> SourceItem:
    try:
        with entry.location.open("rb") as file:
            data = file.read(limits.page_bytes + 1)
    except OSError as error:
        return entry.skipped(f"it cannot be read: {error.strerror or error}")
    if problem := limits.size_problem(len(data)):
        return entry.skipped(problem)
    return RawPage(entry.page, data, record=entry.page, also=entry.also)


def _walk(root: Path) -> Iterator[SourceEntry]:
    """Yield an entry for each file below a folder, sorted by name, without hidden files."""
    try:
        stack = _scan(root)
    except OSError as error:
        raise SourceError(f"cannot list the source {root}: {error.strerror or error}") from error
    while stack:
        item = stack.pop()
        path = Path(item.path)
        if item.is_dir(follow_symlinks=False):
            try:
                stack += _scan(path)
            except OSError as error:
                reason = f"it cannot be listed: {error.strerror or error}"
                yield SourceEntry(_page_name(path, root) + "/", path, problem=reason)
        elif problem := _file_problem(path, root):
            if is_page_name(item.name):
                yield SourceEntry(_page_name(path, root), path, problem=problem)
        elif path.is_file():
            yield SourceEntry(_page_name(path, root), path)


def _scan(folder: Path) -> list["os.DirEntry[str]"]:
    """Return the visible files and folders in a folder, in reverse order of names."""
    with os.scandir(folder) as items:
        visible = [item for item in items if not item.name.startswith(".")]
    return sorted(visible, key=lambda item: os.fsencode(item.name), reverse=True)


def _file_problem(path: Path, root: Path) -> str:
    """Return the reason not to open a file; `""` for a regular file or a link to one inside."""
    try:
        if path.is_symlink():
            target = path.resolve(strict=True)
            if not target.is_relative_to(root):
                return "it is a link that leads out of the source"
            if target.is_dir():
                return "it is a link to a folder"
        if not path.is_file():
            return "it is not a regular file"
    except FileNotFoundError:
        return "it is a link that leads nowhere"
    except (OSError, RuntimeError) as error:
        return f"it cannot be opened: {getattr(error, 'strerror', None) or error}"
    return ""


def _is_page(entry: SourceEntry) -> bool:
    """Whether a file is a page by its name or, if the name has no ending, by its start."""
    name = entry.location.name
    if is_page_name(name):
        return True
    if not may_be_page(name):
        return False
    try:
        with entry.location.open("rb") as file:
            return looks_like_html(file.read(SNIFF_BYTES))
    except OSError:
        return False


def _page_name(path: Path, root: Path) -> str:
    return decode_name(path.relative_to(root).as_posix())

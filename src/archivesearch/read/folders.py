"""Pages from a folder of a mirror, or from a single file."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from archivesearch.config import FILE_NAME
from archivesearch.errors import SourceError
from archivesearch.model import RawPage, Skipped

# A mirror saves `news.php?id=7` under that very name, or with `@` for the question mark.
_PAGE_NAME = re.compile(
    r"\.(?:x?html?|shtml?|xht|txt|phtml|php\d?|aspx?|jsp|cfm)(?:[?@].*)?$|\.(?:cgi|pl)[?@].*$",
    re.IGNORECASE | re.DOTALL,
)
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*+(?:<!--.*?-->\s*+)*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_SNIFFED = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is a page by its name, or a place that cannot be read, and why."""

    page: str
    path: Path
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages of a source in order, and how many files are not pages."""

    entries: tuple[Entry, ...]
    other_files: int


def list_pages(source: Path, exclude: Sequence[str] = ()) -> Listing:
    """List the pages of a folder, or a single file whatever its name.

    Links are followed only to files inside the source; folders are read at their own
    place. `exclude` are globs over page paths.
    """
    if source.is_file():
        return Listing((Entry(_readable(source.name), source),), 0)
    entries: list[Entry] = []
    others = 0
    taken: set[str] = set()
    for entry in _walk(source):
        excluded = any(fnmatchcase(entry.page, pattern) for pattern in exclude)
        if excluded or not (entry.problem or _is_page(entry)):
            others += entry.path.name != FILE_NAME
        else:
            page = _free(entry.page, taken)
            taken.add(page)
            entries.append(replace(entry, page=page))
    return Listing(tuple(entries), others)


def read(entry: Entry) -> RawPage | Skipped:
    """Read the bytes of a page."""
    if entry.problem:
        return Skipped(entry.page, entry.problem)
    try:
        return RawPage(entry.page, entry.path.read_bytes())
    except OSError as error:
        return Skipped(entry.page, f"it cannot be read: {error.strerror or error}")


def _walk(root: Path) -> Iterator[Entry]:
    """Yield every file below a folder, sorted by name; hidden ones are passed over."""
    try:
        waiting = _scan(root)
    except OSError as error:
        raise SourceError(f"cannot list the source {root}: {error.strerror or error}") from error
    while waiting:
        item = waiting.pop()
        path = Path(item.path)
        if item.is_dir(follow_symlinks=False):
            try:
                waiting += _scan(path)
            except OSError as error:
                reason = f"it cannot be listed: {error.strerror or error}"
                yield Entry(_page(path, root) + "/", path, reason)
        elif problem := _problem(path, root):
            if _PAGE_NAME.search(item.name):
                yield Entry(_page(path, root), path, problem)
        elif path.is_file():
            yield Entry(_page(path, root), path)


def _scan(folder: Path) -> list["os.DirEntry[str]"]:
    """Return what is in a folder and not hidden, the last by name first."""
    with os.scandir(folder) as scanned:
        shown = [item for item in scanned if not item.name.startswith(".")]
    return sorted(shown, key=lambda item: os.fsencode(item.name), reverse=True)


def _problem(path: Path, root: Path) -> str:
    """Say why a file is not to be opened, or return ''."""
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


def _is_page(entry: Entry) -> bool:
    """Whether a file is a page by its name, or, where that has no ending, by its start."""
    if _PAGE_NAME.search(entry.path.name):
        return True
    if "." in entry.path.name:
        return False
    try:
        with entry.path.open("rb") as file:
            return _LOOKS_LIKE_HTML.match(file.read(_SNIFFED)) is not None
    except OSError:
        return False


def _page(path: Path, root: Path) -> str:
    return _readable(path.relative_to(root).as_posix())


def _free(page: str, taken: set[str]) -> str:
    """Return a page's name, or one near it where another page's file name reads the same."""
    path, number = PurePosixPath(page), 1
    while page in taken:
        number += 1
        page = str(path.with_stem(f"{path.stem}~{number}"))
    return page


def _readable(name: str) -> str:
    """Return a file name as text, also where its bytes are not UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("latin-1")
    return name

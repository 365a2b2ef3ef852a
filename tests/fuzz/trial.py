"""A fuzz trial: any input must be read or be skipped with a reason, within its time limit."""

import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archivesearch.errors import ConfigError, SourceError
from archivesearch.indexing.workers.process_limits import memory_limit, time_limit
from archivesearch.model.pages import Notice, Page, RawPage, Skipped, passages
from archivesearch.parse.page import parse
from archivesearch.sources.limits import Limits
from archivesearch.sources.source import open_sources
from fuzz.mutations import make

LIMITS = Limits(page_bytes=1_000_000, unpacked_bytes=8_000_000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an input: counts, the seconds of its slowest page, and its fault if any."""

    kind: str
    pages: int = 0
    skipped: int = 0
    notices: int = 0
    refused: int = 0
    seconds: float = 0.0
    fault: str = ""


def attempt(seed: int, number: int) -> Outcome:
    """Make the input of a seed and a number, and read it as a source."""
    kind, data = make(seed, number)
    try:
        path = _own_folder() / (f"x.{kind}" if kind != "page" else "x.html")
        if kind == "toml":
            path = _folder(data, number)
        else:
            path.write_bytes(data)
        return _read(kind, path)
    except Exception as error:  # noqa: BLE001 - any exception is a finding
        return Outcome(kind, fault=f"{type(error).__name__}: {error}"[:300])


def attempt_within_limits(seed: int, number: int, seconds: float) -> Outcome:
    """Attempt an input within limits, which may kill this process."""
    with memory_limit(), time_limit(seconds):
        return attempt(seed, number)


@cache
def _own_folder() -> Path:
    """Return a folder that only this process uses."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def _folder(config: bytes, number: int) -> Path:
    """Return a folder with settings, pages, and links that lead out of it or in circles."""
    folder = _own_folder() / "folder"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "b").mkdir(parents=True)
    (folder / "archivesearch.toml").write_bytes(config)
    page = make(number, 0)[1]
    for name in (b"a.html", b"A.html", b"\xff.html", b"b/\xc3\xa9.htm", b"b/a\nb.txt", b"b/noend"):
        with suppress(OSError):  # not every file system allows these names
            (folder / os.fsdecode(name)).write_bytes(page)
    links = {"up.html": "..", "b/c": "../b", "self.html": "self.html", "out.html": "/etc/hostname"}
    for link, target in links.items():
        (folder / link).symlink_to(target)
    return folder


def _read(kind: str, path: Path) -> Outcome:
    pages = skipped = notices = 0
    slowest = 0.0
    names: set[str] = set()
    try:
        (source,) = open_sources([path], limits=LIMITS)
    except (SourceError, ConfigError):
        return Outcome(kind, refused=1)
    for raw in source.pages():
        if isinstance(raw, RawPage):
            start = time.perf_counter()
            page = parse(raw, source.config)
            if isinstance(page, Page):
                _check(page)
                assert page.page not in names, f"there are two pages {page.page}"
                names.add(page.page)
            slowest = max(slowest, time.perf_counter() - start)
            pages += isinstance(page, Page)
            skipped += isinstance(page, Skipped)
        elif isinstance(raw, Notice):
            notices += 1
        else:
            assert raw.reason
            skipped += 1
    return Outcome(kind, pages, skipped, notices, 0, slowest)


def _check(page: Page) -> None:
    for passage in passages(page):
        assert passage.text or passage.label
        passage.text.encode()
    for value in (page.page, page.title, page.url or ""):
        value.encode()

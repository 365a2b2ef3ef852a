"""What becomes of some pages together: all that can be done for them apart from the others.

It is done where they are parsed, so that what comes back need only be written down.
"""

import pickle
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

from archivesearch.config import Config
from archivesearch.errors import IndexProblem
from archivesearch.indexing.fingerprints.fingerprints import Fingerprints, fingerprints
from archivesearch.indexing.parsing.page_records import from_record, serialize, to_record
from archivesearch.indexing.workers.process_limits import memory_limit, time_limit
from archivesearch.model.pages import Notice, Page, RawPage, Skipped, paragraphs

# Such a page takes some 250 MB; of 5,808 pages that were measured none has a tenth of either.
_MOST_TAGS = 300_000
_MOST_PARAGRAPHS = 100_000

_Bounds = Callable[[], AbstractContextManager[None]]


class PageTask(NamedTuple):
    """A page that is to be read, its size in bytes, and the key by which it is remembered.

    Where there is a `record` of it that is read, and `raw` is not looked at.
    """

    raw: RawPage
    size: int
    key: bytes
    record: bytes = b""


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A page that has been read, as bytes, and how many passages it has.

    `record` is what it is remembered by, if it can be; `is_known` says that it was before.
    """

    page: str
    data: bytes
    passage_count: int
    record: bytes = b""
    from_cache: bool = False


Item = PageTask | Skipped | Notice
Outcome = ParsedPage | Skipped | Notice


@dataclass(frozen=True, slots=True)
class ParsedChunk:
    """What became of some pages, in order, each with its size in bytes.

    `prints` are the fingerprints of all passages, in one row.
    """

    outcomes: tuple[tuple[Outcome, int], ...]
    fingerprints: Fingerprints | None = None


class _Filling:
    """A chunk while pages come into it."""

    def __init__(self) -> None:
        self._found: list[tuple[Outcome, int]] = []
        self._texts: list[str] = []

    def put(self, found: Skipped | Notice, size: int = 0) -> None:
        self._found.append((found, size))

    def add(self, page: Page, data: bytes, record: bytes, size: int, *, is_known: bool) -> None:
        before = len(self._texts)
        self._texts += (p.own_text if p.repeated else p.text for _, p in paragraphs(page))
        passages = len(self._texts) - before
        self._found.append((ParsedPage(page.page, data, passages, record, is_known), size))

    def chunk(self) -> ParsedChunk:
        return ParsedChunk(tuple(self._found), fingerprints(self._texts) if self._texts else None)


def chunk_of_pages(pages: Iterable[Page]) -> ParsedChunk:
    """Return pages that have been parsed as a chunk; none of them has a record."""
    filling = _Filling()
    for page in pages:
        filling.add(page, serialize(page), b"", 0, is_known=False)
    return filling.chunk()


def read_chunk(
    items: Iterable[Item], config: Config, why: str = "", bounds: _Bounds = nullcontext
) -> ParsedChunk | None:
    """Read some pages, each inside `bounds`; None where a record is none of ours.

    A page that meets a fault is read as plain text, which a notice before it tells; so are
    all of them where it is said `why`.
    """
    filling = _Filling()
    for item in items:
        if not isinstance(item, PageTask):
            filling.put(item)
        elif item.record:
            try:
                page, data = from_record(item.record)
            except ValueError:
                return None
            filling.add(page, data, item.record, item.size, is_known=True)
        else:
            _read(item, config, why, bounds, filling)
    return filling.chunk()


def import_parsers() -> None:
    """Import what reading needs, before there are pages."""
    from archivesearch.parse import fallback as plainly  # noqa: F401
    from archivesearch.parse import page  # noqa: F401


def read_chunk_in_worker(
    items: Iterable[Item], config: bytes, why: str, seconds: float
) -> ParsedChunk | None:
    """Read some pages in a process that can be spared; `config` is pickled.

    It ends where a page takes more CPU time than that, or all of them too much memory.
    """
    with memory_limit():
        return read_chunk(items, _config(config), why, partial(time_limit, seconds))


def unreadable_page(raw: RawPage, why: str) -> Skipped:
    """Return what is told of a page that cannot be read in any way."""
    return Skipped(raw.page, f"it cannot be read as plain text either: {why}")


@lru_cache(1)
def _config(data: bytes) -> Config:
    config: Config = pickle.loads(data)  # noqa: S301 - it is our own
    return config


def _read(item: PageTask, config: Config, why: str, bounds: _Bounds, filling: _Filling) -> None:
    """Parse a page, or read it plainly."""
    raw = item.raw
    with bounds():
        found = why or _parsed(raw, config)
    is_parsed = not isinstance(found, str)
    if isinstance(found, str):
        filling.put(Notice(raw.page, f"{found}; it was read as plain text"))
        with bounds():
            found = _plainly(raw, config)
    if isinstance(found, Skipped):
        filling.put(found, item.size)
        return
    data = serialize(found)
    record = to_record(item.key, data) if is_parsed else b""
    filling.add(found, data, record, item.size, is_known=False)


def _parsed(raw: RawPage, config: Config) -> Page | Skipped | str:
    """Parse a page, or say why that cannot be done."""
    from archivesearch.parse.page import parse  # which only those need who do this

    if raw.data.count(b"<") > _MOST_TAGS:
        return f"it has more than {_MOST_TAGS:,} tags"
    try:
        page = parse(raw, config)
    except (MemoryError, IndexProblem):  # what is the matter is not the page
        raise
    except Exception as error:  # noqa: BLE001 - one page that meets a fault must not stop the rest
        return _fault(error)
    if isinstance(page, Page) and _paragraphs(page) > _MOST_PARAGRAPHS:
        return f"it has more than {_MOST_PARAGRAPHS:,} paragraphs"
    return page


def _plainly(raw: RawPage, config: Config) -> Page | Skipped:
    from archivesearch.parse.fallback import parse_without_structure

    try:
        return parse_without_structure(raw, config)
    except (MemoryError, IndexProblem):
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return unreadable_page(raw, _fault(error))


def _fault(error: Exception) -> str:
    return f"it met a fault in archivesearch ({type(error).__name__}: {error})"


def _paragraphs(page: Page) -> int:
    return sum(len(section.paragraphs) or 1 for section in page.sections)

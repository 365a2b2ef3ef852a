"""The task of a worker: parse a chunk of pages, serialize them and take their fingerprints.

All that a page needs alone is done here, so that the main process only writes the results
to files.
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
_MAX_TAGS = 300_000
_MAX_PARAGRAPHS = 100_000

_Limits = Callable[[], AbstractContextManager[None]]


class PageTask(NamedTuple):
    """A page to be parsed, its size in bytes and its key in the parse cache.

    If the cache has a `record` of the page, that is read and `raw.data` is not used.
    """

    raw: RawPage
    size: int
    key: bytes
    record: bytes = b""


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """A parsed page: its name, the page serialized, and the number of its passages.

    `record` is its record for the parse cache, `b""` if it gets none; `from_cache` says
    whether it was read from there.
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
    """The outcomes of some items, in order, each with its page's size in bytes.

    `fingerprints` are those of all passages of the parsed pages, `owners` numbered from 0.
    """

    outcomes: tuple[tuple[Outcome, int], ...]
    fingerprints: Fingerprints | None = None


def chunk_of_pages(pages: Iterable[Page]) -> ParsedChunk:
    """Return a chunk of pages that are parsed already; they have no records."""
    builder = _ChunkBuilder()
    for page in pages:
        builder.add_page(page, serialize(page), b"", 0, from_cache=False)
    return builder.chunk()


def import_parsers() -> None:
    """Import the modules that parsing needs, before there are pages."""
    from archivesearch.parse import fallback, page  # noqa: F401


def read_chunk_in_worker(
    items: Iterable[Item], config: bytes, reason: str, seconds: float
) -> ParsedChunk | None:
    """Do what `read_chunk` does in a worker process; `config` is pickled.

    The process dies if a page takes more than `seconds` of CPU time, or all of them take
    too much memory.
    """
    with memory_limit():
        return read_chunk(items, _unpickle_config(config), reason, partial(time_limit, seconds))


def read_chunk(
    items: Iterable[Item], config: Config, reason: str = "", limits: _Limits = nullcontext
) -> ParsedChunk | None:
    """Parse some pages, each inside `limits`; return None if a record is not one of ours.

    A page that cannot be parsed is read as plain text, with a notice before it that says
    why. If there is a `reason`, all pages are read as plain text and the notices give it.
    """
    builder = _ChunkBuilder()
    for item in items:
        if not isinstance(item, PageTask):
            builder.add_skipped(item)
        elif item.record:
            try:
                page, data = from_record(item.record)
            except ValueError:
                return None
            builder.add_page(page, data, item.record, item.size, from_cache=True)
        else:
            _read_page(item, config, reason, limits, builder)
    return builder.chunk()


def unreadable_page(raw: RawPage, reason: str) -> Skipped:
    """Return the outcome of a page that cannot be read in any way."""
    return Skipped(raw.page, f"it cannot be read as plain text either: {reason}")


class _ChunkBuilder:
    """Collects outcomes and the texts of passages, and makes a chunk of them."""

    def __init__(self) -> None:
        self._outcomes: list[tuple[Outcome, int]] = []
        self._texts: list[str] = []

    def add_skipped(self, outcome: Skipped | Notice, size: int = 0) -> None:
        self._outcomes.append((outcome, size))

    def add_page(
        self, page: Page, data: bytes, record: bytes, size: int, *, from_cache: bool
    ) -> None:
        before = len(self._texts)
        self._texts += (p.own_text if p.repeated else p.text for _, p in paragraphs(page))
        passages = len(self._texts) - before
        self._outcomes.append((ParsedPage(page.page, data, passages, record, from_cache), size))

    def chunk(self) -> ParsedChunk:
        return ParsedChunk(
            tuple(self._outcomes), fingerprints(self._texts) if self._texts else None
        )


@lru_cache(1)
def _unpickle_config(data: bytes) -> Config:
    return pickle.loads(data)  # type: ignore[no-any-return]  # noqa: S301 - it is our own


def _read_page(
    task: PageTask, config: Config, reason: str, limits: _Limits, builder: _ChunkBuilder
) -> None:
    """Parse a page, or read it as plain text if that fails or there is a reason not to try."""
    raw = task.raw
    with limits():
        page = reason or _parse(raw, config)
    is_parsed = not isinstance(page, str)
    if isinstance(page, str):
        builder.add_skipped(Notice(raw.page, f"{page}; it was read as plain text"))
        with limits():
            page = _parse_without_structure(raw, config)
    if isinstance(page, Skipped):
        builder.add_skipped(page, task.size)
        return
    data = serialize(page)
    record = to_record(task.key, data) if is_parsed else b""
    builder.add_page(page, data, record, task.size, from_cache=False)


def _parse(raw: RawPage, config: Config) -> Page | Skipped | str:
    """Parse a page; return a string that says why if it cannot be parsed."""
    from archivesearch.parse.page import parse  # the main process may never parse

    if raw.data.count(b"<") > _MAX_TAGS:
        return f"it has more than {_MAX_TAGS:,} tags"
    page = _result_or_fault(parse, raw, config)
    if isinstance(page, Page):
        paragraph_count = sum(len(section.paragraphs) or 1 for section in page.sections)
        if paragraph_count > _MAX_PARAGRAPHS:
            return f"it has more than {_MAX_PARAGRAPHS:,} paragraphs"
    return page


def _parse_without_structure(raw: RawPage, config: Config) -> Page | Skipped:
    from archivesearch.parse.fallback import parse_without_structure

    page = _result_or_fault(parse_without_structure, raw, config)
    return unreadable_page(raw, page) if isinstance(page, str) else page


def _result_or_fault(
    parse: Callable[[RawPage, Config], Page | Skipped], raw: RawPage, config: Config
) -> Page | Skipped | str:
    """Return what a parser returns, or a string that says which exception it raised."""
    try:
        return parse(raw, config)
    except (MemoryError, IndexProblem):  # the page is not to blame
        raise
    except Exception as error:  # noqa: BLE001 - a fault in one page must not stop the build
        return f"it met a fault in archivesearch ({type(error).__name__}: {error})"

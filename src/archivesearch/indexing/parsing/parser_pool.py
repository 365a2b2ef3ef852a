"""Pages read in their order, in this process or in several, none of them for too long."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from archivesearch.config import Config
from archivesearch.indexing.parsing.parse_cache import ParseCache
from archivesearch.indexing.parsing.parse_task import (
    Item,
    PageTask,
    ParsedChunk,
    ParsedPage,
    import_parsers,
    read_chunk,
    read_chunk_in_worker,
    unreadable_page,
)
from archivesearch.indexing.workers.worker_pool import WorkerDied, WorkerPool
from archivesearch.model.pages import Notice, RawPage
from archivesearch.sources.source import Source

SECONDS_PER_PAGE = 20.0
"""The CPU time that a page may take; the slowest of 5,808 pages that were measured takes 1."""

# What a process is given at a time: enough that handing it over costs little.
_CHUNK_PAGES = 16
_CHUNK_BYTES = 1_000_000
_CHUNK_ITEMS = 256
# How many chunks for each process may be read ahead of the one that is waited for.
_AHEAD = 4
# A page of more bytes is never parsed in this process, which cannot end itself.
_LARGE = 250_000


def start_parsers(crew: WorkerPool, pages: int) -> None:
    """Let the processes start that so many pages will need."""
    crew.start_workers(-(-pages // _CHUNK_PAGES), import_parsers)


def parse_in_order(
    items: Iterable[tuple[Item, Config]], crew: WorkerPool, seconds: float = SECONDS_PER_PAGE
) -> Iterator[ParsedChunk]:
    """Read pages, and yield what became of them in their order, by the chunk.

    With a crew of one they are read in this process. No more of them are taken than the
    processes have to do. A page that takes longer than `seconds` of CPU time, or ends its
    process in another way, is read as plain text, which a notice before it tells; with a
    crew of one that holds for large pages alone. Raises IndexProblem where no process can
    be started.
    """
    line = _Line(crew, seconds)
    for part in _parts(items):
        line.add(part)
        while line.is_full():
            line.wait()
        yield from line.out()
    while line:
        line.wait()
        yield from line.out()


@dataclass(slots=True, eq=False)
class _Part:
    """Some pages of one source in a row, and what became of them, once that is known.

    `why` is why they are to be read as plain text.
    """

    items: list[Item]
    config: Config
    why: str = ""
    result: ParsedChunk | None = None


def _parts(items: Iterable[tuple[Item, Config]]) -> Iterator[_Part]:
    """Put pages together; those that are large stay alone."""
    part, pages, size = _Part([], Config()), 0, 0
    for item, config in items:
        if part.items and (config is not part.config or _is_large(item)):
            yield part
            part, pages, size = _Part([], config), 0, 0
        part.items.append(item)
        part.config = config
        if isinstance(item, PageTask):
            pages += 1
            size += item.size
        full = pages >= _CHUNK_PAGES or size >= _CHUNK_BYTES or len(part.items) >= _CHUNK_ITEMS
        if full or _is_large(item):
            yield part
            part, pages, size = _Part([], config), 0, 0
    if part.items:
        yield part


def _is_large(item: Item) -> bool:
    return isinstance(item, PageTask) and item.size > _LARGE and not item.record


class _Line:
    """Pages on their way through the processes, which come out as they went in."""

    def __init__(self, crew: WorkerPool, seconds: float) -> None:
        self._crew = crew
        self._seconds = seconds
        self._most = crew.size * _AHEAD if crew.size > 1 else 1
        self._inside: list[_Part] = []
        self._given: dict[int, _Part] = {}
        self._config = Config()
        self._packed_config = pickle.dumps(self._config)

    def __len__(self) -> int:
        return len(self._inside)

    def is_full(self) -> bool:
        """Whether no more should come in before what is first has come out."""
        return len(self._inside) >= self._most and self._inside[0].result is None

    def add(self, part: _Part) -> None:
        """Let some pages in."""
        self._inside.append(part)
        self._do(part)

    def wait(self) -> None:
        """Wait for some results."""
        for number, result in self._crew.results():
            part = self._given.pop(number)
            if isinstance(result, ParsedChunk):
                part.result = result
            else:
                self._again(part, result)

    def out(self) -> Iterator[ParsedChunk]:
        """Yield what is known of those that went in first."""
        while self._inside and (result := self._inside[0].result) is not None:
            del self._inside[0]
            yield result

    def _do(self, part: _Part) -> None:
        """Read some pages here, or have them read."""
        if not any(isinstance(item, PageTask) for item in part.items):
            part.result = ParsedChunk(
                tuple((item, 0) for item in part.items if not isinstance(item, PageTask))
            )
        elif self._crew.size == 1 and not part.why and not any(map(_is_large, part.items)):
            part.result = read_chunk(part.items, part.config)
            if part.result is None:
                self._again(part, None)
        else:
            self._give(part)

    def _give(self, part: _Part) -> None:
        if part.config is not self._config:
            self._config, self._packed_config = part.config, pickle.dumps(part.config)
        items = [_as_given(item) for item in part.items]
        args = items, self._packed_config, part.why, self._seconds
        self._given[self._crew.submit(read_chunk_in_worker, *args)] = part

    def _again(self, part: _Part, lost: WorkerDied | None) -> None:
        """Have pages that were not got through read one by one, and such a page in another way."""
        if len(part.items) > 1:
            at = self._inside.index(part)
            parts = [_Part([item], part.config) for item in part.items]
            self._inside[at : at + 1] = parts
            for one in parts:
                self._do(one)
            return
        (item,) = part.items
        if not isinstance(item, PageTask):
            raise TypeError(item)  # it was read without a process
        if item.record:
            part.items = [item._replace(record=b"")]
            self._do(part)
        elif not part.why:
            part.why = self._why(lost)
            self._do(part)
        else:
            notice = Notice(item.raw.page, f"{part.why}; it was read as plain text")
            part.result = ParsedChunk(
                ((notice, 0), (unreadable_page(item.raw, self._why(lost)), item.size))
            )

    def _why(self, lost: WorkerDied | None) -> str:
        if lost and lost.out_of_time:
            return f"it was not read within {self._seconds:g} seconds of computing"
        return "the process that read it has ended, perhaps for want of memory"


def _as_given(item: Item) -> Item:
    """Return what a process needs to know of a page."""
    if isinstance(item, PageTask) and item.record:
        return item._replace(raw=replace(item.raw, data=b""))
    return item


class ParsedPages:
    """The pages of all sources in order, from memory where they are known there.

    `parsed` and `unchanged` count them, `seen` are their names.
    """

    def __init__(self, opened: Sequence[Source], crew: WorkerPool, memory: ParseCache) -> None:
        self.parsed = self.unchanged = 0
        self.page_names: set[str] = set()
        self._opened = opened
        self._crew = crew
        self._memory = memory

    def __iter__(self) -> Iterator[ParsedChunk]:
        """Yield what becomes of them, by the chunk, and remember it."""
        for chunk in parse_in_order(self._items(), self._crew):
            for found, _ in chunk.outcomes:
                if isinstance(found, ParsedPage):
                    self.unchanged += found.from_cache
                    self.parsed += not found.from_cache
                    self._memory.add(found.record)
                if not isinstance(found, Notice):
                    self.page_names.add(found.page)
            yield chunk

    def _items(self) -> Iterator[tuple[Item, Config]]:
        for source in self._opened:
            for found in source.pages():
                if isinstance(found, RawPage):
                    key = self._memory.key(found, source.config)
                    record = self._memory.record(key)
                    yield PageTask(found, len(found.data), key, record), source.config
                else:
                    yield found, source.config

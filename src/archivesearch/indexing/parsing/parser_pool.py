"""Parser pool: parse the pages of sources in order, in this process or in workers.

Pages go to the workers in chunks. If a worker dies, the pages of its chunk are parsed one
by one. A page that kills its worker again is read as plain text.
"""

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

# A chunk is large enough that handing it over costs little.
_CHUNK_PAGES = 16
_CHUNK_BYTES = 1_000_000
_CHUNK_ITEMS = 256
# Chunks for each process that may be read ahead of the first one that is not parsed yet.
_CHUNKS_AHEAD = 4
# A page of more bytes is never parsed in this process, which no time limit may kill.
_LARGE_PAGE = 250_000


class ParsedPages:
    """The pages of all sources, in order: from the parse cache, or else parsed.

    `parsed` and `unchanged` count the pages so far, `page_names` are their names.
    """

    def __init__(self, sources: Sequence[Source], pool: WorkerPool, cache: ParseCache) -> None:
        self.parsed = self.unchanged = 0
        self.page_names: set[str] = set()
        self._sources = sources
        self._pool = pool
        self._cache = cache

    def __iter__(self) -> Iterator[ParsedChunk]:
        """Yield the pages in chunks, and add their records to the cache."""
        for chunk in parse_in_order(self._items(), self._pool):
            for outcome, _ in chunk.outcomes:
                if isinstance(outcome, ParsedPage):
                    self.unchanged += outcome.from_cache
                    self.parsed += not outcome.from_cache
                    self._cache.add(outcome.record)
                if not isinstance(outcome, Notice):
                    self.page_names.add(outcome.page)
            yield chunk

    def _items(self) -> Iterator[tuple[Item, Config]]:
        for source in self._sources:
            for raw in source.pages():
                if isinstance(raw, RawPage):
                    key = self._cache.key(raw, source.config)
                    record = self._cache.record(key)
                    yield PageTask(raw, len(raw.data), key, record), source.config
                else:
                    yield raw, source.config


def start_parsers(pool: WorkerPool, pages: int) -> None:
    """Start the processes that this number of pages needs."""
    pool.start_workers(-(-pages // _CHUNK_PAGES), import_parsers)


def parse_in_order(
    items: Iterable[tuple[Item, Config]], pool: WorkerPool, seconds: float = SECONDS_PER_PAGE
) -> Iterator[ParsedChunk]:
    """Parse pages and yield the outcomes in the order of the items, in chunks.

    Items are read only as far ahead as keeps the processes busy. A page that takes more
    than `seconds` of CPU time, or kills its worker in another way, is read as plain text;
    a notice comes before it. A pool of size 1 parses in this process; there only large
    pages have a time limit. Raises IndexProblem if no process can start.
    """
    queue = _Queue(pool, seconds)
    for chunk in _chunks(items):
        queue.add(chunk)
        while queue.is_full():
            queue.wait()
        yield from queue.pop_done()
    while queue:
        queue.wait()
        yield from queue.pop_done()


@dataclass(slots=True, eq=False)
class _Chunk:
    """Neighbouring items of one source, and the result once there is one.

    `reason` says why the pages are read as plain text; "" if they are parsed.
    """

    items: list[Item]
    config: Config
    reason: str = ""
    result: ParsedChunk | None = None


def _chunks(items: Iterable[tuple[Item, Config]]) -> Iterator[_Chunk]:
    """Put items together into chunks; a large page is a chunk of its own."""
    chunk, pages, size = _Chunk([], Config()), 0, 0
    for item, config in items:
        if chunk.items and (config is not chunk.config or _is_large(item)):
            yield chunk
            chunk, pages, size = _Chunk([], config), 0, 0
        chunk.items.append(item)
        chunk.config = config
        if isinstance(item, PageTask):
            pages += 1
            size += item.size
        is_full = pages >= _CHUNK_PAGES or size >= _CHUNK_BYTES or len(chunk.items) >= _CHUNK_ITEMS
        if is_full or _is_large(item):
            yield chunk
            chunk, pages, size = _Chunk([], config), 0, 0
    if chunk.items:
        yield chunk


def _is_large(item: Item) -> bool:
    return isinstance(item, PageTask) and item.size > _LARGE_PAGE and not item.record


class _Queue:
    """Chunks that are being parsed: they leave in the order in which they were added."""

    def __init__(self, pool: WorkerPool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._max_length = pool.size * _CHUNKS_AHEAD if pool.size > 1 else 1
        self._chunks: list[_Chunk] = []
        self._by_task: dict[int, _Chunk] = {}
        self._config = Config()
        self._pickled_config = pickle.dumps(self._config)

    def __len__(self) -> int:
        return len(self._chunks)

    def is_full(self) -> bool:
        """Whether the first chunk must be done before another one is added."""
        return len(self._chunks) >= self._max_length and self._chunks[0].result is None

    def add(self, chunk: _Chunk) -> None:
        """Append a chunk, and parse it here or submit it to a worker."""
        self._chunks.append(chunk)
        self._start(chunk)

    def wait(self) -> None:
        """Wait until workers have results, and store these."""
        for task, result in self._pool.results():
            chunk = self._by_task.pop(task)
            if isinstance(result, ParsedChunk):
                chunk.result = result
            else:
                self._retry(chunk, result)

    def pop_done(self) -> Iterator[ParsedChunk]:
        """Yield the results of the first chunks, up to one that is not done."""
        while self._chunks and (result := self._chunks[0].result) is not None:
            del self._chunks[0]
            yield result

    def _start(self, chunk: _Chunk) -> None:
        """Parse a chunk here, or submit it to a worker."""
        if not any(isinstance(item, PageTask) for item in chunk.items):
            chunk.result = ParsedChunk(
                tuple((item, 0) for item in chunk.items if not isinstance(item, PageTask))
            )
        elif self._pool.size == 1 and not chunk.reason and not any(map(_is_large, chunk.items)):
            chunk.result = read_chunk(chunk.items, chunk.config)
            if chunk.result is None:
                self._retry(chunk, None)
        else:
            self._submit(chunk)

    def _submit(self, chunk: _Chunk) -> None:
        if chunk.config is not self._config:
            self._config, self._pickled_config = chunk.config, pickle.dumps(chunk.config)
        items = [_without_unused_bytes(item) for item in chunk.items]
        args = items, self._pickled_config, chunk.reason, self._seconds
        self._by_task[self._pool.submit(read_chunk_in_worker, *args)] = chunk

    def _retry(self, chunk: _Chunk, death: WorkerDied | None) -> None:
        """Try a failed chunk again: each page alone, without its record, then as plain text.

        A page that fails as plain text too is skipped. `death` is None if the chunk failed
        because of a record that is not one of ours.
        """
        if len(chunk.items) > 1:
            index = self._chunks.index(chunk)
            chunks = [_Chunk([item], chunk.config) for item in chunk.items]
            self._chunks[index : index + 1] = chunks
            for single in chunks:
                self._start(single)
            return
        (item,) = chunk.items
        if not isinstance(item, PageTask):
            raise TypeError(item)  # `_start` has dealt with it
        if item.record:
            chunk.items = [item._replace(record=b"")]
            self._start(chunk)
        elif not chunk.reason:
            chunk.reason = self._reason(death)
            self._start(chunk)
        else:
            notice = Notice(item.raw.page, f"{chunk.reason}; it was read as plain text")
            skipped = unreadable_page(item.raw, self._reason(death))
            chunk.result = ParsedChunk(((notice, 0), (skipped, item.size)))

    def _reason(self, death: WorkerDied | None) -> str:
        if death and death.out_of_time:
            return f"it was not read within {self._seconds:g} seconds of computing"
        return "the process that read it died, perhaps because memory ran out"


def _without_unused_bytes(item: Item) -> Item:
    """Return an item as a worker needs it: without the page's bytes if there is a record."""
    if isinstance(item, PageTask) and item.record:
        return item._replace(raw=replace(item.raw, data=b""))
    return item

"""The pages of all sources in order: those that are known from memory, the others parsed."""

from collections.abc import Iterator, Sequence

from archivesearch.config import Config
from archivesearch.indexing.parsing.parse_cache import Memory
from archivesearch.indexing.parsing.parse_task import Chunk, Given, Item, Packed
from archivesearch.indexing.parsing.parser_pool import in_chunks
from archivesearch.indexing.workers.worker_pool import Crew
from archivesearch.model.pages import Notice, RawPage
from archivesearch.sources.source import Source


class Intake:
    """The pages of all sources in order, from memory where they are known there.

    `parsed` and `unchanged` count them, `seen` are their names.
    """

    def __init__(self, opened: Sequence[Source], crew: Crew, memory: Memory) -> None:
        self.parsed = self.unchanged = 0
        self.seen: set[str] = set()
        self._opened = opened
        self._crew = crew
        self._memory = memory

    def __iter__(self) -> Iterator[Chunk]:
        """Yield what becomes of them, by the chunk, and remember it."""
        for chunk in in_chunks(self._items(), self._crew):
            for found, _ in chunk.found:
                if isinstance(found, Packed):
                    self.unchanged += found.is_known
                    self.parsed += not found.is_known
                    self._memory.add(found.record)
                if not isinstance(found, Notice):
                    self.seen.add(found.page)
            yield chunk

    def _items(self) -> Iterator[tuple[Item, Config]]:
        for source in self._opened:
            for found in source.pages():
                if isinstance(found, RawPage):
                    key = self._memory.key(found, source.config)
                    record = self._memory.record(key)
                    yield Given(found, len(found.data), key, record), source.config
                else:
                    yield found, source.config

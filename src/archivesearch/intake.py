"""The pages of all sources in order: those that are known from memory, the others parsed."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archivesearch.config import Config
from archivesearch.memory import Memory
from archivesearch.model.pages import Notice, Page, RawPage, Skipped
from archivesearch.pool import parsed
from archivesearch.read.sources import Source


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What has been read and whose turn has not come; a page that is not known is parsed."""

    key: bytes = b""
    size: int = 0
    known: bool = False
    other: Skipped | Notice | None = None


class Intake:
    """The pages of all sources in order, from memory where they are known there.

    `parsed` and `unchanged` count them, `seen` are their names.
    """

    def __init__(self, opened: Sequence[Source], jobs: int, memory: Memory) -> None:
        self.parsed = self.unchanged = 0
        self.seen: set[str] = set()
        self._opened = opened
        self._jobs = jobs
        self._memory = memory
        self._waiting: deque[_Waiting] = deque()

    def __iter__(self) -> Iterator[tuple[Page | Skipped | Notice, int]]:
        """Yield each page with its size in bytes.

        Those to be parsed are read ahead; `_waiting` has the order of all.
        """
        noticed = False
        for page, size in parsed(self._unknown(), self._jobs):
            yield from self._ready()
            if isinstance(page, Notice):  # the page that follows could not be read as others are
                noticed = True
            else:
                waiting = self._waiting.popleft()
                if isinstance(page, Page):
                    self.parsed += 1
                    if not noticed:
                        self._memory.add(waiting.key, page)
                noticed = False
            yield page, size
        yield from self._ready()

    def _unknown(self) -> Iterator[tuple[RawPage | Skipped | Notice, Config]]:
        """Yield the pages to be parsed, and set down in which order all of them come."""
        for source in self._opened:
            for raw in source.pages():
                if isinstance(raw, RawPage):
                    key = self._memory.key(raw, source.config)
                    known = key in self._memory
                    self._waiting.append(_Waiting(key, len(raw.data), known))
                else:
                    known = True
                    self._waiting.append(_Waiting(known=True, other=raw))
                if not isinstance(raw, Notice):
                    self.seen.add(raw.page)
                if not known:
                    yield raw, source.config

    def _ready(self) -> Iterator[tuple[Page | Skipped | Notice, int]]:
        """Yield what comes next and need not be parsed."""
        while self._waiting and self._waiting[0].known:
            waiting = self._waiting.popleft()
            if waiting.other is not None:
                yield waiting.other, 0
            else:
                self.unchanged += 1
                yield self._memory.page(waiting.key), waiting.size

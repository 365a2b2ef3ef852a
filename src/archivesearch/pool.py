"""Pages parsed in their order, in this process or in several, none of them for too long."""

from collections.abc import Iterator
from dataclasses import dataclass

from archivesearch.bounds import bounded_memory, limited
from archivesearch.config import Config
from archivesearch.crew import Crew, Lost
from archivesearch.errors import IndexProblem
from archivesearch.model.pages import Notice, Page, RawPage, Skipped
from archivesearch.packing import packed, unpacked
from archivesearch.parse.page import parse
from archivesearch.parse.plainly import parse_plainly

SECONDS = 20.0
"""The CPU time that a page may take; the slowest of 5,808 pages that were measured takes 1."""

# What one process is given at a time: enough that handing it over costs little.
_CHUNK_PAGES = 16
_CHUNK_BYTES = 1_000_000
# How many chunks for each process may be read ahead of the page that is waited for.
_AHEAD = 4
# Such a page takes some 250 MB; of 5,808 pages that were measured none has a tenth of either.
_MOST_TAGS = 300_000
_MOST_PARAGRAPHS = 100_000
# A page of more bytes is never parsed in this process, which cannot end itself.
_LARGE = 250_000

Raw = tuple[RawPage | Skipped | Notice, Config]
Parsed = Page | Skipped | Notice


@dataclass(frozen=True, slots=True)
class _Fault:
    """What went wrong with a page that should not have."""

    what: str


def parsed(
    raws: Iterator[Raw], jobs: int, seconds: float = SECONDS
) -> Iterator[tuple[Parsed, int]]:
    """Yield each page in its order, parsed, with its size in bytes.

    No more pages are read ahead than the processes have to do. A page that takes longer
    than `seconds` of CPU time, or ends its process in another way, is read as plain text,
    which a notice before it tells; with one job that holds for large pages alone. Raises
    IndexProblem where no process can be started.
    """
    with Crew(jobs) as crew:
        if jobs == 1:
            yield from _in_this_process(raws, crew, seconds)
        else:
            yield from _Line(raws, crew, jobs, seconds)


def _in_this_process(
    raws: Iterator[Raw], crew: Crew, seconds: float
) -> Iterator[tuple[Parsed, int]]:
    for raw in raws:
        found, config = raw
        if not isinstance(found, RawPage):
            yield found, 0
            continue
        result = None if _size(raw) > _LARGE else _parse(found, config)
        if isinstance(result, IndexProblem):
            raise result
        if result is None or isinstance(result, _Fault):
            yield from _Line(iter([raw]), crew, 1, seconds)
        else:
            yield result, _size(raw)


class _Line:
    """Pages on their way through the processes, which come out as they went in."""

    def __init__(self, raws: Iterator[Raw], crew: Crew, jobs: int, seconds: float) -> None:
        self._raws = raws
        self._crew = crew
        self._jobs = jobs
        self._seconds = seconds
        self._inside: dict[int, Raw] = {}
        self._bytes = 0
        self._results: dict[int, Parsed] = {}
        self._plain: dict[int, str] = {}  # those read as plain text, and why
        self._last = -1
        self._next = 0

    def __iter__(self) -> Iterator[tuple[Parsed, int]]:
        has_more = True
        while True:
            while has_more and not self._is_full():
                has_more = self._fill()
            if not self._inside:
                return
            while self._next not in self._results:
                for number, result in self._crew.results():
                    self._take(number, result)
            yield from self._out()

    def _is_full(self) -> bool:
        chunks = self._jobs * _AHEAD
        return len(self._inside) >= chunks * _CHUNK_PAGES or self._bytes >= chunks * _CHUNK_BYTES

    def _fill(self) -> bool:
        """Let some pages in and give them to a process; False where there are no more."""
        has_more, most = True, self._bytes + _CHUNK_BYTES
        for _ in range(_CHUNK_PAGES):
            raw = next(self._raws, None)
            has_more = raw is not None
            if raw is None:
                break
            self._last += 1
            self._inside[self._last] = raw
            self._bytes += _size(raw)
            if not isinstance(raw[0], RawPage):
                self._results[self._last] = raw[0]
                continue
            if raw[0].data.count(b"<") > _MOST_TAGS:
                self._plain[self._last] = f"it has more than {_MOST_TAGS:,} tags"
            self._give(self._last)
            if self._bytes >= most:
                break
        return has_more

    def _take(self, number: int, result: bytes | Parsed | Lost | _Fault | IndexProblem) -> None:
        """Keep a result; a page that was not got through is given away again, once."""
        if isinstance(result, bytes):
            result = unpacked(result)
        if isinstance(result, IndexProblem):
            raise result
        if not isinstance(result, Lost | _Fault):
            self._results[number] = result
        elif number not in self._plain:
            self._plain[number] = self._why(result)
            self._give(number)
        else:
            reason = f"it cannot be read as plain text either: {self._why(result)}"
            self._results[number] = Skipped(self._inside[number][0].page, reason)

    def _give(self, number: int) -> None:
        plainly = number in self._plain
        self._crew.give(number, _do, *self._inside[number], plainly, self._seconds)

    def _out(self) -> Iterator[tuple[Parsed, int]]:
        while self._next in self._results:
            raw, result = self._inside.pop(self._next), self._results.pop(self._next)
            why = self._plain.pop(self._next, None)
            self._next += 1
            self._bytes -= _size(raw)
            if why is not None:
                yield Notice(raw[0].page, f"{why}; it was read as plain text"), 0
            yield result, _size(raw)

    def _why(self, lost: Lost | _Fault) -> str:
        if isinstance(lost, _Fault):
            return lost.what
        if lost.out_of_time:
            return f"it was not read within {self._seconds:g} seconds of computing"
        return "the process that read it has ended, perhaps for want of memory"


def _do(
    found: RawPage,
    config: Config,
    plainly: bool,
    seconds: float,
) -> bytes | Parsed | _Fault | IndexProblem:
    """Parse a page in a process that is there for it; the second attempt is a plain one.

    A page is returned as bytes.
    """
    with bounded_memory(), limited(seconds):
        result = parse_plainly(found, config) if plainly else _parse(found, config)
    return packed(result) if isinstance(result, Page) else result


def _parse(found: RawPage, config: Config) -> Parsed | _Fault | IndexProblem:
    try:
        page = parse(found, config)
    except MemoryError:
        raise
    except IndexProblem as error:  # what is the matter is not the page
        return error
    except Exception as error:  # noqa: BLE001 - one page that meets a fault must not stop the rest
        return _Fault(f"it met a fault in archivesearch ({type(error).__name__}: {error})")
    if isinstance(page, Page) and _paragraphs(page) > _MOST_PARAGRAPHS:
        return _Fault(f"it has more than {_MOST_PARAGRAPHS:,} paragraphs")
    return page


def _paragraphs(page: Page) -> int:
    return sum(len(section.paragraphs) or 1 for section in page.sections)


def _size(raw: Raw) -> int:
    found, _ = raw
    return len(found.data) if isinstance(found, RawPage) else 0

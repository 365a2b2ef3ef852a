"""Pages parsed in their order, in this process or in several that Ctrl-C cannot upset."""

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from archivesearch.config import Config
from archivesearch.errors import IndexProblem
from archivesearch.model import Notice, Page, RawPage, Skipped
from archivesearch.parse.page import parse

if TYPE_CHECKING:
    from loky import Future, ProcessPoolExecutor

# What one process is given at a time: enough that handing it over costs little.
_CHUNK = 16

# How many chunks for each process may wait to be parsed or to be fetched.
_AHEAD = 2

Raw = tuple[RawPage | Skipped | Notice, Config]
Parsed = Page | Skipped | Notice


def parsed(raws: Iterator[Raw], jobs: int) -> Iterator[tuple[Parsed, int]]:
    """Yield each page in its order, parsed, with its size in bytes.

    No more pages are read ahead than the processes have to do. Raises IndexProblem where
    the system ends one of them.
    """
    if jobs == 1:
        return ((_parse(raw), _size(raw)) for raw in raws)
    return _in_processes(raws, jobs)


def _in_processes(raws: Iterator[Raw], jobs: int) -> Iterator[tuple[Parsed, int]]:
    from loky import BrokenProcessPool  # only where processes are asked for

    executor = _executor(jobs)
    waiting: deque[tuple[Future[list[Parsed]], list[int]]] = deque()
    try:
        while chunk := list(islice(raws, _CHUNK)):
            with _sheltered():
                future = executor.submit(_parse_all, chunk)
            waiting.append((future, list(map(_size, chunk))))
            if len(waiting) > _AHEAD * jobs:
                yield from _done(*waiting.popleft())
        while waiting:
            yield from _done(*waiting.popleft())
    except BrokenProcessPool as error:
        executor.shutdown(kill_workers=True)
        raise IndexProblem(
            "the system has ended a process that read pages, perhaps for want of memory; "
            "try fewer with --jobs; the index is as it was before"
        ) from error
    except BaseException:
        executor.shutdown(kill_workers=True)
        raise


def _executor(jobs: int) -> "ProcessPoolExecutor":
    """Return the processes, which need no guard in `__main__`; they are started by need."""
    from multiprocessing import resource_tracker

    from loky import get_reusable_executor
    from loky.backend import resource_tracker as loky_tracker

    # Each unblocks Ctrl-C once it has started, so they must not be started in the shelter.
    loky_tracker.ensure_running()
    resource_tracker.ensure_running()
    with _sheltered():
        return get_reusable_executor(max_workers=jobs)


@contextmanager
def _sheltered() -> Iterator[None]:
    """Keep Ctrl-C from processes that start here: it is for the one that starts them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _done(future: "Future[list[Parsed]]", sizes: Sequence[int]) -> Iterator[tuple[Parsed, int]]:
    return zip(future.result(), sizes, strict=True)


def _parse_all(raws: Sequence[Raw]) -> list[Parsed]:
    return [_parse(raw) for raw in raws]


def _parse(raw: Raw) -> Parsed:
    found, config = raw
    if not isinstance(found, RawPage):
        return found
    try:
        return parse(found, config)
    except Exception as error:  # noqa: BLE001 - one page that meets a fault must not stop the rest
        return Skipped(found.page, f"a fault in archivesearch ({type(error).__name__}: {error})")


def _size(raw: Raw) -> int:
    found, _ = raw
    return len(found.data) if isinstance(found, RawPage) else 0

"""Processes that each do one thing after the other, and can be ended alone.

A task that takes more than its time, or all memory, ends its process and nothing else:
another process takes its place and goes on with what was left.
"""

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from archivesearch.errors import IndexProblem

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Work = Callable[[Any], Any]
MEMORY = 1_500_000_000
"""The address space in bytes that each process may take."""

_READY = "ready"
_MOST_NEVER_READY = 3
_NOT_STARTED = (
    "a process that is to read pages has ended at its start; "
    "try --jobs 1, which needs none; the index is as it was before"
)
_ENDED_BY_TIME = -signal.SIGPROF if hasattr(signal, "SIGPROF") else 1


@dataclass(frozen=True, slots=True)
class Lost:
    """What stands for the result of a task that has ended its process, and how it did so."""

    out_of_time: bool


@dataclass(slots=True)
class _Worker:
    """A process, the line to it, and the tasks it has been given, by number."""

    process: "BaseProcess"
    line: "Connection"
    tasks: deque[tuple[int, Any]] = field(default_factory=deque)
    is_ready: bool = False


class Crew:
    """So many processes for one kind of work; they are started by need.

    `work` is a function of a module, `seconds` the CPU time that each task may take.
    """

    def __init__(self, work: Work, size: int, seconds: float) -> None:
        self._work = work
        self._size = size
        self._seconds = seconds
        self._workers: list[_Worker] = []
        self._never_ready = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.process.terminate()
            worker.line.close()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()

    def give(self, tasks: Sequence[tuple[int, Any]]) -> None:
        """Give tasks to the process that has least to do."""
        idle = min(self._workers, key=lambda worker: len(worker.tasks), default=None)
        if len(self._workers) < self._size and (idle is None or idle.tasks):
            idle = self._started()
            self._workers.append(idle)
        if idle is not None:
            self._send(idle, tasks)

    def results(self) -> Iterator[tuple[int, Any]]:
        """Wait for results, and yield those that are there: the number of the task with each.

        Raises IndexProblem where a process cannot be started at all.
        """
        lines = {worker.line: worker for worker in self._workers if worker.tasks}
        for line in wait(list(lines)):
            worker = lines[line]  # type: ignore[index]
            try:
                message = worker.line.recv()
            except (EOFError, OSError):
                yield from self._replaced(worker)
                continue
            if message == _READY:
                worker.is_ready = True
            else:
                number, _ = worker.tasks.popleft()
                yield number, message

    def _replaced(self, worker: _Worker) -> list[tuple[int, Lost]]:
        """Put another process in the place of one that has ended; return the task that did it.

        There is none if it had not started yet.
        """
        worker.line.close()
        worker.process.join()
        place = self._workers.index(worker)
        lost: list[tuple[int, Lost]] = []
        if worker.is_ready:
            number, _ = worker.tasks.popleft()
            lost.append((number, Lost(worker.process.exitcode == _ENDED_BY_TIME)))
        else:
            self._never_ready += 1
            if self._never_ready > _MOST_NEVER_READY:
                raise IndexProblem(_NOT_STARTED)
        self._workers[place] = self._started()
        if worker.tasks:
            self._send(self._workers[place], worker.tasks)
        return lost

    def _send(self, worker: _Worker, tasks: Sequence[tuple[int, Any]]) -> None:
        worker.tasks.extend(tasks)
        with suppress(OSError):  # it has ended, which `results` will find
            worker.line.send([task for _, task in tasks])

    def _started(self) -> _Worker:
        """Start a process, which needs no guard in `__main__`."""
        from multiprocessing import resource_tracker

        from loky.backend import get_context
        from loky.backend import resource_tracker as loky_tracker

        # Each unblocks Ctrl-C once it has started, so they must not be started in the shelter.
        loky_tracker.ensure_running()
        resource_tracker.ensure_running()
        context = get_context("loky")
        line, other = context.Pipe()
        with _sheltered():
            process = context.Process(
                target=_serve, args=(other, self._work, self._seconds), daemon=True
            )
            process.start()
        other.close()
        return _Worker(process, line)


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


def _serve(line: "Connection", work: Work, seconds: float) -> None:
    """Do what comes in, and send each result; leave when nothing can come any more."""
    _bound_memory()
    waiting: SimpleQueue[Any] = SimpleQueue()
    line.send(_READY)
    # What is given is taken at once: giver and worker must not wait for each other.
    threading.Thread(target=_take, args=(line, waiting), daemon=True).start()
    with suppress(OSError, MemoryError):
        while tasks := waiting.get():
            for task in tasks:
                with _limited(seconds):
                    result = work(task)
                line.send(result)
    os._exit(1)


def _bound_memory() -> None:
    """Let no task take so much memory that the machine suffers, where the system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, most))


def _take(line: "Connection", waiting: SimpleQueue[Any]) -> None:
    with suppress(EOFError, OSError):
        while True:
            waiting.put(line.recv())
    waiting.put(None)


if sys.platform == "win32":

    @contextmanager
    def _limited(seconds: float) -> Iterator[None]:
        """End this process if what is done here takes longer."""
        import faulthandler
        from pathlib import Path

        with Path(os.devnull).open("w") as nowhere:
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()

else:

    @contextmanager
    def _limited(seconds: float) -> Iterator[None]:
        """End this process if what is done here takes more CPU time.

        The signal's own action ends it, whatever it is doing, in Python or below.
        """
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

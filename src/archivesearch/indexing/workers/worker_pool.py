"""Processes that each do one task after the other, and can be ended alone.

A task that ends its process, as by `process_limits.py`, ends nothing else: another process takes
its place and goes on with what was left.
"""

import gc
import os
import pickle
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing.connection import wait
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self, TypeVar

from archivesearch.errors import IndexProblem
from archivesearch.indexing.workers.process_limits import TIME_LIMIT_EXIT_CODE

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

R = TypeVar("R")

_MOST_NEVER_READY = 3
_NOT_STARTED = (
    "a process that is to do a part of the work has ended at its start; "
    "try --jobs 1, which needs one for large pages alone; the index is as it was before"
)
_ENDED = (
    "a process that did a part of the work has ended, perhaps for want of memory; "
    "try fewer --jobs, or less --memory; the index is as it was before"
)
# Tasks for each process that are in work or done before the one that is waited for.
_AHEAD = 2
# Tasks leave hardly any cycles behind, and looking for them takes a thirtieth of their time.
_GARBAGE = 50_000
_LEFT = 2  # the exit code of a process that leaves by itself


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """What stands for the result of a task that has ended its process, and how it did so."""

    out_of_time: bool


class _Task(NamedTuple):
    """A function of a module, what it is called with, and by what number its result is known."""

    number: int
    work: Callable[..., Any]
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    """The first message of a process: it has started."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """What a task has raised."""

    error: Exception


@dataclass(slots=True)
class _Worker:
    """A process, the line to it, and the tasks it has been given."""

    process: "BaseProcess"
    line: "Connection"
    tasks: deque[_Task] = field(default_factory=deque)
    is_ready: bool = False


class WorkerPool:
    """Up to `size` processes, which are started by need and end with the `with` block."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers: list[_Worker] = []
        self._never_ready = 0
        self._last = 0
        self._kept: dict[int, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_workers(include_busy=True)

    def stop_workers(self, *, include_busy: bool = False) -> None:
        """End the processes that have nothing to do, or all; others are started by need."""
        ended = [worker for worker in self._workers if include_busy or not worker.tasks]
        for worker in ended:
            self._workers.remove(worker)
            worker.process.terminate()
            worker.line.close()
        for worker in ended:
            worker.process.join()

    def start_workers(self, count: int, warm_up: Callable[[], Any] | None = None) -> None:
        """Start so many processes, `size` at most, before there are tasks.

        Each does some work at once, of which nothing is heard. A crew of one, whose work is
        mostly done in this process, starts none.
        """
        if self.size == 1:
            return
        while len(self._workers) < min(count, self.size):
            worker = _started()
            self._workers.append(worker)
            if warm_up:
                _send(worker, warm_up)

    def submit(self, work: Callable[..., Any], *args: Any) -> int:
        """Give a task to the process that has least to do; return the number of its result.

        `work` is a function of a module. Raises IndexProblem where a process cannot be started.
        """
        idle = min(self._workers, key=lambda worker: len(worker.tasks), default=None)
        if idle is None or (idle.tasks and len(self._workers) < self.size):
            idle = _started()
            self._workers.append(idle)
        self._last += 1
        task = _Task(self._last, work, args)
        idle.tasks.append(task)
        _send(idle, task.work, task.args)
        return task.number

    def results(self) -> Iterator[tuple[int, Any]]:
        """Wait for results, and yield those that are there: the number of the task with each.

        What a task has raised is raised here; one that has ended its process is Lost.
        Raises IndexProblem where processes end before they have started.
        """
        lines = {worker.line: worker for worker in self._workers if worker.tasks}
        for line in wait(list(lines)):
            worker = lines[line]  # type: ignore[index]
            try:
                data = worker.line.recv_bytes()
            except (EOFError, OSError):
                yield from self._replaced(worker)
                continue
            message = pickle.loads(data)  # noqa: S301 - it is our own
            if isinstance(message, _Ready):
                worker.is_ready = True
                continue
            number = worker.tasks.popleft().number
            if isinstance(message, _Raised):
                raise message.error
            yield number, message

    def map_in_order(self, work: Callable[..., R], tasks: Iterable[tuple[Any, ...]]) -> Iterator[R]:
        """Yield what `work` makes of each task, in the order of the tasks.

        Few tasks are taken ahead of the result that is waited for. Raises IndexProblem where
        one has ended its process.
        """
        given: deque[int] = deque()
        waiting = iter(tasks)
        while True:
            for task in islice(waiting, _AHEAD * self.size - len(given)):
                given.append(self.submit(work, *task))
            if not given:
                return
            yield self._result(given.popleft())

    def run_in_background(self, work: Callable[..., R], *args: Any) -> Callable[[], R]:
        """Give a task; return what waits for its result. Of a crew of one it is done at once.

        That raises IndexProblem where the task has ended its process.
        """
        if self.size == 1:
            done = work(*args)
            return lambda: done
        return partial(self._result, self.submit(work, *args))

    def _result(self, number: int) -> Any:
        """Wait for one result, and keep others that come for those that will ask for them."""
        while number not in self._kept:
            for done, result in self.results():
                if isinstance(result, WorkerDied):
                    raise IndexProblem(_ENDED)
                self._kept[done] = result
        return self._kept.pop(number)

    def _replaced(self, worker: _Worker) -> list[tuple[int, WorkerDied]]:
        """Put another process in the place of one that has ended; return the task that did it.

        There is none if it had not started yet.
        """
        worker.line.close()
        worker.process.join()
        lost: list[tuple[int, WorkerDied]] = []
        if worker.is_ready:
            number = worker.tasks.popleft().number
            lost.append((number, WorkerDied(worker.process.exitcode == TIME_LIMIT_EXIT_CODE)))
        else:
            self._never_ready += 1
            if self._never_ready > _MOST_NEVER_READY:
                raise IndexProblem(_NOT_STARTED)
        other = self._workers[self._workers.index(worker)] = _started()
        other.tasks = worker.tasks
        for task in other.tasks:
            _send(other, task.work, task.args)
        return lost


def _send(worker: _Worker, work: Callable[..., Any], args: tuple[Any, ...] | None = None) -> None:
    """Send a task; what has no arguments at all has no result."""
    data = pickle.dumps((work, args), -1)
    with suppress(OSError):  # it has ended, which `results` will find
        worker.line.send_bytes(data)


def _started() -> _Worker:
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
        process = context.Process(target=_serve, args=(other,), daemon=True)
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


def _serve(line: "Connection") -> NoReturn:
    """Do what comes in, and send each result, until nothing can come any more."""
    gc.set_threshold(_GARBAGE)
    waiting: SimpleQueue[bytes] = SimpleQueue()
    with suppress(OSError, MemoryError):
        line.send(_Ready())
        # What is given is taken at once: giver and worker must not wait for each other.
        threading.Thread(target=_take, args=(line, waiting), daemon=True).start()
        while True:
            if result := _done(waiting.get()):
                line.send_bytes(result)
    os._exit(_LEFT)


def _take(line: "Connection", waiting: SimpleQueue[bytes]) -> None:
    with suppress(EOFError, OSError, MemoryError):
        while True:
            waiting.put(line.recv_bytes())
    os._exit(_LEFT)


def _done(data: bytes) -> bytes:
    """Do a task; return its result, or what it has raised, as bytes: none if it has none."""
    try:
        work, args = pickle.loads(data)  # noqa: S301 - it is our own
        if args is None:
            with suppress(Exception):  # the tasks that need it will say what is wrong
                work()
            return b""
        return pickle.dumps(work(*args), -1)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is for the one that gave the task
        return _raised(error)


def _raised(error: Exception) -> bytes:
    """Return an exception as bytes, with a note of where it was raised."""
    note = "".join(traceback.format_exception(error))
    with suppress(Exception):
        error.add_note(note)
        data = pickle.dumps(_Raised(error), -1)
        pickle.loads(data)  # noqa: S301 - some can be written and not read
        return data
    return pickle.dumps(_Raised(RuntimeError(note)), -1)

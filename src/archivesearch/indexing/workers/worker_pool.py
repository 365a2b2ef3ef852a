"""A pool of worker processes, each of which runs one task after the other.

A task may kill its process, for example by a limit of `process_limits.py`. Then the pool
starts another process and runs the remaining tasks in it.
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

# So many processes may die before they are ready; then something is wrong with the machine.
_MAX_FAILED_STARTS = 3
_START_FAILED = (
    "a worker process could not start; try --jobs 1 (it starts one only for large pages). "
    "The index was not changed."
)
_WORKER_DIED = (
    "a worker process died, perhaps because memory ran out; try fewer --jobs or less --memory. "
    "The index was not changed."
)
# Tasks a process that `map_in_order` submits ahead of the result that it waits for.
_TASKS_AHEAD = 2
# Tasks leave hardly any reference cycles, and looking for them takes a thirtieth of their time.
_GC_THRESHOLD = 50_000
_STOPPED_EXIT_CODE = 2  # of a worker whose pool is gone


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """The result of a task that killed its process."""

    out_of_time: bool


class _Task(NamedTuple):
    """A function of a module, its arguments, and the number of its result."""

    number: int
    function: Callable[..., Any]
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    """The first message of a process: it has started."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """The message of a task that raised an exception."""

    error: Exception


@dataclass(slots=True)
class _Worker:
    """A process, the connection to it, and its tasks: the first one runs, the others wait."""

    process: "BaseProcess"
    connection: "Connection"
    tasks: deque[_Task] = field(default_factory=deque)
    is_ready: bool = False


class WorkerPool:
    """Up to `size` worker processes. They start when needed and stop with the `with` block.

    Take results either by `results` or by `map_in_order` and `run_in_background`, not by
    both at a time: `results` yields the result of every task.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._last_number = 0
        self._early_results: dict[int, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_workers(include_busy=True)

    def start_workers(self, count: int, warm_up: Callable[[], Any] | None = None) -> None:
        """Start `count` processes, `size` at most, before there are tasks.

        Each calls `warm_up` at once; its result and errors are ignored. A pool of size 1
        starts no process, since most of its work is done in this one.
        """
        if self.size == 1:
            return
        while len(self._workers) < min(count, self.size):
            worker = _start_worker()
            self._workers.append(worker)
            if warm_up:
                _send(worker, warm_up)

    def stop_workers(self, *, include_busy: bool = False) -> None:
        """Stop the idle processes, or all of them; others start when they are needed."""
        stopped = [worker for worker in self._workers if include_busy or not worker.tasks]
        for worker in stopped:
            self._workers.remove(worker)
            worker.process.terminate()
            worker.connection.close()
        for worker in stopped:
            worker.process.join()

    def submit(self, function: Callable[..., Any], *args: Any) -> int:
        """Give a task to the process with the fewest tasks; return the number of its result.

        `function` must be a function of a module. Raises IndexProblem if no process can start.
        """
        worker = min(self._workers, key=lambda worker: len(worker.tasks), default=None)
        if worker is None or (worker.tasks and len(self._workers) < self.size):
            worker = _start_worker()
            self._workers.append(worker)
        self._last_number += 1
        worker.tasks.append(_Task(self._last_number, function, args))
        _send(worker, function, args)
        return self._last_number

    def results(self) -> Iterator[tuple[int, Any]]:
        """Wait until a process sends a message; yield the results that are ready, if any.

        Yields pairs of a task's number and its result. If a task raised, its exception is
        raised here; the result of a task that killed its process is WorkerDied. Raises
        IndexProblem if processes die before they are ready.
        """
        workers = {worker.connection: worker for worker in self._workers if worker.tasks}
        for connection in wait(list(workers)):
            worker = workers[connection]  # type: ignore[index]
            try:
                data = worker.connection.recv_bytes()
            except (EOFError, OSError):
                yield from self._replace(worker)
                continue
            message = pickle.loads(data)  # noqa: S301 - it is our own
            if isinstance(message, _Ready):
                worker.is_ready = True
                continue
            number = worker.tasks.popleft().number
            if isinstance(message, _Raised):
                raise message.error
            yield number, message

    def map_in_order(
        self, function: Callable[..., R], tasks: Iterable[tuple[Any, ...]]
    ) -> Iterator[R]:
        """Yield `function(*args)` for each tuple of arguments in `tasks`, in their order.

        Only a few tasks are submitted ahead of the result that is yielded next. Raises
        IndexProblem if a task kills its process.
        """
        submitted: deque[int] = deque()
        remaining = iter(tasks)
        while True:
            for args in islice(remaining, _TASKS_AHEAD * self.size - len(submitted)):
                submitted.append(self.submit(function, *args))
            if not submitted:
                return
            yield self._wait_for(submitted.popleft())

    def run_in_background(self, function: Callable[..., R], *args: Any) -> Callable[[], R]:
        """Submit a task; return a function that waits for its result and returns it.

        That function raises IndexProblem if the task killed its process. In a pool of size 1
        the task runs here, before this returns.
        """
        if self.size == 1:
            result = function(*args)
            return lambda: result
        return partial(self._wait_for, self.submit(function, *args))

    def _wait_for(self, number: int) -> Any:
        """Return the result of a task; store the results of other tasks that come before it."""
        while number not in self._early_results:
            for other, result in self.results():
                if isinstance(result, WorkerDied):
                    raise IndexProblem(_WORKER_DIED)
                self._early_results[other] = result
        return self._early_results.pop(number)

    def _replace(self, worker: _Worker) -> list[tuple[int, WorkerDied]]:
        """Start a process in place of a dead one; return the result of the task that killed it.

        The new process gets the remaining tasks. If the old one was not ready yet, no task
        killed it, and the list is empty.
        """
        worker.connection.close()
        worker.process.join()
        results: list[tuple[int, WorkerDied]] = []
        if worker.is_ready:
            number = worker.tasks.popleft().number
            results.append((number, WorkerDied(worker.process.exitcode == TIME_LIMIT_EXIT_CODE)))
        else:
            self._failed_starts += 1
            if self._failed_starts > _MAX_FAILED_STARTS:
                raise IndexProblem(_START_FAILED)
        replacement = self._workers[self._workers.index(worker)] = _start_worker()
        replacement.tasks = worker.tasks
        for task in replacement.tasks:
            _send(replacement, task.function, task.args)
        return results


def _send(
    worker: _Worker, function: Callable[..., Any], args: tuple[Any, ...] | None = None
) -> None:
    """Send a task to a process; with `args` None it is a warm-up, which has no result."""
    data = pickle.dumps((function, args), -1)
    with suppress(OSError):  # the process is dead; `results` will notice
        worker.connection.send_bytes(data)


def _start_worker() -> _Worker:
    """Start a process; a script that builds an index needs no `__main__` guard for it."""
    from multiprocessing import resource_tracker

    from loky.backend import get_context
    from loky.backend import resource_tracker as loky_tracker

    # Each tracker unblocks Ctrl-C once it has started, so neither may start inside the block.
    loky_tracker.ensure_running()
    resource_tracker.ensure_running()
    context = get_context("loky")
    ours, theirs = context.Pipe()
    with _sigint_blocked():
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _sigint_blocked() -> Iterator[None]:
    """Block Ctrl-C for processes that start in the block: only their parent handles it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: "Connection") -> NoReturn:
    """Run in a worker: run each task that arrives and send its result, until the pool is gone."""
    gc.set_threshold(_GC_THRESHOLD)
    messages: SimpleQueue[bytes] = SimpleQueue()
    with suppress(OSError, MemoryError):
        connection.send(_Ready())
        # A thread receives tasks at once: the pool never waits for the worker to finish one,
        # so the two cannot block each other by sending.
        threading.Thread(target=_receive, args=(connection, messages), daemon=True).start()
        while True:
            if result := _run(messages.get()):
                connection.send_bytes(result)
    os._exit(_STOPPED_EXIT_CODE)


def _receive(connection: "Connection", messages: SimpleQueue[bytes]) -> None:
    """Put tasks in the queue; end the process when its pool has closed the connection."""
    with suppress(EOFError, OSError, MemoryError):
        while True:
            messages.put(connection.recv_bytes())
    os._exit(_STOPPED_EXIT_CODE)


def _run(message: bytes) -> bytes:
    """Run a task; return its pickled result, or what it raised; `b""` for a warm-up."""
    try:
        function, args = pickle.loads(message)  # noqa: S301 - it is our own
        if args is None:
            with suppress(Exception):  # the tasks that need it will raise it again
                function()
            return b""
        return pickle.dumps(function(*args), -1)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the submitter gets it
        return _pickle_error(error)


def _pickle_error(error: Exception) -> bytes:
    """Return an exception as a message, with a note of its traceback.

    An exception that cannot be pickled and unpickled becomes a RuntimeError.
    """
    note = "".join(traceback.format_exception(error))
    with suppress(Exception):
        error.add_note(note)
        data = pickle.dumps(_Raised(error), -1)
        pickle.loads(data)  # noqa: S301 - some can be pickled but not unpickled
        return data
    return pickle.dumps(_Raised(RuntimeError(note)), -1)

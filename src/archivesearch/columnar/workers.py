"""Work done by several threads, its results in order.

What takes long here, numpy and the compressor do, which let other threads run meanwhile.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """So many threads; where it is one, that is the thread that asks."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def in_order(self, work: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Yield what `work` makes of each task, in the order of the tasks.

        Tasks are taken as results are asked for: there is one more of them than threads,
        so that none waits while the next is made.
        """
        if not self._pool:
            yield from map(work, tasks)
            return
        waiting: deque[Future[R]] = deque()
        try:
            for task in tasks:
                waiting.append(self._pool.submit(work, task))
                del task  # what is done with is let go
                if len(waiting) > self.threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def together(self, first: Callable[[], Any], then: Callable[[], R]) -> R:
        """Do two things at a time, which may give work to these threads; return the second's."""
        if not self._pool:
            first()
            return then()
        with ThreadPoolExecutor(1) as aside:
            done = aside.submit(first)
            result = then()
            done.result()
        return result

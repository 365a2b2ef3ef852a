"""Putting the query sets to all engines by turns, each waiting in its own process."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from benchmarks.speed.processes import Worker, WorkerError, started
from benchmarks.speed.queries import WARM_UP

Values = dict[str, Any]
PERCENTILES = (50, 95, 99)


class Panel:
    """Engines that have opened their indexes; one that fails is told apart and let go.

    `jobs` maps each engine's name to the job its process is started with.
    """

    def __init__(self, jobs: dict[str, Values]) -> None:
        self.jobs = jobs
        self.workers: dict[str, Worker] = {}
        self.kinds: dict[str, list[str]] = {}
        self.failed: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for name, job in self.jobs.items():
            worker = self._stack.enter_context(started("answer", job))
            try:
                self.kinds[name] = worker.receive()["kinds"]
                self.workers[name] = worker
            except WorkerError as error:
                self.failed[f"{name} (open)"] = str(error)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def ask(self, kind: str, queries: Sequence[Any], repeat: int) -> dict[str, Values]:
        """Return every engine's figures for one set; its first WARM_UP queries do not count.

        Each repetition puts the whole set to one engine after the other, beginning with
        another one each time; a query's time is the median of its repetitions.
        """
        names = [name for name in self.workers if kind in self.kinds[name]]
        replies: dict[str, list[Values]] = {name: [] for name in names}
        for name in names:
            self._put(name, kind, queries[:WARM_UP])
        for turn in range(repeat):
            start = turn % max(len(names), 1)
            for name in names[start:] + names[:start]:
                reply = self._put(name, kind, queries[WARM_UP:])
                if reply:
                    replies[name].append(reply)
        return {name: _figures(replies[name]) for name in names if name in self.workers}

    def _put(self, name: str, kind: str, queries: Sequence[Any]) -> Values | None:
        if name not in self.workers:
            return None
        try:
            self.workers[name].send(queries)
            return self.workers[name].receive()
        except WorkerError as error:
            self.failed[f"{name} ({kind})"] = str(error)
            del self.workers[name]
            return None


def _figures(replies: list[Values]) -> Values:
    """Join the repetitions: percentiles of the medians and of the first time of asking."""
    repeated = zip(*(reply["ms"] for reply in replies), strict=True)
    hits = replies[0]["hits"]
    return {
        **_percentiles([statistics.median(times) for times in repeated]),
        "cpu_ms": statistics.median(reply["cpu_ms"] for reply in replies),
        "first": _percentiles(replies[0]["ms"]),
        "queries": len(hits),
        "hits": sum(hits),
        "empty": hits.count(0),
    }


def _percentiles(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {f"p{percent}": cuts[percent - 1] for percent in PERCENTILES}

"""Query runner: sends the query sets to all engines by turns, each in a process of its own."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from benchmarks.speed.processes import Worker, WorkerError, start_worker
from benchmarks.speed.queries import WARM_UP

Values = dict[str, Any]
PERCENTILES = (50, 95, 99)


class QueryRunner:
    """Engines with open indexes, each waiting for queries in its own process.

    `jobs` maps an engine's name to the job that its process is started with. `failed` maps an
    engine and its step to an error; an engine that fails gets no more queries.
    """

    def __init__(self, jobs: dict[str, Values]) -> None:
        self.jobs = jobs
        self.workers: dict[str, Worker] = {}
        self.kinds: dict[str, list[str]] = {}
        self.failed: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for name, job in self.jobs.items():
            worker = self._stack.enter_context(start_worker("answer", job))
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

    def run(self, kind: str, queries: Sequence[Any], repeat: int) -> dict[str, Values]:
        """Return the figures of one query set by engine; its first WARM_UP queries do not count.

        The whole set goes to one engine after the other, `repeat` times, each time beginning
        with another engine. A query's time is the median of its repetitions.
        """
        names = [name for name in self.workers if kind in self.kinds[name]]
        replies: dict[str, list[Values]] = {name: [] for name in names}
        for name in names:
            self._answer(name, kind, queries[:WARM_UP])
        for turn in range(repeat):
            start = turn % max(len(names), 1)
            for name in names[start:] + names[:start]:
                reply = self._answer(name, kind, queries[WARM_UP:])
                if reply:
                    replies[name].append(reply)
        return {name: _figures(replies[name]) for name in names if name in self.workers}

    def _answer(self, name: str, kind: str, queries: Sequence[Any]) -> Values | None:
        """Return one engine's reply to queries, or None if it fails or has failed before."""
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
    """Join repetitions; `first` has the percentiles of the first one alone."""
    times_by_query = zip(*(reply["ms"] for reply in replies), strict=True)
    hits = replies[0]["hits"]
    return {
        **_percentiles([statistics.median(times) for times in times_by_query]),
        "cpu_ms": statistics.median(reply["cpu_ms"] for reply in replies),
        "first": _percentiles(replies[0]["ms"]),
        "queries": len(hits),
        "hits": sum(hits),
        "empty": hits.count(0),
    }


def _percentiles(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {f"p{percent}": cuts[percent - 1] for percent in PERCENTILES}

"""One process for one task of a run: prepare, rebuild, build an index, or answer queries.

Started as `python -m benchmarks.speed.worker TASK JOB`; the job is JSON, and so is each line of
the reply. What libraries print goes to standard error.
"""

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.speed import queries
from benchmarks.speed.corpus import Feed
from benchmarks.speed.engine import Engine, Options, make
from benchmarks.speed.whole import Peak

Job = dict[str, Any]


def prepare(job: Job) -> Iterator[Job]:
    """Parse the pages into the file of paragraphs, and draw the queries from it."""
    from benchmarks.speed import parsing

    file = Path(job["paragraphs"])
    folder = parsing.laid_out(
        Path(job["folder"]), Path(job["pages"]), limit=job["limit_pages"], copies=job["copies"]
    )
    figures = parsing.prepare(folder, file)
    if not figures["paragraphs"]:
        sys.exit(f"there are no pages with text in {folder}")
    sources = Feed(file, lambda values: (values["text"], values["year"]))
    sets = queries.draw(sources, job["queries"], job["seed"])
    yield {
        "folder": str(folder),
        "figures": figures,
        "sets": {kind: [_plain(q) for q in sets[kind]] for kind in sets},
    }


def lay_out(job: Job) -> Iterator[Job]:
    """Lay out copies of the pages."""
    from benchmarks.speed import parsing

    folder = parsing.laid_out(
        Path(job["folder"]), Path(job["pages"]), limit=None, copies=job["copies"]
    )
    yield {"folder": str(folder)}


def rebuild(job: Job) -> Iterator[Job]:
    """Rebuild an archive from its pages, as its user would."""
    from archivesearch import rebuild as whole

    options, directory = job["options"], job["directory"]
    clock = Clock()
    report = whole([options["folder"]], directory, jobs=options["threads"])
    yield clock.figures() | {"pages": report.indexed, "index_bytes": size(directory)}


def build(job: Job) -> Iterator[Job]:
    """Build one engine's index from paragraphs that are all in memory when the clock starts."""
    engine, directory, feed = _builder(job)
    records = list(feed)
    gc.collect()
    gc.freeze()  # what is only there to be read is no work for Python's collector
    clock = Clock()
    engine.build(records, directory)
    yield clock.figures() | {"index_bytes": size(directory)}


def peak(job: Job) -> Iterator[Job]:
    """Build it once more from paragraphs that come as a stream: so the memory is its own."""
    engine, directory, feed = _builder(job)
    clock = Clock()
    watched = Peak(os.getpid())
    engine.build(feed, directory)
    of_all = watched.stop() or 0
    figures = clock.figures()
    held = max(figures["peak_bytes"], of_all)
    yield {"peak_bytes": held, "start_bytes": figures["start_bytes"]}


def answer(job: Job) -> Iterator[Job]:
    """Open an index, then answer a set of queries for each line of input that names one."""
    engine = _engine(job)
    engine.open(Path(job["directory"]))
    yield {"kinds": sorted(engine.kinds)}
    for line in sys.stdin:
        drawn = [_query(plain) for plain in json.loads(line)]
        times, hits = [], []
        cpu = time.process_time()
        for query in drawn:
            start = time.perf_counter()
            found = engine.answer(query)
            times.append((time.perf_counter() - start) * 1000)
            hits.append(found)
        cpu_ms = (time.process_time() - cpu) * 1000 / len(drawn)
        yield {"ms": times, "hits": hits, "cpu_ms": cpu_ms}


class Clock:
    """Seconds of the clock and of all cores since it was made, and the peak of memory."""

    def __init__(self) -> None:
        gc.collect()
        self.memory_before = _peak_bytes()
        self.wall, self.cpu = time.perf_counter(), _cpu()

    def figures(self) -> Job:
        """Return what was used."""
        return {
            "seconds": time.perf_counter() - self.wall,
            "cpu_seconds": _cpu() - self.cpu,
            "peak_bytes": _peak_bytes(),
            "start_bytes": self.memory_before,
        }


def size(directory: str | Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in Path(directory).rglob("*") if path.is_file())


def _cpu() -> float:
    """Return the seconds of all threads, and of the child processes that have ended."""
    return time.process_time() + sum(os.times()[2:4])


def _peak_bytes() -> int:
    """Return the most memory this process, or one of its ended children, has held.

    Linux hands a parent's `ru_maxrss` on to the programs it starts; its VmHWM it does not.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if not status.exists():
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return max(children, int(line.split()[1]) * 1024)


def _builder(job: Job) -> tuple[Engine, Path, Feed]:
    """Return an engine, an empty folder for its index, and the paragraphs for it."""
    engine, directory = _engine(job), Path(job["directory"])
    directory.mkdir(parents=True)
    return engine, directory, Feed(Path(job["paragraphs"]), engine.record)


def _engine(job: Job) -> Engine:
    options = job["options"] | {"fields": tuple(job["options"]["fields"])}
    return make(job["engine"], Options(**options))


def _plain(query: queries.Query) -> list[Any]:
    return [query.kind, query.words, query.years]


def _query(plain: list[Any]) -> queries.Query:
    kind, words, years = plain
    return queries.Query(kind, tuple(words), tuple(years) if years else None)


TASKS: dict[str, Callable[[Job], Iterator[Job]]] = {
    "prepare": prepare,
    "lay_out": lay_out,
    "rebuild": rebuild,
    "build": build,
    "peak": peak,
    "answer": answer,
}


def main() -> None:
    """Do the task that the command line names, and print each reply as a line of JSON."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    task, job = sys.argv[1], json.loads(sys.argv[2])
    for reply in TASKS[task](job):
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()

"""Worker process for one task of a run: prepare, rebuild, build an index, or answer queries.

Started as `python -m benchmarks.speed.worker TASK JOB`. The job is JSON, and so is each line of
the replies. All other output goes to standard error.
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
from benchmarks.speed.corpus import ParagraphReader
from benchmarks.speed.engine import Engine, Options, make_engine
from benchmarks.speed.programs import MemorySampler

Job = dict[str, Any]


def prepare(job: Job) -> Iterator[Job]:
    """Parse the pages into the file of paragraphs, and draw the queries from it."""
    from benchmarks.speed import parsing

    file = Path(job["paragraphs"])
    folder = parsing.copy_pages(
        Path(job["folder"]), Path(job["pages"]), limit=job["limit_pages"], copies=job["copies"]
    )
    figures = parsing.prepare(folder, file)
    if not figures["paragraphs"]:
        sys.exit(f"there are no pages with text in {folder}")
    paragraphs = ParagraphReader(file, lambda values: (values["text"], values["year"]))
    sets = queries.draw(paragraphs, job["queries"], job["seed"])
    yield {
        "folder": str(folder),
        "figures": figures,
        "sets": {kind: [_to_json(query) for query in sets[kind]] for kind in sets},
    }


def copy_pages(job: Job) -> Iterator[Job]:
    """Copy the pages several times, with other words in the copies."""
    from benchmarks.speed import parsing

    folder = parsing.copy_pages(
        Path(job["folder"]), Path(job["pages"]), limit=None, copies=job["copies"]
    )
    yield {"folder": str(folder)}


def rebuild(job: Job) -> Iterator[Job]:
    """Rebuild an archive from its pages, as a user does."""
    import archivesearch

    options, directory = job["options"], job["directory"]
    meter = ResourceMeter()
    report = archivesearch.rebuild([options["folder"]], directory, jobs=options["threads"])
    yield meter.figures() | {"pages": report.indexed, "index_bytes": folder_size(directory)}


def build(job: Job) -> Iterator[Job]:
    """Build an index; all paragraphs are in memory when the clock starts."""
    engine, directory, paragraphs = _builder(job)
    records = list(paragraphs)
    gc.collect()
    gc.freeze()  # else collections during the build would traverse all records
    meter = ResourceMeter()
    engine.build(records, directory)
    yield meter.figures() | {"index_bytes": folder_size(directory)}


def memory(job: Job) -> Iterator[Job]:
    """Build an index of paragraphs read as a stream, so that the peak memory is the engine's."""
    engine, directory, paragraphs = _builder(job)
    meter = ResourceMeter()
    sampler = MemorySampler(os.getpid())
    engine.build(paragraphs, directory)
    all_processes = sampler.stop() or 0
    figures = meter.figures()
    peak = max(figures["peak_bytes"], all_processes)
    yield {"peak_bytes": peak, "start_bytes": figures["start_bytes"]}


def answer(job: Job) -> Iterator[Job]:
    """Open an index; reply with the engine's kinds, then to each line of queries on the input."""
    engine = _engine(job)
    engine.open(Path(job["directory"]))
    yield {"kinds": sorted(engine.kinds)}
    for line in sys.stdin:
        drawn = [_from_json(values) for values in json.loads(line)]
        times, hits = [], []
        cpu = time.process_time()
        for query in drawn:
            start = time.perf_counter()
            count = engine.answer(query)
            times.append((time.perf_counter() - start) * 1000)
            hits.append(count)
        cpu_ms = (time.process_time() - cpu) * 1000 / len(drawn)
        yield {"ms": times, "hits": hits, "cpu_ms": cpu_ms}


class ResourceMeter:
    """Seconds and CPU seconds since its creation, and the peak memory."""

    def __init__(self) -> None:
        gc.collect()
        self.memory_before = _peak_bytes()
        self.wall, self.cpu = time.perf_counter(), _cpu_seconds()

    def figures(self) -> Job:
        """Return the seconds and the bytes of memory used so far."""
        return {
            "seconds": time.perf_counter() - self.wall,
            "cpu_seconds": _cpu_seconds() - self.cpu,
            "peak_bytes": _peak_bytes(),
            "start_bytes": self.memory_before,
        }


def folder_size(directory: str | Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in Path(directory).rglob("*") if path.is_file())


def _cpu_seconds() -> float:
    """Return the CPU seconds of all threads, and of the child processes that have ended."""
    return time.process_time() + sum(os.times()[2:4])


def _peak_bytes() -> int:
    """Return the peak memory of this process or of a child that has ended, the larger one.

    On Linux a program inherits the `ru_maxrss` of the process that starts it, but not VmHWM.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if not status.exists():
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return max(children, int(line.split()[1]) * 1024)


def _builder(job: Job) -> tuple[Engine, Path, ParagraphReader]:
    """Return an engine, an empty folder for its index, and the paragraphs as its records."""
    engine, directory = _engine(job), Path(job["directory"])
    directory.mkdir(parents=True)
    return engine, directory, ParagraphReader(Path(job["paragraphs"]), engine.record)


def _engine(job: Job) -> Engine:
    options = job["options"] | {"fields": tuple(job["options"]["fields"])}
    return make_engine(job["engine"], Options(**options))


def _to_json(query: queries.Query) -> list[Any]:
    return [query.kind, query.words, query.years]


def _from_json(values: list[Any]) -> queries.Query:
    kind, words, years = values
    return queries.Query(kind, tuple(words), tuple(years) if years else None)


TASKS: dict[str, Callable[[Job], Iterator[Job]]] = {
    "prepare": prepare,
    "copy_pages": copy_pages,
    "rebuild": rebuild,
    "build": build,
    "memory": memory,
    "answer": answer,
}


def main() -> None:
    """Run the task of the command line, and print each reply as a line of JSON."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    task, job = sys.argv[1], json.loads(sys.argv[2])
    for reply in TASKS[task](job):
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()

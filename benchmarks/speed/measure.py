"""A run of the speed benchmark: all measurements in order, with plain values as the result."""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.speed import cold_start, machine, processes, programs
from benchmarks.speed.engine import ENGINES, OURS, Options, install_hint
from benchmarks.speed.queries import SETS
from benchmarks.speed.query_runner import QueryRunner
from benchmarks.speed.ratios import compute_ratios

Values = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run, mostly from the command line.

    `queries` is the number of queries in each set, and `kinds` names the sets. `repeat`,
    `builds` and `cold` are the repetitions of queries, builds and commands. `limit_pages` and
    `copies` choose the pages. With `whole`, other programs are measured too.
    """

    engines: tuple[str, ...] = tuple(ENGINES)
    queries: int = 200
    seed: int = 1
    limit_pages: int | None = None
    copies: int = 1
    repeat: int = 3
    builds: int = 1
    cold: int = 11
    kinds: tuple[str, ...] = tuple(SETS)
    whole: bool = False
    options: Options = field(default_factory=Options)


class Run:
    """A run over one folder of HTML.

    All files are written to `work`, an empty folder. `say` gets a line at each step.
    """

    def __init__(self, folder: Path, work: Path, settings: Settings, say: Say) -> None:
        self.folder = folder
        self.work = work
        self.settings = settings
        self.say = say
        self.absent = {name: hint for name in settings.engines if (hint := install_hint(name))}
        self.engines = [name for name in settings.engines if name not in self.absent]
        self.failed: dict[str, str] = {}
        self.indexes: dict[str, Path] = {}
        self.sets: dict[str, list[Any]] = {}

    def measure(self) -> Values:
        """Measure everything, one thing after the other, and return it as plain values.

        `failed` has the errors of engines; an engine that fails is left out of later steps.
        Raises WorkerError if the pages cannot be parsed.
        """
        result: Values = {"machine": machine.describe(), "settings": asdict(self.settings)}
        result["corpus"] = self._prepare()
        result["absent"] = self.absent
        result["rebuild"] = self._rebuild()
        result["whole"] = self._programs()
        result["builds"] = self._builds()
        result["queries"] = self._queries()
        result["cold_start"] = self._cold_start()
        result["failed"] = self.failed
        result["ratios"] = compute_ratios(result)
        return result

    def clear(self) -> None:
        """Remove the work folder."""
        shutil.rmtree(self.work)

    def _prepare(self) -> Values:
        """Parse the pages once for all engines, and draw the queries."""
        self.say("parsing the pages")
        job = self._job(folder=str(self.folder), pages=str(self.work / "pages"))
        reply = processes.run_task("prepare", asdict(self.settings) | job)
        self.folder = Path(reply["folder"])
        self.sets = {kind: reply["sets"][kind] for kind in self.settings.kinds}
        figures: Values = reply["figures"]
        return figures

    def _rebuild(self) -> Values | None:
        """Rebuild the archive from its pages; archivesearch answers the queries from it."""
        return self._median_run("rebuild", OURS) if OURS in self.engines else None

    def _programs(self) -> Values | None:
        """Rebuild as a command, by each program, and by archivesearch from four copies."""
        if not self.settings.whole:
            return None
        alone = self.settings.engines == (OURS,)
        result = programs.measure(self.folder, self.work / "whole", self.say, alone=alone)
        self.say("rebuild as a command: four times the pages")
        job = self._job(folder=str(self.folder), pages=str(self.work / "fourfold"), copies=4)
        fourfold = Path(processes.run_task("copy_pages", job)["folder"])
        growth = programs.measure_growth(self.folder, fourfold, self.work / "growth")
        return result | {"growth": growth}

    def _builds(self) -> dict[str, Values]:
        """Build each index, and once more to measure its memory."""
        builds = {}
        for name in self.engines:
            values, memory = self._median_run("build", name), self._memory(name)
            if values and memory:
                builds[name] = values | memory
        return builds

    def _memory(self, name: str) -> Values | None:
        self.say(f"memory: {name}")
        directory = self.work / f"peak-{name}"
        try:
            memory = processes.run_task("memory", self._job(engine=name, directory=str(directory)))
        except processes.WorkerError as error:
            self.failed[f"{name} (memory)"] = str(error)
            return None
        shutil.rmtree(directory)
        return memory

    def _median_run(self, task: str, name: str) -> Values | None:
        """Run a task several times, each in a new process and folder; return the median run."""
        runs = []
        for run in range(self.settings.builds):
            self.say(f"{task}: {name}")
            directory = self.work / f"{task}-{name}-{run}"
            try:
                job = self._job(engine=name, directory=str(directory))
                runs.append(processes.run_task(task, job))
            except processes.WorkerError as error:
                self.failed[f"{name} ({task})"] = str(error)
                return None
            if name != OURS or task == "rebuild":
                self.indexes[name] = directory
        runs.sort(key=lambda values: float(values["seconds"]))
        seconds = [values["seconds"] for values in runs]
        return runs[len(runs) // 2] | {"all_seconds": seconds}

    def _queries(self) -> dict[str, dict[str, Values]]:
        jobs = {
            name: self._job(engine=name, directory=str(directory))
            for name, directory in self.indexes.items()
        }
        figures = {}
        with QueryRunner(jobs) as runner:
            for kind, queries in self.sets.items():
                self.say(f"queries: {kind}")
                figures[kind] = runner.run(kind, queries, self.settings.repeat)
        self.failed |= runner.failed
        return figures

    def _cold_start(self) -> dict[str, Values]:
        if OURS not in self.indexes or not self.settings.cold or not self.sets:
            return {}
        self.say("cold starts")
        _kind, words, _years = next(iter(self.sets.values()))[0]
        return cold_start.measure(self.indexes[OURS], words[0], self.settings.cold)

    def _job(self, **values: Any) -> Values:
        """Return the job of a task: what all tasks need, and further values."""
        options = asdict(self.settings.options) | {"folder": str(self.folder)}
        return {"paragraphs": str(self.work / "paragraphs"), "options": options} | values

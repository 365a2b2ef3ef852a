"""A whole run: what is measured, in which order, and what comes out as plain values."""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.speed import asking, cold_start, machine, processes, ratios, whole
from benchmarks.speed.engine import ENGINES, OURS, Options, absent
from benchmarks.speed.queries import SETS

Values = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line asks for.

    `queries` is the size of each set, `repeat` how often it is put, `builds` how often each
    index is built, `cold` how often each command is started, `kinds` which sets are put;
    `whole` asks for other programs.
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
    """One run over one folder of HTML.

    `work` is an empty folder for all that is written; `say` is told what is going on.
    """

    def __init__(self, folder: Path, work: Path, settings: Settings, say: Say) -> None:
        self.folder = folder
        self.work = work
        self.settings = settings
        self.say = say
        self.absent = {name: how for name in settings.engines if (how := absent(name))}
        self.engines = [name for name in settings.engines if name not in self.absent]
        self.failed: dict[str, str] = {}
        self.indexes: dict[str, Path] = {}
        self.sets: dict[str, list[Any]] = {}

    def measure(self) -> Values:
        """Measure everything, one thing after the other, and return it as plain values.

        Raises WorkerError where the pages cannot be parsed; an engine that fails is named
        under `failed` and left out of what follows.
        """
        result: Values = {"machine": machine.facts(), "settings": asdict(self.settings)}
        result["corpus"] = self._prepare()
        result["absent"] = self.absent
        result["rebuild"] = self._rebuild()
        result["whole"] = self._whole()
        result["builds"] = self._builds()
        result["queries"] = self._answers()
        result["cold_start"] = self._cold_start()
        result["failed"] = self.failed
        result["ratios"] = ratios.of(result)
        return result

    def clear(self) -> None:
        """Remove all that was written."""
        shutil.rmtree(self.work)

    def _prepare(self) -> Values:
        """Parse the pages once for all engines, and draw the queries."""
        self.say("parsing the pages")
        job = self._job(folder=str(self.folder), pages=str(self.work / "pages"))
        reply = processes.do("prepare", asdict(self.settings) | job)
        self.folder = Path(reply["folder"])
        self.sets = {kind: reply["sets"][kind] for kind in self.settings.kinds}
        figures: Values = reply["figures"]
        return figures

    def _rebuild(self) -> Values | None:
        """Rebuild the archive from its pages; our queries are answered from that index."""
        return self._median("rebuild", OURS) if OURS in self.engines else None

    def _whole(self) -> Values | None:
        """Rebuild as a user does, beside other programs, and from four times the pages."""
        if not self.settings.whole:
            return None
        alone = self.settings.engines == (OURS,)
        found = whole.measure(self.folder, self.work / "whole", self.say, alone=alone)
        self.say("whole: four times the pages")
        job = self._job(folder=str(self.folder), pages=str(self.work / "fourfold"), copies=4)
        many = Path(processes.do("lay_out", job)["folder"])
        return found | {"growth": whole.growth(self.folder, many, self.work / "growth")}

    def _builds(self) -> dict[str, Values]:
        """Build each index, and once more for the memory that it takes."""
        built = {}
        for name in self.engines:
            values, held = self._median("build", name), self._peak(name)
            if values and held:
                built[name] = values | held
        return built

    def _peak(self, name: str) -> Values | None:
        self.say(f"memory: {name}")
        directory = self.work / f"peak-{name}"
        try:
            held = processes.do("peak", self._job(engine=name, directory=str(directory)))
        except processes.WorkerError as error:
            self.failed[f"{name} (memory)"] = str(error)
            return None
        shutil.rmtree(directory)
        return held

    def _median(self, task: str, name: str) -> Values | None:
        """Do a task several times, in a new process and folder each; return the median run."""
        runs = []
        for run in range(self.settings.builds):
            self.say(f"{task}: {name}")
            directory = self.work / f"{task}-{name}-{run}"
            try:
                job = self._job(engine=name, directory=str(directory))
                runs.append(processes.do(task, job))
            except processes.WorkerError as error:
                self.failed[f"{name} ({task})"] = str(error)
                return None
            if name != OURS or task == "rebuild":
                self.indexes[name] = directory
        runs.sort(key=lambda values: float(values["seconds"]))
        seconds = [values["seconds"] for values in runs]
        return runs[len(runs) // 2] | {"all_seconds": seconds}

    def _answers(self) -> dict[str, dict[str, Values]]:
        jobs = {
            name: self._job(engine=name, directory=str(directory))
            for name, directory in self.indexes.items()
        }
        answers = {}
        with asking.Panel(jobs) as panel:
            for kind, queries in self.sets.items():
                self.say(f"queries: {kind}")
                answers[kind] = panel.ask(kind, queries, self.settings.repeat)
        self.failed |= panel.failed
        return answers

    def _cold_start(self) -> dict[str, Values]:
        if OURS not in self.indexes or not self.settings.cold or not self.sets:
            return {}
        self.say("cold starts")
        _kind, words, _years = next(iter(self.sets.values()))[0]
        return cold_start.measure(self.indexes[OURS], words[0], self.settings.cold)

    def _job(self, **more: Any) -> Values:
        """Return what every task is told, and what this one is told besides."""
        options = asdict(self.settings.options) | {"folder": str(self.folder)}
        return {"paragraphs": str(self.work / "paragraphs"), "options": options} | more

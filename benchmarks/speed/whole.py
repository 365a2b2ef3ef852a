"""From a folder of pages to an index, as a user does it, beside other programs for that.

Each program runs as a command of its own, with its own settings and all cores; its memory
is that of all its processes together, looked at every tenth of a second.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.engine import BENCH_EXTRA, OURS
from benchmarks.speed.processes import CHECKOUT, environment

Values = dict[str, Any]
Command = list[str]
_EVERY = 0.1
_LONGEST = 1800
_PAGES = "**/*.{html,htm,shtml,txt}"


@dataclass(frozen=True, slots=True)
class Program:
    """How a program is called for a folder and a place for its index, and what it needs."""

    command: Callable[[Path, Path], Command]
    absent: Callable[[], str]


def _ours(folder: Path, target: Path) -> Command:
    return [sys.executable, "-m", "archivesearch", "rebuild", str(folder), "--index", str(target)]


def _recoll(folder: Path, target: Path) -> Command:
    settings = target.with_name(f"{target.name}-settings")
    settings.mkdir()
    lines = (f"topdirs = {folder}", f"dbdir = {target}", "followLinks = 0")
    (settings / "recoll.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["recollindex", "-c", str(settings), "-z"]


def _pagefind(folder: Path, target: Path) -> Command:
    found = shutil.which("pagefind")
    program = [found] if found else [sys.executable, "-m", "pagefind"]
    return [*program, "--site", str(folder), "--output-path", str(target), "--glob", _PAGES]


def _bare(folder: Path, target: Path) -> Command:
    return [sys.executable, "-m", "benchmarks.speed.bare", str(folder), str(target)]


def _lacks(*packages: str) -> Callable[[], str]:
    return lambda: "" if all(map(importlib.util.find_spec, packages)) else BENCH_EXTRA


def _no_pagefind() -> str:
    found = shutil.which("pagefind") or importlib.util.find_spec("pagefind")
    return "" if found else "pip install 'pagefind[bin]'"


PROGRAMS = {
    OURS: Program(_ours, lambda: ""),
    "recoll": Program(
        _recoll, lambda: "" if shutil.which("recollindex") else "apt-get install recollcmd"
    ),
    "pagefind": Program(_pagefind, _no_pagefind),
    "bare": Program(_bare, _lacks("tantivy")),
}


def measure(folder: Path, work: Path, say: Callable[[str], None], *, alone: bool = False) -> Values:
    """Run each program once; return figures by name, and how to install what is absent.

    With `alone` archivesearch is the only one.
    """
    work.mkdir(parents=True, exist_ok=True)
    programs = {OURS: PROGRAMS[OURS]} if alone else PROGRAMS
    absent = {name: how for name, program in programs.items() if (how := program.absent())}
    rows: dict[str, Values] = {}
    for name, program in programs.items():
        if name not in absent:
            say(f"whole: {name}")
            rows[name] = run(program.command(folder, work / name))
    return {"rows": rows, "absent": absent}


def growth(few: Path, many: Path, work: Path) -> Values:
    """Return the peaks of memory for a folder and a larger one, and their ratio."""
    work.mkdir(parents=True, exist_ok=True)
    one, more = (run(_ours(folder, work / name)) for folder, name in ((few, "few"), (many, "many")))
    peaks = [values.get("peak_bytes") or 0 for values in (one, more)]
    ratio = peaks[1] / peaks[0] if all(peaks) else None
    return {
        "peak_bytes": peaks,
        "seconds": [one.get("seconds"), more.get("seconds")],
        "ratio": ratio,
    }


def run(command: Command) -> Values:
    """Run a command; return its seconds, those of computing, and the most memory it had."""
    before, begun = _children(), time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment() | {"PYTHONPATH": _path()},
    )
    peak = Peak(process.pid)
    try:
        _, errors = process.communicate(timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        peak.stop()
        return {"error": f"it took longer than {_LONGEST} seconds"}
    seconds = time.perf_counter() - begun
    bytes_ = peak.stop()
    if process.returncode:
        lines = errors.decode(errors="replace").strip().splitlines()
        return {"error": lines[-1] if lines else f"status {process.returncode}"}
    return {"seconds": seconds, "cpu_seconds": _children() - before, "peak_bytes": bytes_}


def _path() -> str:
    """Return where Python finds the scripts and what this process has found, too."""
    return os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH", ""))))


def _children() -> float:
    return sum(os.times()[2:4])


class Peak:
    """Watches the memory of a process and all below it; None where it cannot be seen.

    It is the proportional set size: what processes share counts once.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak: int | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int | None:
        """Return the most that was seen."""
        self._done.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            now = sum(map(_proportional, _family(self._pid)))
            if now:
                self._peak = max(self._peak or 0, now)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return
    for child in text.split():
        yield from _family(int(child))


def _proportional(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(
        (int(line.split()[1]) * 1024 for line in text.splitlines() if line[:4] == "Pss:"), 0
    )

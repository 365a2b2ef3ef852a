"""Rebuild as a command: from a folder of pages to an index, by archivesearch and other programs.

Each program runs as a command with its own settings and all cores.
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
from benchmarks.speed.processes import environment

Values = dict[str, Any]
Command = list[str]
_SAMPLE_SECONDS = 0.1
_TIMEOUT_SECONDS = 1800
_PAGES_GLOB = "**/*.{html,htm,shtml,txt}"


@dataclass(frozen=True, slots=True)
class Program:
    """A program: its command for a folder and an index, and how to install it.

    `install_hint` returns `""` if the program is installed.
    """

    command: Callable[[Path, Path], Command]
    install_hint: Callable[[], str]


def _archivesearch(folder: Path, target: Path) -> Command:
    return [sys.executable, "-m", "archivesearch", "rebuild", str(folder), "--index", str(target)]


def _recoll(folder: Path, target: Path) -> Command:
    settings = target.with_name(f"{target.name}-settings")
    settings.mkdir()
    lines = (f"topdirs = {folder}", f"dbdir = {target}", "followLinks = 0")
    (settings / "recoll.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["recollindex", "-c", str(settings), "-z"]


def _pagefind(folder: Path, target: Path) -> Command:
    path = shutil.which("pagefind")
    program = [path] if path else [sys.executable, "-m", "pagefind"]
    return [*program, "--site", str(folder), "--output-path", str(target), "--glob", _PAGES_GLOB]


def _bare(folder: Path, target: Path) -> Command:
    return [sys.executable, "-m", "benchmarks.speed.bare", str(folder), str(target)]


def _recoll_hint() -> str:
    return "" if shutil.which("recollindex") else "apt-get install recollcmd"


def _pagefind_hint() -> str:
    is_installed = shutil.which("pagefind") or importlib.util.find_spec("pagefind")
    return "" if is_installed else "pip install 'pagefind[bin]'"


def _bare_hint() -> str:
    return "" if importlib.util.find_spec("tantivy") else BENCH_EXTRA


PROGRAMS = {
    OURS: Program(_archivesearch, lambda: ""),
    "recoll": Program(_recoll, _recoll_hint),
    "pagefind": Program(_pagefind, _pagefind_hint),
    "bare": Program(_bare, _bare_hint),
}


def measure(folder: Path, work: Path, say: Callable[[str], None], *, alone: bool = False) -> Values:
    """Run each program once, or with `alone` only archivesearch.

    Return the figures in `rows` by program, and in `absent` how to install the missing ones.
    """
    work.mkdir(parents=True, exist_ok=True)
    programs = {OURS: PROGRAMS[OURS]} if alone else PROGRAMS
    absent = {name: hint for name, program in programs.items() if (hint := program.install_hint())}
    rows: dict[str, Values] = {}
    for name, program in programs.items():
        if name not in absent:
            say(f"rebuild as a command: {name}")
            rows[name] = run_command(program.command(folder, work / name))
    return {"rows": rows, "absent": absent}


def measure_growth(small: Path, large: Path, work: Path) -> Values:
    """Rebuild a folder and a larger one; return peak memory and seconds of both.

    `ratio` is the larger peak divided by the smaller, or None if either is unknown.
    """
    work.mkdir(parents=True, exist_ok=True)
    runs = [
        run_command(_archivesearch(folder, work / name))
        for folder, name in ((small, "small"), (large, "large"))
    ]
    peaks = [values.get("peak_bytes") or 0 for values in runs]
    return {
        "peak_bytes": peaks,
        "seconds": [values.get("seconds") for values in runs],
        "ratio": peaks[1] / peaks[0] if all(peaks) else None,
    }


def run_command(command: Command) -> Values:
    """Run a command; return its seconds, CPU seconds and peak memory in bytes, or an `error`."""
    cpu_before, start = _cpu_of_children(), time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    sampler = MemorySampler(process.pid)
    try:
        _, errors = process.communicate(timeout=_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        sampler.stop()
        return {"error": f"the command took longer than {_TIMEOUT_SECONDS} seconds"}
    seconds = time.perf_counter() - start
    peak = sampler.stop()
    if process.returncode:
        lines = errors.decode(errors="replace").strip().splitlines()
        return {"error": lines[-1] if lines else f"status {process.returncode}"}
    return {"seconds": seconds, "cpu_seconds": _cpu_of_children() - cpu_before, "peak_bytes": peak}


def _cpu_of_children() -> float:
    return sum(os.times()[2:4])


class MemorySampler:
    """Thread that samples the memory of a process and its descendants ten times a second.

    It adds up their proportional set sizes: memory that processes share counts once.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak: int | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> int | None:
        """Stop; return the highest sample in bytes, or None where Linux's /proc is missing."""
        self._stopped.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS):
            memory = sum(map(_proportional_set_size, _process_tree(self._pid)))
            if memory:
                self._peak = max(self._peak or 0, memory)


def _process_tree(pid: int) -> Iterator[int]:
    """Yield the ids of a process and of all its descendants."""
    yield pid
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return
    for child in text.split():
        yield from _process_tree(int(child))


def _proportional_set_size(pid: int) -> int:
    """Return the proportional set size in bytes, or 0 if it is unknown."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(
        (int(line.split()[1]) * 1024 for line in text.splitlines() if line[:4] == "Pss:"), 0
    )

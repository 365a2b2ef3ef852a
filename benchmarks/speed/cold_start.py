"""Cold start: the time of a command in a new process, and of its unavoidable imports alone."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Command = list[str]


def measure(index: Path, word: str, runs: int) -> dict[str, dict[str, Any]]:
    """Run each command and its imports by turns, `runs` times; return their figures by command.

    Figures are the median milliseconds of both and their ratio, or an `error`. One more run of
    each comes first and is not counted. In it Python may keep the modules that it compiles, as
    an installation does. Libraries are installed compiled.
    """
    archivesearch = [sys.executable, "-m", "archivesearch"]
    pairs = {
        "archivesearch search": (
            [*archivesearch, "search", word, "--index", str(index)],
            "import numpy, click",
        ),
        "archivesearch --help": ([*archivesearch, "--help"], "import click"),
    }
    return {name: _time_pair(command, code, runs) for name, (command, code) in pairs.items()}


def _time_pair(command: Command, imports: str, runs: int) -> dict[str, Any]:
    times: tuple[list[float], list[float]] = ([], [])
    commands = (command, [sys.executable, "-c", imports])
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for run in range(runs + 1):
        for command_times, arguments in zip(times, commands, strict=True):
            start = time.perf_counter()
            process = subprocess.run(
                arguments,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                check=False,
                env=environment,
            )
            if process.returncode != 0:
                return {"beside": imports, "error": _last_line(process.stderr)}
            if run:
                command_times.append((time.perf_counter() - start) * 1000)
    ms, imports_ms = map(statistics.median, times)
    return {"beside": imports, "ms": ms, "beside_ms": imports_ms, "ratio": ms / imports_ms}


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the command failed without a message"

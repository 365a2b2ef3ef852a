"""How long a command takes in a new process, beside the imports it cannot do without."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Command = list[str]


def measure(index: Path, word: str, runs: int) -> dict[str, dict[str, Any]]:
    """Time each command and its floor by turns, after one run of each that is not counted.

    That run may keep what it compiles, as an installation does; libraries come compiled.
    Return, by command, the median milliseconds of both and the ratio, or an `error`.
    """
    ours = [sys.executable, "-m", "archivesearch"]
    pairs = {
        "archivesearch search": (
            [*ours, "search", word, "--index", str(index)],
            "import numpy, click, whoosh.index, whoosh.qparser",
        ),
        "archivesearch --help": ([*ours, "--help"], "import click"),
    }
    return {name: _pair(command, floor, runs) for name, (command, floor) in pairs.items()}


def _pair(command: Command, floor: str, runs: int) -> dict[str, Any]:
    times: tuple[list[float], list[float]] = ([], [])
    commands = (command, [sys.executable, "-c", floor])
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for run in range(runs + 1):
        for taken, one in zip(times, commands, strict=True):
            start = time.perf_counter()
            done = subprocess.run(
                one,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                check=False,
                env=environment,
            )
            if done.returncode != 0:
                return {"beside": floor, "error": _last_line(done.stderr)}
            if run:
                taken.append((time.perf_counter() - start) * 1000)
    ms, beside_ms = map(statistics.median, times)
    return {"beside": floor, "ms": ms, "beside_ms": beside_ms, "ratio": ms / beside_ms}


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it failed without a word"

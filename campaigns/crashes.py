"""Campaign `crashes`: builds that are killed at random moments."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from typing import Any

import archivesearch
from campaigns.archives import answers, copy_pages, edit_pages, generation, is_tidy, tries

BUILD = """
import sys, archivesearch
command, site, index, jobs = sys.argv[1:]
getattr(archivesearch, command)([site], index, jobs=int(jobs))
"""
# Every tenth try runs in a new interpreter, with two processes that parse.
_SPAWN_INTERVAL = 10


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Kill builds of two sites; return a message for each broken promise.

    After each try the index must give exactly the answers of one of the two sites.
    """
    rng = random.Random(arguments.seed)
    site, index = copy_pages(folder / "site", arguments), folder / "index"
    sites = [Path(shutil.copytree(site, folder / f"site{n}" / "site")) for n in range(2)]
    answers_by_generation: dict[str, Any] = {}
    for number, site in enumerate(sites):
        edit_pages(site, number)
        archivesearch.rebuild([site], index)
        answers_by_generation[generation(index)] = answers(index)
    seconds = build_seconds(sites[0], index)
    broken: list[str] = []
    killed = {"rebuild": 0, "update": 0}
    committed = number = 0
    for number in tries(arguments):
        command = ("rebuild", "update")[number % 2]
        before = generation(index)
        if rng.random() < 0.3:  # the build parses all pages again
            (index / ".parsed").unlink(missing_ok=True)
        limit = rng.uniform(0, seconds * 1.2)
        build = build_in_interpreter if number % _SPAWN_INTERVAL == 0 else build_in_fork
        if build(command, sites[number // 2 % 2], index, limit):
            killed[command] += 1
            seconds *= 1.05
        else:  # the build has ended; let the next ones be killed sooner
            seconds *= 0.8
        committed += generation(index) != before
        problems = problems_of(index, answers_by_generation)
        broken += [f"try {number}, {command}: {problem}" for problem in problems]
        if number % 5 == 4:
            archivesearch.update([sites[number % 2]], index)
            problems = problems_of(index, answers_by_generation)
            broken += [f"after try {number}: {problem}" for problem in problems]
            if not is_tidy(index):
                broken.append(f"after try {number}: {sorted(p.name for p in index.iterdir())}")
    print(
        f"{number + 1} builds, {killed['rebuild']} rebuilds and {killed['update']} updates "
        f"killed before their end; {committed} had put a new generation in force"
    )
    return broken


def problems_of(index: Path, answers_by_generation: dict[str, Any]) -> list[str]:
    """Return the problems of an index in words: errors, other answers, damaged files."""
    try:
        verification = archivesearch.verify(index)
        if answers(index) != answers_by_generation[generation(index)]:
            return ["other answers than were committed"]
    except (archivesearch.ArchiveSearchError, KeyError) as error:
        return [f"{type(error).__name__}: {error}"]
    return [f"{problem.file} {problem.what}" for problem in verification.problems]


def build_seconds(site: Path, index: Path) -> float:
    """Return the seconds that a build takes in a forked process."""
    start = time.monotonic()
    build_in_fork("rebuild", site, index, None)
    return time.monotonic() - start


def build_in_fork(command: str, site: Path, index: Path, limit: float | None) -> bool:
    """Build in a forked process and kill it after `limit` seconds; return whether it was killed."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            getattr(archivesearch, command)([site], index)
            status = 0
        finally:
            os._exit(status)
    if limit is None:
        os.waitpid(child, 0)
        return False
    time.sleep(limit)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def build_in_interpreter(command: str, site: Path, index: Path, limit: float) -> bool:
    """Build in a new interpreter with two jobs, and kill all of its processes.

    It gets four times the limit, since it has to start first. Return whether it was killed.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, command, site, index, "2"], start_new_session=True
    )
    time.sleep(limit * 4)
    has_ended = process.poll() is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return not has_ended

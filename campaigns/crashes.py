"""Builds that are killed at any moment."""

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
from campaigns.archives import answers, edit, generation, is_tidy, pages, tries

BUILD = """
import sys, archivesearch
command, site, index, jobs = sys.argv[1:]
getattr(archivesearch, command)([site], index, jobs=int(jobs))
"""
# Of so many tries one starts a program of its own, with two processes that parse.
_SPAWNED = 10


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Kill builds; after each the index must answer exactly as one of the two builds."""
    chance = random.Random(arguments.seed)
    site, index = pages(folder / "site", arguments), folder / "index"
    sites = [Path(shutil.copytree(site, folder / f"site{n}" / "site")) for n in range(2)]
    for number, each in enumerate(sites):
        edit(each, number)
    known: dict[str, Any] = {}
    for each in sites:
        archivesearch.rebuild([each], index)
        known[generation(index)] = answers(index)
    seconds = took(sites[0], index)
    broken: list[str] = []
    killed = {"rebuild": 0, "update": 0}
    committed = number = 0
    for number in tries(arguments):
        command = ("rebuild", "update")[number % 2]
        before = generation(index)
        if chance.random() < 0.3:  # nothing is remembered
            (index / ".parsed").unlink(missing_ok=True)
        limit = chance.uniform(0, seconds * 1.2)
        start = spawned if number % _SPAWNED == 0 else forked
        if start(command, sites[number // 2 % 2], index, limit):
            killed[command] += 1
            seconds *= 1.05
        else:  # it had ended before: the next ones have less time
            seconds *= 0.8
        committed += generation(index) != before
        broken += [f"try {number}, {command}: {what}" for what in wrong(index, known)]
        if number % 5 == 4:
            archivesearch.update([sites[number % 2]], index)
            broken += [f"after try {number}: {what}" for what in wrong(index, known)]
            if not is_tidy(index):
                broken.append(f"after try {number}: {sorted(p.name for p in index.iterdir())}")
    print(
        f"{number + 1} builds, {killed['rebuild']} rebuilds and {killed['update']} updates "
        f"killed before their end; {committed} had put theirs in force"
    )
    return broken


def wrong(index: Path, known: dict[str, Any]) -> list[str]:
    """Return in words what an index has not kept."""
    try:
        found = archivesearch.verify(index)
        if answers(index) != known[generation(index)]:
            return ["other answers than were committed"]
    except (archivesearch.ArchiveSearchError, KeyError) as error:
        return [f"{type(error).__name__}: {error}"]
    return [f"{problem.file} {problem.what}" for problem in found.problems]


def took(site: Path, index: Path) -> float:
    """Return how many seconds a build takes in a process that is forked."""
    begun = time.monotonic()
    forked("rebuild", site, index, None)
    return time.monotonic() - begun


def forked(command: str, site: Path, index: Path, limit: float | None) -> bool:
    """Build in a process that starts at once; return whether it had to be killed."""
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


def spawned(command: str, site: Path, index: Path, limit: float) -> bool:
    """Build in a program of its own with two processes; kill all of them."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, command, site, index, "2"], start_new_session=True
    )
    time.sleep(limit * 4)
    ended = process.poll() is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return not ended

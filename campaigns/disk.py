"""Campaign `disk`: full disks and limited file sizes, at every size."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import archivesearch
from campaigns.archives import answers, copy_pages, edit_pages, generation, is_tidy, tries

# The program of a child process with a small disk of its own.
ON_DISK = """
import sys
sys.path[:0] = sys.argv[6:]
from pathlib import Path
import archivesearch
from campaigns.archives import answers, generation, is_tidy
old, new, index, target = map(Path, sys.argv[1:5])
try:
    archivesearch.rebuild([old], index)
except archivesearch.IndexProblem:
    print("too small")
    sys.exit()
old_generation, old_answers = generation(index), answers(index)
outcome = "done"
try:
    arguments = [index, target] if sys.argv[5] == "backup" else [[new], index]
    getattr(archivesearch, sys.argv[5])(*arguments)
except archivesearch.IndexProblem as error:
    assert "\\n" not in str(error)
    outcome = "full"
    assert generation(index) == old_generation
    assert answers(index) == old_answers
assert not archivesearch.verify(index).problems
assert is_tidy(index)
assert outcome == "done" or not target.exists()
print(outcome)
"""


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Limit file sizes and fill disks; return a message for each broken promise.

    A build that fails must leave the old index with its answers, and no other files.
    """
    old, new = (copy_pages(folder / name / "site", arguments) for name in ("old", "new"))
    edit_pages(new, 1)
    broken = limit_file_sizes(folder, old, new, arguments)
    return broken + fill_disks(folder, old, new, arguments)


def limit_file_sizes(folder: Path, old: Path, new: Path, arguments: Namespace) -> list[str]:
    """Build with a limit on file sizes, from none up to that of the largest file."""
    index = folder / "index"
    archivesearch.rebuild([old], index)
    old_generation, old_answers = generation(index), answers(index)
    largest = max(path.stat().st_size for path in index.rglob("*") if path.is_file())
    broken: list[str] = []
    outcomes = {"done": 0, "refused": 0}
    for number in tries(arguments):
        command = ("rebuild", "update")[number % 2]
        limit = largest * number // arguments.times
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                getattr(archivesearch, command)([new], index)
            except archivesearch.IndexProblem:
                os._exit(1)
            except BaseException:  # noqa: BLE001 - any other error breaks a promise
                os._exit(2)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status not in (0, 1) or archivesearch.verify(index).problems or not is_tidy(index):
            broken.append(f"{command} with files of at most {limit:,} bytes")
        outcomes["refused" if status else "done"] += 1
        if status and (generation(index) != old_generation or answers(index) != old_answers):
            broken.append("the old index does not answer")
        archivesearch.update([old], index)
    print(f"{sum(outcomes.values())} builds with files limited up to {largest:,} bytes: {outcomes}")
    return broken


def fill_disks(folder: Path, old: Path, new: Path, arguments: Namespace) -> list[str]:
    """Build and back up on small disks, each mounted for one process only."""
    disk = folder / "disk"
    disk.mkdir()
    if not shutil.which("unshare") or os.geteuid():
        print("no small disks: only root on Linux can mount them")
        return []
    broken: list[str] = []
    outcomes: dict[str, int] = {}
    for number in tries(arguments):
        command = ("rebuild", "update", "backup")[number % 3]
        size = 512 + 2048 * number // arguments.times
        process = subprocess.run(
            ["unshare", "--mount", "sh", "-c",
             f'mount -t tmpfs -o size={size}k none $0 && exec "$@"', disk,
             sys.executable, "-c", ON_DISK, old, new, disk / "index", disk / "copy", command,
             *filter(None, sys.path)],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        outcome = process.stdout.strip()
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if process.returncode or process.stderr:
            broken.append(f"{command} on {size} KB: {process.stderr[-300:]}")
    print(f"{sum(outcomes.values())} builds and copies on disks of 512 to 2,560 KB: {outcomes}")
    return broken

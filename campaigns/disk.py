"""Disks and files that take no more, at every size."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import archivesearch
from campaigns.archives import answers, edit, generation, is_tidy, pages, tries

# What a child runs on a disk of its own, which is full at some point.
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
before, known = generation(index), answers(index)
done = "done"
try:
    what = [index, target] if sys.argv[5] == "backup" else [[new], index]
    getattr(archivesearch, sys.argv[5])(*what)
except archivesearch.IndexProblem as error:
    assert "\\n" not in str(error)
    done = "full"
    assert generation(index) == before
    assert answers(index) == known
assert not archivesearch.verify(index).problems
assert is_tidy(index)
assert done == "done" or not target.exists()
print(done)
"""


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Fill disks and limit files; the old index must answer, and nothing must be left."""
    old, new = (pages(folder / name / "site", arguments) for name in ("old", "new"))
    edit(new, 1)
    broken = limited(folder, old, new, arguments)
    return broken + full(folder, old, new, arguments)


def limited(folder: Path, old: Path, new: Path, arguments: Namespace) -> list[str]:
    """Build where no file may grow beyond a size."""
    index = folder / "index"
    archivesearch.rebuild([old], index)
    before, known = generation(index), answers(index)
    largest = max(path.stat().st_size for path in index.rglob("*") if path.is_file())
    broken: list[str] = []
    ended = {"done": 0, "refused": 0}
    times = arguments.times
    for number in tries(arguments):
        command = ("rebuild", "update")[number % 2]
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            limit = largest * number // times
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                getattr(archivesearch, command)([new], index)
            except archivesearch.IndexProblem:
                os._exit(1)
            except BaseException:  # noqa: BLE001 - it tells of whatever it meets
                os._exit(2)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status not in (0, 1) or archivesearch.verify(index).problems or not is_tidy(index):
            broken.append(f"{command} with files of at most {largest * number // times:,} bytes")
        ended["refused" if status else "done"] += 1
        if status and (generation(index) != before or answers(index) != known):
            broken.append("the old index does not answer")
        archivesearch.update([old], index)
    print(f"{sum(ended.values())} builds with files limited up to {largest:,} bytes: {ended}")
    return broken


def full(folder: Path, old: Path, new: Path, arguments: Namespace) -> list[str]:
    """Build and copy on small disks, each mounted for one process alone."""
    disk = folder / "disk"
    disk.mkdir()
    if not shutil.which("unshare") or os.geteuid():
        print("no small disks: only root on Linux can make them")
        return []
    broken: list[str] = []
    ended: dict[str, int] = {}
    times = arguments.times
    for number in tries(arguments):
        command = ("rebuild", "update", "backup")[number % 3]
        size = 512 + 2048 * number // times
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
        ended[outcome] = ended.get(outcome, 0) + 1
        if process.returncode or process.stderr:
            broken.append(f"{command} on {size} KB: {process.stderr[-300:]}")
    print(f"{sum(ended.values())} builds and copies on disks of 512 to 2,560 KB: {ended}")
    return broken

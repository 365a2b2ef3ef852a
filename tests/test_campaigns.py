"""Short runs of the campaigns that try to break an index."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="campaigns fork")
@pytest.mark.parametrize(
    ("arguments", "summary"),
    [
        (("crashes", "--times", "6", "--seed", str(os.getpid())), "6 builds"),
        (("readers", "--times", "6", "--readers", "3"), "6 commits, 3 readers"),
        (("damage", "--times", "150"), "changes to "),
        (("disk", "--times", "4"), "4 builds with files limited"),
    ],
)
def test_no_promise_is_broken(arguments: tuple[str, ...], summary: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "campaigns", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert summary in process.stdout
    assert "0 promises broken" in process.stdout

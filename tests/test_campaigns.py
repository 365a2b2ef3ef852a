"""The campaigns that try to break an index, each in a short run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="campaigns fork")
@pytest.mark.parametrize(
    ("campaign", "said"),
    [
        (("crashes", "--times", "6", "--seed", str(os.getpid())), "6 builds"),
        (("readers", "--times", "6", "--readers", "3"), "6 commits, 3 readers"),
        (("damage", "--times", "150"), "damages to "),
        (("disk", "--times", "4"), "4 builds with files limited"),
    ],
)
def test_no_promise_is_broken(campaign: tuple[str, ...], said: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "campaigns", *campaign],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert said in process.stdout
    assert "0 promises broken" in process.stdout

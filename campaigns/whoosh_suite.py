"""Run Whoosh's own tests with the columnar codec as its default codec.

    python -m campaigns.whoosh_suite CHECKOUT

CHECKOUT is a clone of https://github.com/mchaput/whoosh, or a folder that has its tests; of a
clone the tests of the tag v2.7.4 are taken, the version that archivesearch is built on. They
run three times in a folder of their own: with Whoosh's own codec, with the columnar one and
lengths rounded to a byte as Whoosh's are, and with it as it is. The exit status is 1 where a
test that passes with Whoosh's own codec does not with rounded lengths; what exact lengths
change is listed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

TAG = "v2.7.4"

PLUGIN = """
import whoosh.codec
from archivesearch.columnar import ColumnarCodec

whoosh.codec.default_codec = lambda *_, **__: ColumnarCodec(rounded_lengths={rounded})
"""
PLUGINS = {
    "whoosh": "",
    "rounded": PLUGIN.format(rounded=True),
    "exact": PLUGIN.format(rounded=False),
}
_OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S+)", re.MULTILINE)


def main() -> int:
    """Run the tests in all three ways and compare; return the exit status."""
    parser = argparse.ArgumentParser(description="Whoosh's own tests with the columnar codec")
    parser.add_argument("checkout", type=Path, help="a clone of Whoosh, or a folder of its tests")
    parser.add_argument("-k", default="", help="only tests whose names match, as in pytest")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="whoosh-suite-") as folder:
        take_tests(arguments.checkout, Path(folder))
        passed = {}
        for name, plugin in PLUGINS.items():
            passed[name], counts = run(Path(folder), name, plugin, arguments.k)
            print(f"{name:8} {counts}", flush=True)
    if not passed["whoosh"]:
        print("no test has passed with Whoosh's own codec")
        return 1
    lost = sorted(passed["whoosh"] - passed["rounded"])
    for test in lost:
        print(f"passes with Whoosh's codec, and not with rounded lengths: {test}")
    for test in sorted(passed["whoosh"] - passed["exact"] - set(lost)):
        print(f"passes with rounded lengths, and not with exact ones: {test}")
    return 1 if lost else 0


def take_tests(checkout: Path, folder: Path) -> None:
    """Copy the tests of a checkout to a folder."""
    git = ["git", "-C", str(checkout)]
    known = subprocess.run(
        [*git, "rev-parse", "--verify", "-q", TAG], capture_output=True, check=False
    )
    if known.returncode == 0:
        command = [*git, "archive", TAG, "tests"]
        archive = subprocess.run(command, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
    elif (checkout / "tests").is_dir():
        shutil.copytree(checkout / "tests", folder / "tests")
    else:
        raise SystemExit(f"{checkout} is no checkout of Whoosh: it has no tag {TAG} and no tests")


def run(folder: Path, name: str, plugin: str, matching: str) -> tuple[set[str], str]:
    """Run the tests in one way; return those that passed, and the last line of pytest."""
    (folder / f"codec_{name}.py").write_text(plugin)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no", "-p", f"codec_{name}"]
    command += [
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "--rootdir",
        str(folder),
        "-c",
        "/dev/null",
    ]
    command += ["-k", matching, str(folder / "tests")]
    paths = [str(folder), *filter(None, sys.path)]
    process = subprocess.run(
        command,
        cwd=folder,
        # one test depends on the order of a set, so all runs have the same
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes = _OUTCOME.findall(process.stdout)
    lines = process.stdout.strip().splitlines() or process.stderr.strip().splitlines() or [""]
    return {test for outcome, test in outcomes if outcome == "PASSED"}, lines[-1]


if __name__ == "__main__":
    sys.exit(main())

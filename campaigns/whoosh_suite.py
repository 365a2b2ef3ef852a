"""Whoosh's own tests, run with the columnar codec as the default codec.

The tests of CHECKOUT run three times in a temporary folder: with Whoosh's own
codec, with the columnar codec and lengths rounded to a byte as in Whoosh's,
and with the columnar codec and exact lengths. The program lists the tests that
pass only with Whoosh's codec. The exit status is 1 if a test passes with
Whoosh's codec but not with rounded lengths.
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
    """Run the tests with each codec and compare; return the exit status."""
    arguments = _parser().parse_args()
    with TemporaryDirectory(prefix="whoosh-suite-") as folder:
        copy_tests(arguments.checkout, Path(folder))
        passed = {}
        for name, plugin in PLUGINS.items():
            passed[name], counts = run_tests(Path(folder), name, plugin, arguments.k)
            print(f"{name:8} {counts}", flush=True)
    if not passed["whoosh"]:
        print("no test passes with Whoosh's own codec")
        return 1
    lost = sorted(passed["whoosh"] - passed["rounded"])
    for test in lost:
        print(f"passes with Whoosh's codec, and not with rounded lengths: {test}")
    for test in sorted(passed["whoosh"] - passed["exact"] - set(lost)):
        print(f"passes with rounded lengths, and not with exact ones: {test}")
    return 1 if lost else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m campaigns.whoosh_suite",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "checkout",
        metavar="CHECKOUT",
        type=Path,
        help=f"a clone of https://github.com/mchaput/whoosh with the tag {TAG}, the version that "
        "archivesearch is built on; or a folder that contains tests/",
    )
    parser.add_argument(
        "-k", metavar="EXPRESSION", default="", help="run only the tests that match, as in pytest"
    )
    return parser


def copy_tests(checkout: Path, folder: Path) -> None:
    """Copy the tests of a checkout to a folder: those of TAG, else those in the files."""
    git = ["git", "-C", str(checkout)]
    tag = subprocess.run(
        [*git, "rev-parse", "--verify", "-q", TAG], capture_output=True, check=False
    )
    if tag.returncode == 0:
        command = [*git, "archive", TAG, "tests"]
        archive = subprocess.run(command, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
    elif (checkout / "tests").is_dir():
        shutil.copytree(checkout / "tests", folder / "tests")
    else:
        raise SystemExit(f"{checkout} is no checkout of Whoosh: it has no tag {TAG} and no tests/")


def run_tests(folder: Path, name: str, plugin: str, expression: str) -> tuple[set[str], str]:
    """Run the tests with one codec; return those that pass, and pytest's last line."""
    (folder / f"codec_{name}.py").write_text(plugin)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no", "-W", "ignore"]
    command += ["-p", f"codec_{name}", "-p", "no:cacheprovider"]
    command += ["--rootdir", str(folder), "-c", "/dev/null"]
    command += ["-k", expression, str(folder / "tests")]
    paths = [str(folder), *filter(None, sys.path)]
    process = subprocess.run(
        command,
        cwd=folder,
        # One test depends on the order of a set; the same seed gives all runs the same order.
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

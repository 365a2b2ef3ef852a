"""Speed benchmark: archivesearch and other search engines on any folder of HTML.

It measures builds, queries, index sizes, memory and cold starts. Each engine
runs in a process of its own, on the same paragraphs.
docs/internals/performance.md explains the tables.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.speed import growth
from benchmarks.speed.engine import ENGINES, Options
from benchmarks.speed.measure import Run, Settings
from benchmarks.speed.processes import WorkerError
from benchmarks.speed.report import table

EXAMPLES = """\
examples:
  python -m benchmarks.speed corpus
  python -m benchmarks.speed FOLDER --only archivesearch --only tantivy --queries 500
  python -m benchmarks.speed FOLDER --growth 1/8,1
  python -m benchmarks.speed FOLDER --format json > before.json
"""


def main() -> int:
    """Run the benchmark of the command line; return 0, or 1 if the pages cannot be measured."""
    args = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        try:
            if args.growth:
                result = growth.measure(args.folder, Path(work), _settings(args), _say, args.growth)
            else:
                result = Run(args.folder, Path(work), _settings(args), _say).measure()
        except WorkerError as error:
            print(f"benchmarks.speed: {error}", file=sys.stderr)
            return 1
    if args.format == "json":
        print(json.dumps(result, indent=2))
    else:
        sys.stdout.write(growth.table(result) if args.growth else table(result))
    return 0


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(
        engines=tuple(dict.fromkeys(args.only or ENGINES)),
        queries=args.queries,
        seed=args.seed,
        limit_pages=args.limit_pages,
        copies=args.copies,
        repeat=args.repeat,
        builds=args.builds,
        cold=args.cold,
        whole=args.whole,
        options=Options(
            fields=tuple(args.fields.split(",")), totals=args.totals, threads=args.threads
        ),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a folder of HTML pages")

    engines = parser.add_argument_group("engines").add_argument
    engines(
        "--only",
        action="append",
        choices=ENGINES,
        metavar="ENGINE",
        help=f"measure only this engine; can be repeated: {', '.join(ENGINES)}",
    )
    engines(
        "--threads",
        metavar="N",
        type=_at_least(1),
        default=1,
        help="let a build use N threads or processes (1)",
    )
    engines(
        "--fields",
        metavar="FIELDS",
        choices=["text", "text,title"],
        default="text",
        help="let the peers index and search the fields text, or text,title (text); "
        "archivesearch always has all its fields",
    )
    engines(
        "--totals",
        action="store_true",
        help="let the peers count all matches, as archivesearch does",
    )

    pages = parser.add_argument_group("pages").add_argument
    pages("--limit-pages", metavar="N", type=_at_least(1), help="take only N pages, evenly chosen")
    pages(
        "--copies",
        metavar="N",
        type=_at_least(1),
        default=1,
        help="take every page N times, with other words in the copies (1)",
    )

    runs = parser.add_argument_group("queries and repetitions").add_argument
    runs(
        "--queries", metavar="N", type=_at_least(2), default=200, help="N queries in each set (200)"
    )
    runs("--seed", metavar="N", type=int, default=1, help="another seed draws other queries (1)")
    runs(
        "--repeat", metavar="N", type=_at_least(1), default=3, help="run each query set N times (3)"
    )
    runs("--builds", metavar="N", type=_at_least(1), default=1, help="build each index N times (1)")
    runs(
        "--cold",
        metavar="N",
        type=_at_least(0),
        default=11,
        help="start each command N times in a new process (11)",
    )

    more = parser.add_argument_group("further measurements and output").add_argument
    more(
        "--whole",
        action="store_true",
        help="also rebuild as a command, from the pages and from four times the pages; and from "
        "the pages by Recoll, Pagefind and a bare pipeline, unless only archivesearch is measured",
    )
    more(
        "--growth",
        nargs="?",
        const=",".join(growth.STEPS),
        type=_steps,
        metavar="STEPS",
        help="measure only archivesearch, on parts and copies of the pages: "
        f"{','.join(growth.STEPS)} or some of these",
    )
    more(
        "--format",
        metavar="FORMAT",
        choices=["text", "json"],
        default="text",
        help="print tables (text) or all measurements and ratios (json)",
    )
    return parser


def _steps(value: str) -> tuple[str, ...]:
    """Parse the steps of growth; the whole corpus is always one of them."""
    steps = value.split(",")
    if unknown := set(steps) - set(growth.STEPS):
        raise argparse.ArgumentTypeError(f"{unknown.pop()!r} is none of {', '.join(growth.STEPS)}")
    return tuple(step for step in growth.STEPS if step in steps or step == growth.WHOLE)


def _at_least(minimum: int) -> Callable[[str], int]:
    """Return a type for argparse: whole numbers that are not less than the minimum."""

    def parse(value: str) -> int:
        if not value.isdecimal() or int(value) < minimum:
            raise argparse.ArgumentTypeError(f"{value!r} is not a whole number from {minimum} up")
        return int(value)

    return parse


def _say(message: str) -> None:
    if sys.stderr.isatty():
        print(f"benchmarks.speed: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

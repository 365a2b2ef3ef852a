"""Measure archivesearch beside its peers on any folder of HTML.

    python -m benchmarks.speed FOLDER [--only ENGINE]... [--queries N] [--format json]

Builds, queries, index sizes, memory and cold starts, each engine in its own process, on the
same paragraphs; docs/internals/performance.md tells how to read the table.
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


def main() -> int:
    """Run what the command line asks for; 0 when done, 1 where nothing can be measured."""
    args = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        try:
            if args.growth:
                result = growth.measure(args.folder, Path(work), _settings(args), _say, args.growth)
            else:
                result = Run(args.folder, Path(work), _settings(args), _say).measure()
        except WorkerError as error:
            print(f"bench: {error}", file=sys.stderr)
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
    parser = argparse.ArgumentParser(prog="bench.py", description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("folder", type=Path, help="a folder of HTML pages")
    add(
        "--only",
        action="append",
        choices=ENGINES,
        metavar="ENGINE",
        help=f"measure this engine alone; may be given again: {', '.join(ENGINES)}",
    )
    add("--queries", type=_at_least(2), default=200, help="queries in each set (200)")
    add("--seed", type=int, default=1, help="another seed draws other queries (1)")
    add("--limit-pages", type=_at_least(1), help="take only so many pages, evenly chosen")
    add(
        "--copies",
        type=_at_least(1),
        default=1,
        help="take each page so often, with other words in the further copies (1)",
    )
    add("--repeat", type=_at_least(1), default=3, help="put each query so often (3)")
    add("--builds", type=_at_least(1), default=1, help="build each index so often (1)")
    add("--cold", type=_at_least(0), default=11, help="start each command so often (11)")
    add("--threads", type=_at_least(1), default=1, help="threads or processes of a build (1)")
    add(
        "--fields",
        choices=["text", "text,title"],
        default="text",
        help="what the peers index and search; archivesearch always has all its fields",
    )
    add("--totals", action="store_true", help="let the peers count all matches too")
    add(
        "--growth",
        nargs="?",
        const=",".join(growth.STEPS),
        type=_steps,
        metavar="STEPS",
        help="measure archivesearch alone on parts and copies of the pages: "
        f"{','.join(growth.STEPS)}, or some of these",
    )
    add(
        "--whole",
        action="store_true",
        help="also rebuild from the pages beside Recoll, Pagefind and a bare pipeline "
        "(with --only archivesearch without them), and from four times the pages",
    )
    add("--format", choices=["text", "json"], default="text")
    return parser


def _steps(value: str) -> tuple[str, ...]:
    """Read the steps of growth, the whole among them."""
    steps = value.split(",")
    if unknown := set(steps) - set(growth.STEPS):
        raise argparse.ArgumentTypeError(f"{unknown.pop()!r} is none of {', '.join(growth.STEPS)}")
    return tuple(step for step in growth.STEPS if step in steps or step == growth.WHOLE)


def _at_least(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers for argparse that refuses smaller ones."""

    def read(value: str) -> int:
        if not value.isdecimal() or int(value) < least:
            raise argparse.ArgumentTypeError(f"{value!r} is no whole number from {least} up")
        return int(value)

    return read


def _say(what: str) -> None:
    if sys.stderr.isatty():
        print(f"bench: {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

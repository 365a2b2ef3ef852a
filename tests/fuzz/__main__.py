"""A long run: `python -m fuzz --inputs 200000`, with `tests` and `src` on PYTHONPATH.

Prints what became of the inputs, the slowest page and the most memory a process had, and
each finding with the command that makes it again. The exit status is 1 if there are any.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections import Counter

from archivesearch.indexing.workers.worker_pool import WorkerDied, WorkerPool
from fuzz.mutations import make
from fuzz.trial import Outcome, bounded

AHEAD = 100
_TOLD = 10_000


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="of computing, for each input")
    parser.add_argument("--show", type=int, help="write the input with this number to stdout")
    args = parser.parse_args()
    if args.show is not None:
        sys.stdout.buffer.write(make(args.seed, args.show)[1])
        return 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ["TMPDIR"] = folder  # the processes are ended without a chance to tidy up
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    totals: Counter[str] = Counter()
    slowest, findings, given = (0.0, 0), 0, args.first
    done = given
    last = args.first + args.inputs
    numbers: dict[int, int] = {}  # of inputs, by those of tasks
    with WorkerPool(args.jobs) as crew:
        while done < last:
            while given < last and given - done < AHEAD * args.jobs:
                numbers[crew.submit(bounded, args.seed, given, args.seconds)] = given
                given += 1
                if given % _TOLD == 0:
                    print(f"{given - args.first:,} given, {findings} findings", flush=True)
            for task, outcome in crew.results():
                number = numbers.pop(task)
                done += 1
                fault = _fault(outcome)
                if isinstance(outcome, Outcome):
                    slowest = max(slowest, (outcome.seconds, number))
                    _count(totals, outcome)
                if fault:
                    findings += 1
                    print(f"{fault}  (--seed {args.seed} --show {number})", flush=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for name, number in sorted(totals.items()):
        print(f"{number:>9,}  {name}")
    print(f"{args.inputs:>9,}  inputs in all, {findings} findings")
    print(f"the slowest page took {slowest[0]:.2f} s (--show {slowest[1]})")
    print(f"the largest process had {peak / (1e6 if sys.platform == 'darwin' else 1e3):.0f} MB")
    return findings > 0


def _fault(outcome: Outcome | WorkerDied) -> str:
    if isinstance(outcome, WorkerDied):
        return "a process ended: " + ("out of time" if outcome.out_of_time else "crashed")
    return outcome.fault


def _count(totals: Counter[str], outcome: Outcome) -> None:
    totals[f"inputs: {outcome.kind}"] += 1
    totals["pages"] += outcome.pages
    totals["skipped"] += outcome.skipped
    totals["notices"] += outcome.notices
    totals["sources refused in a line"] += outcome.refused


if __name__ == "__main__":
    sys.exit(main())

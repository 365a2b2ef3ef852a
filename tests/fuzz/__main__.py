"""A long fuzz run: `python -m fuzz --inputs 200000`, with `tests` and `src` on PYTHONPATH.

Prints the outcomes, the slowest page and the largest memory of a process, and
each finding with the command that repeats it. The exit status is 1 if there are any.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections import Counter

from archivesearch.indexing.workers.worker_pool import WorkerDied, WorkerPool
from fuzz.mutations import make
from fuzz.trial import Outcome, attempt_within_limits

_INPUTS_AHEAD = 100  # for each process
_PROGRESS_INTERVAL = 10_000


def main() -> int:
    """Run the inputs that the command line names, or write one to stdout."""
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
        os.environ["TMPDIR"] = folder  # killed processes leave files behind
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    totals: Counter[str] = Counter()
    slowest, findings, next_number = (0.0, 0), 0, args.first
    done = next_number
    last = args.first + args.inputs
    numbers: dict[int, int] = {}  # the input of each task
    with WorkerPool(args.jobs) as pool:
        while done < last:
            while next_number < last and next_number - done < _INPUTS_AHEAD * args.jobs:
                numbers[
                    pool.submit(attempt_within_limits, args.seed, next_number, args.seconds)
                ] = next_number
                next_number += 1
                if next_number % _PROGRESS_INTERVAL == 0:
                    print(
                        f"{next_number - args.first:,} submitted, {findings} findings", flush=True
                    )
            for task, outcome in pool.results():
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

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

from archivesearch.indexing.workers.worker_pool import WorkerDied, WorkerPool, read_ahead
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
    slowest, findings = (0.0, 0), 0
    numbers = range(args.first, args.first + args.inputs)
    with WorkerPool(args.jobs) as pool:
        tasks = (
            (number, pool.submit(attempt_within_limits, args.seed, number, args.seconds))
            for number in numbers
        )
        for number, task in read_ahead(tasks, _INPUTS_AHEAD * args.jobs):
            try:
                outcome = task.result()
            except WorkerDied as death:
                fault = "a process ended: " + ("out of time" if death.out_of_time else "crashed")
            else:
                fault = outcome.fault
                slowest = max(slowest, (outcome.seconds, number))
                _count(totals, outcome)
            if fault:
                findings += 1
                print(f"{fault}  (--seed {args.seed} --show {number})", flush=True)
            done = number + 1 - args.first
            if done % _PROGRESS_INTERVAL == 0:
                print(f"{done:,} done, {findings} findings", flush=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    for name, number in sorted(totals.items()):
        print(f"{number:>9,}  {name}")
    print(f"{args.inputs:>9,}  inputs in all, {findings} findings")
    print(f"the slowest page took {slowest[0]:.2f} s (--show {slowest[1]})")
    print(f"the largest process had {peak / (1e6 if sys.platform == 'darwin' else 1e3):.0f} MB")
    return findings > 0


def _count(totals: Counter[str], outcome: Outcome) -> None:
    totals[f"inputs: {outcome.kind}"] += 1
    totals["pages"] += outcome.pages
    totals["skipped"] += outcome.skipped
    totals["notices"] += outcome.notices
    totals["sources refused in a line"] += outcome.refused


if __name__ == "__main__":
    sys.exit(main())

"""Starting the worker processes and talking to them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

CHECKOUT = Path(__file__).resolve().parents[2]


class WorkerError(Exception):
    """A worker process ended before it replied; the message is the last thing it said."""


class Worker:
    """A process that does one task in its own memory and replies in lines of JSON."""

    def __init__(self, process: "subprocess.Popen[str]", errors: IO[str]) -> None:
        self.process = process
        self.errors = errors
        self.requests = cast("IO[str]", process.stdin)
        self.replies = cast("IO[str]", process.stdout)

    def send(self, message: Any) -> None:
        """Hand the process one line of JSON."""
        try:
            print(json.dumps(message), file=self.requests, flush=True)
        except BrokenPipeError as error:
            raise WorkerError(self._last_words()) from error

    def receive(self) -> dict[str, Any]:
        """Return its next reply; raises WorkerError where it ended instead."""
        line = self.replies.readline()
        if not line:
            raise WorkerError(self._last_words())
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _last_words(self) -> str:
        status = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1] if lines else f"it ended with status {status}"


@contextmanager
def started(task: str, job: dict[str, Any]) -> Iterator[Worker]:
    """Start a process for a task; it has ended when the block is left."""
    command = [sys.executable, "-P", "-m", "benchmarks.speed.worker", task, json.dumps(job)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            env=environment(),
        ) as process,
    ):
        try:
            yield Worker(process, errors)
        except BaseException:
            process.kill()
            raise


def do(task: str, job: dict[str, Any]) -> dict[str, Any]:
    """Run a task in a process of its own and return its one reply."""
    with started(task, job) as worker:
        return worker.receive()


def environment() -> dict[str, str]:
    """Return this process's environment, with the folder of the scripts to import from."""
    known = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, (str(CHECKOUT), known)))
    return os.environ | {"PYTHONPATH": path}

"""Worker processes: start one for a task, send it requests and read its replies."""

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
    """A worker process ended before it replied; the message is its last line of errors."""


class Worker:
    """A process that does one task in memory of its own and replies in lines of JSON."""

    def __init__(self, process: "subprocess.Popen[str]", errors: IO[str]) -> None:
        self.process = process
        self.errors = errors
        self.requests = cast("IO[str]", process.stdin)
        self.replies = cast("IO[str]", process.stdout)

    def send(self, message: Any) -> None:
        """Send the process a message as a line of JSON; raises WorkerError if it has ended."""
        try:
            print(json.dumps(message), file=self.requests, flush=True)
        except BrokenPipeError as error:
            raise WorkerError(self._last_error()) from error

    def receive(self) -> dict[str, Any]:
        """Wait for the next reply and return it; raises WorkerError if the process ends."""
        line = self.replies.readline()
        if not line:
            raise WorkerError(self._last_error())
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _last_error(self) -> str:
        status = self.process.wait()
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1] if lines else f"the process ended with status {status}"


@contextmanager
def start_worker(task: str, job: dict[str, Any]) -> Iterator[Worker]:
    """Start a process for a task; on leaving the block, wait for its end."""
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


def run_task(task: str, job: dict[str, Any]) -> dict[str, Any]:
    """Run a task in a process of its own and return its only reply."""
    with start_worker(task, job) as worker:
        return worker.receive()


def environment() -> dict[str, str]:
    """Return this process's environment, with the checkout in PYTHONPATH for `benchmarks`."""
    inherited = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, (str(CHECKOUT), inherited)))
    return os.environ | {"PYTHONPATH": path}

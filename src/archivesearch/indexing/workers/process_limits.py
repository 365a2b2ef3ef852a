"""Limits on a process: its memory, and the CPU time of a block of code.

They guard work that may never end, such as parsing a hostile page. A block that exceeds
its time limit kills the process, so run it in a worker process. A block that exceeds the
memory limit gets a MemoryError.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MEMORY_LIMIT = 1_500_000_000
"""Bytes of data that a process may allocate. Not address space: libraries reserve much of it."""

TIME_LIMIT_EXIT_CODE = -signal.SIGPROF if hasattr(signal, "SIGPROF") else 1
"""The exit code of a process that `time_limit` has killed."""


@contextmanager
def memory_limit() -> Iterator[None]:
    """Limit the memory of this process inside the block.

    A larger allocation raises MemoryError. Without `resource` (on Windows) nothing is limited.
    """
    try:
        import resource

        before = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, before[1]))
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, before)


if sys.platform == "win32":

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """Kill this process if the block takes longer than `seconds`."""
        import faulthandler
        from pathlib import Path

        with Path(os.devnull).open("w") as devnull:
            faulthandler.dump_traceback_later(seconds, exit=True, file=devnull)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()

else:

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """Kill this process if the block takes more than `seconds` of CPU time.

        The signal has no handler, so it kills the process inside C code too.
        """
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

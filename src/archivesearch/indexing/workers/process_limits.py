"""Bounds to what a process may take: past one of them the system ends it, or there is no memory.

They are for work that may not come to an end, in a process that can be spared.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MEMORY_LIMIT = 1_500_000_000
"""The bytes that a process may take for itself: of address space some libraries reserve much."""

TIME_LIMIT_EXIT_CODE = -signal.SIGPROF if hasattr(signal, "SIGPROF") else 1
"""The exit code of a process that has been ended by its time."""


@contextmanager
def memory_limit() -> Iterator[None]:
    """Let what is done here not take so much memory that the machine suffers.

    There is MemoryError where it would, if the system can tell.
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
        """End this process if what is done here takes longer."""
        import faulthandler
        from pathlib import Path

        with Path(os.devnull).open("w") as nowhere:
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()

else:

    @contextmanager
    def time_limit(seconds: float) -> Iterator[None]:
        """End this process if what is done here takes more CPU time.

        The signal's own action ends it, whatever it is doing, in Python or below.
        """
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

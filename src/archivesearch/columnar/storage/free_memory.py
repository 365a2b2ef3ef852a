"""Heap trimming: return free memory to the operating system (`malloc_trim`).

glibc keeps the memory that threads have freed, because it lies in pieces between memory in
use. After a few batches of passages as much memory is free as is in use.
"""

import sys
from collections.abc import Callable
from functools import cache


def trim_heap() -> None:
    """Return free heap memory to the system; without glibc this does nothing."""
    _malloc_trim()(0)


@cache
def _malloc_trim() -> Callable[[int], object]:
    if sys.platform.startswith("linux"):
        import ctypes  # which a search never needs

        function = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if function is not None:
            return function  # type: ignore[no-any-return]
    return lambda _: None

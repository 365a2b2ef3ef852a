"""Memory that is free, handed back to the system.

What threads have let go of lies in pieces between what is still used, and glibc keeps it:
after a few stretches of passages that is as much again as is in use.
"""

import sys
from collections.abc import Callable
from functools import cache


def trim_heap() -> None:
    """Hand back what can be; without glibc there is nothing to be done."""
    _trimming()(0)


@cache
def _trimming() -> Callable[[int], object]:
    if sys.platform.startswith("linux"):
        import ctypes  # which a search never needs

        found = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return lambda _: None

# What archivesearch uses of loky, which ships no types of its own.

from collections.abc import Callable
from concurrent.futures import Executor as Executor
from concurrent.futures import Future as Future
from concurrent.futures import as_completed as as_completed
from concurrent.futures import wait as wait
from concurrent.futures.process import BrokenProcessPool as _BrokenProcessPool
from typing import Any

class BrokenProcessPool(_BrokenProcessPool): ...

class ProcessPoolExecutor(Executor):
    def __init__(
        self,
        max_workers: int | None = None,
        job_reducers: Any = None,
        result_reducers: Any = None,
        timeout: float | None = None,
        context: Any = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        env: dict[str, str] | None = None,
    ) -> None: ...
    # It has no `cancel_futures`; `kill_workers` does that and more.
    def shutdown(  # type: ignore[override]
        self, wait: bool = True, kill_workers: bool = False
    ) -> None: ...

def get_reusable_executor(
    max_workers: int | None = None,
    context: Any = None,
    timeout: float | None = 10,
    kill_workers: bool = False,
    reuse: bool | str = "auto",
    job_reducers: Any = None,
    result_reducers: Any = None,
    initializer: Callable[..., object] | None = None,
    initargs: tuple[Any, ...] = (),
    env: dict[str, str] | None = None,
) -> ProcessPoolExecutor: ...
def cpu_count(only_physical_cores: bool = False) -> int: ...

"""Pages parsed in several processes: their order, how far ahead is read, and what goes wrong."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_archive import page_of, write

import archivesearch
from archivesearch import IndexProblem, Progress, Skipped
from archivesearch.config import Config
from archivesearch.model import RawPage
from archivesearch.pool import Raw, parsed

CONFIG = Config()


def raws(number: int, seen: list[int]) -> Iterator[Raw]:
    """Yield pages, noting each that is asked for; every seventh cannot be read."""
    for n in range(number):
        seen.append(n)
        name = f"{n}.html"
        if n % 7:
            yield RawPage(name, page_of(f"Page {n}.").encode()), CONFIG
        else:
            yield Skipped(name, "it is empty"), CONFIG


@pytest.mark.parametrize("jobs", [1, 2])
def test_pages_come_in_their_order_with_their_sizes(jobs: int) -> None:
    found = list(parsed(raws(100, []), jobs))
    assert [page.page for page, _ in found] == [f"{n}.html" for n in range(100)]
    assert [size == 0 for _, size in found] == [n % 7 == 0 for n in range(100)]
    assert all(isinstance(page, Skipped) == (size == 0) for page, size in found)


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 80)])
def test_only_so_many_pages_are_read_ahead(jobs: int, most: int) -> None:
    seen: list[int] = []
    pages = iter(parsed(raws(1000, seen), jobs))
    next(pages)
    assert len(seen) <= most


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    from loky import get_reusable_executor

    def kill(progress: Progress) -> None:
        if progress.pages == 1:
            executor: Any = get_reusable_executor(max_workers=2)
            for process in list(executor._processes):
                os.kill(process, signal.SIGKILL)

    pages = {f"{n}.html": page_of("Of a party.") for n in range(500)}
    site = write(tmp_path / "site", pages)
    with pytest.raises(IndexProblem, match="--jobs"):
        archivesearch.rebuild([site], tmp_path / "index", jobs=2, progress=kill)
    assert archivesearch.rebuild([site], tmp_path / "index", jobs=2).indexed == 500

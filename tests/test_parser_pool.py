"""The parser pool and its workers: the order of pages, reading ahead, limits and failures."""

import os
import signal
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

import archivesearch
from archivesearch import Notice, Page, Progress, Skipped
from archivesearch.config import Config
from archivesearch.errors import IndexProblem
from archivesearch.indexing.workers.process_limits import MEMORY_LIMIT, memory_limit, time_limit
from archivesearch.indexing.workers.worker_pool import WorkerDied, WorkerPool
from archivesearch.model.pages import RawPage
from archivesearch.parse.fallback import parse_without_structure
from helpers.small_archive import html_page, page_tasks, parse_pages, write_files

CONFIG = Config()


def raws(count: int, numbers: list[int]) -> Iterator[RawPage | Skipped]:
    """Yield pages and append their numbers to `numbers`; every seventh page cannot be read."""
    for n in range(count):
        numbers.append(n)
        name = f"{n}.html"
        if n % 7:
            yield RawPage(name, html_page(f"Page {n}.").encode())
        else:
            yield Skipped(name, "it is empty")


@pytest.mark.parametrize("jobs", [1, 2])
def test_pages_come_in_order_with_their_sizes(jobs: int) -> None:
    outcomes = list(parse_pages(page_tasks(raws(100, [])), jobs))
    assert [page.page for page, _ in outcomes] == [f"{n}.html" for n in range(100)]
    assert [size == 0 for _, size in outcomes] == [n % 7 == 0 for n in range(100)]
    assert all(isinstance(page, Skipped) == (size == 0) for page, size in outcomes)


@pytest.mark.parametrize(("jobs", "most"), [(1, 20), (2, 160)])
def test_few_pages_are_read_ahead(jobs: int, most: int) -> None:
    numbers: list[int] = []
    pages = parse_pages(page_tasks(raws(1000, numbers)), jobs)
    next(pages)
    assert len(numbers) <= most


def test_few_bytes_are_read_ahead() -> None:
    numbers: list[int] = []

    def large() -> Iterator[RawPage]:
        for n in range(40):
            numbers.append(n)
            yield RawPage(f"{n}.txt", b"words " * 300_000)

    next(parse_pages(page_tasks(large()), 2))
    assert len(numbers) <= 8


# Every `<` starts a search for a missing tag, and browsers' rules for tables are slow.
SLOW = b"<html><p>Before.</p>" + b"<table><b>" * 100_000 + b"<p>Found in the end.</p>"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_page_that_exceeds_its_time_is_read_as_plain_text(jobs: int) -> None:
    pages = [RawPage(f"{n}.html", html_page(f"Page {n}.").encode()) for n in range(40)]
    pages[7] = RawPage("slow.html", SLOW)
    outcomes = [page for page, _ in parse_pages(page_tasks(pages), jobs, seconds=0.25)]
    (notice,) = [page for page in outcomes if isinstance(page, Notice)]
    assert notice.page == "slow.html"
    assert notice.text == (
        "it was not read within 0.25 seconds of computing; it was read as plain text"
    )
    read = [page for page in outcomes if isinstance(page, Page)]
    assert [page.page for page in read] == [page.page for page in pages]
    assert [paragraph.text for paragraph in read[7].sections[0].paragraphs] == [
        "Before.",
        "Found in the end.",
    ]


@pytest.mark.parametrize(
    "name", ["0.html" + "&#0;" * 5000, "a1-" * 7000, "94.05." * 4000, "?" * 40_000]
)
def test_no_page_name_exceeds_the_time_limit(name: str) -> None:
    pages = [RawPage(name, html_page("A paragraph.").encode()), RawPage("b.html", b"<p>Another.")]
    outcomes = [page for page, _ in parse_pages(page_tasks(pages), 2, seconds=3)]
    assert [page.page for page in outcomes if isinstance(page, Page)] == [name, "b.html"]
    assert len(outcomes) == 2  # no notice


def end(how: str, *_: object) -> str:
    """Kill this process by a "crash", by "memory" or by a "hang"; return any other `how`."""
    if how == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "memory":
        with memory_limit():
            bytes(MEMORY_LIMIT)
    with time_limit(0.2):
        while how == "hang":
            pass
    return how


def fail(error: type[Exception], *args: object) -> None:
    raise error(*args)


class Picky(Exception):
    """An exception that cannot be unpickled: its arguments are not its constructor's."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
@pytest.mark.parametrize("how", ["crash", "memory", "hang"])
def test_a_task_that_kills_its_process_ends_no_other_task(how: str) -> None:
    with WorkerPool(2) as pool:
        expected: dict[int, object] = {}
        for n in range(6):
            expected[pool.submit(end, "a")] = "a"
            if n == 2:
                expected[pool.submit(end, how)] = WorkerDied(out_of_time=how == "hang")
            expected[pool.submit(end, "c", bytes(1_000_000))] = "c"  # more than a pipe holds
        results: dict[int, object] = {}
        while len(results) < len(expected):
            results.update(pool.results())
    assert results == expected


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_background_task_runs_beside_tasks_in_order(jobs: int) -> None:
    with WorkerPool(jobs) as pool:
        result = pool.run_in_background(end, "aside")
        tasks = ((how, bytes(n)) for n, how in enumerate("abcdefghij"))
        assert "".join(pool.map_in_order(end, tasks)) == "abcdefghij"
        pool.stop_workers()
        assert result() == "aside"


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
def test_a_task_that_kills_its_process_ends_map_in_order() -> None:
    with WorkerPool(2) as pool, pytest.raises(IndexProblem, match="fewer --jobs"):
        list(pool.map_in_order(end, [("a",), ("crash",), ("b",)]))


def finish(pool: WorkerPool) -> None:
    while not list(pool.results()):
        pass


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
def test_a_process_that_never_starts_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with WorkerPool(1) as pool:  # starts the processes that all pools share
        pool.submit(end, "a")
        finish(pool)
    monkeypatch.setenv("PYTHONHOME", os.devnull)
    with WorkerPool(1) as pool:
        pool.submit(end, "a")
        with pytest.raises(IndexProblem, match="--jobs"):
            finish(pool)


@pytest.mark.parametrize(
    ("error", "args", "raised"),
    [(ValueError, ("of a task",), ValueError), (Picky, ("this", "that"), RuntimeError)],
)
def test_an_exception_in_a_task_is_raised_here(
    error: type[Exception], args: tuple[str, ...], raised: type[Exception]
) -> None:
    with WorkerPool(1) as pool:
        pool.submit(fail, error, *args)
        with pytest.raises(raised) as caught:
            finish(pool)
    message = "".join(traceback.format_exception(caught.value))
    assert f"{error.__name__}: {' and '.join(args)}" in message
    assert "in fail" in message


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
def test_killed_processes_lose_no_page(tmp_path: Path) -> None:
    import multiprocessing

    def kill(progress: Progress) -> None:
        if progress.stage == "reading" and progress.pages == 1:
            for process in multiprocessing.active_children():
                process.terminate()

    pages = {f"{n}.html": html_page("Of a party.", f"Number {n}.") for n in range(500)}
    site = write_files(tmp_path / "site", pages)
    report = archivesearch.rebuild([site], tmp_path / "index", jobs=2, progress=kill)
    assert report.indexed == 500
    assert len(report.notices) <= 4
    assert all("it was read as plain text" in notice.text for notice in report.notices)


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_process_is_left(jobs: int) -> None:
    import multiprocessing

    list(parse_pages(page_tasks(raws(50, [])), jobs))
    stopped = parse_pages(page_tasks(raws(500, [])), jobs)
    next(stopped)
    del stopped
    assert not multiprocessing.active_children()


def test_a_page_of_too_many_tags_or_paragraphs_is_read_as_plain_text() -> None:
    tags = RawPage("tags.html", b"<i>a</i>" * 200_000)
    paragraphs = RawPage("paragraphs.html", b"<p>a" * 150_000)
    outcomes = [page for page, _ in parse_pages(page_tasks([tags, paragraphs]))]
    notices = [page.text for page in outcomes if isinstance(page, Notice)]
    assert notices == [
        "it has more than 300,000 tags; it was read as plain text",
        "it has more than 100,000 paragraphs; it was read as plain text",
    ]
    pages = [page for page in outcomes if isinstance(page, Page)]
    assert [len(page.sections[0].paragraphs) for page in pages] == [10, 598]


PLAIN = [
    (b"one\n\ntwo\nthree", ["one", "two three"]),
    (b"<p>one<p>two &amp; <b>th</b>ree", ["one", "two & three"]),
    (b"<script>no</script>yes<style>no", ["yes"]),
    (b"a < b and c > d", ["a < b and c > d"]),
    (b"x" * 50_000, ["x" * 20_000, "x" * 20_000, "x" * 10_000]),
]


@pytest.mark.parametrize(("data", "paragraphs"), PLAIN)
def test_a_page_as_plain_text(data: bytes, paragraphs: list[str]) -> None:
    page = parse_without_structure(RawPage("a.html", data), CONFIG)
    assert isinstance(page, Page)
    assert [paragraph.text for paragraph in page.sections[0].paragraphs] == paragraphs


@pytest.mark.parametrize("data", [b"", b"  ", b"<p></p>", b"%PDF-1.4", b"\x89PNG"])
def test_a_page_without_text_is_skipped_as_plain_text_too(data: bytes) -> None:
    assert isinstance(parse_without_structure(RawPage("a.html", data), CONFIG), Skipped)

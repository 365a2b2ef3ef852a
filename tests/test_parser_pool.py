"""Pages parsed in several processes: their order, how far ahead is read, and what goes wrong."""

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


def raws(number: int, seen: list[int]) -> Iterator[RawPage | Skipped]:
    """Yield pages, noting each that is asked for; every seventh cannot be read."""
    for n in range(number):
        seen.append(n)
        name = f"{n}.html"
        if n % 7:
            yield RawPage(name, html_page(f"Page {n}.").encode())
        else:
            yield Skipped(name, "it is empty")


@pytest.mark.parametrize("jobs", [1, 2])
def test_pages_come_in_their_order_with_their_sizes(jobs: int) -> None:
    found = list(parse_pages(page_tasks(raws(100, [])), jobs))
    assert [page.page for page, _ in found] == [f"{n}.html" for n in range(100)]
    assert [size == 0 for _, size in found] == [n % 7 == 0 for n in range(100)]
    assert all(isinstance(page, Skipped) == (size == 0) for page, size in found)


@pytest.mark.parametrize(("jobs", "most"), [(1, 20), (2, 160)])
def test_only_so_many_pages_are_read_ahead(jobs: int, most: int) -> None:
    seen: list[int] = []
    pages = parse_pages(page_tasks(raws(1000, seen)), jobs)
    next(pages)
    assert len(seen) <= most


def test_only_so_many_bytes_are_read_ahead() -> None:
    seen: list[int] = []

    def large() -> Iterator[RawPage]:
        for n in range(40):
            seen.append(n)
            yield RawPage(f"{n}.txt", b"words " * 300_000)

    next(parse_pages(page_tasks(large()), 2))
    assert len(seen) <= 8


# Every `<` begins a search for what is not there, and browsers' rules for tables are slow.
SLOW = b"<html><p>Before.</p>" + b"<table><b>" * 100_000 + b"<p>Found in the end.</p>"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_page_past_its_time_is_read_as_plain_text(jobs: int) -> None:
    pages = [RawPage(f"{n}.html", html_page(f"Page {n}.").encode()) for n in range(40)]
    pages[7] = RawPage("slow.html", SLOW)
    found = [page for page, _ in parse_pages(page_tasks(pages), jobs, seconds=0.25)]
    (notice,) = [page for page in found if isinstance(page, Notice)]
    assert notice.page == "slow.html"
    assert notice.text == (
        "it was not read within 0.25 seconds of computing; it was read as plain text"
    )
    read = [page for page in found if isinstance(page, Page)]
    assert [page.page for page in read] == [page.page for page in pages]
    assert [paragraph.text for paragraph in read[7].sections[0].paragraphs] == [
        "Before.",
        "Found in the end.",
    ]


@pytest.mark.parametrize(
    "name", ["0.html" + "&#0;" * 5000, "a1-" * 7000, "94.05." * 4000, "?" * 40_000]
)
def test_no_name_of_a_page_takes_its_time(name: str) -> None:
    pages = [RawPage(name, html_page("A paragraph.").encode()), RawPage("b.html", b"<p>Another.")]
    found = [page for page, _ in parse_pages(page_tasks(pages), 2, seconds=3)]
    assert [page.page for page in found if isinstance(page, Page)] == [name, "b.html"]
    assert len(found) == 2  # no notice


def end(how: str, *_: object) -> str:
    """End the process in a way that a test asks for, or do nothing."""
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
    """Which cannot be made of what it is told."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


@pytest.mark.skipif(os.name != "posix", reason="processes are ended as POSIX does it")
@pytest.mark.parametrize("how", ["crash", "memory", "hang"])
def test_what_ends_a_process_ends_no_other_task(how: str) -> None:
    with WorkerPool(2) as crew:
        wanted: dict[int, object] = {}
        for n in range(6):
            wanted[crew.submit(end, "a")] = "a"
            if n == 2:
                wanted[crew.submit(end, how)] = WorkerDied(out_of_time=how == "hang")
            wanted[crew.submit(end, "c", bytes(1_000_000))] = "c"  # more than waits on the line
        results: dict[int, object] = {}
        while len(results) < len(wanted):
            results.update(crew.results())
    assert results == wanted


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_task_is_done_while_others_are_done_in_order(jobs: int) -> None:
    with WorkerPool(jobs) as crew:
        aside = crew.run_in_background(end, "aside")
        tasks = ((how, bytes(n)) for n, how in enumerate("abcdefghij"))
        assert "".join(crew.map_in_order(end, tasks)) == "abcdefghij"
        crew.stop_workers()
        assert aside() == "aside"


@pytest.mark.skipif(os.name != "posix", reason="processes are ended as POSIX does it")
def test_a_task_that_ends_its_process_ends_work_in_order() -> None:
    with WorkerPool(2) as crew, pytest.raises(IndexProblem, match="fewer --jobs"):
        list(crew.map_in_order(end, [("a",), ("crash",), ("b",)]))


def finish(crew: WorkerPool) -> None:
    while not list(crew.results()):
        pass


@pytest.mark.skipif(os.name != "posix", reason="processes are ended as POSIX does it")
def test_a_process_that_never_starts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with WorkerPool(1) as crew:  # which starts what all crews share
        crew.submit(end, "a")
        finish(crew)
    monkeypatch.setenv("PYTHONHOME", os.devnull)
    with WorkerPool(1) as crew:
        crew.submit(end, "a")
        with pytest.raises(IndexProblem, match="--jobs"):
            finish(crew)


@pytest.mark.parametrize(
    ("error", "args", "raised"),
    [(ValueError, ("of a task",), ValueError), (Picky, ("this", "that"), RuntimeError)],
)
def test_what_a_task_raises_is_raised_here(
    error: type[Exception], args: tuple[str, ...], raised: type[Exception]
) -> None:
    with WorkerPool(1) as crew:
        crew.submit(fail, error, *args)
        with pytest.raises(raised) as found:
            finish(crew)
    told = "".join(traceback.format_exception(found.value))
    assert f"{error.__name__}: {' and '.join(args)}" in told
    assert "in fail" in told


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
def test_processes_that_are_killed_cost_no_page(tmp_path: Path) -> None:
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
    found = [page for page, _ in parse_pages(page_tasks([tags, paragraphs]))]
    notices = [page.text for page in found if isinstance(page, Notice)]
    assert notices == [
        "it has more than 300,000 tags; it was read as plain text",
        "it has more than 100,000 paragraphs; it was read as plain text",
    ]
    pages = [page for page in found if isinstance(page, Page)]
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
def test_what_holds_no_text_is_skipped_as_plain_text_too(data: bytes) -> None:
    assert isinstance(parse_without_structure(RawPage("a.html", data), CONFIG), Skipped)

"""The command `rebuild`: its report, its progress and its errors."""

import inspect
import json
import os
import signal
import subprocess
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

import archivesearch
from archivesearch.cli.failures import Interrupted
from archivesearch.cli.progress import ProgressMeter, show_progress, write_progress_lines
from archivesearch.model.reports import Progress
from helpers import crawls
from helpers.cli_site import (
    PAGES,
    command,
    done,
    failed,
    misused,
    run,
    without_progress,
    write_pages,
)
from helpers.crawls import gzip_members, page_record, record

ALONE = ("--jobs", "1")
"""A pool of processes would outlive the test."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_pages(tmp_path / "site")


def test_report(site: Path, tmp_path: Path) -> None:
    result = run("rebuild", site, "--index", tmp_path / "index", *ALONE)
    assert result.exit_code == 0
    assert without_progress(result.stderr) == "skipped empty.html: it is empty\n"
    assert result.stdout.startswith(f"Indexed 2 of 3 pages into {tmp_path / 'index'} in ")
    assert "1 page skipped" in result.stdout


def test_report_as_json(site: Path, tmp_path: Path) -> None:
    arguments = ("rebuild", site, "--index", tmp_path / "index", "--format", "json", *ALONE)
    value = json.loads(done(*arguments))
    assert (value["read"], value["indexed"]) == (3, 2)
    assert [page["page"] for page in value["skipped"]] == ["empty.html"]
    assert value["bytes"] == sum(len(text.encode()) for text in PAGES.values())


def test_report_in_a_file(site: Path, tmp_path: Path) -> None:
    arguments = ("rebuild", site, "--index", tmp_path / "index", *ALONE)
    run(*arguments, "--report", tmp_path / "report.txt")
    assert "empty.html: it is empty" in (tmp_path / "report.txt").read_text()
    printed = json.loads(done(*arguments, "--report", tmp_path / "r.json", "--format", "json"))
    assert json.loads((tmp_path / "r.json").read_text()) == printed
    assert "no folder" in misused(*arguments, "--report", tmp_path / "none" / "r.json")
    assert misused(*arguments, "--report", tmp_path)
    run("update", *arguments[1:], "--report", tmp_path / "update.txt")
    assert "empty.html: it is empty" in (tmp_path / "update.txt").read_text()


def test_a_crawl_and_a_folder_together(site: Path, tmp_path: Path) -> None:
    crawl = tmp_path / "x.warc.gz"
    url = "http://example.org/a.html"
    request = record(b"GET /", url, "request")
    crawl.write_bytes(
        gzip_members(request, page_record("Castro speaks.", url), b"rubbish", request)
    )
    index = tmp_path / "index"
    result = run("rebuild", crawl, site, "--index", index, "--jobs", "2")
    assert result.exit_code == 0
    notice, skipped = without_progress(result.stderr).splitlines()
    assert notice.startswith("note on x.warc.gz: at byte ")
    assert skipped == "skipped site!empty.html: it is empty"
    assert "Indexed 3 of 4 pages" in result.stdout
    assert "1 page skipped, 2 other records" in result.stdout
    hits = done("search", "castro", "--format", "jsonl", "--index", index).splitlines()
    assert {json.loads(hit)["page"] for hit in hits} == {
        f"x.warc.gz!{url}",
        "site!lists/parties.html",
        "site!letters/1994.html",
    }
    shown = json.loads(done("show", f"x.warc.gz!{url}", "--format", "json", "--index", index))
    assert shown["page"]["source"] == "x.warc.gz"
    assert "at byte" in shown["page"]["record"]


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        ("indexing", "nothing was changed in x"),
        ("saving", "x holds either the complete old index or the complete new one"),
    ],
)
def test_an_interruption_reports_the_state_of_the_index(stage: str, state: str) -> None:
    def interrupt() -> None:
        with show_progress("x") as meter:
            meter(Progress(1, 1, 5, 0, stage))
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        interrupt()
    assert caught.value.message == f"interrupted; {state}"


def test_a_line_of_progress() -> None:
    clock = Clock()
    meter = ProgressMeter(clock)
    assert meter.line() == "listing"
    clock.now += 75
    assert meter.line() == "listing: 1 min 15 s so far"
    meter(Progress(1, 1, 5, 0, "reading"))
    assert meter.line() == "reading: 1 of 1 page"
    meter(Progress(2000, 2000, 9_000_000, 3, "comparing"))
    meter(Progress(0, 3000, 9_000_000, 3, "indexing"))
    clock.now += 2
    meter(Progress(1000, 3000, 9_000_000, 3, "indexing"))
    assert meter.line() == "indexing: 1,000 of 3,000 pages, 3 skipped, 4 s left"
    assert (meter.seconds, meter.bytes) == (77, 9_000_000)


def test_speed_and_time_left_are_those_of_the_last_half_minute() -> None:
    clock = Clock()
    meter = ProgressMeter(clock)
    pages = size = 0
    for second in range(100):
        clock.now += 1
        pages += 1000 if second < 10 else 1
        size += 20_000_000 if second < 10 else 2_000_000
        meter(Progress(pages, 100_000, size, 0, "reading"))
    assert meter.line() == "reading: 10,090 of 100,000 pages, 2.0 MB/s, 24 h 58 min left"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (60, "50 of 200 pages  1.5 MB/s  3 skipped  30 s left"),
        (40, "50 of 200 pages  3 skipped  30 s left"),
        (30, "50 of 200 pages  30 s left"),
        (20, "50 of 200 pages"),
        (10, ""),
    ],
)
def test_a_narrow_terminal_shows_fewer_parts(columns: int, expected: str) -> None:
    clock = Clock()
    meter = ProgressMeter(clock)
    meter(Progress(0, 200, 0, 0, "reading"))
    clock.now += 10
    meter(Progress(50, 200, 15_000_000, 3, "reading"))
    assert meter.short_line(columns) == expected


def test_every_stage_has_its_own_count(site: Path, tmp_path: Path) -> None:
    (site / "copy.html").write_text(PAGES["lists/parties.html"])
    crawl = tmp_path / "x.warc"
    crawl.write_bytes(page_record("Castro speaks.") + record(b"GET /", kind="request") * 5)
    reports: list[Progress] = []
    report = archivesearch.rebuild([site, crawl], tmp_path / "index", progress=reports.append)
    assert (report.read, report.indexed, report.same, report.no_pages) == (10, 4, 1, 5)
    last = {progress.stage: progress for progress in reports}
    counts = [(p.stage, p.pages, p.total, p.skipped) for p in last.values()]
    assert counts == [
        ("reading", 5, 5, 1),
        ("comparing", 5, None, 1),
        ("indexing", 3, 3, 1),
        ("merging", 5, None, 1),
        ("saving", 5, None, 1),
    ]


def test_without_a_terminal_a_line_is_written_at_intervals(
    capfd: pytest.CaptureFixture[str],
) -> None:
    meter = ProgressMeter()
    with write_progress_lines(meter, interval=0.01):
        errors = ""
        while errors.count("\n") < 2:  # nothing is reported meanwhile
            errors += capfd.readouterr().err
    assert errors.startswith("listing\n")


@pytest.mark.skipif(os.name != "posix", reason="needs terminals of POSIX")
@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_on_a_terminal_a_line_is_drawn_and_erased(site: Path, tmp_path: Path, kind: str) -> None:
    terminal, end = os.openpty()
    process = subprocess.Popen(
        command("rebuild", site, "--index", tmp_path / "index", *ALONE),
        stdout=subprocess.PIPE,
        stderr=end,
        env={**os.environ, "TERM": kind, "COLUMNS": "60"},
    )
    os.close(end)
    drawn = b""
    with suppress(OSError):  # the other end is closed
        while data := os.read(terminal, 4096):
            drawn += data
    os.close(terminal)
    output, _ = process.communicate(timeout=60)
    assert output.startswith(b"Indexed 2 of 3 pages")
    *_, last = drawn.replace(b"\r\n", b"\n").rsplit(b"\x1b[2K", 1)
    assert without_progress(last.decode()) == "skipped empty.html: it is empty\n"
    assert (b"\x1b[2K" in drawn) == (kind == "xterm")


def test_the_corpus_and_the_index_are_looked_for_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_pages(tmp_path / "corpus")
    assert run("rebuild", *ALONE).exit_code == 0
    assert done("search", "castro").startswith("3 paragraphs")


def test_without_sources_and_without_a_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("rebuild", "update"):
        assert "no source is given, and there is no folder corpus here" in failed(name)
    assert list(tmp_path.iterdir()) == []


def test_sources_without_a_page_are_reported_with_their_contents(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    (tmp_path / "a.html").write_text("")
    line = failed("rebuild", tmp_path / "a.html", *index)
    assert line.endswith("/a.html cannot be read (a.html: it is empty)\n")
    crawl = tmp_path / "crawl.warc"
    crawl.write_bytes(
        crawls.record(b"GET / HTTP/1.0\r\n\r\n", kind="request") * 2
        + crawls.record(crawls.http_response("x", "image/gif"), url="http://www.example.org/a.gif")
    )
    line = failed("rebuild", crawl, *index)
    assert "there are no pages in" in line
    assert "and 3 other records (2: it is a request record; 1: it is of the type image" in line
    folder = tmp_path / "folder"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a.zip", "w"):
        pass
    assert "and 1 other record (1: it is an archive inside" in failed("rebuild", folder, *index)


def test_a_build_that_fails_is_reported_in_one_line(site: Path, tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    assert "nowhere" in failed("rebuild", tmp_path / "nowhere", *index)
    assert "nowhere.toml" in failed("rebuild", site, "--config", tmp_path / "nowhere.toml", *index)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("bogus = 1\n")
    assert "bogus" in failed("rebuild", site, "--config", wrong, *index)
    assert not (tmp_path / "index").exists()


def test_an_index_folder_with_other_files_is_refused(site: Path) -> None:
    assert str(site) in failed("rebuild", site, "--index", site)
    assert {path.name for path in site.iterdir()} == {"lists", "letters", "empty.html"}


def test_an_index_that_is_a_file_is_refused(site: Path, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("not an index")
    assert "index" in failed("rebuild", site, "--index", tmp_path / "index")


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="needs a file that it may not read"
)
def test_a_file_that_cannot_be_read_is_reported(site: Path, tmp_path: Path) -> None:
    (site / "letters" / "1994.html").chmod(0)
    result = run("rebuild", site, "--index", tmp_path / "index", *ALONE)
    assert result.exit_code == 0
    assert "skipped letters/1994.html: " in result.stderr


def test_a_source_with_an_empty_name_is_wrong_usage(tmp_path: Path) -> None:
    assert "the name is empty" in misused("rebuild", "", "--index", tmp_path / "index")


def test_jobs_must_be_a_number() -> None:
    assert misused("rebuild", "--jobs", "0")
    assert misused("rebuild", "--jobs", "many")


def test_memory_must_be_positive_and_has_the_default_of_the_function() -> None:
    assert misused("rebuild", "--memory", "0")
    default = inspect.signature(archivesearch.rebuild).parameters["memory"].default
    text = " ".join(done("rebuild", "--help").split())
    assert f"[default: {default};" in text


@pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_the_old_index(tmp_path: Path, jobs: str) -> None:
    index = tmp_path / "index"
    assert run("rebuild", write_pages(tmp_path / "site"), "--index", index, *ALONE).exit_code == 0
    before = done("search", "castro", "--format", "jsonl", "--index", index)
    text = PAGES["lists/parties.html"]
    for number in range(3000):
        (tmp_path / "site" / f"{number}.html").write_text(text * 10)
    files = set(index.iterdir())
    process = subprocess.Popen(
        command("rebuild", tmp_path / "site", "--index", index, "--jobs", jobs),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while set(index.iterdir()) == files and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    message = f"archivesearch: interrupted; nothing was changed in {index}\n"
    assert without_progress(errors) == message
    assert done("search", "castro", "--format", "jsonl", "--index", index) == before

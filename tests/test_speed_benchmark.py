"""Speed benchmark: the shape of its output for a few pages, not the times."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.speed import programs

ROOT = Path(__file__).resolve().parent.parent

PAGE = """<html><head><title>Letter {n}</title></head><body><h1>Letter {n}</h1>
<p>The printers of harbour street wrote letter number {n} about wages and housing.</p>
<p>Published: 19{n} in the harbour paper, and reprinted for the meeting of the printers.</p>
</body></html>"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    for n in range(60, 84):
        (folder / f"letter{n}.html").write_text(PAGE.format(n=n), encoding="utf-8")
    return folder


def run_benchmark(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.speed", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def result(pages: Path) -> dict[str, Any]:
    engines = ("--only", "archivesearch", "--only", "sqlite")
    process = run_benchmark(
        pages, *engines, "--queries", 4, "--repeat", 2, "--cold", 1, "--format", "json"
    )
    assert process.returncode == 0, process.stderr
    values: dict[str, Any] = json.loads(process.stdout)
    return values


def test_no_engine_fails_or_is_absent(result: dict[str, Any]) -> None:
    assert result["failed"] == {}
    assert result["absent"] == {}


def test_pages_and_paragraphs_are_counted(result: dict[str, Any]) -> None:
    corpus = result["corpus"]
    assert corpus["pages"] == 24
    assert corpus["skipped"] == 0
    assert corpus["paragraphs"] >= 48
    assert corpus["page_bytes"] > corpus["text_bytes"] > 0
    assert result["rebuild"]["pages"] == 24


def test_a_command_and_its_descendants_are_measured() -> None:
    code = "import subprocess, sys; x = b'x' * 10**8; subprocess.run([sys.executable, '-c', "
    code += "'import time; x = 10**8 * bytes(1); time.sleep(1)'])"
    figures = programs.run_command([sys.executable, "-c", code])
    assert figures["seconds"] > figures["cpu_seconds"] > 0
    assert not sys.platform.startswith("linux") or figures["peak_bytes"] > 180_000_000
    assert (
        "boom" in programs.run_command([sys.executable, "-c", "raise SystemExit('boom')"])["error"]
    )


def test_whole_measures_archivesearch_and_other_programs(pages: Path) -> None:
    engines = ("--only", "archivesearch", "--only", "sqlite")
    options = (*engines, "--queries", 2, "--limit-pages", 9, "--cold", 0)
    process = run_benchmark(pages, *options, "--whole", "--format", "json")
    assert process.returncode == 0, process.stderr
    whole = json.loads(process.stdout)["whole"]
    assert set(whole["rows"]) | set(whole["absent"]) == set(programs.PROGRAMS)
    assert whole["rows"]["archivesearch"]["seconds"] > 0
    assert all("error" not in row for row in whole["rows"].values())
    assert len(whole["growth"]["peak_bytes"]) == 2


def test_builds_have_time_memory_and_size(result: dict[str, Any]) -> None:
    assert set(result["builds"]) == {"archivesearch", "sqlite"}
    for values in result["builds"].values():
        assert values["seconds"] > 0
        assert values["peak_bytes"] >= values["start_bytes"] > 0
        assert values["index_bytes"] > 0
    assert set(result["ratios"]["builds"]["sqlite"]) == {
        "seconds",
        "cpu_seconds",
        "peak_bytes",
        "index_bytes",
    }


@pytest.mark.parametrize("kind", ["words", "all", "phrase", "prefix"])
def test_every_query_is_answered(result: dict[str, Any], kind: str) -> None:
    for values in result["queries"][kind].values():
        assert values["queries"] == 4
        assert values["empty"] == 0
        assert 0 < values["p50"] <= values["p95"] <= values["p99"]
    assert set(result["ratios"]["queries"][kind]["sqlite"]) == {"p50", "p95", "p99", "cpu_ms"}


def test_cold_starts_are_measured(result: dict[str, Any]) -> None:
    assert set(result["cold_start"]) == {"archivesearch search", "archivesearch --help"}


def test_growth_has_a_line_for_each_step(pages: Path) -> None:
    process = run_benchmark(pages, "--growth", "1/8,1", "--queries", 4, "--repeat", 1)
    assert process.returncode == 0, process.stderr
    head, *lines = process.stdout.splitlines()
    assert head.startswith("of the corpus  paragraphs")
    assert [line.split()[0] for line in lines] == ["1/8", "1"]


def test_a_peer_is_in_the_table_or_absent(pages: Path) -> None:
    process = run_benchmark(
        pages, "--only", "bm25s", "--queries", 2, "--limit-pages", 5, "--copies", 2
    )
    assert process.returncode == 0, process.stderr
    assert "10 pages (0 skipped)" in process.stdout
    assert ("absent: bm25s" in process.stdout) != ("bm25s  " in process.stdout)


def test_a_folder_without_pages_is_refused_in_one_line(tmp_path: Path) -> None:
    process = run_benchmark(tmp_path)
    assert process.returncode == 1
    assert process.stderr.splitlines() == [
        f"benchmarks.speed: there are no pages with text in {tmp_path}"
    ]

"""`benchmarks.speed` on a folder of a few pages: the shape of what it prints, not the times."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.speed import whole

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


def bench(*options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.speed", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def result(pages: Path) -> dict[str, Any]:
    engines = ("--only", "archivesearch", "--only", "sqlite")
    done = bench(pages, *engines, "--queries", 4, "--repeat", 2, "--cold", 1, "--format", "json")
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_nothing_fails_and_nothing_is_absent(result: dict[str, Any]) -> None:
    assert result["failed"] == {}
    assert result["absent"] == {}


def test_pages_and_paragraphs_are_counted(result: dict[str, Any]) -> None:
    corpus = result["corpus"]
    assert corpus["pages"] == 24
    assert corpus["skipped"] == 0
    assert corpus["paragraphs"] >= 48
    assert corpus["page_bytes"] > corpus["text_bytes"] > 0
    assert result["rebuild"]["pages"] == 24


def test_a_command_and_all_below_it_are_measured() -> None:
    code = "import subprocess, sys; x = b'x' * 10**8; subprocess.run([sys.executable, '-c', "
    code += "'import time; x = 10**8 * bytes(1); time.sleep(1)'])"
    figures = whole.run([sys.executable, "-c", code])
    assert figures["seconds"] > figures["cpu_seconds"] > 0
    assert not sys.platform.startswith("linux") or figures["peak_bytes"] > 180_000_000
    assert "boom" in whole.run([sys.executable, "-c", "raise SystemExit('boom')"])["error"]


def test_whole_rebuilds_beside_other_programs(pages: Path) -> None:
    engines = ("--only", "archivesearch", "--only", "sqlite")
    options = (*engines, "--queries", 2, "--limit-pages", 9, "--cold", 0)
    done = bench(pages, *options, "--whole", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["whole"]
    assert set(found["rows"]) | set(found["absent"]) == set(whole.PROGRAMS)
    assert found["rows"]["archivesearch"]["seconds"] > 0
    assert all("error" not in row for row in found["rows"].values())
    assert len(found["growth"]["peak_bytes"]) == 2


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


def test_commands_are_started_cold(result: dict[str, Any]) -> None:
    assert set(result["cold_start"]) == {"archivesearch search", "archivesearch --help"}


def test_growth_is_measured_from_a_part_to_copies(pages: Path) -> None:
    done = bench(pages, "--growth", "1/8,1", "--queries", 4, "--repeat", 1)
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head.startswith("of the corpus  paragraphs")
    assert [line.split()[0] for line in lines] == ["1/8", "1"]


def test_the_table_of_a_peer_that_may_be_absent(pages: Path) -> None:
    done = bench(pages, "--only", "bm25s", "--queries", 2, "--limit-pages", 5, "--copies", 2)
    assert done.returncode == 0, done.stderr
    assert "10 pages (0 skipped)" in done.stdout
    assert ("absent: bm25s" in done.stdout) != ("bm25s  " in done.stdout)


def test_a_folder_without_pages_is_refused_in_one_line(tmp_path: Path) -> None:
    done = bench(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"bench: there are no pages with text in {tmp_path}"]

"""Relevance benchmark: its table for a collection of three documents."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

DOCUMENTS = [
    {"id": "a", "title": "Letter", "text": "The printers of harbour street wrote about wages."},
    {"id": "b", "title": "Report", "text": "A report about housing in the old harbour."},
    {"id": "c", "title": "Minutes", "text": "The meeting began late and ended early."},
]
RANKINGS = (
    *("text alone", "+ headings, titles", "+ one idf of all fields", "+ nearness"),
    *("+ completeness", "archivesearch"),
)


def test_each_idea_has_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "ir" / "tiny"
    folder.mkdir(parents=True)
    (folder / "docs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in DOCUMENTS))
    (folder / "queries.jsonl").write_text(json.dumps({"id": "1", "text": "printers' wages"}))
    (folder / "qrels.txt").write_text("1 0 a 1\n")
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.relevance", "--data", str(tmp_path), "--ideas"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    for ranking in RANKINGS:
        assert any(line.startswith(f"{ranking} ") for line in lines), process.stdout
    assert lines[-1].count("1.0000 / 1.0000") == 2


def test_a_folder_without_collections_is_skipped(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.relevance", "--data", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.returncode == 0
    assert process.stdout.startswith("skipped: no judged collections in ")

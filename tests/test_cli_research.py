"""The commands `kwic`, `collocations`, `trends`, `suggest` and `export`, and hits as CSV."""

import csv
import io
import json
from pathlib import Path

import pytest

import archivesearch
from archivesearch.present.as_csv import COLUMNS
from helpers.cli_site import done, failed, misused, run, write_pages


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("research")
    archivesearch.rebuild([write_pages(folder / "site")], folder / "index")
    return folder / "index"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_concordance_has_its_matches_in_one_column(index: Path) -> None:
    lines = done("kwic", "castro", "--index", index).splitlines()
    assert lines[0] == "3 paragraphs"
    columns = {line.index("**Castro**") for line in lines[2:]}
    assert len(columns) == 1
    assert max(map(len, lines)) <= 80
    concordance = json.loads(done("kwic", "castro", "--format", "json", "--index", index))
    assert list(concordance) == ["query", "paragraphs", "lines", "notes"]
    assert list(concordance["lines"][0]) == ["id", "page", "org", "year", "left", "match", "right"]
    whole = done("kwic", "castro", "--width", str(10**20), "--index", index)
    assert whole == done("kwic", "castro", "--width", "1000", "--index", index)
    assert done("kwic", "zzzz", "--index", index) == "No paragraph matches zzzz\n"
    assert done("collocations", "zzzz", "--index", index) == "No paragraph matches zzzz\n"


def test_collocations(index: Path) -> None:
    value = json.loads(done("collocations", "castro", "--format", "json", "--index", index))
    assert value["paragraphs"] == 3
    assert all(word["count"] > word["expected"] for word in value["words"])
    text = done("collocations", "castro", "--index", index)
    assert text.startswith("3 paragraphs\n")
    assert "friend" in text


def test_trends(index: Path) -> None:
    value = json.loads(done("trends", "castro", "--format", "json", "--index", index))
    assert sum(year["count"] for year in value["years"]) == 3
    text = done("trends", "castro", "--by", "decade", "--index", index)
    assert "1990s" in text
    assert done("trends", "zzzz", "--index", index) == "No paragraph matches zzzz\n"


def test_suggestions(index: Path) -> None:
    assert "words that begin with cas\n       3  castro" in done("suggest", "cas", "--index", index)
    assert "words spelled like castor\n" in done("suggest", "castor", "--index", index)
    value = json.loads(done("suggest", "cas", "--format", "json", "--index", index))
    assert value["completions"][0] == ["castro", 3]
    assert done("suggest", "zzzz", "--index", index).startswith("No word")
    assert "it is empty; give a word" in misused("suggest", " ", "--index", index)


def test_an_export_has_every_match(index: Path) -> None:
    lines = done("export", "castro", "--index", index).splitlines()
    assert len(lines) == 3
    assert {json.loads(line)["score"] for line in lines} == {0.0}
    table = rows(done("export", "castro", "--format", "csv", "--index", index))
    assert [row["id"] for row in table] == [json.loads(line)["id"] for line in lines]
    assert done("export", "zzzz", "--index", index) == ""
    assert rows(done("export", "zzzz", "--format", "csv", "--index", index)) == []


def test_hits_as_csv(index: Path) -> None:
    text = done("search", "castro", "--format", "csv", "--index", index)
    assert tuple(text.splitlines()[0].split(",")) == COLUMNS
    table = rows(text)
    answer = json.loads(done("search", "castro", "--format", "json", "--index", index))
    assert [row["id"] for row in table] == [hit["id"] for hit in answer["hits"]]
    assert [row["text"] for row in table] == [hit["text"] for hit in answer["hits"]]
    groups = done("search", "castro", "--group", "page", "--format", "csv", "--index", index)
    assert len(rows(groups)) == 3


def test_scores_are_explained(index: Path) -> None:
    text = done("search", "castro", "friend", "--explain", "--limit", "1", "--index", index)
    assert "castro in text" in text
    assert "more of the words" in text
    answer = json.loads(
        done("search", "castro", "friend", "--explain", "--format", "json", "--index", index)
    )
    for hit in answer["hits"]:
        total = sum(share["score"] for share in hit["explanation"])
        assert total == pytest.approx(hit["score"])
    plain = json.loads(done("search", "castro", "--format", "json", "--index", index))
    assert "explanation" not in plain["hits"][0]


@pytest.mark.parametrize("command", ["kwic", "collocations", "trends", "export"])
def test_notes_are_printed_on_standard_error(index: Path, command: str) -> None:
    result = run(command, "castro", "--org", "Nobody's Party", "--index", index)
    assert result.exit_code == 0
    assert "no organization goes by the name" in result.stderr
    assert "no organization" not in result.stdout


@pytest.mark.parametrize("command", ["kwic", "collocations", "trends", "export"])
def test_errors_in_a_query_are_pointed_at(index: Path, command: str) -> None:
    result = run(command, '"castro', "--index", index)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[1:] == ['  "castro', "  ^"]
    assert "there is no index" in failed(command, "castro", "--index", index / "none")
    assert "--year" in misused(command, "castro", "--year", "soon", "--index", index)
    narrowed = done(command, "castro", "--org", "SWP", "--index", index)
    assert narrowed

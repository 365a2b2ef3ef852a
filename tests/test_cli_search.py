"""The command `search` on a small index of real pages."""

import json
from pathlib import Path

import pytest

import archivesearch
from helpers.cli_site import done, failed, misused, run, write_pages


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    archivesearch.rebuild([write_pages(folder / "site")], folder / "index")
    return folder / "index"


def ids(text: str) -> list[str]:
    return [hit["id"] for hit in json.loads(text)["hits"]]


def test_text_output(index: Path) -> None:
    text = done("search", "castro", "friend", "--index", index)
    lines = text.splitlines()
    assert lines[0].startswith("3 paragraphs · ")
    assert "**Castro**" in text
    assert "**friend**" in text
    assert "Workers Party" in text
    assert "lists/parties.html#" in text
    assert "\x1b" not in text
    assert max(map(len, lines)) <= 80
    assert not text.endswith("\n\n")


def test_a_query_without_a_match(index: Path) -> None:
    text = done("search", "zzzz", "--index", index)
    assert text.startswith("No paragraph matches zzzz · ")
    assert text.count("\n") == 1


def test_json_output(index: Path) -> None:
    answer = json.loads(done("search", "peasant", "war", "--format", "json", "--index", index))
    assert answer["query"] == "peasant war"
    assert answer["total"] == 1
    assert answer["total_exact"] is True
    assert answer["suggestion"] is None
    [hit] = answer["hits"]
    assert hit["page"] == "letters/1994.html"
    assert hit["id"].startswith("letters/1994.html#")
    assert {hit["text"][a:b] for a, b in hit["highlights"]} >= {"peasant", "war"}
    assert {hit["snippet"][a:b] for a, b in hit["snippet_highlights"]} >= {"peasant", "war"}


def test_json_lines_output(index: Path) -> None:
    lines = done("search", "castro", "--format", "jsonl", "--index", index).splitlines()
    assert len(lines) == 3
    assert all(json.loads(line)["id"] for line in lines)
    assert done("search", "zzzz", "--format", "jsonl", "--index", index) == ""


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--org", "Socialist Workers Party"], 1),
        (["--org", "swp"], 1),
        (["--year", "1994"], 1),
        (["--year", "1990-2003"], 1),
        (["--year", "1995-"], 0),
        (["--year", "-1994"], 1),
        (["--year=1990–2003"], 1),
        (["--mentions", "1976"], 1),
        (["--mentions", "1950-1960"], 1),
        (["--limit", "2"], 2),
        (["--limit", "0"], 0),
        (["--offset", "2"], 1),
        (["--offset", "9"], 0),
    ],
)
def test_options_narrow_the_search(index: Path, options: list[str], count: int) -> None:
    arguments = ["search", "castro", *options, "--format", "json", "--index", str(index)]
    assert len(ids(done(*arguments))) == count


def test_an_unknown_organization_is_reported_on_standard_error(index: Path) -> None:
    arguments = ["search", "castro", "--org", "Socialist Worker Party", "--format", "json"]
    result = run(*arguments, "--index", index)
    assert result.exit_code == 0
    assert ids(result.stdout) == []
    assert result.stderr.startswith("archivesearch: no organization")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("sort", ["score", "year", "-year", "place"])
def test_sorting_keeps_the_hits(index: Path, sort: str) -> None:
    arguments = ["search", "castro", "--format", "json", "--index", str(index)]
    hits = ids(done(*arguments, "--sort", sort))
    assert sorted(hits) == sorted(ids(done(*arguments)))
    if sort == "place":
        assert hits == sorted(hits)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--facet org --format jsonl", "--facet works only with --format text or json."),
        ("--facet org --format csv", "--facet works only with --format text or json."),
        ("--explain --format csv", "--explain works only with --format text, json or jsonl."),
    ],
)
def test_no_option_is_ignored_silently(options: str, message: str, index: Path) -> None:
    assert message in misused("search", "castro", *options.split(), "--index", index)


def test_groups_and_facets(index: Path) -> None:
    arguments = ["search", "castro", "--group", "page", "--facet", "org", "--facet", "year"]
    text = done(*arguments, "--index", str(index))
    assert text.startswith("2 pages · ")
    assert "lists/parties.html  2 paragraphs · A guide to the parties" in text
    assert "Socialist Workers Party" in text.rpartition("\norg ")[2]
    answer = json.loads(done(*arguments, "--format", "json", "--index", str(index)))
    assert [group["count"] for group in answer["groups"]] == [2, 1]
    assert answer["hits"] == []
    assert ["Socialist Workers Party", 1] in answer["facets"]["org"]


def test_a_phrase_and_a_word_that_begins_with_a_dash(index: Path) -> None:
    assert done("search", '"peasant war"', "--index", index).startswith("1 paragraph · ")
    assert run("search", "--index", index, "--", "-castro").exit_code == 0
    assert "No such option" in misused("search", "-castro", "--index", index)


@pytest.mark.parametrize(
    "value", ["abc", "", "-", "19", "20031", "19901991", "1990-2003-2004", "١٩٩٤"]
)
@pytest.mark.parametrize("option", ["--year", "--mentions"])
def test_an_invalid_year_is_wrong_usage(option: str, value: str) -> None:
    assert "1990-2003" in misused("search", "x", option, value)


def test_years_must_be_in_order() -> None:
    assert "1990-2003" in misused("search", "x", "--year", "2003-1990")


@pytest.mark.parametrize(
    "options",
    [
        ["--limit", "-1"],
        ["--offset", "x"],
        ["--sort", "size"],
        ["--group", "x"],
        ["--facet", "x"],
        ["--format", "xml"],
    ],
)
def test_wrong_options_are_wrong_usage(options: list[str]) -> None:
    assert misused("search", "x", *options)


def test_an_unbalanced_quote_is_pointed_at(index: Path) -> None:
    result = run("search", 'peasant "war', "--index", index)
    assert result.exit_code == 1
    assert result.stdout == ""
    first, query, caret = result.stderr.splitlines()
    assert first.startswith("archivesearch: ")
    assert query == '  peasant "war'
    assert caret == "          ^"


def test_an_unknown_field_is_pointed_at(index: Path) -> None:
    result = run("search", "org:workers", "titel:war", "--index", index)
    assert result.exit_code == 1
    assert "titel" in result.stderr.splitlines()[0]
    assert result.stderr.splitlines()[2].index("^") == 2 + len("org:workers ")


@pytest.mark.parametrize(
    "query",
    [
        "http://www.example.org/",
        "C++",
        "U.$.",
        "Comments: x",
        "",
        " ",
        "***",
        "\x1b[2J",
        "日本",
        "a" * 5000,
        "caf\udce9",
        "AND",
        "NOT",
        "AND OR",
        "^5",
        "~",
        "[1 TO",
        "x\x00y",
        "((((x))))",
    ],
)
def test_odd_queries_are_answered_or_refused_with_a_message(index: Path, query: str) -> None:
    result = run("search", "--index", index, "--", query)
    assert result.exit_code in {0, 1}
    assert "\x1b" not in result.stdout + result.stderr
    assert result.exit_code == 0 or result.stderr.startswith("archivesearch: ")


def test_a_missing_index_is_reported_in_one_line(tmp_path: Path) -> None:
    line = failed("search", "x", "--index", tmp_path / "nowhere")
    assert "nowhere" in line
    assert "rebuild" in line


def test_colours(index: Path) -> None:
    assert "\x1b[1mCastro" in done("search", "castro", "--color", "--index", index)
    assert "\x1b[1mCastro" in done("--color", "search", "castro", "--index", index)
    assert "\x1b" not in done("search", "castro", "--no-color", "--index", index)
    assert "\x1b" not in done("search", "castro", "--index", index, NO_COLOR="1")
    assert "\x1b[1m" in done("search", "castro", "--color", "--index", index, NO_COLOR="1")


@pytest.mark.parametrize("columns", ["1", "40", "80", "200"])
def test_every_width_is_readable(index: Path, columns: str) -> None:
    text = done("search", "castro", "--facet", "org", "--index", index, COLUMNS=columns)
    assert "**Castro**" in text

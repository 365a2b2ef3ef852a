"""The commands `show`, `inspect`, `orgs` and `stats` on real pages."""

import json
from pathlib import Path

import pytest

import archivesearch
from helpers.cli_site import done, failed, misused, write_pages

PAGE = "lists/parties.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    return write_pages(folder / "site")


@pytest.fixture(scope="module")
def index(site: Path) -> Path:
    archivesearch.rebuild([site], site.parent / "index")
    return site.parent / "index"


def shown(*arguments: str | Path) -> list[str]:
    value = json.loads(done("show", *arguments, "--format", "json"))
    return [passage["id"].rpartition("#")[2] for passage in value["passages"]]


def about_castro(index: Path) -> str:
    org = ("--org", "swp")
    answer = json.loads(done("search", "castro", *org, "--format", "json", "--index", index))
    identifier: str = answer["hits"][0]["id"]
    return identifier


def test_show_prints_a_paragraph_in_its_section(index: Path) -> None:
    identifier = about_castro(index)
    number = identifier.rpartition("#")[2]
    text = done("show", identifier, "--index", index)
    assert f"> {number}  Comments: The party greets Fidel Castro" in text
    assert "Self-Description: We greet" in text
    assert "It left the Socialist Workers Party" not in text
    value = json.loads(done("show", identifier, "--format", "json", "--index", index))
    assert value["focus"] == identifier
    assert value["page"]["page"] == PAGE
    assert {passage["org"] for passage in value["passages"]} == {"Socialist Workers Party"}


def test_context_is_a_number_of_paragraphs(index: Path) -> None:
    identifier = about_castro(index)
    number = int(identifier.rpartition("#")[2])
    whole = shown(PAGE, "--index", index)
    assert shown(identifier, "--context", "0", "--index", index) == [str(number)]
    near = shown(identifier, "--context", "1", "--index", index)
    assert near == [str(n) for n in (number - 1, number, number + 1)]
    assert shown(identifier, "--context", "99", "--index", index) == whole


def test_show_prints_a_whole_page(index: Path) -> None:
    identifier = about_castro(index)
    whole = shown(PAGE, "--index", index)
    assert whole == [str(n) for n in range(1, len(whole) + 1)]
    assert shown(identifier, "--page", "--index", index) == whole
    text = done("show", PAGE, "--index", index)
    assert text.startswith(f"A guide to the parties\n{PAGE}\n")
    assert "This list was made" in text
    assert "It left the Socialist Workers Party" in text
    assert ">" not in text


@pytest.mark.parametrize(
    "name", ["nowhere.html", "nowhere.html#1", f"{PAGE}#0", f"{PAGE}#999", "", "#1", "caf\udce9"]
)
def test_a_missing_page_or_paragraph_is_reported(index: Path, name: str) -> None:
    assert failed("show", name, "--index", index)


@pytest.mark.parametrize(
    "arguments", [[PAGE, "--context", "1"], [f"{PAGE}#1", "--page", "--context", "1"]]
)
def test_context_needs_a_paragraph(arguments: list[str]) -> None:
    assert "--context" in misused("show", *arguments)


def test_orgs(index: Path) -> None:
    text = done("orgs", "--index", index)
    assert text.startswith("2 organizations\n")
    assert "Workers World Party" in text
    parties = json.loads(done("orgs", "--format", "json", "--index", index))
    assert {party["name"] for party in parties} == {
        "Socialist Workers Party",
        "Workers World Party",
    }
    assert list(parties[0]) == ["name", "aliases", "pages", "sections", "paragraphs"]


def test_stats(index: Path) -> None:
    value = json.loads(done("stats", "--format", "json", "--index", index))
    assert (value["pages"], value["skipped"], value["organizations"]) == (2, 1, 2)
    assert value["years"].keys() == {"1994"}
    text = done("stats", "--index", index)
    assert text.startswith("2 pages\n")
    assert "paragraphs by year" in text


def test_inspect(site: Path) -> None:
    text = done("inspect", site / PAGE)
    assert text.startswith("page         parties.html\n")
    assert "organization Socialist Workers Party" in text
    value = json.loads(done("inspect", site / PAGE, "--format", "json"))
    assert list(value) == (
        "page url encoding title lang year year_source date author sections".split()
    )
    keys = "heading org aliases publication address price paragraphs".split()
    assert all(list(section) == keys for section in value["sections"])
    paragraphs = [p for section in value["sections"] for p in section["paragraphs"]]
    assert all(list(p) == ["label", "text", "repeated", "years_mentioned"] for p in paragraphs)
    assert [1976] in [p["years_mentioned"] for p in paragraphs]


def test_inspect_uses_the_nearest_configuration(tmp_path: Path) -> None:
    site = write_pages(tmp_path / "site")
    (site / "archivesearch.toml").write_text('base_url = "http://www.example.org/"\n')
    value = json.loads(done("inspect", site / PAGE, "--format", "json"))
    assert (value["page"], value["url"]) == (PAGE, f"http://www.example.org/{PAGE}")
    other = tmp_path / "other.toml"
    other.write_text('base_url = "http://other.example/"\n')
    value = json.loads(done("inspect", site / PAGE, "--config", other, "--format", "json"))
    assert value["url"] == f"http://other.example/{PAGE}"


def test_inspect_refuses_a_file_that_is_no_page(tmp_path: Path, site: Path) -> None:
    binary = tmp_path / "binary.html"
    binary.write_bytes(bytes(range(256)) * 40)
    for file in (binary, site / "empty.html", tmp_path / "nowhere.html", tmp_path):
        assert file.name in failed("inspect", file)


def test_inspect_names_an_invalid_configuration(tmp_path: Path, site: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("bogus = 1\n")
    assert "bogus" in failed("inspect", site / PAGE, "--config", wrong)
    assert "nowhere.toml" in failed("inspect", site / PAGE, "--config", tmp_path / "nowhere.toml")

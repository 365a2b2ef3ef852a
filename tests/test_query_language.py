"""The guide to the query language: its archive is built, and its examples are run."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

import archivesearch
from archivesearch import QueryError
from archivesearch.query.clauses import FIELDS
from archivesearch.query.parser import MAX_DEPTH, MAX_LENGTH
from archivesearch.query.tree_builder import MAX_PATTERNS, MAX_WORDS
from helpers.small_archive import build_index

GUIDE = (Path(__file__).parent.parent / "docs" / "query-language.md").read_text(encoding="utf-8")
TITLES = {
    "1994/letter.html": ("en", "A letter"),
    "2001/parties.html": ("en", "Parties of the left"),
    "guerre.html": ("fr", "La guerre"),
}


def tables() -> Iterator[list[list[str]]]:
    """Yield the tables of the guide, each as its rows of cells."""
    for table in re.findall(r"(?:^\|.*\|\n)+", GUIDE, re.MULTILINE):
        yield [[cell.strip() for cell in row[1:-1].split("|")] for row in table.splitlines()]


def cells(*heads: str) -> list[list[str]]:
    """Return the first columns of all tables that have these headings."""
    bodies = [table[2:] for table in tables() if table[0][: len(heads)] == list(heads)]
    return [row[: len(heads)] for rows in bodies for row in rows]


PARAGRAPHS = cells("", "page", "heading", "paragraph")
EXAMPLES = cells("query", "finds")
REFUSED = cells("query", "place", "says")


def page(name: str) -> str:
    """Return a page of the guide's archive as HTML."""
    lang, title = TITLES[name]
    body, above = "", ""
    for _, path, heading, text in PARAGRAPHS:
        if path.strip("`") == name:
            body += f"<h2>{heading}</h2>\n" if heading != above else ""
            body += f"<p>{escape(text)}</p>\n"
            above = heading
    return f"<html lang={lang}><head><title>{title}</title></head><body>\n{body}</body></html>"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (config,) = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    files = {name: page(name) for name in TITLES}
    folder = tmp_path_factory.mktemp("guide")
    return build_index(folder, {**files, "archivesearch.toml": config})


def test_the_archive_is_that_of_the_guide(index: Path) -> None:
    with archivesearch.open(index) as archive:
        hits = archive.search("", limit=100).hits
    shown = [f"{hit.label}: {hit.text}" if hit.label else hit.text for hit in hits]
    assert shown == [text for _, _, _, text in PARAGRAPHS]
    assert [title for _, title in TITLES.values() if title not in GUIDE] == []


@pytest.mark.parametrize(("query", "finds"), EXAMPLES)
def test_example(index: Path, query: str, finds: str) -> None:
    with archivesearch.open(index) as archive:
        ids = [hit.id for hit in archive.search("", limit=100).hits]
        letters = dict(zip(ids, (row[0] for row in PARAGRAPHS), strict=True))
        results = archive.search(query.strip("`"), limit=100)
    assert sorted(letters[hit.id] for hit in results.hits) == finds.split()
    assert results.total == len(finds.split())


@pytest.mark.parametrize(("query", "place", "says"), REFUSED)
def test_refused(index: Path, query: str, place: str, says: str) -> None:
    refusal = pytest.raises(QueryError, match=re.escape(says))
    with archivesearch.open(index) as archive, refusal as caught:
        archive.search(query.strip("`"))
    assert caught.value.position == int(place)


def test_every_field_has_an_example() -> None:
    queries = " ".join(query for query, _ in EXAMPLES)
    assert [field for field in FIELDS if f"{field}:" not in queries] == []


def test_the_limits_are_those_of_the_guide() -> None:
    assert f"{MAX_LENGTH:,} characters and {MAX_WORDS} words" in GUIDE
    assert f"{MAX_PATTERNS} of them with" in GUIDE
    assert f"brackets at most {MAX_DEPTH} deep" in " ".join(GUIDE.split())

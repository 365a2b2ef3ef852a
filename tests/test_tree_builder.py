"""Tree builder: terms of several languages, and aliases of organizations."""

from collections.abc import Iterator

import pytest

import archivesearch
from archivesearch.query.alias_expansion import AliasExpansion
from helpers.small_archive import build_index, html_page

PAGES = {
    "archivesearch.toml": """languages = ["en", "fr", "de", "es"]
[organizations]
"Committee for a New Party" = ["CNP", "New Party Committee"]
"Reading Room Union" = ["RRU"]
"Rowers' Regatta Union" = ["RRU"]
""",
    "en.html": html_page("The worker is here.", "We work at night.", "A nation of nations."),
    "fr.html": html_page("Les ouvriers de Paris.", "Les nations, le work shop.").replace(
        "=en", "=fr"
    ),
    "de.html": html_page("Die Arbeiter und ihre Nation.", "Castros Kastro.").replace("=en", "=de"),
    "orgs.html": html_page(
        "CNP wrote to us.",
        "The Committee for a New Party wrote to them.",
        "A party is new, and a committee is for it.",
        "RRU has met.",
        "The Reading Room Union has met, not the rowers' regatta union.",
    ),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[archivesearch.Archive]:
    with archivesearch.open(build_index(tmp_path_factory.mktemp("names"), PAGES)) as archive:
        yield archive


def ids_of(archive: archivesearch.Archive, query: str, **options: str) -> list[str]:
    return sorted(hit.id for hit in archive.search(query, limit=99, **options).hits)  # type: ignore[arg-type]


def marked(archive: archivesearch.Archive, query: str) -> set[str]:
    hits = archive.search(query, limit=99).hits
    return {hit.text[start:end] for hit in hits for start, end in hit.highlights}


@pytest.mark.parametrize(
    ("query", "ids", "marks"),
    [
        # `worker` is `work` by the rules of French, and so in a French page alone
        ("worker", ["en.html#1", "fr.html#2"], {"worker", "work"}),
        ("work", ["en.html#2", "fr.html#2"], {"work"}),
        ("ouvrier", ["fr.html#1"], {"ouvriers"}),
        ("Arbeit", ["de.html#1"], {"Arbeiter"}),
        ("nation", ["de.html#1", "en.html#3", "fr.html#2"], {"nation", "nations", "Nation"}),
        ('"work shop"', ["fr.html#2"], {"work", "shop"}),
        ('"worker is"', ["en.html#1"], {"worker", "is"}),
        ("=nations", ["en.html#3", "fr.html#2"], {"nations"}),
        ("natoin~", ["de.html#1", "en.html#3", "fr.html#2"], {"nation", "nations", "Nation"}),
        ("text:worker AND lang:fr", ["fr.html#2"], {"work"}),
    ],
)
def test_a_term_matches_in_its_language(
    archive: archivesearch.Archive, query: str, ids: list[str], marks: set[str]
) -> None:
    assert ids_of(archive, query) == ids
    assert marked(archive, query) == marks


def test_words_are_stemmed_in_the_language_of_the_filter(archive: archivesearch.Archive) -> None:
    assert ids_of(archive, "ouvrier", lang="fr") == ["fr.html#1"]
    assert ids_of(archive, "ouvrier", lang="en") == []
    assert ids_of(archive, "worker", lang="en") == ["en.html#1"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("CNP", ["orgs.html#1", "orgs.html#2"]),
        ("cnp wrote", ["orgs.html#1", "orgs.html#2"]),
        ("text:CNP", ["orgs.html#1", "orgs.html#2"]),
        ('"committee for a new party"', ["orgs.html#1", "orgs.html#2"]),
        ('"Committees for a new party"', ["orgs.html#2"]),  # a name is a name
        ("CNP NOT committee", ["orgs.html#1"]),
        ("CNP AND them", ["orgs.html#2"]),
        # an acronym of two organizations stands for both
        ("RRU", ["orgs.html#4", "orgs.html#5"]),
        ('"Rowers’ Regatta Union"', ["orgs.html#4", "orgs.html#5"]),
        # `=` matches the exact form only
        ("=CNP", ["orgs.html#1"]),
        ('="Committee for a New Party"', ["orgs.html#2"]),
        ("CNP~", ["orgs.html#1"]),
    ],
)
def test_aliases(archive: archivesearch.Archive, query: str, ids: list[str]) -> None:
    assert ids_of(archive, query) == ids


def test_an_alias_matches_without_quotes_and_counts_less(
    archive: archivesearch.Archive,
) -> None:
    by_acronym = archive.search("CNP wrote").hits
    assert [hit.id for hit in by_acronym] == ["orgs.html#1", "orgs.html#2"]
    by_name = archive.search("committee for a new party", limit=2).hits
    assert by_name[0].id == "orgs.html#2"
    assert "orgs.html#1" in ids_of(archive, "committee for a new party")


def test_aliases_are_highlighted(archive: archivesearch.Archive) -> None:
    assert marked(archive, "CNP") == {"CNP", "Committee", "for", "a", "New", "Party"}


def test_the_longest_name_is_used() -> None:
    names = AliasExpansion([("A B", "AB"), ("A B C", "ABC"), ("C", "See"), ("x",), ("", "---")])
    assert [(start, end) for start, end, _ in names.find_aliases([("a",), ("b",), ("c",)])] == [
        (0, 3)
    ]
    assert list(names.find_aliases([("a", "b"), ("d",)])) == []
    assert names.aliases(("a", "b")) == (("AB",),)
    assert not AliasExpansion([("x",), ("", "---")])

"""Score explanations: their shares add up, and name words, fields and boosts."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import archivesearch

QUERIES = [
    *(
        "castro",
        "SWP and Castro",
        '"general strike"',
        '"strike general"~3 paper',
        "organiz* strike",
    ),
    *("castro AND cuba OR strike", "strike NOT general", "=strike worker~", "year:1990-2005 paper"),
    *("(general strike)^2 paper^0.5", "org:party text:castro", "* castro", "str?ke AND (a OR b)"),
    *("Tse-tung", "Amerika", "grève", "lang:en castro", '"Socialist Workers Party" Cuba', "*"),
]


@pytest.fixture(scope="module")
def archive(corpus_index: Path) -> Iterator[archivesearch.Archive]:
    with archivesearch.open(corpus_index) as archive:
        yield archive


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("group_by", [None, "page"])
def test_the_shares_add_up_to_the_score(
    archive: archivesearch.Archive, query: str, group_by: str | None
) -> None:
    results = archive.search(query, explain=True, limit=20, group_by=group_by)
    hits = [*results.hits, *(hit for group in results.groups for hit in group.hits)]
    assert hits
    for hit in hits:
        assert hit.explanation
        assert math.isclose(sum(s.score for s in hit.explanation), hit.score, rel_tol=1e-9)
    plain = archive.search(query, limit=20, group_by=group_by)
    assert [hit.id for hit in plain] == [hit.id for hit in results]
    assert all(not hit.explanation for hit in plain)


def test_shares_name_words_fields_and_boosts(archive: archivesearch.Archive) -> None:
    hit = archive.search("SWP and Castro", explain=True, limit=1).hits[0]
    shares = {(share.what, share.field): share for share in hit.explanation}
    assert shares["castro", "text"].weight == 1.0
    assert shares['"socialist worker parti"', "org"].weight < 0.8  # the alias counts less
    assert ("more of the words", "") in shares


def test_hits_beyond_the_reranked_ones_have_no_boosts(archive: archivesearch.Archive) -> None:
    hits = archive.search("the of", explain=True, offset=150, limit=5).hits
    for hit in hits:
        assert {share.field for share in hit.explanation} <= {"text", "org", "section", "title"}
        assert math.isclose(sum(s.score for s in hit.explanation), hit.score, rel_tol=1e-9)

"""The questions in tests/eval/queries.toml, asked of the bundled corpus."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

import archivesearch
from archivesearch.search.evaluation import ndcg

FILE = Path(__file__).parent / "eval" / "queries.toml"
QUERIES = tomllib.loads(FILE.read_text(encoding="utf-8"))["query"]
JUDGED = [query for query in QUERIES if "answers" in query]
FORBIDDING = [query for query in QUERIES if "never" in query]
FLOOR = 0.9
# What any one question must reach, so that a good mean hides no bad answer.
LEAST = 0.5


@pytest.fixture(scope="module")
def archive(corpus_index: Path) -> Iterator[archivesearch.Archive]:
    with archivesearch.open(corpus_index) as opened:
        yield opened


def asked(archive: archivesearch.Archive, query: dict[str, Any]) -> tuple[archivesearch.Hit, ...]:
    return archive.search(query["query"], limit=10, **query.get("options", {})).hits


def is_meant(hit: archivesearch.Hit, described: dict[str, Any]) -> bool:
    return described.get("page", hit.page) == hit.page and described.get("text", "") in hit.text


def gain(archive: archivesearch.Archive, query: dict[str, Any]) -> float:
    answers: list[dict[str, Any]] = query["answers"]
    left = list(range(len(answers)))
    ranked = []
    for hit in asked(archive, query):
        found = [number for number in left if is_meant(hit, answers[number])]
        left = [number for number in left if number not in found[:1]]
        ranked.append(str(found[0]) if found else hit.id)
    return ndcg(ranked, {str(n): answer["grade"] for n, answer in enumerate(answers)})


def test_enough_is_asked() -> None:
    assert len(JUDGED) >= 40
    assert len(FORBIDDING) >= 10


def test_the_corpus_has_every_answer(corpus_index: Path) -> None:
    with archivesearch.open(corpus_index) as archive:
        for query in JUDGED:
            for answer in query["answers"]:
                texts = [passage.text for passage in archive.passages(answer["page"])]
                assert any(answer["text"] in text for text in texts), answer


def test_answers_come_first(archive: archivesearch.Archive) -> None:
    gains = {query["query"]: gain(archive, query) for query in JUDGED}
    assert mean(gains.values()) >= FLOOR, gains
    assert {query: value for query, value in gains.items() if value < LEAST} == {}


@pytest.mark.parametrize("query", FORBIDDING, ids=lambda query: query["query"])
def test_what_must_not_be_found_is_not(
    archive: archivesearch.Archive, query: dict[str, Any]
) -> None:
    try:
        hits = asked(archive, query)
    except archivesearch.QueryError:
        return  # refused: 10014 is no year
    for described in query["never"]:
        assert [hit.id for hit in hits if is_meant(hit, described)] == []

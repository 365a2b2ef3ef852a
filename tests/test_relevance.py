"""The relevance of answers to tests/eval/queries.toml, on the bundled corpus."""

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
WITH_FORBIDDEN = [query for query in QUERIES if "never" in query]
MIN_MEAN_GAIN = 0.9
# The least gain of each query, so that a good mean hides no bad answer.
MIN_GAIN = 0.5


@pytest.fixture(scope="module")
def archive(corpus_index: Path) -> Iterator[archivesearch.Archive]:
    with archivesearch.open(corpus_index) as archive:
        yield archive


def hits_of(archive: archivesearch.Archive, query: dict[str, Any]) -> tuple[archivesearch.Hit, ...]:
    return archive.search(query["query"], limit=10, **query.get("options", {})).hits


def is_described(hit: archivesearch.Hit, described: dict[str, Any]) -> bool:
    return described.get("page", hit.page) == hit.page and described.get("text", "") in hit.text


def gain(archive: archivesearch.Archive, query: dict[str, Any]) -> float:
    answers: list[dict[str, Any]] = query["answers"]
    left = list(range(len(answers)))
    ranked = []
    for hit in hits_of(archive, query):
        answered = [number for number in left if is_described(hit, answers[number])]
        left = [number for number in left if number not in answered[:1]]
        ranked.append(str(answered[0]) if answered else hit.id)
    return ndcg(ranked, {str(n): answer["grade"] for n, answer in enumerate(answers)})


def test_there_are_enough_queries() -> None:
    assert len(JUDGED) >= 40
    assert len(WITH_FORBIDDEN) >= 10


def test_the_corpus_has_every_answer(corpus_index: Path) -> None:
    with archivesearch.open(corpus_index) as archive:
        for query in JUDGED:
            for answer in query["answers"]:
                texts = [passage.text for passage in archive.passages(answer["page"])]
                assert any(answer["text"] in text for text in texts), answer


def test_answers_rank_first(archive: archivesearch.Archive) -> None:
    gains = {query["query"]: gain(archive, query) for query in JUDGED}
    assert mean(gains.values()) >= MIN_MEAN_GAIN, gains
    assert {query: value for query, value in gains.items() if value < MIN_GAIN} == {}


@pytest.mark.parametrize("query", WITH_FORBIDDEN, ids=lambda query: query["query"])
def test_forbidden_passages_are_no_answers(
    archive: archivesearch.Archive, query: dict[str, Any]
) -> None:
    try:
        hits = hits_of(archive, query)
    except archivesearch.QueryError:
        return  # refused: 10014 is no year
    for described in query["never"]:
        assert [hit.id for hit in hits if is_described(hit, described)] == []

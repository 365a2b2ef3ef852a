"""Checks of the conformance suite: an engine's answers are those of the oracle."""

from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.query.nodes.leaves import Every, Key, Term, YearRange
from archivesearch.query.nodes.query import Query
from archivesearch.search.request import Engine, Match, Reader, Request, Response
from helpers.conformance_cases import ANALYZER
from helpers.oracle import Oracle, Unit

# The relative difference that a score may have.
TOLERANCE = 1e-9
# With these, equal scores are equal to the last digit.
EQUAL_SCORES = (Term, Key, Every, YearRange)


class Case(NamedTuple):
    """An archive: opened by an engine, and as the oracle knows it."""

    engine: Engine
    folder: Path
    reader: Reader
    oracle: Oracle


def open_case(
    engine: Engine, folder: Path, passages: Sequence[Passage], copies: CopyGroups
) -> Case:
    engine.build(folder, [list(passages)], ANALYZER, copies)
    return Case(engine, folder, engine.open(folder, ANALYZER), Oracle(passages, ANALYZER, copies))


def check(case: Case, request: Request) -> None:
    """Assert that an engine answers a request as the oracle does."""
    oracle, query = case.oracle, request.query
    response = case.reader.search(request)
    matches = oracle.matches(query, request.filter)
    assert response.notes == ()
    assert dict(response.facets) == {name: oracle.facet(name, matches) for name in request.facets}
    page = slice(request.offset, request.offset + request.limit)
    if request.group_by:
        check_groups(oracle, request, response)
        return
    units = oracle.fold(request, oracle.order(request))
    assert response.total == len(matches)
    assert response.folded == len(matches) - len(units)
    check_hits(oracle, request, response, hits=response.matches, units=units, page=page)


def check_groups(oracle: Oracle, request: Request, response: Response) -> None:
    """Assert that the groups, their counts, hits and copies are the expected ones."""
    groups = oracle.groups(request)
    assert (response.total, response.folded, response.matches) == (len(groups), 0, ())
    scores = [oracle.score(request.query, numbers[0]) for numbers in groups.values()]
    page = slice(request.offset, request.offset + request.limit)
    keys = [group.key for group in response.groups]
    check_order(request, keys, list(groups), scores, page)
    for group in response.groups:
        numbers = groups[group.key]
        assert group.size == len(numbers)
        units = oracle.fold(request, numbers)
        check_hits(oracle, request, response, hits=group.matches, units=units, page=slice(3))


def check_hits(
    oracle: Oracle,
    request: Request,
    response: Response,
    *,
    hits: Sequence[Match],
    units: Sequence[Unit],
    page: slice,
) -> None:
    """Assert that hits are a part of the expected ones, with their scores and copies."""
    unit_of = {number: unit for unit in units for number in unit.members}
    scores = [oracle.score(request.query, unit.best) for unit in units]
    expected = [unit.members for unit in units]
    check_order(request, [unit_of[hit.number].members for hit in hits], expected, scores, page)
    for hit in hits:
        unit = unit_of[hit.number]
        assert hit.score == pytest.approx(oracle.score(request.query, unit.best), rel=TOLERANCE)
        if is_exact(request):
            assert hit.number == unit.best
        others = tuple(number for number in unit.members if number != hit.number)
        assert response.copies.get(hit.number, ()) == others


def check_order(
    request: Request,
    actual: Sequence[Hashable],
    expected: Sequence[Hashable],
    scores: Sequence[float],
    page: slice,
) -> None:
    """Assert that values are a part of the expected ones, in order.

    Values with equal scores may be in any order, as a sum may be rounded in two ways.
    """
    if is_exact(request):
        assert list(actual) == list(expected[page])
        return
    score_of = dict(zip(expected, scores, strict=True))
    assert len(set(actual)) == len(actual)
    assert [score_of[value] for value in actual] == pytest.approx(scores[page], rel=TOLERANCE)


def is_exact(request: Request) -> bool:
    """Return whether the order of equal matches is certain: that of the archive."""
    return request.sort != "score" or isinstance(request.query, EQUAL_SCORES)


def check_query(case: Case, query: Query, filter: Query | None) -> None:
    """Assert that scans, scores and counts of years are the expected ones."""
    reader, oracle = case.reader, case.oracle
    matches = oracle.matches(query, filter)
    notes: list[str] = []
    assert list(reader.scan(query, filter, notes)) == matches
    counts = Counter(oracle.passages[number].year or 0 for number in matches)
    assert dict(reader.year_counts(query, filter, notes)) == counts
    assert notes == []
    numbers = list(range(len(oracle.passages)))[::-2]
    expected = pytest.approx(oracle.scores(query, numbers), rel=TOLERANCE)
    assert reader.scores(query, numbers) == expected

"""Plans and brute force agree on passages, scores and the best of them."""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archivesearch.analysis.analyzer import spelling_key
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.segment_writer import write_segment
from archivesearch.columnar.storage.doc_sets import bits_of, numbers_of
from archivesearch.columnar.terms.word_forms import _match_starts
from archivesearch.query.nodes.compounds import Alternatives, And, AndNot, Boost, InLanguages, Or
from archivesearch.query.nodes.leaves import (
    Every,
    ExactForm,
    FormPattern,
    Fuzzy,
    Key,
    Near,
    Nothing,
    Phrase,
    Prefix,
    Term,
    Wildcard,
    YearRange,
)
from archivesearch.query.nodes.query import Leaf, Query
from archivesearch.query.parser import parse
from archivesearch.search.execution import planner
from archivesearch.search.execution.planner import plan_of
from archivesearch.search.execution.scorers import BlockRows, Scorer
from archivesearch.search.execution.top_k import best_documents, score_all
from helpers.columnar_cases import ANALYZER, VOCABULARY, BruteForce, fits, random_passages, same
from helpers.small_archive import passage

COUNT = 300
LARGE_COUNT = 9_000

FIELDS = st.sampled_from(["text", "text", "text", "title", "section", "org", "label", "repeated"])
BOOSTS = st.sampled_from([1.0, 1.0, 0.2, 3.5])
WORDS = sorted({ANALYZER.term(word, lang) for word in VOCABULARY for lang in ("en", "fr")})
WORD = st.sampled_from([*WORDS, "nowhere"])
YEARS = st.none() | st.sampled_from([1959, 1976, 1985, 1990, 2003])


def near(field: str, words: Sequence[str], gap: int, half: str, boost: float) -> Query:
    """Return words in one stretch, of which the last may stand as either of two."""
    parts: list[Query] = [Term(field, word, boost) for word in words]
    if half:
        parts[-1] = Or((Prefix(field, half), parts[-1]))
    return Near(field, tuple(parts), gap)


def exact_form(field: str, words: list[str]) -> Query:
    """Return words in a row in exactly this spelling."""
    terms = [ANALYZER.term(word, "en") for word in words]
    row: Leaf = Term(field, terms[0]) if len(terms) == 1 else Phrase(field, tuple(terms))
    return ExactForm(row, tuple(map(spelling_key, words)))


PATTERN = st.sampled_from(["c*", "*n", "par*s", "?", "m?ller", "[mx]*", "nowhere*"])
SHAPE = st.sampled_from(
    ["c*", "*n", "par*s", "party*", "castr?", "m?ller", "?eas*s", "*", "*u*o*", "i?rael", "x*?"]
)
LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.builds(Term, FIELDS, WORD, BOOSTS),
    st.builds(Prefix, FIELDS, st.sampled_from(["c", "par", "u", "", "東", "zz"]), BOOSTS),
    st.builds(Wildcard, FIELDS, PATTERN, BOOSTS),
    st.builds(FormPattern, FIELDS, SHAPE, BOOSTS),
    st.builds(Fuzzy, FIELDS, WORD, st.integers(1, 2), BOOSTS),
    st.builds(YearRange, st.just("year"), YEARS, YEARS, BOOSTS),
    st.builds(YearRange, st.just("years_mentioned"), YEARS, YEARS, BOOSTS),
    st.builds(Every),
    st.builds(Nothing),
    st.builds(Key, st.just("lang"), st.sampled_from(["en", "fr", "de"])),
    st.builds(Prefix, st.just("page"), st.sampled_from(["a", "b/1", "z"]), BOOSTS),
    st.builds(Phrase, FIELDS, st.lists(WORD, min_size=2, max_size=3).map(tuple), BOOSTS),
    st.builds(
        near,
        FIELDS,
        st.lists(WORD, min_size=2, max_size=3),
        st.integers(0, 4),
        st.sampled_from(["", "", "c", "東"]),
        BOOSTS,
    ),
    st.builds(
        exact_form,
        st.sampled_from(["text", "title", "section"]),
        st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=2),
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda trees: st.one_of(
        st.builds(Or, st.lists(trees, min_size=2, max_size=5).map(tuple)),
        st.builds(And, st.lists(trees, min_size=2, max_size=3).map(tuple)),
        st.builds(AndNot, trees, trees),
        st.builds(Boost, trees, BOOSTS),
        st.builds(InLanguages, trees, st.sampled_from([("en",), ("fr", "de"), ("xx",)])),
    ),
    max_leaves=8,
)


class Case(NamedTuple):
    """A segment, and the same passages in dictionaries."""

    segment: Segment
    brute: BruteForce

    def plan(self, query: Query) -> Scorer:
        return plan_of(query, self.segment)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return case_of(tmp_path_factory.mktemp("small"), COUNT)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return more blocks than the first round of scoring takes."""
    return case_of(tmp_path_factory.mktemp("large"), LARGE_COUNT)


def case_of(folder: Path, count: int) -> Case:
    passages = random_passages(count, count)
    write_segment(folder, [passages], ANALYZER)
    segment = Segment(folder)
    return Case(segment, BruteForce(passages))


def all_scores(plan: Scorer) -> dict[int, float]:
    numbers, scores = score_all(plan, plan.matches)
    assert numbers.tolist() == numbers_of(plan.matches).tolist()
    return dict(zip(numbers.tolist(), scores.tolist(), strict=True))


def check_bounds(plan: Scorer, scores: Mapping[int, float]) -> None:
    """See that no passage beats the bound of its block, or what its own words let it score."""
    bound = plan.block_bounds
    assert all(score <= bound[number >> 5] for number, score in scores.items())
    blocks = plan.matches.nonzero()[0]
    rows = BlockRows(blocks, plan.matches[blocks], len(plan.matches))
    caps = dict(zip(blocks.tolist(), plan.document_bounds(rows), strict=True))
    assert all(score <= caps[number >> 5][number & 31] for number, score in scores.items())


def check_best(plan: Scorer, scores: Mapping[int, float], k: int) -> None:
    """See that the k best are those that sorting gives."""
    numbers, values = best_documents(plan, plan.matches, k)
    expected = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
    # of passages whose scores differ in the last digit alone either may go first
    assert np.allclose(values, [score for _, score in expected], rtol=1e-12, atol=0)
    assert all(math.isclose(scores[n], v) for n, v in zip(numbers.tolist(), values, strict=True))
    assert len(set(numbers.tolist())) == len(expected)


@settings(max_examples=200)
@given(query=TREES, k=st.sampled_from([1, 2, 10, 33, COUNT, 2 * COUNT]))
@example(query=near("text", ["1976", "1976"], 1, "c", 1.0), k=1)
@example(query=InLanguages(InLanguages(Term("text", "1976"), ("en",)), ("fr", "de")), k=1)
@example(query=exact_form("text", ["castro", "the"]), k=1)
def test_plan_and_brute_force_agree(case: Case, query: Query, k: int) -> None:
    plan = case.plan(query)
    scores = all_scores(plan)
    assert same(scores, case.brute.scores(query))
    check_bounds(plan, scores)
    check_best(plan, scores, k)


@settings(max_examples=30)
@given(query=TREES, k=st.sampled_from([1, 10, 100, 3000]))
def test_block_pruning_finds_the_best_of_many_blocks(large: Case, query: Query, k: int) -> None:
    plan = large.plan(query)
    scores = all_scores(plan)
    check_bounds(plan, scores)
    check_best(plan, scores, k)


@settings(max_examples=15)
@given(query=TREES)
def test_plan_and_brute_force_agree_on_many_blocks(large: Case, query: Query) -> None:
    assert same(all_scores(large.plan(query)), large.brute.scores(query))


@given(query=TREES, allowed=TREES, k=st.sampled_from([1, 10, 50]))
def test_best_documents_of_a_subset_of_the_matches(
    case: Case, query: Query, allowed: Query, k: int
) -> None:
    plan = case.plan(query)
    matches = plan.matches & case.plan(allowed).matches
    only = case.brute.scores(allowed)
    scores = {n: score for n, score in case.brute.scores(query).items() if n in only}
    numbers, values = best_documents(plan, matches, k)
    assert values.tolist() == pytest.approx(sorted(scores.values(), reverse=True)[:k], rel=1e-9)
    assert set(numbers.tolist()) <= set(scores)


@given(query=TREES, numbers_inside=st.sets(st.integers(0, COUNT - 1), max_size=20))
def test_a_plan_is_right_for_all_documents_of_its_scope(
    case: Case, query: Query, numbers_inside: set[int]
) -> None:
    scope = bits_of(np.array(sorted(numbers_inside), np.int64), case.segment.block_count)
    plan = plan_of(query, case.segment, scope=scope)
    numbers, scores = score_all(plan, plan.matches & scope)
    expected = {n: score for n, score in case.brute.scores(query).items() if n in numbers_inside}
    assert same(dict(zip(numbers.tolist(), scores.tolist(), strict=True)), expected)


@pytest.mark.parametrize(("limit", "value"), [("MAX_TEXTS", 30), ("MAX_WORDS", 300)])
def test_a_query_reads_text_up_to_a_limit(
    case: Case, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    query = ExactForm(Prefix("text", "castro"), ("castro",))
    unlimited = all_scores(case.plan(query))
    monkeypatch.setattr(planner, limit, value)
    notes: list[str] = []
    plan = plan_of(query, case.segment, notes)
    assert 0 < len(all_scores(plan)) < len(unlimited)
    (note,) = notes
    assert "there may be more" in note


def test_many_terms_are_scored_together(large: Case) -> None:
    query = Or(tuple(Prefix(field, start) for field in ("text", "page") for start in "abcdefu"))
    fields = ("text", "title", "section", "org", "label", "repeated")
    terms = Or(tuple(Term(field, word) for field in fields for word in WORDS))  # more than a few
    twice = Or(tuple(Term("text", word, boost) for boost in (1.0, 0.5) for word in WORDS))
    for joined in (query, terms, twice):
        plan = large.plan(joined)
        assert same(all_scores(plan), large.brute.scores(joined))
        check_best(plan, all_scores(plan), 10)


@pytest.mark.parametrize(
    "query",
    [
        *(Nothing(), Or(()), And(()), Phrase("text", ())),
        *(Term("nowhere", "x"), Key("nowhere", "x"), Prefix("nowhere", "x")),
    ],
)
def test_empty_queries_match_nothing(case: Case, query: Query) -> None:
    plan = case.plan(query)
    assert all_scores(plan) == {}
    assert best_documents(plan, plan.matches, 10)[0].tolist() == []


def test_equal_scores_are_in_archive_order(large: Case) -> None:
    plan = large.plan(Every())
    for k in (0, 1, 10, 5000, 2 * LARGE_COUNT):
        numbers, scores = best_documents(plan, plan.matches, k)
        assert scores.tolist() == [1.0] * min(k, LARGE_COUNT)
        assert numbers.tolist() == list(range(min(k, LARGE_COUNT)))


@settings(max_examples=30)
@given(
    st.lists(
        st.sampled_from(
            [
                *VOCABULARY,
                *('"the party"', '"castro 東"~3', "pea*", "castr~", "=castro", "=東", "m?ller"),
                *("title:of", "year:1976-1990", "mentions:1976", "lang:fr", "page:a*", "NOT"),
            ]
        ),
        min_size=1,
        max_size=6,
    ).filter(lambda parts: "NOT" not in (parts[0], parts[-1]) and "NOT NOT" not in " ".join(parts))
)
def test_plan_and_brute_force_agree_on_parsed_queries(case: Case, parts: list[str]) -> None:
    query = parse(" ".join(parts), ANALYZER)
    assert same(all_scores(case.plan(query)), case.brute.scores(query))


def test_threads_share_a_plan_and_a_segment(large: Case) -> None:
    queries = [parse(text, ANALYZER) for text in ("castro cuba", '"the party"', "pea* NOT war")]
    plans = [partial(large.plan, query) for query in queries] * 8
    shared = large.plan(queries[0])

    def answer(make: Callable[[], Scorer]) -> list[Any]:
        results = [best_documents(plan, plan.matches, 20) for plan in (make(), shared)]
        return [(numbers.tolist(), scores.tolist()) for numbers, scores in results]

    expected = [answer(make) for make in plans]
    shared = large.plan(queries[0])
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, plans)) == expected


@pytest.mark.parametrize("spelling", ["castro", "castros", "party", "l'union"])
def test_exact_forms_of_one_word_agree(case: Case, spelling: str) -> None:
    term, other = (Term("text", ANALYZER.term(word, "en")) for word in (spelling, "cuba"))
    several = Alternatives((InLanguages(term, ("en",)), InLanguages(other, ("fr",)), other))
    for child in (term, Prefix("text", term.text), Or((term, other)), several):
        query = ExactForm(child, (spelling,))
        expected = case.brute.scores(query)
        assert expected
        assert same(all_scores(case.plan(query)), expected)


PARTS = st.lists(st.text("ab?", max_size=2), min_size=1, max_size=4)


@settings(max_examples=150)
@given(st.lists(st.text("ab", min_size=1, max_size=6), min_size=1, max_size=5), PARTS)
def test_a_pattern_finds_all_words_that_fit_it(words: list[str], parts: list[str]) -> None:
    joined, pattern = "\n".join(["", *words, ""]), "*".join(parts)
    starts_found = set(_match_starts(joined, pattern, 0, len(joined)))
    starts = [match.start() for match in re.finditer("\n", joined)]
    lines = {bisect_right(starts, place) - 1 for place in starts_found} - {len(words)}
    assert lines == {n for n, word in enumerate(words) if fits(word, pattern)}


def test_bits_after_the_last_passage_are_never_set(case: Case) -> None:
    assert COUNT % 32 != 0
    last = int(case.plan(Every()).matches[-1])
    assert last == (1 << COUNT % 32) - 1
    assert np.bitwise_count(case.plan(Every()).matches).sum() == COUNT


def test_a_pattern_that_fits_too_many_words_does_not_rank(tmp_path: Path) -> None:
    words = [f"w{number}ing" for number in range(planner.MAX_TERMS + 1)]
    texts = [" ".join(words[first : first + 20]) for first in range(0, len(words), 20)]
    passages = [passage(text=text) for text in [*texts, "Nothing here", "W7ings and w7ing"]]
    write_segment(tmp_path, [passages], ANALYZER)
    segment = Segment(tmp_path)
    notes: list[str] = []
    query = FormPattern("text", "w*ing", boost=2.0)
    plan = plan_of(query, segment, notes)
    expected = BruteForce(passages).scores(query)
    assert all_scores(plan) == dict.fromkeys(expected, 2.0)
    assert len(expected) == len(texts) + 1
    assert len(notes) == 1
    assert "fits more than 4,096 words" in notes[0]

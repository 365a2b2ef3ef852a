"""Every engine answers as the oracle does, which asks each passage for itself."""

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivesearch.analysis.analyzer import spelling_key
from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.query.nodes.compounds import And, Or
from archivesearch.query.nodes.leaves import (
    Every,
    Key,
    Near,
    Nothing,
    Phrase,
    Prefix,
    Term,
    YearRange,
)
from archivesearch.query.nodes.query import Query
from archivesearch.search.request import FACETS, GROUPS, SORTS, Engine, Request
from helpers.conformance import Case, check, check_query, open_case
from helpers.conformance_cases import ARCHIVES, LEAVES, REQUESTS, TERMS, TREES, random_archive
from helpers.oracle import WORD_FIELDS
from helpers.small_archive import passage

TERMS_OF_MANY = (Term("text", "castro", 2.0), Term("title", "war"), Prefix("text", "p"))


@pytest.fixture(scope="module", params=[3])
def large(
    engine: Engine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Case:
    """Return an archive with more pages, sections and years than a facet has values."""
    passages, copies = random_archive(random.Random(request.param), 45)  # noqa: S311
    return open_case(engine, tmp_path_factory.mktemp("large"), passages, copies)


@settings(max_examples=25)
@given(
    archive=ARCHIVES,
    queries=st.lists(st.tuples(TREES, st.none() | LEAVES), min_size=8, max_size=8),
    requests=st.lists(REQUESTS, min_size=8, max_size=8),
)
def test_small_archives(
    engine: Engine,
    archive: tuple[list[Passage], CopyGroups],
    queries: list[tuple[Query, Query | None]],
    requests: list[Request],
) -> None:
    with TemporaryDirectory() as folder:
        case = open_case(engine, Path(folder), *archive)
        for query, filter_ in queries:
            check_query(case, query, filter_)
        for request in requests:
            check(case, request)
        case.reader.close()


@settings(max_examples=30)
@given(request=REQUESTS)
def test_requests_of_a_larger_archive(large: Case, request: Request) -> None:
    check_query(large, request.query, request.filter)
    check(large, request)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("group_by", [None, *GROUPS])
def test_pages_of_results(large: Case, sort: str, group_by: str | None) -> None:
    for query in (Every(), Term("text", "parti"), Or(TERMS_OF_MANY)):
        for offset, limit in [(0, 1000), (0, 7), (7, 7), (20, 10), (1000, 5)]:
            check(large, Request(query, None, limit, offset, sort, group_by))


def test_facets_have_the_20_most_frequent_values(engine: Engine, tmp_path: Path) -> None:
    many = open_case(engine, tmp_path, *random_archive(random.Random(5), 130))  # noqa: S311
    request = Request(Every(), facets=FACETS)
    check(many, request)
    facets = many.reader.search(request).facets
    assert {name for name in FACETS if len(facets[name]) == 20} == set(FACETS) - {"lang"}


@pytest.fixture(scope="module")
def spaced(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return passages in which words have 0 to 6 others between them."""
    fill = [" x" * number for number in range(7)]
    texts = [
        f"{a}{between} {b}" for a, b in (("castro", "war"), ("war", "castro")) for between in fill
    ]
    texts += [f"castro{left} war{right} party" for left in fill for right in fill]
    passages = [
        passage(text, number=number, year=1980 + number, years_mentioned=(1950 + number,))
        for number, text in enumerate(texts)
    ]
    return open_case(engine, tmp_path_factory.mktemp("spaced"), passages, ())


@pytest.mark.parametrize(
    "words",
    [
        ("castro", "war"),
        ("castro", "castro"),
        ("parti", "castro", "war"),
        ("castro", "war", "parti"),
    ],
)
@pytest.mark.parametrize("gap", range(6))
def test_words_near_each_other(spaced: Case, words: tuple[str, ...], gap: int) -> None:
    check_query(spaced, Near("text", tuple(Term("text", word) for word in words), gap), None)
    check_query(spaced, Phrase("text", words), None)


@pytest.mark.parametrize("field", ["year", "years_mentioned"])
def test_years_include_both_ends(spaced: Case, field: str) -> None:
    for first in (None, 1950, 1979, 1980, 1990):
        for last in (None, 1949, 1960, 1980, 1990, 2100):
            check_query(spaced, YearRange(field, first, last), None)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("group_by", [None, *GROUPS])
def test_the_best_of_copies_stands_for_them(
    engine: Engine, tmp_path: Path, sort: str, group_by: str | None
) -> None:
    texts = ["war x x x", "war war", "war x", "war war", "castro", "war war war", "castro war"]
    passages = [
        passage(text, page=f"{n // 4}.html", year=1990 - n // 4) for n, text in enumerate(texts)
    ]
    case = open_case(engine, tmp_path, passages, ((2, 0, 3, 1), (6, 5)))
    for query in (Term("text", "war"), Every(), Or((Term("text", "war"), Term("text", "castro")))):
        for offset in range(3):
            check(case, Request(query, None, 2, offset, sort, group_by))


def test_the_best_may_be_far_from_the_good(engine: Engine, tmp_path: Path) -> None:
    words = ["castro", "war", "the", "of", "us"]
    texts = [" ".join([words[number % 5]] * (number % 7)) for number in range(4000)]
    texts += [f"{' '.join(words)} x x", "castro war"]
    passages = [passage(text, number=number) for number, text in enumerate(texts)]
    case = open_case(engine, tmp_path, passages, ((4001, 20, 40),))
    query = Or(tuple(Term("text", word) for word in words))
    for limit in (1, 2, 10):
        check(case, Request(query, limit=limit))


def test_passages_and_pages(large: Case) -> None:
    reader, passages = large.reader, large.oracle.passages
    numbers = [5, 0, len(passages) - 1]
    assert reader.passages(numbers) == [passages[number] for number in numbers]
    assert list(reader.ids(numbers)) == [passages[number].id for number in numbers]
    names = list(dict.fromkeys(each.page for each in passages))
    assert list(reader.page_names()) == names
    for name in [*names, "nowhere.html"]:
        assert list(reader.page_range(name)) == large.oracle.matches(Key("page", name))
    headings = [each.text in (each.section, each.title) for each in passages]
    assert reader.is_heading(np.arange(len(passages))).tolist() == headings


def test_words_and_forms(large: Case) -> None:
    reader, oracle = large.reader, large.oracle
    texts = [fields["text"] for fields in oracle.words]
    counts = Counter(form for text in texts for form in {spelling_key(w.spelling) for w in text})
    words = reader.words()
    assert list(words.forms) == sorted(counts)
    passage_counts = dict(zip(words.forms, words.passage_counts, strict=True))
    del passage_counts["us"], counts["us"]  # see the next test
    assert passage_counts == counts
    assert dict(words.term_counts) == Counter(word.term for text in texts for word in text)
    assert words.word_count == sum(map(len, texts))
    for term in (*TERMS, "nowhere"):
        having = oracle.matches(Or((Term("text", term), Term("repeated", term))))
        forms = {
            spelling_key(word.spelling)
            for number in having
            for field in ("text", "repeated")
            for word in oracle.words[number][field]
            if word.term == term
        }
        assert sorted(reader.forms(term)) == sorted(forms)
        for field in WORD_FIELDS:
            assert reader.has_any_term(["nowhere", term], [field]) == bool(
                oracle.matches(Term(field, term))
            )
        assert not reader.is_common("nowhere")


@pytest.mark.xfail(reason="a form of two terms, as of `US` and `us`, is counted once for each")
def test_a_passage_counts_once_for_each_form(engine: Engine, tmp_path: Path) -> None:
    case = open_case(engine, tmp_path, [passage("The US left us.")], ())
    words = case.reader.words()
    counts = dict(zip(words.forms, words.passage_counts, strict=True))
    assert counts == {"left": 1, "the": 1, "us": 1}


def test_presence_and_positions(large: Case) -> None:
    fields, words = ("title", "text", "repeated"), {"parti": 0, "castro": 1, "castor": 1, "x": 2}
    numbers = np.arange(1, len(large.oracle.passages), 2)
    presence = large.reader.presence(numbers, fields, words)
    occurrences = [
        (index, at, word.position, words[word.term])
        for index, number in enumerate(numbers.tolist())
        for at, field in enumerate(fields)
        for word in large.oracle.words[number][field]
        if word.term in words
    ]
    expected = np.zeros((len(fields), 3, len(numbers)), bool)
    for index, at, _, word_number in occurrences:
        expected[at, word_number, index] = True
    assert np.array_equal(presence.present, expected)
    positions = presence.positions(expected)
    assert list(zip(*(column.tolist() for column in positions), strict=True)) == occurrences


def test_the_folder_is_whole_and_has_the_passages(large: Case) -> None:
    assert list(large.engine.problems(large.folder)) == []
    contents, passages = large.engine.contents(large.folder), large.oracle.passages
    counts = Counter(each.page for each in passages)
    assert [(page["page"], page["paragraphs"]) for page in contents.pages] == list(counts.items())
    pages = {(each.org, each.page) for each in passages if each.org}
    in_pages, in_passages = Counter(org for org, _ in pages), Counter(p.org for p in passages)
    assert dict(contents.organizations) == {
        org: (count, in_passages[org]) for org, count in in_pages.items()
    }
    assert contents.copies == sum(len(group) - 1 for group in large.oracle.copies)


def test_an_empty_archive_answers(engine: Engine, tmp_path: Path) -> None:
    case = open_case(engine, tmp_path, [], ())
    for query in (Every(), Nothing(), Term("text", "war"), Or(()), And(())):
        check_query(case, query, Every())
        for group_by in (None, *GROUPS):
            check(case, Request(query, group_by=group_by, facets=FACETS))
    assert list(case.reader.page_names()) == []

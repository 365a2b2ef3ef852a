"""ColumnarIndex: Whoosh's own queries, parser and weightings on a segment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import whoosh.query
from whoosh.qparser import MultifieldParser, QueryParser
from whoosh.query import And, AndMaybe, Every, Not, Or, Phrase, Query, Require, Term, spans
from whoosh.reading import TermNotFound
from whoosh.scoring import BM25F, TF_IDF, Frequency

from archivesearch.columnar.schema import FIELDS, WORD_FIELDS
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.segment_writer import write_segment
from archivesearch.columnar.storage import doc_sets as bits
from archivesearch.columnar.whoosh_api.index import ColumnarIndex
from archivesearch.errors import IndexProblem
from archivesearch.query.nodes import compounds, leaves
from archivesearch.query.nodes.query import Query as OwnQuery
from archivesearch.search.execution import top_k as topk
from archivesearch.search.execution.planner import plan_of
from helpers.columnar_cases import ANALYZER, BruteForce, random_passages, same

COUNT = 500
CASTRO, CUBA, THE = (Term("text", word) for word in ("castro", "cuba", "the"))
SpanFirst, SpanNear, SpanOr, SpanNot, SpanContains, SpanBefore, SpanCondition = (
    getattr(spans, name)
    for name in (
        "SpanFirst",
        "SpanNear",
        "SpanOr",
        "SpanNot",
        "SpanContains",
        "SpanBefore",
        "SpanCondition",
    )
)
Variations: Callable[..., Query] = getattr(whoosh.query, "Variations")  # noqa: B009
Regex = whoosh.query.Regex


class Case:
    """A segment as a Whoosh index, and the same passages by brute force."""

    def __init__(self, folder: Path) -> None:
        passages = random_passages(21, COUNT)
        write_segment(folder, [passages], ANALYZER)
        self.segment = Segment(folder)
        self.index = ColumnarIndex(self.segment, ANALYZER)
        self.searcher = self.index.searcher()
        self.brute = BruteForce(passages)

    def planned(self, query: OwnQuery) -> dict[int, float]:
        """Return the documents and scores of our own execution."""
        plan = plan_of(query, self.segment)
        numbers, scores = topk.score_all(plan, plan.matches)
        assert numbers.tolist() == bits.numbers_of(plan.matches).tolist()
        return dict(zip(numbers.tolist(), scores.tolist(), strict=True))

    def walked(self, query: Query) -> dict[int, float]:
        """Return the documents and scores of Whoosh's matcher, from the first to the last."""
        matcher = query.matcher(self.searcher, self.searcher.context())
        scores = {}
        while matcher.is_active():
            scores[matcher.id()] = matcher.score()
            matcher.next()
        return scores

    def searched(
        self, query: Query, limit: int | None = None, **filters: Query
    ) -> dict[int, float]:
        """Return the documents and scores of Whoosh's own search."""
        results = self.searcher.search(query, limit=limit, **filters)
        return {hit.docnum: hit.score or 0.0 for hit in results}

    def documents(self, word: str, field: str = "text") -> set[int]:
        return set(self.brute.places[field].get(word, ()))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("segment"))


QUERIES: list[tuple[Query, Callable[[Case], set[int]]]] = [
    (AndMaybe(CASTRO, CUBA), lambda c: c.documents("castro")),
    (whoosh.query.Otherwise(CASTRO, CUBA), lambda c: c.documents("castro")),
    (
        whoosh.query.DisjunctionMax([CASTRO, CUBA]),
        lambda c: c.documents("castro") | c.documents("cuba"),
    ),
    (
        whoosh.query.TermRange("text", "castro", "cuba"),
        lambda c: set().union(
            *(c.documents(t) for t in c.brute.places["text"] if "castro" <= t <= "cuba")
        ),
    ),
    (
        Regex("text", "c.*o$"),
        lambda c: set().union(
            *(c.documents(t) for t in c.brute.places["text"] if t[0] == "c" and t[-1] == "o")
        ),
    ),
    (
        whoosh.query.Prefix("text", "c"),
        lambda c: set().union(*(c.documents(t) for t in c.brute.places["text"] if t[0] == "c")),
    ),
    (whoosh.query.Wildcard("text", "c?stro"), lambda c: c.documents("castro")),
    (whoosh.query.FuzzyTerm("text", "castra"), lambda c: c.documents("castro")),
    (
        Variations("text", "castro"),
        lambda c: c.documents("castro") | c.documents("castros"),
    ),
    (Not(CASTRO), lambda c: set(range(COUNT)) - c.documents("castro")),
    (
        Every("title"),
        lambda c: {n for n, length in enumerate(c.brute.lengths["title"]) if length},
    ),
    (whoosh.query.ConstantScoreQuery(CASTRO, 2.0), lambda c: c.documents("castro")),
    (SpanOr([CASTRO, CUBA]), lambda c: c.documents("castro") | c.documents("cuba")),
    (
        SpanFirst(CASTRO, limit=0),
        lambda c: {n for n, at in c.brute.places["text"]["castro"].items() if at[0] == 0},
    ),
    (
        SpanNear(THE, CASTRO, slop=1),
        lambda c: {
            n
            for n in c.documents("the") & c.documents("castro")
            if any(
                at + 1 in c.brute.places["text"]["castro"][n]
                for at in c.brute.places["text"]["the"][n]
            )
        },
    ),
    (
        Or([CASTRO, CUBA, THE], scale=0.9),
        lambda c: set().union(*map(c.documents, ("castro", "cuba", "the"))),
    ),
]
WITH_POSITIONS = [
    whoosh.query.Ordered([CASTRO, CUBA]),
    whoosh.query.Sequence([CASTRO, CUBA], slop=3),
    Phrase("text", ["castro", "cuba"], slop=3),
    SpanContains(SpanNear(THE, CUBA, slop=5), CASTRO),
    SpanBefore(CASTRO, CUBA),
    SpanCondition(CASTRO, CUBA),
]


@pytest.mark.parametrize(("query", "meaning"), QUERIES, ids=[type(q).__name__ for q, _ in QUERIES])
def test_queries_of_whoosh(case: Case, query: Query, meaning: Callable[[Case], set[int]]) -> None:
    expected = meaning(case)
    assert expected
    scores = case.walked(query)
    assert set(scores) == expected
    assert same(case.searched(query), scores)
    # with filters
    english = Term("lang", "en")
    assert set(case.searched(query, filter=english)) == expected & case.documents("en", "lang")
    assert set(case.searched(query, mask=CUBA)) == expected - case.documents("cuba")


@pytest.mark.parametrize("query", [CASTRO, Or([CASTRO, CUBA]), Require(CASTRO, CUBA)])
def test_our_own_execution_takes_no_queries_of_whoosh(case: Case, query: Any) -> None:
    for tree in (query, compounds.Or((leaves.Every(), query))):
        with pytest.raises(TypeError, match=type(query).__name__):
            plan_of(tree, case.segment)


@pytest.mark.parametrize("query", WITH_POSITIONS, ids=[type(q).__name__ for q in WITH_POSITIONS])
def test_queries_of_positions_run_by_whooshs_matchers(case: Case, query: Query) -> None:
    scores = case.walked(query)
    assert scores
    assert set(scores) <= case.documents("castro")
    assert same(case.searched(query), scores)


OWN_CASTRO, OWN_CUBA, OWN_THE = (leaves.Term("text", word) for word in ("castro", "cuba", "the"))
TWINS: list[tuple[Query, OwnQuery]] = [
    (
        Or([CASTRO, CUBA, THE, Term("title", "castro", boost=3.0)]),
        compounds.Or((OWN_CASTRO, OWN_CUBA, OWN_THE, leaves.Term("title", "castro", 3.0))),
    ),
    (
        And([Or([CASTRO, CUBA, THE]), Term("text", "of")]),
        compounds.And((compounds.Or((OWN_CASTRO, OWN_CUBA, OWN_THE)), leaves.Term("text", "of"))),
    ),
    (Or([CASTRO, CUBA], boost=2.0), compounds.Boost(compounds.Or((OWN_CASTRO, OWN_CUBA)), 2.0)),
    (Phrase("text", ["the", "castro"]), leaves.Phrase("text", ("the", "castro"))),
    (
        SpanNear(THE, SpanOr([CASTRO, CUBA]), slop=1),
        leaves.Near("text", (OWN_THE, compounds.Or((OWN_CASTRO, OWN_CUBA)))),
    ),
    (Every(), leaves.Every()),
]


@pytest.mark.parametrize(("query", "own"), TWINS)
def test_whooshs_own_search_agrees_with_ours(case: Case, query: Query, own: OwnQuery) -> None:
    expected = case.planned(own)
    assert same(case.searched(query), expected)
    best = sorted(expected.values(), reverse=True)[:3]
    assert list(case.searched(query, limit=3).values()) == pytest.approx(best, rel=1e-9)


def test_a_plan_is_right_for_a_query_that_whoosh_has_wrong(case: Case) -> None:
    scores = case.planned(compounds.AndNot(OWN_CASTRO, OWN_CUBA))
    castro = case.planned(OWN_CASTRO)
    assert set(scores) == case.documents("castro") - case.documents("cuba")
    assert all(score == castro[number] for number, score in scores.items())


@pytest.mark.parametrize(
    "text",
    [
        "castro",
        "title:castro cuba",
        '"the castro"',
        "cas*",
        "castro NOT cuba",
        "text:[a TO c]",
        "lang:fr castro",
        "year:1976",
        '"castro cuba"~3',
        "castro^2 OR cuba",
        "(castro OR cuba) the",
    ],
)
def test_whooshs_own_parser_works(case: Case, text: str) -> None:
    for parser in (
        QueryParser("text", case.index.schema),
        MultifieldParser(["text", "title"], case.index.schema),
    ):
        query = parser.parse(text)
        scores = case.searched(query)
        assert scores
        assert same(scores, case.walked(query))


def test_whooshs_own_parser_makes_terms(case: Case) -> None:
    query = QueryParser("text", case.index.schema).parse("Castros")
    assert query == Term("text", "castro")


@pytest.mark.parametrize("weighting", [BM25F(), TF_IDF(), Frequency()])
def test_other_weightings_may_be_used(case: Case, weighting: Any) -> None:
    with case.index.searcher(weighting=weighting) as searcher:
        results = searcher.search(Or([CASTRO, CUBA]), limit=None)
        assert {hit.docnum for hit in results} == case.documents("castro") | case.documents("cuba")


def test_a_reader_has_all_terms_and_lengths(case: Case) -> None:
    reader = case.index.reader()
    brute = case.brute
    assert list(reader.all_terms()) == [
        (name, term.encode()) for name in sorted(FIELDS) for term in sorted(brute.places[name])
    ]
    assert ("text", "castro") in reader
    assert ("text", "nowhere") not in reader
    assert [t for f, t in reader.terms_from("text", "u") if f == "text"] == [
        term.encode() for term in sorted(brute.places["text"]) if term >= "u"
    ]
    assert list(reader.expand_prefix("text", "c")) == [
        term.encode() for term in sorted(brute.places["text"]) if term.startswith("c")
    ]
    for term, documents in brute.places["text"].items():
        assert reader.doc_frequency("text", term) == len(documents)
        assert reader.frequency("text", term) == sum(map(len, documents.values()))
        info = reader.term_info("text", term)
        assert info.doc_frequency() == len(documents)
        assert (info.min_id(), info.max_id()) == (min(documents), max(documents))
        lengths = [brute.lengths["text"][number] for number in documents]
        assert (info.min_length(), info.max_length()) == (min(lengths), max(lengths))
        matcher = reader.postings("text", term)
        assert list(matcher.all_ids()) == sorted(documents)
        matcher.skip_to(max(documents))
        assert matcher.value_as("positions") == documents[max(documents)]
    for name in WORD_FIELDS:
        assert reader.field_length(name) == sum(brute.lengths[name])
        assert reader.max_field_length(name) == max(brute.lengths[name])
        lengths = [reader.doc_field_length(number, name) for number in range(COUNT)]
        assert lengths == brute.lengths[name]
    assert reader.frequency("text", "nowhere") == reader.doc_frequency("none", "x") == 0
    with pytest.raises(TermNotFound):
        reader.postings("text", "nowhere")


def test_a_copy_of_a_matcher_moves_alone(case: Case) -> None:
    matcher = case.index.reader().postings("text", "castro")
    first, second, third, *_ = matcher.all_ids()
    matcher.next()
    copy = matcher.copy()
    copy.next()
    assert (matcher.id(), copy.id()) == (second, third)
    matcher.reset()
    assert (matcher.id(), copy.id()) == (first, third)


def test_stored_fields_are_those_of_the_passage(case: Case) -> None:
    passage = case.brute.passages[7]
    stored = case.searcher.stored_fields(7)
    assert stored["id"] == passage.id
    assert stored["text"] == passage.text
    assert "url" not in stored


def test_an_index_is_read_only(case: Case) -> None:
    with pytest.raises(IndexProblem, match="rebuild"):
        case.index.writer()
    assert case.index.doc_count() == COUNT
    assert not case.index.is_empty()

"""Whoosh itself, its parser and its own kinds of queries, on a segment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import whoosh.query
from whoosh.qparser import MultifieldParser, QueryParser
from whoosh.query import And, AndMaybe, AndNot, Every, Not, Or, Phrase, Query, Require, Term, spans
from whoosh.reading import TermNotFound
from whoosh.scoring import BM25F, TF_IDF, Frequency

from archivesearch.columnar.schema import FIELDS, WORD_FIELDS
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.segment_writer import write_segment
from archivesearch.columnar.storage import doc_sets as bits
from archivesearch.columnar.whoosh_api.index import ColumnarIndex
from archivesearch.errors import IndexProblem
from archivesearch.query.nodes.near import Near
from archivesearch.query.nodes.patterns import Prefix
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


class Face:
    def __init__(self, folder: Path) -> None:
        passages = random_passages(21, COUNT)
        write_segment(folder, [passages], ANALYZER)
        self.segment = Segment(folder)
        self.index = ColumnarIndex(self.segment, ANALYZER)
        self.searcher = self.index.searcher()
        self.brute = BruteForce(passages)

    def planned(self, query: Query) -> dict[int, float]:
        """Return what a plan finds."""
        plan = plan_of(query, self.segment, lambda: self.searcher)
        numbers, scores = topk.score_all(plan, plan.matches)
        assert numbers.tolist() == bits.numbers_of(plan.matches).tolist()
        return dict(zip(numbers.tolist(), scores.tolist(), strict=True))

    def searched(self, query: Query, limit: int | None = None) -> dict[int, float]:
        """Return what Whoosh's own search finds."""
        results = self.searcher.search(query, limit=limit)
        return {hit.docnum: hit.score or 0.0 for hit in results}

    def having(self, word: str, field: str = "text") -> set[int]:
        return set(self.brute.places[field].get(word, ()))


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Face:
    return Face(tmp_path_factory.mktemp("face"))


OWN: list[tuple[Query, Callable[[Face], set[int]]]] = [
    (AndMaybe(CASTRO, CUBA), lambda f: f.having("castro")),
    (whoosh.query.Otherwise(CASTRO, CUBA), lambda f: f.having("castro")),
    (
        whoosh.query.DisjunctionMax([CASTRO, CUBA]),
        lambda f: f.having("castro") | f.having("cuba"),
    ),
    (
        whoosh.query.TermRange("text", "castro", "cuba"),
        lambda f: set().union(
            *(f.having(t) for t in f.brute.places["text"] if "castro" <= t <= "cuba")
        ),
    ),
    (
        Regex("text", "c.*o$"),
        lambda f: set().union(
            *(f.having(t) for t in f.brute.places["text"] if t[0] == "c" and t[-1] == "o")
        ),
    ),
    (
        whoosh.query.Prefix("text", "c"),
        lambda f: set().union(*(f.having(t) for t in f.brute.places["text"] if t[0] == "c")),
    ),
    (whoosh.query.Wildcard("text", "c?stro"), lambda f: f.having("castro")),
    (whoosh.query.FuzzyTerm("text", "castra"), lambda f: f.having("castro")),
    (Variations("text", "castro"), lambda f: f.having("castro") | f.having("castros")),
    (Not(CASTRO), lambda f: set(range(COUNT)) - f.having("castro")),
    (
        Every("title"),
        lambda f: {n for n, length in enumerate(f.brute.lengths["title"]) if length},
    ),
    (whoosh.query.ConstantScoreQuery(CASTRO, 2.0), lambda f: f.having("castro")),
    (SpanOr([CASTRO, CUBA]), lambda f: f.having("castro") | f.having("cuba")),
    (
        SpanFirst(CASTRO, limit=0),
        lambda f: {n for n, at in f.brute.places["text"]["castro"].items() if at[0] == 0},
    ),
    (
        SpanNear(THE, CASTRO, slop=1),
        lambda f: {
            n
            for n in f.having("the") & f.having("castro")
            if any(
                at + 1 in f.brute.places["text"]["castro"][n]
                for at in f.brute.places["text"]["the"][n]
            )
        },
    ),
    (
        Or([CASTRO, CUBA, THE], scale=0.9),
        lambda f: set().union(*map(f.having, ("castro", "cuba", "the"))),
    ),
]
UNSURE = [
    whoosh.query.Ordered([CASTRO, CUBA]),
    whoosh.query.Sequence([CASTRO, CUBA], slop=3),
    Phrase("text", ["castro", "cuba"], slop=3),
    SpanContains(SpanNear(THE, CUBA, slop=5), CASTRO),
    SpanBefore(CASTRO, CUBA),
    SpanCondition(CASTRO, CUBA),
]


@pytest.mark.parametrize(("query", "meaning"), OWN, ids=[type(q).__name__ for q, _ in OWN])
def test_queries_without_a_plan(
    face: Face, query: Query, meaning: Callable[[Face], set[int]]
) -> None:
    wanted = meaning(face)
    assert wanted
    found = face.planned(query)
    assert set(found) == wanted
    assert same(face.searched(query), found)
    # inside of what plans know, and after filters
    assert set(face.planned(And([query, Term("lang", "en")]))) == wanted & face.having("en", "lang")
    assert set(face.planned(Or([query, CUBA]))) == wanted | face.having("cuba")


@pytest.mark.parametrize("query", UNSURE, ids=[type(q).__name__ for q in UNSURE])
def test_queries_of_places_are_walked(face: Face, query: Query) -> None:
    found = face.planned(query)
    assert found
    assert set(found) <= face.having("castro")
    assert same(face.searched(query), found)


MANY = [
    Or([CASTRO, CUBA, THE, Term("title", "castro", boost=3.0)]),
    And([Or([CASTRO, CUBA, THE]), Term("text", "of")]),
    Phrase("text", ["the", "castro"]),
    Near([THE, CASTRO, CUBA], "text", 4),
]


@pytest.mark.parametrize("query", MANY)
def test_whooshs_own_search_loses_nothing(face: Face, query: Query) -> None:
    wanted = face.planned(query)
    assert same(face.searched(query), wanted)
    best = sorted(wanted.values(), reverse=True)[:3]
    assert list(face.searched(query, limit=3).values()) == pytest.approx(best, rel=1e-9)


def test_whooshs_own_search_finds_alternatives_in_a_row(face: Face) -> None:
    query = Near([THE, Or([CASTRO, CUBA, Prefix("text", "p")])], "text")
    assert same(face.searched(query), face.planned(query))


def test_what_whoosh_has_wrong_is_right_in_a_plan(face: Face) -> None:
    castro, cuba = face.having("castro"), face.having("cuba")
    assert set(face.planned(Require(CASTRO, CUBA))) == castro & cuba
    assert set(face.planned(AndNot(CASTRO, CUBA))) == castro - cuba
    scores = face.planned(CASTRO)
    for query in (Require(CASTRO, CUBA), AndNot(CASTRO, CUBA)):
        assert all(score == scores[number] for number, score in face.planned(query).items())
    both = And([AndMaybe(CASTRO, CUBA), THE])
    assert same(
        face.planned(both),
        {
            n: score
            for n, score in face.planned(Or([CASTRO, CUBA, THE])).items()
            if n in castro & face.having("the")
        },
    )


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
def test_whooshs_own_parser_works(face: Face, text: str) -> None:
    for parser in (
        QueryParser("text", face.index.schema),
        MultifieldParser(["text", "title"], face.index.schema),
    ):
        query = parser.parse(text)
        found = face.searched(query)
        assert found
        assert same(found, face.planned(query))


def test_whooshs_own_parser_makes_terms(face: Face) -> None:
    query = QueryParser("text", face.index.schema).parse("Castros")
    assert query == Term("text", "castro")


@pytest.mark.parametrize("weighting", [BM25F(), TF_IDF(), Frequency()])
def test_other_weightings_may_be_used(face: Face, weighting: Any) -> None:
    with face.index.searcher(weighting=weighting) as searcher:
        results = searcher.search(Or([CASTRO, CUBA]), limit=None)
        assert {hit.docnum for hit in results} == face.having("castro") | face.having("cuba")


def test_a_reader_says_what_there_is(face: Face) -> None:
    reader = face.index.reader()
    brute = face.brute
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
        found = [reader.doc_field_length(number, name) for number in range(COUNT)]
        assert found == brute.lengths[name]
    assert reader.frequency("text", "nowhere") == reader.doc_frequency("none", "x") == 0
    with pytest.raises(TermNotFound):
        reader.postings("text", "nowhere")


def test_stored_fields_are_the_passage(face: Face) -> None:
    passage = face.brute.passages[7]
    stored = face.searcher.stored_fields(7)
    assert stored["id"] == passage.id
    assert stored["text"] == passage.text
    assert "url" not in stored


def test_an_index_is_not_written_to(face: Face) -> None:
    with pytest.raises(IndexProblem, match="rebuild"):
        face.index.writer()
    assert face.index.doc_count() == COUNT
    assert not face.index.is_empty()

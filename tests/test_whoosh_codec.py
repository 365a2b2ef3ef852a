"""ColumnarCodec: an index of plain Whoosh behaves as with Whoosh's own codec."""

import datetime as dt
import decimal
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import whoosh.index
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whoosh.analysis import StandardAnalyzer
from whoosh.fields import (
    BOOLEAN,
    DATETIME,
    ID,
    KEYWORD,
    NGRAM,
    NUMERIC,
    STORED,
    TEXT,
    Schema,
)
from whoosh.filedb.filestore import RamStorage
from whoosh.formats import Characters, Existence, Frequency, Positions
from whoosh.qparser import QueryParser
from whoosh.query import Every
from whoosh.scoring import BM25F, TF_IDF
from whoosh.scoring import Frequency as ByFrequency
from whoosh.writing import CLEAR, MERGE_SMALL, NO_MERGE, OPTIMIZE

from archivesearch.columnar import ColumnarCodec
from archivesearch.columnar.whoosh_api.stored_values import deserialize, serialize
from archivesearch.errors import IndexDamaged
from helpers.small_archive import write_files

ROOT = Path(__file__).parent.parent

WORDS = "castro cuba party peasant war of the 1976 Müller 京都 l'union x".split()
QUERIES = (
    "castro",
    "castro OR cuba",
    "castro AND the",
    "the NOT war",
    '"castro of"',
    '"the war"~4',
    "pa*",
    "p?rty",
    "castre~",
    "year:[1950 TO 1980]",
    "tag:red",
    "title:castro^2 OR text:cuba",
    "[c TO p]",
    "chars:castro",
    "grams:arty",
)


def schema() -> Schema:
    vectored = TEXT(stored=True, vector=Positions())
    return Schema(
        id=ID(unique=True, stored=True),
        title=TEXT(stored=True, sortable=True, field_boost=1.5),
        text=vectored,
        chars=TEXT(chars=True, analyzer=StandardAnalyzer(stoplist=None)),
        tag=KEYWORD(stored=True, commas=True, sortable=True),
        grams=NGRAM(minsize=4, maxsize=4),
        year=NUMERIC(stored=True, sortable=True),
        when=DATETIME(stored=True),
        good=BOOLEAN(stored=True),
        extra=STORED(),
    )


def in_memory(fields: Schema) -> Any:
    """Return an index in memory; its name, and so its temporary folder, is this process's own."""
    return RamStorage().create_index(fields, indexname=f"P{os.getpid()}")


TEXTS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
DOCUMENTS = st.fixed_dictionaries(
    {"id": st.sampled_from("abcdefghij")},
    optional={
        "title": TEXTS,
        "text": TEXTS,
        "chars": TEXTS,
        "tag": st.sampled_from(["red", "red,blue", "green"]),
        "grams": TEXTS,
        "year": st.integers(1900, 2030),
        "when": st.dates(dt.date(1900, 1, 1)).map(lambda d: dt.datetime(d.year, d.month, d.day)),  # noqa: DTZ001
        "good": st.booleans(),
        "extra": st.one_of(st.none(), st.integers(), TEXTS, st.tuples(st.integers(), TEXTS)),
        "_text_boost": st.sampled_from([1.0, 2.5]),
    },
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(DOCUMENTS, min_size=1, max_size=5)),
        st.tuples(st.just("update"), st.lists(DOCUMENTS, min_size=1, max_size=3)),
        st.tuples(st.just("delete"), st.sampled_from("abcdefghij")),
        st.tuples(st.just("policy"), st.sampled_from([NO_MERGE, MERGE_SMALL, OPTIMIZE, CLEAR])),
    ),
    min_size=1,
    max_size=6,
)


def apply(index: Any, steps: Any, codec: Any) -> None:
    """Apply steps to an index with a codec; None is Whoosh's own."""
    for kind, argument in steps:
        writer = index.writer(**({"codec": codec} if codec else {}))
        if kind == "add":
            for document in argument:
                writer.add_document(**document)
        elif kind == "update":
            for document in argument:
                writer.update_document(**document)
        elif kind == "delete":
            writer.delete_by_term("id", argument)
        writer.commit(mergetype=argument if kind == "policy" else NO_MERGE)


def postings(reader: Any, field: str, term: bytes) -> list[tuple[Any, ...]]:
    matcher = reader.postings(field, term)
    rows = []
    while matcher.is_active():
        row = [matcher.id(), round(matcher.weight(), 4), matcher.value() or b""]
        row += [
            matcher.value_as(kind) for kind in ("positions", "characters") if matcher.supports(kind)
        ]
        rows.append(tuple(row))
        matcher.next()
    return rows


def content(index: Any) -> dict[str, Any]:
    """Return everything that a reader has of an index."""
    with index.reader() as reader:
        values: dict[str, Any] = {
            "counts": (reader.doc_count(), reader.doc_count_all(), list(reader.all_doc_ids())),
            "stored": [reader.stored_fields(number) for number in reader.all_doc_ids()],
            "terms": list(reader.all_terms()),
            "lexicon": list(reader.lexicon("text")),
            "prefix": list(reader.expand_prefix("text", "p")),
            "lengths": [
                reader.doc_field_length(number, "text", 0) or 0 for number in reader.all_doc_ids()
            ],
            "total": reader.field_length("text"),
        }
        for field, term in reader.all_terms():
            values[f"{field}:{term!r}"] = postings(reader, field, term)
            info = reader.term_info(field, term)
            values[f"{field}:{term!r} info"] = (
                round(info.weight(), 3),
                info.doc_frequency(),
                info.min_id(),
                info.max_id(),
                round(info.max_weight(), 3),
                info.min_length(),
                info.max_length(),
            )
        for number in reader.all_doc_ids():
            if reader.has_vector(number, "text"):
                values[f"vector {number}"] = list(
                    reader.vector(number, "text").items_as("positions")
                )
        # Whoosh's own reader of the columns of several segments miscounts their documents
        for leaf, start in reader.leaf_readers() if reader.doc_count_all() else ():
            for field in ("title", "year", "tag"):
                column = leaf.column_reader(field)
                values[f"column {field} {start}"] = [column[n] for n in leaf.all_doc_ids()]
    return values


def answers(index: Any, weighting: Any, limit: int | None = None) -> dict[str, Any]:
    """Return the results of each query; with a `limit`, Whoosh skips matches by quality."""
    results_by_query: dict[str, Any] = {}
    with index.searcher(weighting=weighting) as searcher:
        parser = QueryParser("text", index.schema)
        for text in QUERIES:
            results = searcher.search(parser.parse(text), limit=limit)
            results_by_query[text] = [
                (hit.docnum, pytest.approx(hit.score, rel=1e-6)) for hit in results
            ]
        by_year = searcher.search(Every(), limit=None, sortedby="year")
        results_by_query["sorted"] = [hit.docnum for hit in by_year]
        results_by_query["like"] = sorted(searcher.suggest("text", "castrx", maxdist=2))
    return results_by_query


@settings(max_examples=20)
@given(steps=STEPS)
def test_an_index_equals_that_of_whooshs_own_codec(steps: Any) -> None:
    own, columnar = (in_memory(schema()) for _ in range(2))
    apply(own, steps, None)
    apply(columnar, steps, ColumnarCodec(rounded_lengths=True))
    assert content(columnar) == content(own)
    for weighting in (BM25F(), TF_IDF(), ByFrequency()):
        assert answers(columnar, weighting) == answers(own, weighting)


@settings(max_examples=20)
@given(steps=STEPS)
def test_a_limit_gives_the_best_of_all_results(steps: Any) -> None:
    """A match that is skipped by its quality is not among the best."""
    index = in_memory(schema())
    apply(index, steps, ColumnarCodec())
    for weighting in (BM25F(), TF_IDF()):
        every, best = answers(index, weighting), answers(index, weighting, limit=3)
        for text in QUERIES:
            assert [score for _, score in best[text]] == [score for _, score in every[text]][:3]


def test_lengths_are_exact_after_merges() -> None:
    index = in_memory(Schema(text=TEXT))
    for count in (1000, 103, 7):
        with index.writer(codec=ColumnarCodec()) as writer:
            writer.add_document(text="word " * count)
    for _ in range(3):
        with index.writer(codec=ColumnarCodec()) as writer:
            writer.add_document(text="word")
            writer.optimize = True
    with index.reader() as reader:
        lengths = [reader.doc_field_length(n, "text") for n in reader.all_doc_ids()]
        assert sorted(lengths) == [1, 1, 1, 7, 103, 1000]
        assert reader.field_length("text") == 1113
        assert (reader.min_field_length("text"), reader.max_field_length("text")) == (1, 1000)


def test_an_index_on_disk(tmp_path: Path) -> None:
    index: Any = whoosh.index.create_in(str(tmp_path), schema())
    with index.writer(codec=ColumnarCodec()) as writer:
        writer.add_document(id="a", text="Fidel Castro", title="A letter", year=1976)
        writer.add_document(id="b", text="castro and the peasant war", extra=(1, "x"))
    with index.writer(codec=ColumnarCodec()) as writer:
        writer.update_document(id="a", text="nothing of it")
        writer.add_document(id="c", text="castro")
        writer.merge = False
    again: Any = whoosh.index.open_dir(str(tmp_path))
    with again.searcher() as searcher:
        query = QueryParser("text", again.schema).parse("castro")
        assert sorted(hit["id"] for hit in searcher.search(query)) == ["b", "c"]
        assert searcher.document(id="b")["extra"] == (1, "x")
    again.optimize(codec=ColumnarCodec())
    assert again.doc_count_all() == 3
    segments = {path.suffix for path in tmp_path.iterdir()}
    assert {".doc", ".inv"} <= segments
    with again.searcher() as searcher:
        assert sorted(hit["id"] for hit in searcher.search(query)) == ["b", "c"]


def test_segments_of_both_codecs_in_one_index() -> None:
    index = in_memory(Schema(id=ID(stored=True), text=TEXT))
    for name, codec in (("own", None), ("columnar", ColumnarCodec()), ("again", None)):
        writer = index.writer(**({"codec": codec} if codec else {}))
        writer.add_document(id=name, text="castro")
        writer.commit(merge=False)
    query = QueryParser("text", index.schema).parse("castro")
    with index.searcher() as searcher:
        assert [hit["id"] for hit in searcher.search(query)] == ["own", "columnar", "again"]
    index.optimize(codec=ColumnarCodec())
    with index.searcher() as searcher:
        assert len(searcher.search(query)) == 3


@pytest.mark.parametrize("form", [Existence(), Frequency(), Positions(), Characters()])
def test_each_format(form: Any) -> None:
    field = TEXT(stored=True, analyzer=StandardAnalyzer(stoplist=None))
    field.format = form
    own = in_memory(Schema(f=field))
    columnar = in_memory(Schema(f=field))
    for index, codec in ((own, {}), (columnar, {"codec": ColumnarCodec()})):
        for text in ("a b a c a", "b b", "c a"):
            with index.writer(**codec) as writer:
                writer.add_document(f=text)
                writer.optimize = True
    with own.reader() as first, columnar.reader() as second:
        terms = list(first.all_terms())
        assert list(second.all_terms()) == terms
        for term in terms:
            assert postings(second, *term) == postings(first, *term)


VALUES = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.binary()),
        *(st.text(), st.text(st.characters(categories=["Cs"]))),
        *(st.datetimes(), st.dates(), st.times(), st.timedeltas()),
        *(st.decimals(allow_nan=False), st.complex_numbers(allow_nan=False)),
        st.datetimes(timezones=st.just(dt.timezone(dt.timedelta(hours=2)))),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.sets(st.text(), max_size=3),
        st.frozensets(st.integers(), max_size=3),
        st.dictionaries(st.one_of(st.text(), st.integers()), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(value=VALUES)
@example(value={-(2**70): None})  # a key that MessagePack has no number for
@example(value={("a", 1): {"\ud800": 2}})
def test_stored_values_are_read_as_written(value: Any) -> None:
    copy = deserialize(serialize(value))
    assert copy == value
    assert type(copy) is type(value)


def test_values_that_only_pickle_can_store_are_refused() -> None:
    class Own:
        pass

    for value in (Own(), print, Path("x"), [Own()], decimal):
        with pytest.raises(TypeError, match="a stored value cannot be of the type"):
            serialize(value)


def test_damage_is_reported(tmp_path: Path) -> None:
    index: Any = whoosh.index.create_in(str(tmp_path), schema())
    with index.writer(codec=ColumnarCodec()) as writer:
        writer.add_document(id="a", text="castro")
    for ending in (".doc", ".inv"):
        (path,) = tmp_path.glob(f"*{ending}")
        data = path.read_bytes()
        for damaged in (
            data[:-1],
            data[: len(data) // 2],
            b"",
            bytes(len(data)),
            data[:-30] + bytes(30),
        ):
            path.write_bytes(damaged)
            with pytest.raises(IndexDamaged, match="is not what was written"):
                index.reader()
        path.write_bytes(data)
    (path,) = tmp_path.glob("*.doc")
    data = path.read_bytes()
    at = data.index(b"x\x9c") + 2
    path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    with index.reader() as reader, pytest.raises(IndexDamaged, match="stored values are damaged"):
        reader.stored_fields(0)


SUITE = {
    "tests/test_own.py": """
from whoosh import fields
from whoosh.filedb.filestore import RamStorage

def test_columnar():
    ix = RamStorage().create_index(fields.Schema(t=fields.TEXT))
    with ix.writer() as writer:
        writer.add_document(t="castro")
    assert "Columnar" in repr(ix.reader()) or "W3" in repr(ix.reader())

def test_of_whoosh_alone():
    from whoosh.codec import default_codec
    assert type(default_codec()).__name__ == WANTED

def test_that_fails():
    raise AssertionError
""",
}


@pytest.mark.parametrize(("wanted", "status"), [("'W3Codec'", 1), ("'ColumnarCodec'", 0)])
def test_the_campaign_of_whooshs_own_tests(tmp_path: Path, wanted: str, status: int) -> None:
    write_files(tmp_path, {name: text.replace("WANTED", wanted) for name, text in SUITE.items()})
    process = subprocess.run(
        [sys.executable, "-m", "campaigns.whoosh_suite", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == status, process.stdout + process.stderr
    lost = "passes with Whoosh's codec, and not with rounded lengths: tests/test_own.py::test_of_"
    assert (lost in process.stdout) == bool(status)

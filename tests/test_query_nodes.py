"""Query nodes: planning, ranking, marking and explaining know each class."""

import dataclasses
import inspect
import math
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from archivesearch.query.nodes import traverse
from archivesearch.query.nodes.compounds import (
    Alias,
    Alternatives,
    And,
    AndNot,
    Boost,
    InLanguages,
    Or,
)
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
from archivesearch.query.nodes.query import Description, Query
from archivesearch.search.execution.index_reader import ColumnarReader
from archivesearch.search.hits.explanation import explain
from archivesearch.search.hits.highlighter import Highlighter
from archivesearch.search.request import Match, Request
from helpers.columnar_cases import ANALYZER, BruteForce, same
from helpers.small_archive import open_reader, passage

CASTRO, WAR, PEASANT = (Term("text", word) for word in ("castro", "war", "peasant"))
TEXT = "Castro wrote of the peasant wars, and Castro's friends of war."
PASSAGES = [
    passage(TEXT, id="a.html#1", page="a.html", year=1976),
    passage("Castro parle de la guerre.", id="b.html#1", page="b.html", lang="fr", year=None),
    passage("The war of the peasants.", id="c.html#1", page="c.html", year=1990),
]


class Expected(NamedTuple):
    """What a node says of itself, and the words of `TEXT` that it marks."""

    words: str
    marked: str
    text: str
    field: str = "text"
    weight: float = 1.0


EXAMPLES: dict[Query, Expected] = {
    Term("text", "war", 0.5): Expected("war", "wars war", "war", weight=0.5),
    Key("lang", "en"): Expected("", "", "en", "lang"),
    Phrase("text", ("peasant", "war"), 2.0): Expected(
        "peasant war", "peasant wars", '"peasant war"', weight=2.0
    ),
    Near("text", (WAR, Or((CASTRO, Prefix("text", "pea")))), 2): Expected(
        "war castro", "peasant wars Castro's war", '"war castro/pea*"~2'
    ),
    Prefix("text", "cas"): Expected("", "Castro Castro's", "cas*"),
    Wildcard("page", "?.*l"): Expected("", "", "?.*l", "page"),
    FormPattern("text", "w*s"): Expected("", "wars", "w*s"),
    Fuzzy("text", "castor", 1): Expected("", "Castro Castro's", "castor~1"),
    YearRange("year", 1970, None): Expected("", "", "1970-", "year"),
    ExactForm(Term("text", "war", 0.5), ("wars",)): Expected("war", "wars", "=wars", weight=0.5),
    Every(): Expected("", "", "*", ""),
    Nothing(): Expected("", "", "", ""),
    And((CASTRO, WAR)): Expected("castro war", "Castro wars Castro's war", "castro/war"),
    Or((CASTRO, WAR)): Expected("castro war", "Castro wars Castro's war", "castro/war"),
    Alternatives((CASTRO, WAR)): Expected("castro|war", "Castro wars Castro's war", "castro/war"),
    Alias((CASTRO,), (WAR,)): Expected("", "Castro Castro's", "castro"),
    AndNot(WAR, Key("lang", "fr")): Expected("war", "wars war", "war"),
    Boost(And((WAR, PEASANT)), 3.0): Expected(
        "war peasant", "peasant wars war", "war/peasant", weight=3.0
    ),
    InLanguages(WAR, ("en", "de")): Expected("war", "wars war", "war"),
}


def node_classes(base: type[Query] = Query) -> Iterator[type[Query]]:
    """Yield the classes of nodes of our package that trees can have."""
    for kind in base.__subclasses__():
        is_public = getattr(sys.modules[kind.__module__], kind.__name__, None) is kind
        if is_public and kind.__module__.startswith("archivesearch."):
            if not inspect.isabstract(kind) and not kind.__name__.startswith("_"):
                yield kind
            yield from node_classes(kind)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> ColumnarReader:
    return open_reader(tmp_path_factory.mktemp("nodes") / "index", PASSAGES, ANALYZER)


def test_each_class_has_an_example() -> None:
    assert {type(query) for query in EXAMPLES} == set(node_classes())


NAMES = [type(query).__name__ for query in EXAMPLES]
EACH = pytest.mark.parametrize(("query", "expected"), EXAMPLES.items(), ids=NAMES)
NODES = pytest.mark.parametrize("query", EXAMPLES, ids=NAMES)


@NODES
def test_a_node_is_a_frozen_value(query: Query) -> None:
    assert dataclasses.is_dataclass(query)
    copy = dataclasses.replace(query)
    assert copy == query
    assert hash(copy) == hash(query)
    assert not hasattr(query, "__dict__")
    for name in [field.name for field in dataclasses.fields(query)]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(query, name, None)


@NODES
def test_the_planner_has_a_plan(reader: ColumnarReader, query: Query) -> None:
    scores = BruteForce(PASSAGES).scores(query)
    response = reader.search(Request(query))
    assert same({match.number: match.score for match in response.matches}, scores)
    assert bool(scores) == (query != Nothing())


@EACH
def test_a_node_has_words(query: Query, expected: Expected) -> None:
    words = traverse.words(query)
    assert ["|".join(sorted(word)) for word in words] == expected.words.split()


@EACH
def test_a_node_marks_words(query: Query, expected: Expected) -> None:
    spans = Highlighter(query, ANALYZER).spans(PASSAGES[0])
    assert " ".join(TEXT[start:end] for start, end in spans) == expected.marked


@EACH
def test_a_node_describes_itself(query: Query, expected: Expected) -> None:
    description = Description(expected.text, expected.field, expected.weight)
    assert query.describe() == description


@NODES
def test_shares_add_up_to_the_score(reader: ColumnarReader, query: Query) -> None:
    matches = [Match(*pair) for pair in BruteForce(PASSAGES).scores(query).items()]
    for match, shares in zip(matches, explain(reader, query, matches, {}), strict=True):
        assert math.isclose(sum(share.score for share in shares), match.score)
        texts = {leaf.describe().text for leaf in traverse.leaves(query)}
        assert {share.what for share in shares} <= texts


def test_a_node_of_some_languages_marks_nothing_in_others() -> None:
    query = Or((InLanguages(WAR, ("fr",)), InLanguages(CASTRO, ("en", "fr"))))
    assert [list(traverse.leaves(query, lang)) for lang in ("en", "fr", "de")] == [
        [CASTRO],
        [WAR, CASTRO],
        [],
    ]
    assert list(traverse.leaves(query)) == [WAR, CASTRO]


class Unknown(Query):
    """A class of nodes that the planner does not know."""

    def describe(self) -> Description:
        return Description("unknown", "", 1.0)


@pytest.mark.parametrize("query", [Unknown(), AndNot(Every(), Or((CASTRO, Unknown())))])
def test_a_class_without_a_plan_is_an_error(reader: ColumnarReader, query: Query) -> None:
    with pytest.raises(TypeError, match="there is no plan for Unknown"):
        reader.search(Request(query))


@pytest.mark.parametrize(
    "query", [Near("text", (CASTRO, And((WAR, PEASANT)))), ExactForm(And((WAR,)), ("war",))]
)
def test_words_that_cannot_be_in_a_row_are_an_error(reader: ColumnarReader, query: Query) -> None:
    with pytest.raises(TypeError, match=r"there is no plan for .*And"):
        reader.search(Request(query))

"""Highlights: the words of a paragraph that are marked."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archivesearch.analysis.analyzer import Analyzer, spelling_key
from archivesearch.analysis.tokenizer import words
from archivesearch.errors import QueryError
from archivesearch.model.passages import Span
from archivesearch.query.parser import parse
from archivesearch.search.hits.highlighter import Highlighter
from helpers.small_archive import passage

ANALYZER = Analyzer(("en",), {"America": ["Amerika"], "Zedong": ["Tse-tung"]})


def mark(
    query: str, text: str, repeated: tuple[Span, ...] = (), common: tuple[str, ...] = ()
) -> str:
    """Return a text with brackets around the words that a query marks."""
    highlighter = Highlighter(parse(query, ANALYZER), ANALYZER, None, common.__contains__)
    spans = highlighter.spans(passage(text, repeated=repeated))
    for start, end in reversed(spans):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("castro", "[Castro] and [castro’s] [CASTROS]"),
        ("worker", "[workers] [Worker's] work"),
        ("a b", "[a] c [b]"),
        ("a AND b", "[a] c [b]"),
        ("*", "all of it"),
        ("year:1990", "in 1990"),
        ("org:castro", "castro"),
        ("text:castro title:fidel", "fidel [castro]"),
        # excluded words
        ("a NOT b", "[a] b [a]"),
        ("NOT b", "a b"),
        ("a AND (NOT b)", "[a] b"),
        ("a NOT (b OR c)", "[a] b c"),
        # phrases only as a whole
        ('"surplus value"', "value of [surplus value], surplus"),
        ('"Surplus values"', "the [surplus value]"),
        ('"a b a"', "a [a] [b] [a] [b] [a] b"),
        ('"a a"', "a b [a] [a]"),
        ('a "b c"', "[a] b [b] [c] c"),
        # nearness
        ('"a b"~1', "[a] x [b] y y [b] [a] x x b"),
        ('"a b"~2', "b x x x [a] x x [b]"),
        ('"a a"~2', "a x x x x [a] x [a]"),
        ('"a b c"~1', "[c] [a] x [b] x x a b"),
        # patterns
        ("pre*", "[prefix] and [Présence] but express"),
        ("party*", "[party] [Party's] parties"),
        ("organiz*", "[organizations] organ [organize]"),
        ("wom?n", "[women] [woman] womb"),
        ("*ism", "[Marxism] mist"),
        ("castro~", "[Castro] [Casto] [Csatro] cast"),
        # spellings
        ("=workers", "[workers] worker [WORKERS]"),
        ('="the workers"', "[the] [workers] the worker workers"),
        ("=don't", "[don’t] dont"),
        ("Amerika", "[America] and [Amerika]"),
        ("U.S.", "[US] [U.$]. tell us"),
        ("zedong", "Mao [Tse]-[tung] or [Zedong], not tung"),
        ("Tse-tung", "Mao [Tse]-[tung] or [Zedong]"),
        # Chinese: pairs that overlap are one mark
        ("共产党", "中国[共产党]员"),
        ("中", "在[中]国"),
        ("员", "党[员]"),
        ('"中国 party"', "a [中国] [party]"),
    ],
)
def test_marks(query: str, expected: str) -> None:
    text = re.sub(r"[\[\]]", "", expected)
    # words of a phrase that stand side by side are marked one by one
    expected = re.sub(r"\[(\w+) (\w+)\]", r"[\1] [\2]", expected)
    assert mark(query, text) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("the strike of 1926", "In the [strike] [of] [the] [strike] [of] [the] [1926]"),
        ("strike the of", "In the [strike] [of] [the] [strike] of the 1926"),
        ("the of", "In [the] strike [of] [the] strike [of] [the] 1926"),
        ('"of the" strike', "In the [strike] [of] [the] [strike] [of] [the] 1926"),
        ("of castro", "In the strike [of] the strike [of] the 1926"),
    ],
)
def test_common_words_are_marked_between_other_marks(query: str, expected: str) -> None:
    text = expected.replace("[", "").replace("]", "")
    assert mark(query, text, common=("the", "of")) == expected


def test_boilerplate_is_marked_only_for_its_own_field() -> None:
    text = "This is a mirror. The mirror of art."
    assert mark("mirror", text, ((0, 17),)) == "This is a mirror. The [mirror] of art."
    assert mark("repeated:mirror", text, ((0, 17),)) == "This is a [mirror]. The mirror of art."
    assert mark('"mirror the"', text, ((0, 17),)) == text


def test_words_are_stemmed_in_the_language_of_the_page() -> None:
    analyzer = Analyzer(("en", "fr"))
    highlighter = Highlighter(parse("nationales", analyzer), analyzer)
    assert highlighter.spans(passage("fête nationale", lang="fr")) == ((5, 14),)


queries = st.sampled_from(
    ["a", "b", '"a b"', '"a b"~2', "a*", "a~", "=A", "a NOT b", "NOT a", "US", "中", "中国",
     "a AND b", '="a b"', "aa?a*"]
)  # fmt: skip
texts = st.text("aAb 'US.$中国é\n", max_size=40) | st.text(max_size=40)


@given(queries, texts, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=2))
def test_marks_are_in_order_and_apart(query: str, text: str, repeated: list[Span]) -> None:
    marked_passage = passage(text, repeated=tuple(repeated))
    last = 0
    for start, end in Highlighter(parse(query, ANALYZER), ANALYZER).spans(marked_passage):
        assert last <= start < end <= len(text)
        assert any(c.isalnum() for c in text[start:end])
        last = end


@given(st.text(max_size=20), texts)
def test_any_query_marks_any_text(query: str, text: str) -> None:
    try:
        tree = parse(query, ANALYZER)
    except QueryError:
        assume(False)
    Highlighter(tree, ANALYZER).spans(passage(text))


@given(queries, texts)
def test_forms_do_not_change_the_marks(query: str, text: str) -> None:
    forms: dict[str, set[str]] = {}
    for word, _, _ in words(text):
        forms.setdefault(ANALYZER.term(word, "en"), set()).add(spelling_key(word))
    tree = parse(query, ANALYZER)
    with_forms = Highlighter(tree, ANALYZER, lambda term: forms.get(term, set()))
    assert with_forms.spans(passage(text)) == Highlighter(tree, ANALYZER).spans(passage(text))

"""Which words are marked, and which window of a text is shown."""

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
from archivesearch.search.hits.snippets import SNIPPET_LENGTH, best_window, clip_marks
from helpers.small_archive import passage

ANALYZER = Analyzer(("en",), {"America": ["Amerika"], "Zedong": ["Tse-tung"]})


def marked(
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
        # what only takes away
        ("a NOT b", "[a] b [a]"),
        ("NOT b", "a b"),
        ("a AND (NOT b)", "[a] b"),
        ("a NOT (b OR c)", "[a] b c"),
        # phrases only where they stand
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
    assert marked(query, text) == expected


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
def test_common_words_are_marked_where_they_join_others(query: str, expected: str) -> None:
    text = expected.replace("[", "").replace("]", "")
    assert marked(query, text, common=("the", "of")) == expected


def test_what_is_repeated_is_marked_only_where_it_is_asked_for() -> None:
    text = "This is a mirror. The mirror of art."
    assert marked("mirror", text, ((0, 17),)) == "This is a mirror. The [mirror] of art."
    assert marked("repeated:mirror", text, ((0, 17),)) == "This is a [mirror]. The mirror of art."
    assert marked('"mirror the"', text, ((0, 17),)) == text


def test_a_page_is_read_in_its_own_language() -> None:
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
    found = passage(text, repeated=tuple(repeated))
    last = 0
    for start, end in Highlighter(parse(query, ANALYZER), ANALYZER).spans(found):
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
def test_spellings_known_before_change_nothing(query: str, text: str) -> None:
    spellings: dict[str, set[str]] = {}
    for word, _, _ in words(text):
        spellings.setdefault(ANALYZER.term(word, "en"), set()).add(spelling_key(word))
    tree = parse(query, ANALYZER)
    known = Highlighter(tree, ANALYZER, lambda term: spellings.get(term, set()))
    assert known.spans(passage(text)) == Highlighter(tree, ANALYZER).spans(passage(text))


_long = st.lists(
    st.text("abcde", min_size=1, max_size=12)
    | st.sampled_from(["\n", "end. New", "?", "x" * 100, "word" * 100]),
    max_size=120,
).map(" ".join)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text, and marks on some of its words."""
    text = draw(_long)
    found = [match.span() for match in re.finditer(r"\w+", text)]
    chosen = draw(st.sets(st.sampled_from(found))) if found else set()
    return text, sorted(chosen)


@given(marked_texts(), st.integers(1, 300))
def test_a_window_keeps_its_limits(given_: tuple[str, list[Span]], length: int) -> None:
    text, marks = given_
    start, end = best_window(text, marks, length)
    assert 0 <= start <= end <= len(text)
    assert end - start <= length
    if len(text) <= length:
        assert (start, end) == (0, len(text))
    elif text.strip():
        assert end > start
    shown = text[start:end]
    for (a, b), word in zip(
        clip_marks(marks, (start, end)),
        [m for m in marks if m[1] > start and m[0] < end],
        strict=True,
    ):
        assert 0 <= a < b <= len(shown)
        whole = text[slice(*word)]
        assert shown[a:b] == text[start + a : start + b]
        assert shown[a:b] in whole


@given(marked_texts())
def test_a_window_has_a_mark_and_cuts_no_word(given_: tuple[str, list[Span]]) -> None:
    text, marks = given_
    start, end = best_window(text, marks)
    assert not marks or clip_marks(marks, (start, end))
    if not re.search(r"\w{100}", text):
        assert start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
        assert end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())


@given(marked_texts())
def test_no_other_window_has_more_different_words(given_: tuple[str, list[Span]]) -> None:
    text, marks = given_
    marks = [(a, b) for a, b in marks if b - a <= SNIPPET_LENGTH]
    shown = best_window(text, marks)

    def different(start: int, end: int) -> int:
        return len({text[a:b].casefold() for a, b in marks if start <= a and b <= end})

    best = max((different(a, a + SNIPPET_LENGTH) for a, _ in marks), default=0)
    assert different(*shown) >= best


def test_a_window_starts_with_the_sentence() -> None:
    text = "First sentence here. " * 20 + "Then Castro came. " + "And more of it. " * 40
    at = text.index("Castro")
    start, end = best_window(text, [(at, at + 6)])
    shown = text[start:end]
    assert re.match(r"First|Then", shown)
    assert "Castro came." in shown
    assert len(shown) > SNIPPET_LENGTH - 20


def test_a_word_that_is_too_long_is_cut() -> None:
    assert best_window("x" * 1000, [(0, 1000)]) == (0, SNIPPET_LENGTH)
    assert best_window("x" * 1000, []) == (0, SNIPPET_LENGTH)
    start, end = best_window("ab " * 200 + "x" * 1000, [(600, 1600)])
    assert (end - start) <= SNIPPET_LENGTH
    assert start >= 600 - SNIPPET_LENGTH
    assert end > 600

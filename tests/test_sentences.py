"""Where sentences begin, and what is learned of an archive's abbreviations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.extracts import extracts, window
from archivesearch.sentences import Sample, Sentences, learned

LEARNED = Sentences(frozenset(("mr", "u.s", "vol", "dr")), frozenset(("the", "they")))


@pytest.mark.parametrize(
    "text",
    [
        "It is so.| And so on.",
        "Mr. Smith went.| He came back.",
        "In the U.S. Congress they met.| They left.",
        "He is in the U.S.| They left.",
        "By J. P. Cannon.| A book.",
        "See vol. 3 of it.| Then stop!| Now?| Yes.",
        "“It is so.”| And so on.",
        "(It is so.)| And so on.",
        "He said so. and went",
        "One line\n|another line",
        "Wait…| What?!| No",
        "v. 2.5 of it, www.example.org and so on",
        "这是。|那是。|",
        "",
    ],
)
def test_starts(text: str) -> None:
    parts = text.split("|")
    bare = "".join(parts)
    starts = LEARNED.starts(bare)
    # what parts two sentences belongs to the one before
    shown, before = [], 0
    for start in [*starts, len(bare)]:
        shown.append(bare[before:start].strip())
        before = start
    assert shown == [part.strip() for part in parts]


def test_abbreviations_are_learned() -> None:
    text = "Mr. Smith met Mr. Jones at Esq. Brown's. It rained. Mr. Hill and Mr. Dale came too. "
    sample = Sample()
    sample.add([text] * 30)
    found = learned(sample.texts)["abbreviations"]
    assert "mr" in found
    assert "rained" not in found


def test_nothing_is_learned_of_nothing() -> None:
    assert learned([]) == {"abbreviations": [], "starters": []}


@given(st.lists(st.text(max_size=30), max_size=80), st.integers(1, 200))
def test_a_sample_is_small_and_spread(texts: list[str], size: int) -> None:
    sample = Sample(size)
    sample.add(texts)
    assert sum(map(len, sample.texts)) <= size
    again = Sample(size)
    for text in texts:
        again.add([text])
    assert again.texts == sample.texts


def test_a_window_ends_with_a_sentence_where_one_ends_near() -> None:
    text = (
        "One word. " * 3
        + "The castro is here by Mr. Smith and others. Another sentence follows it."
    )
    start = text.index("castro")
    shown = window(text, [(start, start + 6)], 60, LEARNED)
    assert text[slice(*shown)] == "The castro is here by Mr. Smith and others."


def test_words_that_are_far_apart_are_shown_too() -> None:
    text = (
        "Castro stands here. "
        + "Nothing stands in between. " * 30
        + "Here stands Guevara. The end."
    )
    marks = [(0, 6), (text.index("Guevara"), text.index("Guevara") + 7)]
    shown = window(text, marks)
    (more,) = extracts(text, marks, shown)
    assert "Castro" in text[slice(*shown)]
    assert "Here stands Guevara." in text[slice(*more)]

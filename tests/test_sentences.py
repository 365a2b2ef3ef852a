"""Sentence splitter: where sentences begin, and the abbreviations that Punkt learns."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch import parse_page
from archivesearch.analysis.sentences import SentenceSplitter, train
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.indexing.parsing.parse_task import chunk_of_pages
from archivesearch.model.pages import paragraphs
from archivesearch.search.hits.snippets import best_window, extracts

LEARNED = SentenceSplitter(frozenset(("mr", "u.s", "vol", "dr")), frozenset(("the", "they")))


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
    # the space between two sentences belongs to the first
    shown, before = [], 0
    for start in [*starts, len(bare)]:
        shown.append(bare[before:start].strip())
        before = start
    assert shown == [part.strip() for part in parts]


def test_abbreviations_are_learned() -> None:
    text = "Mr. Smith met Mr. Jones at Esq. Brown's. It rained. Mr. Hill and Mr. Dale came too. "
    abbreviations = train([text] * 30)["abbreviations"]
    assert "mr" in abbreviations
    assert "rained" not in abbreviations


def test_nothing_is_learned_from_no_texts() -> None:
    assert train([]) == {"abbreviations": [], "starters": []}


@given(st.lists(st.lists(st.integers(0, 9), max_size=9), max_size=9), st.integers(1, 400))
def test_a_sample_is_small_and_spread(sizes: list[list[int]], size: int) -> None:
    pages = [
        parse_page("".join(f"<p>{'word ' * n} end.</p>" for n in page).encode(), page=f"{at}.html")
        for at, page in enumerate(sizes)
        if page
    ]
    texts = [paragraph.text for page in pages for _, paragraph in paragraphs(page)]
    with TemporaryDirectory() as folder, PageSpool(Path(folder)) as spool:
        spool.add(chunk_of_pages(pages))
        sample = spool.sample_texts(size)
    assert sum(map(len, sample)) <= size
    if sum(map(len, texts)) * 2 < size:
        assert sample == texts
    else:
        steps = [texts[::step] for step in range(1, len(texts) + 1)]
        assert any(
            all(map(str.startswith, step, sample)) for step in steps if len(step) == len(sample)
        )


def test_a_window_ends_with_a_sentence_if_one_ends_nearby() -> None:
    text = (
        "One word. " * 3
        + "The castro is here by Mr. Smith and others. Another sentence follows it."
    )
    start = text.index("castro")
    shown = best_window(text, [(start, start + 6)], 60, LEARNED)
    assert text[slice(*shown)] == "The castro is here by Mr. Smith and others."


def test_distant_words_are_shown_in_an_extract() -> None:
    text = (
        "Castro stands here. "
        + "Nothing stands in between. " * 30
        + "Here stands Guevara. The end."
    )
    marks = [(0, 6), (text.index("Guevara"), text.index("Guevara") + 7)]
    shown = best_window(text, marks)
    (more,) = extracts(text, marks, shown)
    assert "Castro" in text[slice(*shown)]
    assert "Here stands Guevara." in text[slice(*more)]

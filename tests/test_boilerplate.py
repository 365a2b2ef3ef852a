"""Boilerplate: it is found by counting, stays in the text, and does not rank."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivesearch
from archivesearch.config import load_beside
from archivesearch.indexing.dedup.boilerplate import find_boilerplate
from archivesearch.indexing.dedup.boilerplate_spans import BoilerplateSpans
from archivesearch.indexing.fingerprints.units import units
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.indexing.parsing.parse_task import chunk_of_pages
from archivesearch.model.pages import Page, RawPage
from archivesearch.parse.page import parse
from helpers.small_archive import build_index, html_page, passage, write_files

ROOT = Path(__file__).parent.parent
BANNER = "This is a mirror of the former pages of a club that met in the old town hall."
FOOTER = "Write to the club at the old town hall, Box 12."
NAVIGATION = "Home | Archive | Letters"
WORDS = (
    "river bread council winter engine letter copper window market garden paper harbour "
    "street lantern valley engine museum orchard bridge silver theatre mountain ticket"
).split()


def sentences(number: int, count: int = 4) -> str:
    """Return sentences that differ from those of every other number."""
    return " ".join(
        f"On day {number * 10 + n} the {WORDS[(number + n) % 23]} of the "
        f"{WORDS[(number * 7 + n) % 23]} was shown to visitor {number} of the town."
        for n in range(count)
    )


def boilerplate_of(
    folder: Path, pages: Mapping[str, str], batch_size: int = 1 << 20
) -> dict[str, list[str]]:
    """Return the boilerplate of each page."""
    config = load_beside(folder)
    with PageSpool(write_files(folder, {})) as spool:
        for name, text in pages.items():
            page = parse(RawPage(name, text.encode()), config)
            assert isinstance(page, Page)
            spool.add(chunk_of_pages([page]))
        spans = BoilerplateSpans(spool, find_boilerplate(spool, batch_size))
        return {
            name: [p.text[a:b] for p in spans.passages(number) for a, b in p.repeated]
            for number, name in enumerate(pages)
        }


@pytest.mark.parametrize("text", ["Plain text.", "Naïve 日本 😀", "half a pair: \ud800", "\0"])
def test_a_spooled_page_comes_back_unchanged(tmp_path: Path, text: str) -> None:
    parsed = parse(RawPage("a.html", html_page(sentences(1)).encode()), load_beside(tmp_path))
    assert isinstance(parsed, Page)
    page = replace(parsed, title=text)
    with PageSpool(tmp_path) as spool:
        spool.add(chunk_of_pages([page]))
        assert spool.page(0) == page
        assert len(spool) == 1


def test_own_texts_are_those_of_the_passages_of_pages(tmp_path: Path) -> None:
    config = load_beside(tmp_path)
    with PageSpool(tmp_path) as spool:
        for n in range(8):
            page = parse(
                RawPage(f"{n}.html", html_page(f"{BANNER} {sentences(n)}", FOOTER).encode()), config
            )
            assert isinstance(page, Page)
            spool.add(chunk_of_pages([page]))
        spans = BoilerplateSpans(spool, find_boilerplate(spool))
        on_pages = [p.own_text for page in range(8) for p in spans.passages(page)]
        assert on_pages == list(spans.own_texts(range(spool.passage_offsets[-1])))
        assert on_pages[:2] == [sentences(0), ""]


@given(st.lists(st.text(), max_size=5))
def test_units_do_not_depend_on_other_texts(texts: list[str]) -> None:
    together = units(texts)
    separate = [units([text]) for text in texts]
    for name in ("hashes", "starts", "ends", "words", "countable"):
        parts = [getattr(single, name).tolist() for single in separate]
        assert getattr(together, name).tolist() == [value for part in parts for value in part]


def test_banner_navigation_and_footer_are_found(tmp_path: Path) -> None:
    pages = {f"{n}.html": html_page(NAVIGATION, BANNER, sentences(n), FOOTER) for n in range(8)}
    pages["other.html"] = html_page(sentences(50), sentences(51))
    boilerplate = boilerplate_of(tmp_path, pages)
    assert boilerplate.pop("other.html") == []
    assert set(map(tuple, boilerplate.values())) == {(NAVIGATION, BANNER, FOOTER)}


def test_a_banner_is_found_inside_the_first_line(tmp_path: Path) -> None:
    pages = {f"{n}.html": html_page(BANNER, sentences(n)) for n in range(8)}
    pages["glued.html"] = html_page(f"{BANNER} {sentences(8)}")
    pages["twice.html"] = html_page(BANNER.upper(), sentences(9), BANNER)
    boilerplate = boilerplate_of(tmp_path, pages)
    assert boilerplate["glued.html"] == [BANNER]
    assert boilerplate["twice.html"] == [BANNER.upper(), BANNER]


QUOTATION = "Those who cannot change their minds cannot change anything at all, the clerk said."


def inside(number: int) -> str:
    """Return a long page with the quotation in the middle."""
    parts = [sentences(number * 9 + part) for part in range(8)]
    return html_page(*parts[:4], QUOTATION, *parts[4:])


def issue(number: int) -> dict[str, str]:
    """Return three articles and the page that has them all."""
    articles = [[sentences(number * 20 + n), sentences(number * 20 + n + 9)] for n in range(3)]
    single = {f"{number}/{n}.html": html_page(*article) for n, article in enumerate(articles)}
    return {**single, f"{number}/all.html": html_page(*(text for a in articles for text in a))}


ORDINARY: dict[str, dict[str, str]] = {
    "five pages": {
        f"{n}.html": html_page(sentences(n), QUOTATION if n < 3 else sentences(n + 40))
        for n in range(5)
    },
    "a quotation in three articles": {
        f"{n}.html": html_page(
            sentences(n), QUOTATION if n < 3 else sentences(n + 40), sentences(n + 80)
        )
        for n in range(40)
    },
    "a statement in five places": {
        f"{n}.html": html_page(
            sentences(n), *([QUOTATION, sentences(99)] if n % 8 == 0 else [sentences(n + 40)])
        )
        for n in range(40)
    },
    "a quotation inside many articles": {
        f"{n}.html": inside(n) if n < 9 else html_page(sentences(n * 9)) for n in range(60)
    },
    "one article at many addresses": {
        **{f"mirror{n}.html": html_page(sentences(1), sentences(2), QUOTATION) for n in range(12)},
        **{f"{n}.html": html_page(sentences(n)) for n in range(10, 20)},
    },
    "a magazine's issues beside their articles": {
        name: text for number in range(4) for name, text in issue(number).items()
    },
    "pages of one sentence": {f"{n}.html": html_page(QUOTATION) for n in range(30)},
    "numbers of notes": {
        f"{n}.html": html_page("1.", sentences(n), "2.", sentences(n + 40)) for n in range(20)
    },
}


@pytest.mark.parametrize("pages", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_sentences_are_not_boilerplate(tmp_path: Path, pages: dict[str, str]) -> None:
    assert not any(boilerplate_of(tmp_path, pages).values())


def test_a_part_of_a_site_has_its_own_masthead(tmp_path: Path) -> None:
    box = "The Lantern appears when there is something to print."
    pages = {f"lantern/{n}.html": html_page(box, sentences(n)) for n in range(5)}
    pages |= {f"letters/{n}.html": html_page(sentences(n)) for n in range(10, 60)}
    boilerplate = boilerplate_of(tmp_path, pages)
    assert all(boilerplate[f"lantern/{n}.html"] == [box] for n in range(5))
    assert not any(boilerplate[f"letters/{n}.html"] for n in range(10, 60))


def test_the_result_does_not_depend_on_the_batch_size(tmp_path: Path) -> None:
    pages = {f"{n}.html": html_page(NAVIGATION, BANNER, sentences(n), FOOTER) for n in range(12)}
    whole = boilerplate_of(tmp_path / "whole", pages)
    assert any(whole.values())
    assert boilerplate_of(tmp_path / "parts", pages, batch_size=7) == whole


TEXTS = st.lists(
    st.text(st.sampled_from("aB é.!? \n\"')|1２中。𝔘\u0301\ud800ß"), max_size=60), max_size=6
)


@given(TEXTS)
def test_units_cover_the_words_of_a_text_once(texts: list[str]) -> None:
    parts = units(texts)
    places = list(
        zip(parts.texts.tolist(), parts.starts.tolist(), parts.ends.tolist(), strict=True)
    )
    assert places == sorted(places)
    for (text, _, end), (next_text, start, _) in pairwise(places):
        assert text != next_text or end <= start
    covered = Counter("".join(texts[text][start:end] for text, start, end in places))
    letters = Counter(c for text in texts for c in text if c.isalnum())
    assert all(covered[letter] >= count for letter, count in letters.items())


@given(
    st.lists(st.sampled_from(["Bread and roses.", "No!", "中国的报纸。", "ÉTÉ 1936"]), min_size=1)
)
def test_case_and_space_and_punctuation_do_not_count(sentences: list[str]) -> None:
    plain = units(["\n".join(sentences)]).hashes.tolist()
    loud = units(["\n".join(f"  “{s.upper()}” ".replace(" ", " \t") for s in sentences)])
    assert loud.hashes.tolist() == plain


def test_long_texts_are_cut_into_pieces() -> None:
    text = "".join(f"Sentence {n} of a page that is one line. " for n in range(20_000))
    parts = units(["First of all.", text, "Last of all."])
    assert (parts.texts[0], parts.texts[-1]) == (0, 2)
    assert int(parts.words.sum()) == pytest.approx(20_000 * 9 + 6, abs=20)
    assert all(text[a:b].strip() for a, b in zip(parts.starts[1:-1], parts.ends[1:-1], strict=True))


def sentences_of(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from line.replace(". ", ".\n").replace("? ", "?\n").split("\n")


def corpus_passages(folder: Path) -> Sequence[archivesearch.Passage]:
    index = folder / "index"
    archivesearch.rebuild([ROOT / "corpus"], index)
    with archivesearch.open(index) as archive:
        return [p for page in archive.pages() for p in archive.passages(page)]


def test_the_boilerplate_of_the_corpus(tmp_path: Path) -> None:
    cases = tomllib.loads((ROOT / "tests/cases/repeats.toml").read_text(encoding="utf-8"))
    expected = {" ".join(sentence.split()).casefold() for sentence in cases["sentences"]}
    right = wrong = missed = 0
    for indexed in corpus_passages(tmp_path):
        sentences = Counter(" ".join(s.split()).casefold() for s in sentences_of(indexed.text))
        own_sentences = Counter(
            " ".join(s.split()).casefold() for s in sentences_of(indexed.own_text)
        )
        repeated = sentences - own_sentences
        right += sum(count for s, count in repeated.items() if s in expected)
        wrong += sum(count for s, count in repeated.items() if s and s not in expected)
        missed += sum(count for s, count in own_sentences.items() if s in expected)
    assert right >= 0.95 * (right + wrong)
    assert right >= 0.95 * (right + missed)


def test_boilerplate_does_not_rank_but_can_be_found(tmp_path: Path) -> None:
    pages = {
        f"{n}.html": html_page(BANNER, sentences(n), title="The mirror of the club")
        for n in range(8)
    }
    pages["mirrors.html"] = html_page("How a mirror is made of glass and silver.", sentences(50))
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        assert [hit.id for hit in archive.search("former")] == []
        assert archive.search("mirror").hits[0].id == "mirrors.html#1"
        assert all("#2" in hit.id or hit.page == "mirrors.html" for hit in archive.search("mirror"))
        assert archive.search("repeated:former").total == 8
        shown = archive.passages("3.html")[0]
        assert (shown.text, shown.repeated, shown.own_text) == (BANNER, ((0, len(BANNER)),), "")
        assert shown.title == "The mirror of the club"


def test_boilerplate_ends_with_its_text(tmp_path: Path) -> None:
    """A footer below other lines of its paragraph ends where the paragraph ends."""
    pages = {
        f"{n}.html": f"<h1>No. {n}</h1><p>{sentences(n)}<p>{sentences(n + 40, 1)}<br>{FOOTER}</p>"
        for n in range(8)
    }
    index = build_index(tmp_path, pages)
    with archivesearch.open(index) as archive:
        passages = [passage for page in archive.pages() for passage in archive.passages(page)]
    ends = [passage.repeated[-1][1] - len(passage.text) for passage in passages if passage.repeated]
    assert ends == [0] * 8
    assert archivesearch.verify(index).problems == ()


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_own_text_is_the_text_outside_of_repeated_spans(
    text: str, pairs: list[tuple[int, int]]
) -> None:
    spans: list[tuple[int, int]] = []
    for start, end in sorted((min(pair), max(pair)) for pair in pairs):
        if end <= len(text) and start < end and (not spans or spans[-1][1] <= start):
            spans.append((start, end))
    own_text = passage(text, repeated=tuple(spans)).own_text
    outside = "".join(c for n, c in enumerate(text) if not any(a <= n < b for a, b in spans))
    if spans:
        assert "".join(own_text.split()) == "".join(outside.split())
    else:
        assert own_text == text


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_index_does_not_depend_on_the_number_of_processes(tmp_path: Path, jobs: int) -> None:
    files = []
    for name, number in (("one", 1), ("other", jobs)):
        archivesearch.rebuild([ROOT / "corpus"], tmp_path / name, jobs=number)
        paths = (tmp_path / name).rglob("*")
        files.append({p.relative_to(tmp_path / name): p.read_bytes() for p in paths if p.is_file()})
    assert files[0] == files[1]

"""What many pages repeat: found by counting, kept, and out of the way of the ranking."""

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


def own(number: int, sentences: int = 4) -> str:
    """Return sentences that no other number gives."""
    return " ".join(
        f"On day {number * 10 + n} the {WORDS[(number + n) % 23]} of the "
        f"{WORDS[(number * 7 + n) % 23]} was shown to visitor {number} of the town."
        for n in range(sentences)
    )


def marked(folder: Path, pages: Mapping[str, str], at_once: int = 1 << 20) -> dict[str, list[str]]:
    """Return what is repeated on each page."""
    config = load_beside(folder)
    with PageSpool(write_files(folder, {})) as gathered:
        for name, text in pages.items():
            page = parse(RawPage(name, text.encode()), config)
            assert isinstance(page, Page)
            gathered.add(chunk_of_pages([page]))
        marks = BoilerplateSpans(gathered, find_boilerplate(gathered, at_once))
        return {
            name: [p.text[a:b] for p in marks.passages(number) for a, b in p.repeated]
            for number, name in enumerate(pages)
        }


@pytest.mark.parametrize("text", ["Plain text.", "Naïve 日本 😀", "half a pair: \ud800", "\0"])
def test_pages_that_wait_come_back_as_they_were(tmp_path: Path, text: str) -> None:
    parsed = parse(RawPage("a.html", html_page(own(1)).encode()), load_beside(tmp_path))
    assert isinstance(parsed, Page)
    page = replace(parsed, title=text)
    with PageSpool(tmp_path) as gathered:
        gathered.add(chunk_of_pages([page]))
        assert gathered.page(0) == page
        assert len(gathered) == 1


def test_a_passage_says_the_same_alone_and_on_its_page(tmp_path: Path) -> None:
    config = load_beside(tmp_path)
    with PageSpool(tmp_path) as gathered:
        for n in range(8):
            page = parse(
                RawPage(f"{n}.html", html_page(f"{BANNER} {own(n)}", FOOTER).encode()), config
            )
            assert isinstance(page, Page)
            gathered.add(chunk_of_pages([page]))
        marks = BoilerplateSpans(gathered, find_boilerplate(gathered))
        on_pages = [p.own_text for page in range(8) for p in marks.passages(page)]
        assert on_pages == list(marks.own_texts(range(gathered.passage_offsets[-1])))
        assert on_pages[:2] == [own(0), ""]


@given(st.lists(st.text(), max_size=5))
def test_units_are_the_same_wherever_their_text_stands(texts: list[str]) -> None:
    together = units(texts)
    alone = [units([text]) for text in texts]
    for name in ("hashes", "starts", "ends", "words", "countable"):
        parts = [getattr(one, name).tolist() for one in alone]
        assert getattr(together, name).tolist() == [value for part in parts for value in part]


def test_banner_navigation_and_footer_are_found(tmp_path: Path) -> None:
    pages = {f"{n}.html": html_page(NAVIGATION, BANNER, own(n), FOOTER) for n in range(8)}
    pages["other.html"] = html_page(own(50), own(51))
    found = marked(tmp_path, pages)
    assert found.pop("other.html") == []
    assert set(map(tuple, found.values())) == {(NAVIGATION, BANNER, FOOTER)}


def test_a_banner_is_found_inside_the_first_line(tmp_path: Path) -> None:
    pages = {f"{n}.html": html_page(BANNER, own(n)) for n in range(8)}
    pages["glued.html"] = html_page(f"{BANNER} {own(8)}")
    pages["twice.html"] = html_page(BANNER.upper(), own(9), BANNER)
    found = marked(tmp_path, pages)
    assert found["glued.html"] == [BANNER]
    assert found["twice.html"] == [BANNER.upper(), BANNER]


QUOTATION = "Those who cannot change their minds cannot change anything at all, the clerk said."


def inside(number: int) -> str:
    """Return a long page with the quotation in its midst."""
    parts = [own(number * 9 + part) for part in range(8)]
    return html_page(*parts[:4], QUOTATION, *parts[4:])


def issue(number: int) -> dict[str, str]:
    """Return three articles and the page that has them all."""
    articles = [[own(number * 20 + n), own(number * 20 + n + 9)] for n in range(3)]
    single = {f"{number}/{n}.html": html_page(*article) for n, article in enumerate(articles)}
    return {**single, f"{number}/all.html": html_page(*(text for a in articles for text in a))}


ORDINARY: dict[str, dict[str, str]] = {
    "five pages": {
        f"{n}.html": html_page(own(n), QUOTATION if n < 3 else own(n + 40)) for n in range(5)
    },
    "a quotation in three articles": {
        f"{n}.html": html_page(own(n), QUOTATION if n < 3 else own(n + 40), own(n + 80))
        for n in range(40)
    },
    "a statement in five places": {
        f"{n}.html": html_page(own(n), *([QUOTATION, own(99)] if n % 8 == 0 else [own(n + 40)]))
        for n in range(40)
    },
    "a quotation inside many articles": {
        f"{n}.html": inside(n) if n < 9 else html_page(own(n * 9)) for n in range(60)
    },
    "one article at many addresses": {
        **{f"mirror{n}.html": html_page(own(1), own(2), QUOTATION) for n in range(12)},
        **{f"{n}.html": html_page(own(n)) for n in range(10, 20)},
    },
    "a magazine's issues beside their articles": {
        name: text for number in range(4) for name, text in issue(number).items()
    },
    "pages of one sentence": {f"{n}.html": html_page(QUOTATION) for n in range(30)},
    "numbers of notes": {
        f"{n}.html": html_page("1.", own(n), "2.", own(n + 40)) for n in range(20)
    },
}


@pytest.mark.parametrize("pages", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_sentences_are_left_alone(tmp_path: Path, pages: dict[str, str]) -> None:
    assert not any(marked(tmp_path, pages).values())


def test_a_part_of_a_site_has_its_own_masthead(tmp_path: Path) -> None:
    box = "The Lantern appears when there is something to print."
    pages = {f"lantern/{n}.html": html_page(box, own(n)) for n in range(5)}
    pages |= {f"letters/{n}.html": html_page(own(n)) for n in range(10, 60)}
    found = marked(tmp_path, pages)
    assert all(found[f"lantern/{n}.html"] == [box] for n in range(5))
    assert not any(found[f"letters/{n}.html"] for n in range(10, 60))


def test_how_much_is_counted_at_once_makes_no_difference(tmp_path: Path) -> None:
    pages = {f"{n}.html": html_page(NAVIGATION, BANNER, own(n), FOOTER) for n in range(12)}
    whole = marked(tmp_path / "whole", pages)
    assert any(whole.values())
    assert marked(tmp_path / "parts", pages, at_once=7) == whole


TEXTS = st.lists(
    st.text(st.sampled_from("aB é.!? \n\"')|1２中。𝔘\u0301\ud800ß"), max_size=60), max_size=6
)


@given(TEXTS)
def test_units_cover_the_words_of_a_text_once(texts: list[str]) -> None:
    found = units(texts)
    places = list(
        zip(found.texts.tolist(), found.starts.tolist(), found.ends.tolist(), strict=True)
    )
    assert places == sorted(places)
    for (one, _, end), (other, start, _) in pairwise(places):
        assert one != other or end <= start
    said = Counter("".join(texts[text][start:end] for text, start, end in places))
    letters = Counter(c for text in texts for c in text if c.isalnum())
    assert all(said[letter] >= count for letter, count in letters.items())


@given(
    st.lists(st.sampled_from(["Bread and roses.", "No!", "中国的报纸。", "ÉTÉ 1936"]), min_size=1)
)
def test_case_and_space_and_punctuation_do_not_count(sentences: list[str]) -> None:
    plain = units(["\n".join(sentences)]).hashes.tolist()
    loud = units(["\n".join(f"  “{s.upper()}” ".replace(" ", " \t") for s in sentences)])
    assert loud.hashes.tolist() == plain


def test_long_texts_are_taken_in_pieces() -> None:
    text = "".join(f"Sentence {n} of a page that is one line. " for n in range(20_000))
    found = units(["First of all.", text, "Last of all."])
    assert (found.texts[0], found.texts[-1]) == (0, 2)
    assert int(found.words.sum()) == pytest.approx(20_000 * 9 + 6, abs=20)
    assert all(text[a:b].strip() for a, b in zip(found.starts[1:-1], found.ends[1:-1], strict=True))


def sentences_of(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from line.replace(". ", ".\n").replace("? ", "?\n").split("\n")


def corpus_passages(folder: Path) -> Sequence[archivesearch.Passage]:
    index = folder / "index"
    archivesearch.rebuild([ROOT / "corpus"], index)
    with archivesearch.open(index) as archive:
        return [p for page in archive.pages() for p in archive.passages(page)]


def test_the_repeats_of_the_corpus(tmp_path: Path) -> None:
    cases = tomllib.loads((ROOT / "tests/cases/repeats.toml").read_text(encoding="utf-8"))
    known = {" ".join(sentence.split()).casefold() for sentence in cases["sentences"]}
    right = wrong = missed = 0
    for found in corpus_passages(tmp_path):
        said = Counter(" ".join(s.split()).casefold() for s in sentences_of(found.text))
        own = Counter(" ".join(s.split()).casefold() for s in sentences_of(found.own_text))
        repeated = said - own
        right += sum(count for s, count in repeated.items() if s in known)
        wrong += sum(count for s, count in repeated.items() if s and s not in known)
        missed += sum(count for s, count in own.items() if s in known)
    assert right >= 0.95 * (right + wrong)
    assert right >= 0.95 * (right + missed)


def test_what_is_repeated_neither_ranks_nor_is_lost(tmp_path: Path) -> None:
    pages = {
        f"{n}.html": html_page(BANNER, own(n), title="The mirror of the club") for n in range(8)
    }
    pages["mirrors.html"] = html_page("How a mirror is made of glass and silver.", own(50))
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        assert [hit.id for hit in archive.search("former")] == []
        assert archive.search("mirror").hits[0].id == "mirrors.html#1"
        assert all("#2" in hit.id or hit.page == "mirrors.html" for hit in archive.search("mirror"))
        assert archive.search("repeated:former").total == 8
        shown = archive.passages("3.html")[0]
        assert (shown.text, shown.repeated, shown.own_text) == (BANNER, ((0, len(BANNER)),), "")
        assert shown.title == "The mirror of the club"


def test_what_is_repeated_ends_with_its_text(tmp_path: Path) -> None:
    """Below lines of a page's own, a footer that all pages have ends where the paragraph does."""
    pages = {
        f"{n}.html": f"<h1>No. {n}</h1><p>{own(n)}<p>{own(n + 40, 1)}<br>{FOOTER}</p>"
        for n in range(8)
    }
    index = build_index(tmp_path, pages)
    with archivesearch.open(index) as archive:
        passages = [found for page in archive.pages() for found in archive.passages(page)]
    ends = [passage.repeated[-1][1] - len(passage.text) for passage in passages if passage.repeated]
    assert ends == [0] * 8
    assert archivesearch.verify(index).problems == ()


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_what_is_not_repeated_is_a_passages_own(text: str, pairs: list[tuple[int, int]]) -> None:
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
def test_an_index_is_the_same_whatever_the_number_of_processes(tmp_path: Path, jobs: int) -> None:
    files = []
    for name, number in (("one", 1), ("other", jobs)):
        archivesearch.rebuild([ROOT / "corpus"], tmp_path / name, jobs=number)
        found = (tmp_path / name).rglob("*")
        files.append({p.relative_to(tmp_path / name): p.read_bytes() for p in found if p.is_file()})
    assert files[0] == files[1]

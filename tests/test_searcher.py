"""Searches of real indexes: options, order, paging, and agreement with brute force."""

import itertools
import math
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import archivesearch
from archivesearch.analysis.analyzer import Analyzer, fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import words
from archivesearch.columnar.bm25 import K1, B
from archivesearch.errors import QueryError
from archivesearch.model.passages import Passage, family
from archivesearch.model.results import Results
from archivesearch.query.nodes.near_positions import near_positions
from archivesearch.query.parser import parse
from archivesearch.query.tree_builder import FIELD_WEIGHTS
from archivesearch.search.execution.index_reader import ColumnarReader
from archivesearch.search.request import Request
from helpers.small_archive import html_page, open_reader, passage, write_files

SWP = "Socialist Workers Party"
ISO = "International Socialist Organization"
ORGS = """<html lang=en><head><title>Who is who</title></head><body>
<h2>Socialist Workers Party (SWP)</h2>
<p>Self-Description: We greet the workers of Cuba.</p>
<p>Comments: The party greets Castro, and has done so since 1976 and through the 1980s.</p>
<h2>International Socialist Organization (ISO)</h2>
<p>Comments: Castro is no friend of theirs. They spoke of 1976 too.</p></body></html>"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[archivesearch.Archive]:
    """Two organizations, a French page, an undated one, and forty dated letters."""
    folder = tmp_path_factory.mktemp("searching")
    site = {"orgs.html": ORGS, "note.txt": "A note without a date. Castro again."}
    site["fr.html"] = html_page("3 juin 2001", "Castro parle aux paysans.").replace("=en", "=fr")
    for number in range(40):
        text = "Castro wrote a letter." + " He wrote it again." * (number % 5)
        site[f"letters/{number:02}.html"] = html_page(
            f"May 1, {1980 + number % 10}", text, title=f"Letter {number}"
        )
    site["archivesearch.toml"] = "base_url = 'http://example.org/'\n"
    archivesearch.rebuild([write_files(folder / "site", site)], folder / "index")
    with archivesearch.open(folder / "index") as archive:
        yield archive


def hit_ids(results: Results) -> list[str]:
    return [hit.id for hit in results]


def test_a_hit_has_all_fields_of_its_passage(archive: archivesearch.Archive) -> None:
    results = archive.search("since castro", org="swp")
    hit = results.hits[0]
    assert (hit.page, hit.title, hit.org, hit.label) == ("orgs.html", "Who is who", SWP, "Comments")
    assert hit.section.startswith(SWP)
    assert hit.text.startswith("The party greets Castro")
    assert hit.years_mentioned == (1976, 1980)
    assert (hit.year, hit.year_source, hit.lang, hit.copies) == (None, "", "en", ())
    assert [hit.text[a:b] for a, b in hit.highlights] == ["Castro", "since"]
    assert [hit.snippet[a:b] for a, b in hit.snippet_highlights] == ["Castro", "since"]
    assert hit.snippet in hit.text
    assert hit.url == "http://example.org/orgs.html"
    assert hit.link == (
        "http://example.org/orgs.html#:~:text=The%20party%20greets%20Castro%2C%20and%20has%20done%20so"
        "%20since%201976%20and%20through"
    )
    assert archive.passages("orgs.html")[int(hit.id.split("#")[1]) - 1].text == hit.text
    assert results.query == "since castro"
    assert results.took_ms > 0
    assert results.total_exact
    assert len(results) == len(results.hits)


FILTERS: list[tuple[dict[str, Any], Callable[[Passage], bool]]] = [
    ({"org": SWP}, lambda p: p.org == SWP),
    ({"org": "iso"}, lambda p: p.org == ISO),
    ({"org": "no such org"}, lambda p: False),
    ({"section": "socialist workers"}, lambda p: "Socialist Workers" in p.section),
    ({"section": "workers socialist"}, lambda p: False),
    ({"year": 1984}, lambda p: p.year == 1984),
    ({"year": (1984, 1986)}, lambda p: p.year is not None and 1984 <= p.year <= 1986),
    ({"year": (None, 1981)}, lambda p: p.year is not None and p.year <= 1981),
    ({"year": (1988, None)}, lambda p: p.year is not None and p.year >= 1988),
    ({"year": (1700, 1750)}, lambda p: False),
    ({"mentions": 1976}, lambda p: 1976 in p.years_mentioned),
    ({"mentions": (1979, 1981)}, lambda p: bool({1979, 1980, 1981} & {*p.years_mentioned})),
    ({"lang": "fr"}, lambda p: p.lang == "fr"),
    ({"lang": "FR"}, lambda p: p.lang == "fr"),
    ({"lang": "xx"}, lambda p: False),
    ({"org": "SWP", "mentions": 1976}, lambda p: p.org == SWP and 1976 in p.years_mentioned),
    ({"year": 2001, "lang": "fr"}, lambda p: p.year == 2001 and p.lang == "fr"),
]


@pytest.mark.parametrize(("options", "passes"), FILTERS)
def test_filters_narrow_and_do_not_rank(
    archive: archivesearch.Archive, options: dict[str, Any], passes: Callable[[Passage], bool]
) -> None:
    everything = archive.search("castro", limit=1000)
    scores = {hit.id: hit.score for hit in everything}
    passages = {p.id: p for hit in everything for p in archive.passages(hit.page)}
    expected = [key for key in scores if passes(passages[key])]
    narrowed = archive.search("castro", limit=1000, **options)
    assert narrowed.total == len(narrowed) == len(expected)
    assert {hit.id: hit.score for hit in narrowed} == {key: scores[key] for key in expected}


def test_an_empty_query_returns_the_archive_in_order(archive: archivesearch.Archive) -> None:
    results = archive.search("", limit=1000)
    assert results.total == archive.stats().paragraphs == len(results)
    assert hit_ids(results) == hit_ids(archive.search("*", sort="place", limit=1000))
    order = list(dict.fromkeys(hit.page for hit in results))
    assert order == sorted(order)
    assert not any(hit.highlights for hit in results)


def test_scores_fall(archive: archivesearch.Archive) -> None:
    scores = [hit.score for hit in archive.search("castro letter", limit=1000)]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


def test_sort_by_year(archive: archivesearch.Archive) -> None:
    for sort, reverse in (("year", False), ("-year", True)):
        years = [hit.year for hit in archive.search("castro", sort=sort, limit=1000)]
        dated = [year for year in years if year is not None]
        assert dated == sorted(dated, reverse=reverse)
        assert years == dated + [None] * years.count(None)
        assert None in years


@pytest.mark.parametrize("sort", ["score", "year", "-year", "place"])
@pytest.mark.parametrize("limit", [1, 7, 10])
def test_pages_of_results_are_disjoint_and_complete(
    archive: archivesearch.Archive, sort: str, limit: int
) -> None:
    whole = archive.search("castro wrote", sort=sort, limit=1000)
    parts: list[str] = []
    for offset in range(0, whole.total + limit, limit):
        part = archive.search("castro wrote", sort=sort, limit=limit, offset=offset)
        assert part.total == whole.total == len(whole)
        assert len(part) == min(limit, max(0, whole.total - offset))
        parts += hit_ids(part)
    assert parts == hit_ids(whole)
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("group_by", ["page", "section", "org"])
def test_groups(archive: archivesearch.Archive, group_by: str) -> None:
    whole = archive.search("castro wrote party", limit=1000)
    grouped = archive.search("castro wrote party", group_by=group_by, limit=1000)
    assert grouped.hits == ()
    assert grouped.total == len(grouped.groups)
    assert sum(group.count for group in grouped.groups) == whole.total
    assert len({group.key for group in grouped.groups}) == grouped.total
    for group in grouped.groups:
        assert group.score == group.hits[0].score == max(hit.score for hit in group.hits)
        assert len(group.hits) == min(3, group.count)
        assert len({getattr(hit, group_by) for hit in group.hits}) == 1
        if group_by != "section":
            assert group.key == getattr(group.hits[0], group_by)
            members = [h.id for h in whole if getattr(h, group_by) == group.key]
            assert [h.id for h in group.hits] == members[:3]
            assert group.count == len(members)
    paged = [
        archive.search("castro wrote party", group_by=group_by, limit=4, offset=offset)
        for offset in range(0, grouped.total, 4)
    ]
    assert [g for part in paged for g in part.groups] == list(grouped.groups)


@pytest.mark.parametrize("group_by", ["page", "section", "org"])
@pytest.mark.parametrize("query", ["the reading room", "mail OR film", "algiers OR law"])
def test_groups_of_an_archive_with_copies(corpus_index: Path, group_by: str, query: str) -> None:
    with archivesearch.open(corpus_index) as archive:
        whole = archive.search(query, facets=(group_by,))
        grouped = archive.search(query, group_by=group_by, facets=(group_by,), limit=1000)
        assert whole.folded > 0
        assert (len(grouped.groups), grouped.folded) == (grouped.total, 0)
        assert sum(group.count for group in grouped.groups) == whole.total
        assert grouped.facets == whole.facets
        counts = {group.key: group.count for group in grouped.groups if group.key}
        assert counts.items() >= dict(grouped.facets[group_by]).items()
        matches = {hit.id: hit for hit in archive.matches(query)}
        for group in grouped.groups:
            copies = [hit_id for hit in group.hits for hit_id in hit.copies if hit_id in matches]
            shown = [hit.id for hit in group.hits] + copies
            assert len({*shown}) == len(shown) <= group.count
            assert len(group.hits) == 3 or len(shown) == group.count
            assert len({getattr(matches[hit_id], group_by) for hit_id in shown}) == 1
        paged = [
            archive.search(query, group_by=group_by, limit=4, offset=offset)
            for offset in range(0, grouped.total, 4)
        ]
        assert [g for part in paged for g in part.groups] == list(grouped.groups)


def test_sections_of_one_name_on_two_pages_are_two_groups(tmp_path: Path) -> None:
    text = "<html><h2>Notes</h2><p>Castro.</p><h2>More</h2><p>Castro.</p>"
    site = write_files(tmp_path / "site", {"a.html": text, "b.html": text + "<p>Of Cuba.</p>"})
    archivesearch.rebuild([site], tmp_path / "index")
    with archivesearch.open(tmp_path / "index") as archive:
        assert archive.search("castro", group_by="section").total == 4


def test_facets_count_all_matches(archive: archivesearch.Archive) -> None:
    names = ("org", "section", "year", "lang", "page")
    results = archive.search("castro", facets=names, limit=2)
    whole = archive.search("castro", limit=1000).hits
    assert set(results.facets) == set(names)
    for name in ("org", "year", "lang", "page"):
        counted = Counter(getattr(hit, name) for hit in whole)
        expected = sorted(
            ((value, count) for value, count in counted.items() if value not in ("", None)),
            key=lambda pair: (-pair[1], pair[0]),
        )
        assert list(results.facets[name]) == expected[:20]
    assert archive.search("castro").facets == {}


def test_facets_respect_filters(archive: archivesearch.Archive) -> None:
    results = archive.search("castro", year=1984, facets=("year",), limit=0)
    assert dict(results.facets["year"]) == {1984: results.total}
    assert results.hits == ()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"limit": -1}, "negative"),
        ({"offset": -1}, "negative"),
        ({"sort": "date"}, "sort must be one of"),
        ({"group_by": "year"}, "group_by must be one of"),
        ({"group_by": ""}, "group_by must be one of"),
        ({"facets": ("title",)}, "facets must be one of"),
        ({"year": (2003, 1990)}, "2003 is later than 1990"),
        ({"year": 10**12}, "from 0 to 9999"),
        ({"mentions": (-(10**12), 1990)}, "from 0 to 9999"),
    ],
)
def test_invalid_options_raise_query_error(
    archive: archivesearch.Archive, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        archive.search("castro", **options)
    assert caught.value.position is None


@pytest.mark.parametrize("year", [0, 9999, (2100, None), (None, 1000), (0, 0)])
def test_years_of_no_page_match_nothing(archive: archivesearch.Archive, year: Any) -> None:
    assert archive.search("castro", year=year, limit=1000).total == 0


@pytest.mark.parametrize(
    ("query", "total"),
    [("year:1984", 8), ("castro AND year:1984", 4), ("lang:fr", 2), ("page:letters/0*", 20),
     ("page:note.txt", 1), ("org:(socialist AND workers)", 2), ('label:"self description"', 1),
     ("* NOT page:letters/*", 6), ("* AND paysans", 1), ("nothingatall", 0)],
)  # fmt: skip
def test_fields(archive: archivesearch.Archive, query: str, total: int) -> None:
    assert archive.search(query).total == total


# Brute force


def brute_scores(passages: Sequence[Passage], analyzer: Analyzer, word: str) -> dict[int, float]:
    """Return the BM25 scores of one word over the default fields, by the textbook formula."""
    scores: dict[int, float] = {}
    term = analyzer.term(word, "en")
    fields = {
        field: [[t.term for t in analyzer.tokens(getattr(p, field), "en")] for p in passages]
        for field in FIELD_WEIGHTS
    }
    passages_with_term = max(sum(term in text for text in texts) for texts in fields.values())
    for field, weight in FIELD_WEIGHTS.items():
        texts = fields[field]
        lengths = [len(text) for text in texts if text]
        if not any(term in text for text in texts):
            continue
        average = sum(lengths) / len(lengths)
        idf = math.log(1 + (len(passages) - passages_with_term + 0.5) / (passages_with_term + 0.5))
        for number, text in enumerate(texts):
            if frequency := text.count(term):
                norm = K1 * (1 - B + B * len(text) / average)
                score = weight * idf * frequency * (K1 + 1) / (frequency + norm)
                scores[number] = scores.get(number, 0.0) + score
    return scores


def add_scores(*parts: dict[int, float]) -> dict[int, float]:
    total: Counter[int] = Counter()
    for part in parts:
        for number, score in part.items():
            total[number] += score  # type: ignore[assignment]
    return dict(total)


@pytest.fixture(scope="module")
def corpus_of_words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, ...]]:
    """A few hundred passages of few words, very unevenly used."""
    draw = random.Random(5)  # noqa: S311
    vocabulary = [a + b for a in "bdfgkm" for b in ("a", "o", "u")]
    weights = [1 / rank for rank in range(1, len(vocabulary) + 1)]

    def random_text(max_words: int) -> str:
        return " ".join(draw.choices(vocabulary, weights, k=draw.randrange(max_words)))

    passages = [
        passage(
            random_text(60), n, title=random_text(6), org=random_text(4), section=random_text(5)
        )
        for n in range(300)
    ]
    analyzer = Analyzer(("en",))
    reader = open_reader(tmp_path_factory.mktemp("words") / "index", passages, analyzer)
    yield passages, analyzer, reader
    reader.close()


def search_scores(reader: ColumnarReader, analyzer: Analyzer, query: str) -> dict[int, float]:
    response = reader.search(Request(parse(query, analyzer), limit=10_000))
    assert response.total == len(response.matches)
    return dict(response.matches)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_scores_are_bm25(corpus_of_words: tuple[Any, ...], size: int) -> None:
    passages, analyzer, reader = corpus_of_words
    draw = random.Random(size)  # noqa: S311
    for _ in range(10):
        chosen = draw.sample(["ba", "bo", "bu", "da", "do", "du", "fa", "ku", "mo", "mu"], size)
        per_word = [brute_scores(passages, analyzer, word) for word in chosen]
        expected = add_scores(*per_word)
        assert search_scores(reader, analyzer, " ".join(chosen)) == pytest.approx(
            expected, abs=1e-9
        )
        with_all = {number for number in expected if all(number in part for part in per_word)}
        assert search_scores(reader, analyzer, " AND ".join(chosen)) == pytest.approx(
            {number: expected[number] for number in with_all}, abs=1e-9
        )


def test_scores_of_long_passages_are_bm25(tmp_path: Path) -> None:
    analyzer = Analyzer(("en",))
    passages = [passage("ba " + "bo " * (37 * n), n) for n in range(9)]
    reader = open_reader(tmp_path / "index", passages, analyzer)
    expected = brute_scores(passages, analyzer, "ba")
    assert search_scores(reader, analyzer, "ba") == pytest.approx(expected, abs=1e-9)


def test_weights_multiply_scores(corpus_of_words: tuple[Any, ...]) -> None:
    passages, analyzer, reader = corpus_of_words
    ba, mo = (brute_scores(passages, analyzer, word) for word in ("ba", "mo"))
    for query, factor in (("ba mo^3", 3.0), ("ba (mo)^0.5", 0.5), ("ba (mo zzz)^2", 2.0)):
        expected = add_scores(ba, {number: factor * score for number, score in mo.items()})
        assert search_scores(reader, analyzer, query) == pytest.approx(expected, abs=1e-9)
    both = {number: 2 * score for number, score in add_scores(ba, mo).items()}
    assert search_scores(reader, analyzer, "(ba mo)^2") == pytest.approx(both, abs=1e-9)


def test_not_and_filters_do_not_change_scores(corpus_of_words: tuple[Any, ...]) -> None:
    passages, analyzer, reader = corpus_of_words
    expected = brute_scores(passages, analyzer, "ba")
    without = brute_scores(passages, analyzer, "do")
    assert search_scores(reader, analyzer, "ba NOT do") == pytest.approx(
        {number: score for number, score in expected.items() if number not in without}, abs=1e-9
    )
    filter_ = parse("do", analyzer)
    response = reader.search(Request(parse("ba", analyzer), filter_, limit=1000))
    assert dict(response.matches) == pytest.approx(
        {number: score for number, score in expected.items() if number in without}, abs=1e-9
    )


def test_a_phrase_scores_as_the_sum_of_its_words(corpus_of_words: tuple[Any, ...]) -> None:
    passages, analyzer, reader = corpus_of_words
    texts = [p.text for p in passages]
    terms = [f"text:{word}" for word in ("ba", "bo")]
    sums = add_scores(*(search_scores(reader, analyzer, term) for term in terms))
    expected = {n: s for n, s in sums.items() if re.search(r"\bba bo\b", texts[n])}
    assert search_scores(reader, analyzer, 'text:"ba bo"') == pytest.approx(expected, abs=1e-9)


def test_equal_scores_are_in_archive_order(tmp_path: Path) -> None:
    analyzer = Analyzer(("en",))
    reader = open_reader(tmp_path / "i", [passage("same", n) for n in range(50)], analyzer)
    pages = [
        match.number
        for offset in range(0, 50, 7)
        for match in reader.search(Request(parse("same", analyzer), limit=7, offset=offset)).matches
    ]
    assert pages == list(range(50))
    reader.close()


# An oracle for matches: plain Python over the words of each text.

WORDS = "a b c ab abc Abc abd party parties Party's part Castro castros US us U.S. 中国 中".split()
Test = Callable[[list[str], list[str]], bool]


def oracle_word(word: str) -> Test:
    term = Analyzer(("en",)).term(word, "en")
    return lambda _, terms: term in terms


def oracle_row(row: str, gap: int) -> Test:
    analyzer = Analyzer(("en",))
    row_terms = [analyzer.term(word, "en") for word in row.split()]

    def matches(_: list[str], terms: list[str]) -> bool:
        if gap == 0:
            return any(terms[at : at + len(row_terms)] == row_terms for at in range(len(terms)))
        size = len(row_terms) + gap
        return any(
            not Counter(row_terms) - Counter(terms[at : at + size]) for at in range(len(terms))
        )

    return matches


def oracle_prefix(prefix: str) -> Test:
    return lambda written, _: any(strip_accents(fold(word)).startswith(prefix) for word in written)


def oracle_wild(pattern: str) -> Test:
    shape = re.compile(pattern.replace("*", ".*").replace("?", "."), re.DOTALL)
    return lambda written, _: any(shape.fullmatch(strip_accents(fold(word))) for word in written)


def oracle_fuzzy(word: str, distance: int) -> Test:
    term = Analyzer(("en",)).term(word, "en")
    return lambda _, terms: any(
        t[0] == term[0] and OSA.distance(t, term) <= distance for t in terms
    )


def oracle_exact(row: str) -> Test:
    term = Analyzer(("en",)).term
    row_pairs = [(spelling_key(word), term(word, "en")) for word in row.split()]

    def matches(written: list[str], terms: list[str]) -> bool:
        pairs = list(zip(map(spelling_key, written), terms, strict=True))
        return any(pairs[at : at + len(row_pairs)] == row_pairs for at in range(len(pairs)))

    return matches


_space_free = [w for w in WORDS if w not in ("中国", "中", "U.S.")]
_row = st.lists(st.sampled_from(_space_free), min_size=2, max_size=3).map(" ".join)
_leaf = st.one_of(
    st.sampled_from([w for w in WORDS if w != "中"]).map(lambda w: (w, oracle_word(w))),
    _row.map(lambda row: (f'"{row}"', oracle_row(row, 0))),
    st.tuples(_row, st.integers(1, 3)).map(
        lambda pair: (f'"{pair[0]}"~{pair[1]}', oracle_row(*pair))
    ),
    st.sampled_from(["a", "ab", "par", "part", "party", "parti", "parties", "castr", "中"]).map(
        lambda p: (f"{p}*", oracle_prefix(p))
    ),
    st.sampled_from(
        ["a?c", "ab?", "*d", "cas*o", "p?rt*", "p?rty", "*i*s", "part*s", "par?ies"]
    ).map(lambda p: (p, oracle_wild(p)) if not p.endswith("?") else ("a?d", oracle_wild("a?d"))),
    st.tuples(st.sampled_from(["party", "castro", "parts"]), st.sampled_from([1, 2])).map(
        lambda pair: (f"{pair[0]}~{pair[1]}", oracle_fuzzy(*pair))
    ),
    st.sampled_from(["abc", "Abc", "parties", "party's"]).map(lambda w: (f"={w}", oracle_exact(w))),
    _row.filter(lambda row: "us" not in row.casefold().split()).map(
        lambda row: (f'="{row}"', oracle_exact(row))
    ),
    st.just(("*", lambda written, terms: True)),
    st.just(("中", oracle_prefix("中"))),
)


def _joined(name: str, one: tuple[str, Test], other: tuple[str, Test]) -> tuple[str, Test]:
    (a, is_a), (b, is_b) = one, other
    combined: dict[str, Test] = {
        "AND": lambda w, t: is_a(w, t) and is_b(w, t),
        "OR": lambda w, t: is_a(w, t) or is_b(w, t),
        "": lambda w, t: is_a(w, t) or is_b(w, t),
        "NOT": lambda w, t: is_a(w, t) and not is_b(w, t),
        "AND NOT": lambda w, t: is_a(w, t) and not is_b(w, t),
    }
    return f"({a}) {name} ({b})", combined[name]


_queries = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["AND", "OR", "", "NOT", "AND NOT"]), inner, inner).map(
            lambda three: _joined(*three)
        ),
        inner.map(lambda one: (f"NOT ({one[0]})", lambda w, t: not one[1](w, t))),
    ),
    max_leaves=5,
)
_texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@settings(max_examples=60)
@given(st.lists(_texts, min_size=1, max_size=8), st.lists(_queries, min_size=5, max_size=15))
def test_matches_agree_with_an_oracle(texts: list[str], queries: list[tuple[str, Test]]) -> None:
    analyzer = Analyzer(("en",))
    with tempfile.TemporaryDirectory() as folder:
        passages = [passage(text, number) for number, text in enumerate(texts)]
        reader = open_reader(Path(folder) / "index", passages, analyzer)
        text_words = [[word for word, _, _ in words(text)] for text in texts]
        terms = [[token.term for token in analyzer.tokens(text, "en")] for text in texts]
        for query, is_match in queries:
            tree = parse(query, analyzer)
            expected = [n for n in range(len(texts)) if is_match(text_words[n], terms[n])]
            assert sorted(reader.scan(tree)) == expected, query
            response = reader.search(Request(tree, limit=100))
            assert sorted(match.number for match in response.matches) == expected, query
            assert response.total == len(expected)
        reader.close()


def test_an_exact_country_does_not_match_the_pronoun(tmp_path: Path) -> None:
    analyzer = Analyzer(("en",))
    reader = open_reader(tmp_path / "index", [passage("They told us of the U.S.")], analyzer)
    assert list(reader.scan(parse("=US", analyzer))) == []


def brute_near_positions(columns: Sequence[Sequence[int]], gap: int) -> set[int]:
    """Try every choice of one place for each word."""
    result: set[int] = set()
    for places in itertools.product(*columns):
        in_row = list(places) == list(range(places[0], places[0] + len(places)))
        distinct = len(set(places)) == len(places)
        if in_row if gap == 0 else distinct and max(places) - min(places) < len(places) + gap:
            result |= set(places)
    return result


@st.composite
def columns_of_words(draw: st.DrawFn) -> list[list[int]]:
    """Draw the positions in a text of each word of a row; a word may be in the row twice."""
    text = draw(st.text("abcx", max_size=12))
    row = draw(st.text("abc", min_size=1, max_size=3))
    return [[at for at, letter in enumerate(text) if letter == word] for word in row]


def test_an_open_range_of_years_matches_dated_pages(archive: archivesearch.Archive) -> None:
    years = {hit.year for hit in archive.search("castro", year=(None, None), limit=1000)}
    assert None not in years
    assert len(years) == 11


@given(columns_of_words(), st.integers(0, 4))
def test_near_positions_agree_with_brute_force(columns: list[list[int]], gap: int) -> None:
    assert near_positions(columns, gap) >= brute_near_positions(columns, gap)
    assert bool(near_positions(columns, gap)) == bool(brute_near_positions(columns, gap))


def test_two_sections_of_one_heading_are_two_groups(tmp_path: Path) -> None:
    passages = [
        passage("castro one", page="a.html", id="a.html#1", section="Comments", org="A party"),
        passage("castro two", page="a.html", id="a.html#2", section="Comments", org="B party"),
        passage("castro three", page="a.html", id="a.html#3", section="Letters", org="A party"),
        passage("castro four", page="b/c/d.html", id="b/c/d.html#1", section="Comments"),
    ]
    reader = open_reader(tmp_path / "index", passages, Analyzer(("en",)))
    tree = parse("castro", Analyzer(("en",)))
    groups = reader.search(Request(tree, group_by="section", facets=("section", "family"))).groups
    keys = [group.key for group in groups]
    assert sorted(keys) == [
        "a.html § Comments § A party",
        "a.html § Comments § B party",
        "a.html § Letters",
        "b/c/d.html § Comments",
    ]
    facets = reader.search(Request(tree, facets=("section", "family"))).facets
    assert sorted(str(key) for key, _ in facets["section"]) == sorted(keys)
    assert facets["family"] == (("", 3), ("b", 1))


@pytest.mark.parametrize(
    ("page", "family_"),
    [
        ("index.html", ""),
        ("orgs/parties.html", "orgs"),
        ("a/b/c.html", "a"),
        ("mirror!a/b.html", "mirror!a"),
        ("mirror!b.html", ""),
        ("http://www.example.org/b.html", ""),
        ("http://www.example.org/a/b.html", "http://www.example.org/a"),
    ],
)
def test_a_family_is_the_top_folder(page: str, family_: str) -> None:
    assert family(page) == family_


def test_a_query_has_a_limit_of_patterns() -> None:
    analyzer = Analyzer(("en",))
    parse(" ".join(f"a{n}*" for n in range(10)), analyzer)
    for more in ("*z*", "z?z", "castro~"):
        with pytest.raises(QueryError, match="more than 10 words with"):
            parse(" ".join([*(f"a{n}*" for n in range(10)), more]), analyzer)


def test_facets_may_be_any_iterable(archive: archivesearch.Archive) -> None:
    once = archive.search("castro", facets=(name for name in ("org", "year")))  # type: ignore[arg-type]
    assert once.facets == archive.search("castro", facets=("org", "year")).facets


def test_facet_values_with_equal_counts_are_the_first_by_value(tmp_path: Path) -> None:
    """There are more pages and organizations than are shown, most with equal counts."""
    draw = random.Random(3)  # noqa: S311
    passages: list[Passage] = []
    for _ in range(400):
        page = f"{draw.choice('abc')}/{draw.random()}.html"
        for number in range(draw.choice((1, 1, 1, 2))):
            org = f"Party {draw.randrange(150)}"
            passages.append(
                passage("ba" if number else "ba bo", number + 1, page=page, org=org, section=org)
            )
    reader = open_reader(tmp_path / "index", passages, Analyzer(("en",)))
    for query in ("ba", "bo", "ba NOT bo"):
        tree = parse(query, Analyzer(("en",)))
        matching = [passages[number] for number in reader.scan(tree)]
        facets = reader.search(Request(tree, facets=("page", "org", "family"))).facets
        for name, value in (
            ("page", lambda p: p.page),
            ("org", lambda p: p.org),
            ("family", lambda p: p.page[0]),
        ):
            counts = Counter(map(value, matching))
            expected = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
            assert list(facets[name]) == expected
    reader.close()

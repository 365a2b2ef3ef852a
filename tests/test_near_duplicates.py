"""Duplicates: equal pages are indexed once, copies of passages are shown once."""

import itertools
import random
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivesearch
from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.documents.duplicate_groups import DuplicateGroups, write_copies
from archivesearch.columnar.storage.array_files import ArrayFolder, ArrayWriter
from archivesearch.columnar.storage.doc_sets import bits_of
from archivesearch.indexing.dedup.deduplicator import (
    Deduplicated,
    deduplicate,
    hash_by_owner,
)
from archivesearch.indexing.dedup.near_duplicates import add_adjacent_duplicates, near_duplicates
from archivesearch.indexing.fingerprints.minhash import bands
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.indexing.parsing.parser_pool import parse_in_order
from archivesearch.indexing.workers.worker_pool import WorkerPool
from archivesearch.model.passages import Passage
from archivesearch.query.nodes.compounds import Or
from archivesearch.query.nodes.leaves import Term, YearRange
from archivesearch.query.parser import parse
from archivesearch.search.execution.index_reader import ColumnarEngine, ColumnarReader
from archivesearch.search.request import GROUPS, MAX_GROUP_HITS, SORTS, Match, Request
from archivesearch.sources.source import open_sources
from helpers.columnar_cases import BruteForce, fold_copies
from helpers.small_archive import (
    build_index,
    html_page,
    open_reader,
    page_tasks,
    passage,
    write_files,
)

ROOT = Path(__file__).parent.parent
STATEMENT = (
    "We ask the council to keep the reading room open on Saturdays, since most of those who "
    "use it are at work on the other days of the week."
)
EDITED = STATEMENT.replace("the other days of the week", "all the other days of the week")
ARTICLE = (
    "The harbour froze in February, and for nine days no ship could leave it.",
    "Coal was carried over the ice by sledge, at twice the wages of the summer.",
    "On the tenth day the wind turned, and the harbour master fired his gun.",
)


def copies_of(texts: Sequence[str], weights: Sequence[int] | None = None) -> Any:
    weight_array = np.array(weights or [0] * len(texts), np.int64)
    with TemporaryFile() as file:
        copies = near_duplicates(
            bands(texts), lambda numbers: [texts[n] for n in numbers], weight_array, file
        )
    return list(copies)


def test_near_duplicates_are_copies() -> None:
    different = (
        "The reading room is open on Saturdays, and has been since the council met last year."
    )
    assert copies_of([STATEMENT, different, EDITED, STATEMENT.upper()]) == [(0, 2, 3)]
    assert copies_of([different, STATEMENT]) == []
    assert copies_of(["See below.", "See below.", "Why is that so?", "Why is that so?"]) == []


def test_the_representative_is_on_the_page_with_the_fewest_passages() -> None:
    assert copies_of([STATEMENT] * 4, [9, 3, 3, 5]) == [(1, 2, 3, 0)]


SENTENCES = st.lists(st.sampled_from("abcdefgh"), min_size=8, max_size=24).map(" ".join)


@given(st.lists(SENTENCES, max_size=12), st.randoms())
def test_each_passage_is_in_one_group_with_all_equal_texts(
    texts: list[str], random: random.Random
) -> None:
    texts += random.choices(texts, k=len(texts) // 2) if texts else []
    groups = copies_of(texts)
    members = [number for group in groups for number in group]
    assert len(members) == len(set(members))
    group_of = {number: index for index, group in enumerate(groups) for number in group}
    for first in range(len(texts)):
        for second in range(first):
            pairs = set(itertools.pairwise(texts[first].split()))
            if texts[first] == texts[second] and len(pairs) >= 9:  # whatever the number of copies
                assert group_of[first] == group_of[second]


@pytest.mark.parametrize(
    ("text_hashes", "copies", "expected"),
    [
        ([0, 7, 8, 0, 7, 8], ((0, 3),), [(0, 3), (1, 4), (2, 5)]),  # the search goes on from (1, 4)
        ([7, 0, 8, 7, 0, 9], ((1, 4),), [(0, 3), (1, 4)]),  # 8 and 9 are different texts
        ([7, 8, 0, 7, 0, 8], ((2, 4),), [(2, 4)]),  # not on the same side
        ([0, 0, 7, 0, 7, 0], ((0, 3),), [(0, 3)]),  # not beside both copies
        ([0, 7, 7, 0, 7, 7], (), []),  # beside no copy
    ],
)
def test_short_passages_beside_copies(
    text_hashes: list[int], copies: tuple[tuple[int, ...], ...], expected: list[tuple[int, ...]]
) -> None:
    assert groups_with_adjacent(copies, text_hashes, [0, 3, 6]) == expected


def test_passages_of_other_pages_are_not_adjacent() -> None:
    assert groups_with_adjacent(((0, 2),), [0, 7, 0, 7], [0, 1, 2, 3, 4]) == [(0, 2)]


def test_a_third_page_may_share_only_one_side() -> None:
    text_hashes = [0, 7, 0, 0, 7, 0, 7, 0]
    groups = groups_with_adjacent(((0, 3), (2, 5, 7)), text_hashes, [0, 3, 6, 8])
    assert groups == [(0, 3), (1, 4, 6), (2, 5, 7)]


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.data())
def test_adjacent_duplicates_are_in_one_group_each_and_have_equal_texts(
    text_hashes: list[int], data: st.DataObject
) -> None:
    offsets = sorted({0, len(text_hashes), *data.draw(st.lists(st.integers(1, len(text_hashes))))})
    long = [n for n, value in enumerate(text_hashes) if value == 0]
    leaders = data.draw(st.lists(st.integers(0, 2), min_size=len(long), max_size=len(long)))
    copies = tuple(
        group
        for leader in range(3)
        if len(group := tuple(n for n, h in zip(long, leaders, strict=True) if h == leader)) > 1
    )
    groups = groups_with_adjacent(copies, text_hashes, offsets)
    members = [number for group in groups for number in group]
    assert len(members) == len(set(members))
    assert set(copies) <= set(groups)
    assert [min(group) for group in groups] == sorted(min(group) for group in groups)
    for group in set(groups) - set(copies):
        assert len({text_hashes[n] for n in group} - {0}) == 1
        assert len(group) > 1


def groups_with_adjacent(
    copies: Sequence[tuple[int, ...]], text_hashes: Sequence[int], offsets: Sequence[int]
) -> list[tuple[int, ...]]:
    weights = np.zeros(len(text_hashes), np.int64)
    return list(
        add_adjacent_duplicates(tuple(copies), np.array(text_hashes, np.uint64), offsets, weights)
    )


HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8)


@given(HASHES, HASHES, HASHES)
def test_the_hash_of_units_depends_only_on_the_units(
    before: list[int], units: list[int], after: list[int]
) -> None:
    """It does not depend on other passages, nor on the number of their own passage."""
    hashes = np.array([*before, *units, *after, *units], np.uint64)
    sizes = [len(before), len(units), len(after), len(units)]
    owners, sums = hash_by_owner(hashes, np.repeat(np.array([3, 4, 7, 9], np.uint32), sizes))
    assert owners.tolist() == [3, 4, 7, 9]
    ranked = sum(unit * (2 * rank + 1) for rank, unit in enumerate(units)) % 2**64
    assert sums[1] == sums[3] == ranked


def deduplicate_source(folder: Path, source: Path) -> tuple[Deduplicated, list[Passage]]:
    """Return a source deduplicated, and the passages that are to be indexed."""
    with PageSpool(write_files(folder, {})) as spool:
        (opened,) = open_sources([source])
        with WorkerPool(1) as pool:
            for chunk in parse_in_order(page_tasks(opened.pages(), opened.config), pool):
                spool.add(chunk)
        deduplicated = deduplicate(spool)
        passages = [passage for batch in deduplicated.batches() for passage in batch]
    return deduplicated, passages


def test_the_copies_of_the_corpus(tmp_path: Path) -> None:
    cases = tomllib.loads((ROOT / "tests/cases/duplicates.toml").read_text(encoding="utf-8"))
    deduplicated, passages = deduplicate_source(tmp_path, ROOT / "corpus")
    groups = [[passages[number].id for number in group] for group in deduplicated.copies]
    pairs, expected = set(pairs_of(groups)), set(pairs_of(cases["groups"]))
    right = len(pairs & expected)
    assert right >= 0.95 * len(pairs)
    assert right >= 0.95 * len(expected)
    assert all(group in cases["groups"] for group in groups)  # representatives go first
    names = deduplicated.spool.names
    same = [[names[n], *(other.page for other in pages)] for n, pages in deduplicated.same.items()]
    assert same == cases["same"]


def pairs_of(groups: Sequence[Sequence[str]]) -> Iterator[frozenset[str]]:
    for group in groups:
        yield from (frozenset(pair) for pair in itertools.combinations(group, 2))


MAGAZINE = {
    "issue1/all.html": html_page(*ARTICLE, STATEMENT, "Answers to letters: none came.", title="1"),
    "issue1/ice.html": html_page(*ARTICLE, title="The ice"),
    "issue1/room.html": html_page(STATEMENT, "Signed by forty readers of it.", title="The room"),
}  # fmt: skip


def test_an_article_goes_before_the_issue_that_has_it(tmp_path: Path) -> None:
    with archivesearch.open(build_index(tmp_path, MAGAZINE)) as archive:
        results = archive.search("harbour")
        assert [hit.id for hit in results] == ["issue1/ice.html#1", "issue1/ice.html#3"]
        assert [hit.copies for hit in results] == [("issue1/all.html#1",), ("issue1/all.html#3",)]
        assert (results.total, results.folded) == (4, 2)
        assert archive.stats().copies == 4
        assert archive.stats().pages == 3


def test_short_paragraphs_beside_copies_are_copies(tmp_path: Path) -> None:
    short = ("See below.", "And so on!", "Why is that so?")
    article = (short[0], ARTICLE[0], *short[1:], ARTICLE[1])
    files = {
        "all.html": html_page("News", *article, "Answers: none came.", *short, title="1"),
        "ice.html": html_page(*article, title="The ice"),
        "other.html": html_page(STATEMENT, *short, title="Another"),
    }
    deduplicated, passages = deduplicate_source(tmp_path, write_files(tmp_path / "site", files))
    groups = [[passages[number].id for number in group] for group in deduplicated.copies]
    assert groups == [[f"ice.html#{n}", f"all.html#{n + 1}"] for n in range(1, 6)]


def test_the_copy_that_fits_a_filter_is_found(tmp_path: Path) -> None:
    pages = {
        "a.html": html_page("May 1, 1994", STATEMENT, title="Of 1994"),
        "b.html": html_page("June 3, 1999", EDITED, title="Of 1999"),
    }
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        (hit,) = archive.search("saturdays")
        assert (hit.id, hit.year, hit.copies) == ("a.html#2", 1994, ("b.html#2",))
        (hit,) = archive.search("saturdays", year=1999)
        assert (hit.id, hit.copies) == ("b.html#2", ())
        (hit,) = archive.search('"all the other days"')
        assert (hit.id, hit.copies) == ("b.html#2", ())
        assert [h.year for h in archive.search("saturdays", sort="-year")] == [1999]
        assert archive.search("saturdays", facets=("year",)).facets["year"] == (
            (1994, 1),
            (1999, 1),
        )


def test_equal_pages_are_indexed_once(tmp_path: Path) -> None:
    text = html_page(*ARTICLE, title="The ice")
    pages = {
        "a.html": text,
        "copy/a.html": text,
        "copy/markup.html": text.replace("<p>", "<p><font size=2>"),
        "b.html": html_page(*ARTICLE, title="Of the ice"),  # its title is found
        "short1.html": "<html><p>Photograph.</p>",
        "short2.html": "<html><p>Photograph. </p>",  # few words: its bytes differ
    }
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        assert archive.pages() == ("a.html", "b.html", "short1.html", "short2.html")
        (hit,) = archive.search("sledge")
        assert (hit.id, hit.copies) == (
            "a.html#2",
            ("copy/a.html#2", "copy/markup.html#2", "b.html#2"),
        )
        info = archive.page("copy/a.html")
        assert info.page == "a.html"
        assert [same.page for same in info.same] == ["copy/a.html", "copy/markup.html"]
        assert archive.passages("copy/a.html") == archive.passages("a.html")
        stats = archive.stats()
        assert (stats.pages, stats.duplicates) == (4, 3)


def test_pages_that_differ_only_in_a_banner_are_indexed_once(tmp_path: Path) -> None:
    banner = "This is a mirror of the former pages of a club that met in the town hall."
    pages = {
        f"{n}.html": html_page(
            banner, f"Of meeting {n} nothing is known but that it was held in room {n}."
        )
        for n in range(8)
    }
    pages["a.html"] = html_page(banner, *ARTICLE, title="The ice")
    pages["b.html"] = html_page(*ARTICLE, title="The ice")
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        (hit,) = archive.search("sledge")
        assert (hit.id, hit.copies) == ("a.html#3", ("b.html#2",))
        (same,) = archive.page("b.html").same
        assert (same.page, same.shift) == ("b.html", -1)


def test_an_equal_page_of_another_year_is_found_by_its_year(tmp_path: Path) -> None:
    pages = {"1994/a.html": html_page(STATEMENT), "1999/a.html": html_page(STATEMENT)}
    pages["archivesearch.toml"] = "addresses = ['^(?P<year>[0-9]{4})/']"
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        assert [hit.id for hit in archive.search("saturdays")] == ["1994/a.html#1"]
        assert [hit.id for hit in archive.search("saturdays", year=1999)] == ["1999/a.html#1"]


@pytest.mark.parametrize("group_by", GROUPS)
def test_every_group_keeps_its_own_copies(tmp_path: Path, group_by: str) -> None:
    page = """<html><h2>{0} Party ({1})</h2><p>Comments: {2}</p><p>It has a hall.</p><p>{4}</p>
    <h2>Union of {0} ({1}U)</h2><p>Comments: It was founded in 19{3}.</p>"""
    pages = {
        "a.html": page.format("Labour", "LP", STATEMENT, 21, EDITED),
        "b.html": page.format("Farmers", "FP", EDITED, 32, "It has no paper."),
        "c.html": page.format("Sailors", "SP", "It has a boat.", 33, "It has no paper."),
    }
    with archivesearch.open(build_index(tmp_path, pages)) as archive:
        (hit,) = archive.search("saturdays")
        assert (hit.id, set(hit.copies)) == ("a.html#1", {"a.html#3", "b.html#1"})
        results = archive.search("saturdays", group_by=group_by, facets=(group_by,))
        groups = {group.hits[0].page: group for group in results.groups}
        assert (results.total, results.folded, sorted(groups)) == (2, 0, ["a.html", "b.html"])
        (hit,) = groups["a.html"].hits
        assert (groups["a.html"].count, hit.id, hit.copies) == (2, "a.html#1", ("a.html#3",))
        (hit,) = groups["b.html"].hits
        assert (groups["b.html"].count, hit.id, hit.copies) == (1, "b.html#1", ())
        assert results.facets[group_by] == tuple((g.key, g.count) for g in results.groups)
        (group,) = archive.search("saturdays", group_by=group_by, offset=1).groups
        assert group == results.groups[1]


def test_an_issue_is_found_beside_its_article(tmp_path: Path) -> None:
    with archivesearch.open(build_index(tmp_path, MAGAZINE)) as archive:
        results = archive.search("harbour saturdays", group_by="page", sort="place")
        assert [(group.key, group.count, len(group.hits)) for group in results.groups] == [
            ("issue1/all.html", 3, 3),
            ("issue1/ice.html", 2, 2),
            ("issue1/room.html", 1, 1),
        ]
        assert not any(hit.copies for group in results.groups for hit in group.hits)


def test_equal_pages_are_one_group(tmp_path: Path) -> None:
    text = html_page(*ARTICLE, title="The ice")
    with archivesearch.open(build_index(tmp_path, {"a.html": text, "b.html": text})) as archive:
        (group,) = archive.search("sledge", group_by="page").groups
        assert (group.key, group.count) == ("a.html", 1)
        assert [hit.copies for hit in group.hits] == [("b.html#2",)]


WORDS = ["ba", "bo", "bu", "da"]


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[str], list[list[int]]]:
    """Draw texts of a few words, and groups of copies among them."""
    texts = draw(
        st.lists(
            st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), min_size=1, max_size=90
        )
    )
    numbers = draw(st.permutations(range(len(texts))))
    groups, start = [], 0
    while start < len(numbers):
        size = draw(st.integers(1, 6))
        groups.append(list(numbers[start : start + size]))
        start += size
    return texts, [group for group in groups if len(group) > 1]


@given(
    archives(), st.integers(0, 12), st.integers(0, 5), st.sampled_from(["score", "place", "year"])
)
def test_the_best_of_each_group(
    tmp_path_factory: pytest.TempPathFactory,
    archive: tuple[list[str], list[list[int]]],
    limit: int,
    offset: int,
    sort: str,
) -> None:
    texts, groups = archive
    folder = tmp_path_factory.mktemp("index")
    passages = [passage(text, n, year=1990 + n % 3) for n, text in enumerate(texts)]
    analyzer = Analyzer(("en",))
    engine = ColumnarEngine()
    engine.build(folder, [passages], analyzer, copies=tuple(map(tuple, groups)))
    reader: Any = engine.open(folder, analyzer)
    assert isinstance(reader, ColumnarReader)
    query = parse("ba bo^2", analyzer)
    results = reader.search(Request(query, limit=limit, offset=offset, sort=sort))
    assert (
        list(results.matches)
        == expected(folder, passages, analyzer, groups, sort)[offset : offset + limit]
    )
    group_of = {number: group for group in groups for number in group}
    matching = set(reader.scan(query))
    for match in results.matches:
        copies = [n for n in group_of.get(match.number, []) if n in matching and n != match.number]
        assert list(results.copies.get(match.number, ())) == copies
    representatives = {min(group_of.get(n, [n])) for n in matching}
    assert results.total == len(matching)
    assert results.folded == len(matching) - len(representatives)


def expected(
    folder: Path,
    passages: Sequence[Passage],
    analyzer: Analyzer,
    groups: Sequence[Sequence[int]],
    sort: str,
) -> list[Match]:
    """Return the best hit of each group, from an index without copies."""
    plain = folder / "plain"
    plain.mkdir()
    engine = ColumnarEngine()
    engine.build(plain, [passages], analyzer)
    query = parse("ba bo^2", analyzer)
    whole = engine.open(plain, analyzer).search(Request(query, limit=1000, sort=sort)).matches
    group_of = {number: tuple(group) for group in groups for number in group}
    hits: dict[tuple[int, ...], Match] = {}
    for match in whole:
        group = group_of.get(match.number, (match.number,))
        best = hits.setdefault(group, match)
        if sort == "score" and match.score == best.score:
            hits[group] = min(best, match, key=lambda m: group.index(m.number))
    return list(hits.values())


@st.composite
def places(draw: st.DrawFn, texts: Sequence[str]) -> list[Passage]:
    """Draw passages with these texts, in pages and sections of a few organizations and years."""
    passages: list[Passage] = []
    for number, text in enumerate(texts):
        start = draw(st.sampled_from(["page", "section", "section", ""])) if number else "page"
        if start == "page":
            page, year = f"{number}.html", draw(st.sampled_from([None, 1990, 1991]))
        if start:
            section, org = f"Section {number}", draw(st.sampled_from(["", "A party", "B party"]))
        place = {"page": page, "section": section, "org": org, "year": year}
        passages.append(passage(text, number, id=f"{page}#{number}", **place))
    return passages


GROUP_KEYS: dict[str, Callable[[Passage], str]] = {
    "page": lambda p: p.page,
    "section": lambda p: f"{p.page} § {p.section}",
    "org": lambda p: p.org,
}
ANALYZER = Analyzer(("en",))
QUERY = Or((Term("text", "ba"), Term("text", "bo", 2.0)))


@given(st.data(), archives(), st.sampled_from(SORTS), st.sampled_from(GROUPS))
def test_copies_are_folded_inside_each_group(
    data: st.DataObject, archive: tuple[list[str], list[list[int]]], sort: str, group_by: str
) -> None:
    texts, groups = archive
    passages = data.draw(places(texts))
    copies = tuple(map(tuple, groups))
    narrow = data.draw(st.sampled_from([None, YearRange("year", 1991, 1991)]))
    limit, offset = data.draw(st.integers(0, 12)), data.draw(st.integers(0, 5))
    request = Request(QUERY, narrow, limit, offset, sort, group_by)
    with tempfile.TemporaryDirectory() as folder:
        response = open_reader(Path(folder) / "index", passages, ANALYZER, copies).search(request)
    members: dict[str, list[tuple[int, float]]] = {}
    for number, score in in_order(passages, BruteForce(passages, ANALYZER).scores(QUERY), sort):
        if narrow is None or passages[number].year == 1991:
            key = GROUP_KEYS[group_by](passages[number])
            members.setdefault(key, []).append((number, score))
    assert (response.total, response.folded) == (len(members), 0)
    counts = [(key, len(matches)) for key, matches in members.items()]
    assert [(g.key, g.size) for g in response.groups] == counts[offset : offset + limit]
    for group in response.groups:
        hits = [
            (match.number, round(match.score, 9), response.copies.get(match.number, ()))
            for match in group.matches
        ]
        folded = fold_copies(members[group.key], copies, sort)[:MAX_GROUP_HITS]
        assert hits == [(n, round(score, 9), others) for n, score, others in folded]


def in_order(
    passages: Sequence[Passage], scores: Mapping[int, float], sort: str
) -> list[tuple[int, float]]:
    """Return passages with their scores, sorted. The undated ones are the last by year."""
    years = {number: passages[number].year or 0 for number in scores}
    keys: dict[str, Callable[[int], Any]] = {
        "score": lambda n: (round(-scores[n], 9), n),
        "year": lambda n: (years[n] == 0, years[n], n),
        "-year": lambda n: (years[n] == 0, -years[n], n),
        "place": lambda n: n,
    }
    return [(number, scores[number]) for number in sorted(scores, key=keys[sort])]


def test_groups_in_arrays(tmp_path: Path) -> None:
    writer = ArrayWriter(tmp_path)
    write_copies(writer, ((40, 3), (7, 1, 64)))
    writer.close({})
    folds = DuplicateGroups(ArrayFolder(tmp_path), 70)
    matches = bits_of(np.array([1, 3, 7, 40, 60]), 3)
    assert folds.groups(np.array([40, 3, 7, 1, 64, 0])).tolist() == [1, 1, 2, 2, 2, 0]
    assert folds.matching_groups([3, 60, 7], matches) == {3: (40, 3), 7: (7, 1)}
    assert folds.folded(matches) == 2
    numbers = np.array([64, 60, 1, 3, 7, 40])
    assert folds.first_distinct(numbers, 3).tolist() == [0, 1, 3]
    assert folds.is_first(numbers).tolist() == [True, True, False, True, False, False]
    halves = numbers // 32
    assert folds.is_first(numbers, halves).tolist() == [True, True, True, True, False, True]
    in_half = folds.matching_groups([3, 60, 7], matches, lambda numbers: numbers // 32)
    assert in_half == {7: (7, 1)}


@given(st.data())
def test_folded_copies_are_counted(data: st.DataObject) -> None:
    documents = data.draw(st.permutations(range(200)))
    sizes = data.draw(st.lists(st.integers(2, 5), min_size=1, max_size=30))
    ends = list(itertools.accumulate(sizes))
    groups = [tuple(documents[end - size : end]) for end, size in zip(ends, sizes, strict=True)]
    matching = data.draw(st.sets(st.integers(0, 199), min_size=1))
    with tempfile.TemporaryDirectory() as folder:
        writer = ArrayWriter(Path(folder))
        write_copies(writer, tuple(groups))
        writer.close({})
        folds = DuplicateGroups(ArrayFolder(Path(folder)), 200)
        matches = bits_of(np.array(sorted(matching)), 7)
        left = [tuple(n for n in group if n in matching) for group in groups]
        assert folds.folded(matches) == sum(max(len(group) - 1, 0) for group in left)
        first = [group[0] for group in left if group]
        assert folds.matching_groups(first, matches) == {g[0]: g for g in left if len(g) > 1}

"""Archive, as programs use it: open, rebuild, search, in threads and during rebuilds."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import archivesearch
from archivesearch import IndexDamaged, IndexMissing, QueryError, Report, Skipped, SourceError
from archivesearch.archive import Archive
from helpers.small_archive import LETTER, PAGES, build_index, html_page, write_files

SWP = "Socialist Workers Party"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return build_index(tmp_path, PAGES)


EXAMPLE = """
import archivesearch

archivesearch.rebuild(["corpus"], "index")
with archivesearch.open("index") as archive:
    results = archive.search("castro", org="Socialist Workers Party", year=(1980, 2003), limit=10)
    for hit in results:
        print(hit.score, hit.org, hit.year, hit.snippet)
"""


def test_the_example(tmp_path: Path) -> None:
    dated = PAGES["lists/parties.html"].replace("<p>This", "<p>May 1, 2002</p><p>This")
    write_files(tmp_path / "corpus", {"parties.html": dated})
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLE],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stderr == ""
    (line,) = process.stdout.splitlines()
    score, rest = line.split(" ", 1)
    assert float(score) > 0
    assert rest.startswith(f"{SWP} 2002 The party greets Fidel Castro")


def test_a_rebuild_reports(tmp_path: Path) -> None:
    seen: list[archivesearch.Progress] = []
    site = write_files(tmp_path / "site", {**PAGES, "empty.html": "", "photo.jpg": "x"})
    report = archivesearch.rebuild([site], tmp_path / "index", progress=seen.append)
    assert report == Report(
        read=4,
        indexed=3,
        sections=report.sections,
        paragraphs=report.paragraphs,
        organizations=2,
        other_files=1,
        skipped=(Skipped("empty.html", "it is empty"),),
        reasons={"it is empty": 1},
        parsed=3,
    )
    with archivesearch.open(tmp_path / "index") as archive:
        stats = archive.stats()
        assert stats.paragraphs == report.paragraphs == archive.search("").total
        assert stats.sections == report.sections
        assert sum(stats.years.values()) + stats.undated == stats.paragraphs
        assert (stats.pages, stats.skipped, stats.organizations) == (3, 1, 2)
        assert stats.languages == {"en": 2, "fr": 1}
        assert sum(stats.encodings.values()) == 3
        assert stats.bytes == sum(len(text.encode()) for text in PAGES.values())
        assert stats.years == {1994: 3, 2001: 3} | dict(stats.years)
    stages = [(progress.stage, progress.pages) for progress in seen]
    assert stages == [
        *(("reading", n) for n in (1, 2, 3, 4)),
        ("comparing", 4),
        *(("indexing", n) for n in (1, 2, 3)),
        ("merging", 4),
        ("saving", 4),
    ]
    assert [progress.total for progress in seen] == [4] * 4 + [None] + [3] * 3 + [None] * 2
    assert seen[-1].skipped == 1


BAD: dict[str, bytes] = {
    "empty.html": b"",
    "blank.txt": b" \r\n\t",
    "zeros.html": b"\0" * 100,
    "image.html": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "jpeg.HTM": b"\xff\xd8\xff\xe0" + bytes(range(256)),
    "binary.txt": bytes(range(256)) * 10,
    "zip.html": b"PK\x03\x04" + b"x" * 100,
    "pdf.html": b"%PDF-1.4 words",
    "no-text.html": b"<html><head><script>x</script></head><body><img src=a></body></html>",
    "deep.html": b"<div>" * 5000 + b"Castro" + b"</div>" * 5000,
    "cut.html": "Castro \N{EM DASH} café".encode("utf-16")[:-1],
    "surrogates.html": b"<p>Castro &#xD800; \xed\xa0\x80</p>",
}


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_page_read_is_indexed_or_skipped_with_a_reason(tmp_path: Path, jobs: int) -> None:
    site = write_files(tmp_path / "site", {**PAGES, **BAD})
    (site / "gone.html").symlink_to("nowhere")
    (site / "out.html").symlink_to(__file__)
    locked = site / "locked.html"
    locked.write_text("x")
    locked.chmod(0)
    report = archivesearch.rebuild([site], tmp_path / "index", jobs=jobs)
    readable = os.access(locked, os.R_OK)  # as it is for root
    assert report.read == len(PAGES) + len(BAD) + 3
    assert report.read == report.indexed + len(report.skipped)
    skipped = {page.page: page.reason for page in report.skipped}
    good = {"deep.html", "cut.html", "surrogates.html"}
    expected = ({*BAD} - good) | {"gone.html", "out.html"} | ({"locked.html"} - {readable})
    assert {*skipped} == expected - ({"locked.html"} if readable else set())
    assert all(reason and "\n" not in reason for reason in skipped.values())
    assert not [reason for reason in skipped.values() if "fault" in reason]
    with archivesearch.open(tmp_path / "index") as archive:
        for page in good:
            assert archive.search(f"castro page:{page}").total
        assert archive.stats().skipped == len(skipped)


def everything(index: Path) -> list[tuple[object, ...]]:
    with archivesearch.open(index) as archive:
        pages = dict.fromkeys(hit.page for hit in archive.search("", limit=10_000))
        return [
            *((archive.page(page), archive.passages(page)) for page in pages),
            archive.organizations(),
            (archive.stats(),),
        ]


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    many = {f"{n:03}.html": html_page(f"May 1, {1980 + n % 30}", f"Text {n}") for n in range(100)}
    site = write_files(tmp_path / "site", {**PAGES, **BAD, **many})
    one = archivesearch.rebuild([site], tmp_path / "one", jobs=1)
    two = archivesearch.rebuild([site], tmp_path / "two", jobs=2)
    assert one == two
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


@pytest.mark.parametrize("jobs", [0, -1])
def test_jobs_must_be_positive(tmp_path: Path, jobs: int) -> None:
    site = write_files(tmp_path / "site", PAGES)
    with pytest.raises(ValueError, match="jobs"):
        archivesearch.rebuild([site], tmp_path / "index", jobs=jobs)
    assert not (tmp_path / "index").exists()


def test_processes_need_no_main_guard(tmp_path: Path) -> None:
    write_files(tmp_path / "site", {f"{n}.html": LETTER for n in range(40)})
    script = tmp_path / "script.py"
    script.write_text(
        "import archivesearch\n"
        "print('once')\n"
        "print(archivesearch.rebuild(['site'], 'index', jobs=2).indexed)\n"
    )
    process = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (process.stdout, process.stderr, process.returncode) == ("once\n40\n", "", 0)


def test_no_index_and_a_damaged_one_cannot_be_opened(tmp_path: Path) -> None:
    write_files(tmp_path, {"file": "x", "other/manifest.json": "{}"})
    with pytest.raises(IndexMissing, match="archivesearch rebuild") as caught:
        archivesearch.open(tmp_path / "none")
    assert str(tmp_path / "none") in str(caught.value)
    with pytest.raises(IndexMissing):
        archivesearch.open(tmp_path)
    with pytest.raises(IndexMissing):
        archivesearch.open(tmp_path / "file")
    with pytest.raises(IndexDamaged):
        archivesearch.open(tmp_path / "other")


ALIASES = """
[organizations]
"Socialist Workers Party" = ["SWP (US)", "Castro's friends"]
"Workers World Party" = ["Workers World", "Castro's friends"]
"Not There" = ["NT"]
"""


@pytest.fixture
def named(tmp_path: Path) -> Path:
    return build_index(tmp_path, {**PAGES, "archivesearch.toml": ALIASES})


@pytest.mark.parametrize(
    "name",
    [SWP, SWP.upper(), "swp", "SWP", "swp (us)", "  socialist   workers\nparty "],
)
def test_an_organization_goes_by_any_of_its_names(named: Path, name: str) -> None:
    with archivesearch.open(named) as archive:
        results = archive.search("castro", org=name)
        assert {hit.org for hit in results} == {SWP}
        assert results.notes == ()


def test_a_name_of_two_organizations_is_refused(named: Path) -> None:
    with archivesearch.open(named) as archive:
        with pytest.raises(QueryError, match=f"{SWP} and of Workers World Party") as caught:
            archive.search("castro", org="castro's FRIENDS")
        assert caught.value.position is None


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("socialist worker party", "the nearest is Socialist Workers Party"),
        ("NT", "no organization goes by the name 'NT'"),
        ("qqqq", "no organization goes by the name 'qqqq'"),
        ("", "no organization goes by the name ''"),
    ],
)
def test_an_unknown_organization_is_noted(named: Path, name: str, note: str) -> None:
    with archivesearch.open(named) as archive:
        results = archive.search("castro", org=name)
        assert results.total == 0
        (line,) = results.notes
        assert note in line


@pytest.mark.parametrize("lang", ["xx", "EN-gb"])
def test_an_unknown_language_is_noted(named: Path, lang: str) -> None:
    with archivesearch.open(named) as archive:
        results = archive.search("castro", lang=lang)
        assert (results.total, archive.search("castro", lang="EN").notes) == (0, ())
        assert results.notes == (f"no page is in the language '{lang}'; there are en, fr",)


def test_organizations(named: Path) -> None:
    with archivesearch.open(named) as archive:
        swp, wwp = archive.organizations()
    assert (swp.name, swp.pages, swp.sections, swp.paragraphs) == (SWP, 1, 1, 2)
    assert set(swp.aliases) == {"SWP (US)", "Castro's friends", "SWP"}
    assert wwp.name == "Workers World Party"
    assert "WWP" in wwp.aliases


def test_a_page(index: Path) -> None:
    with archivesearch.open(index) as archive:
        info = archive.page("letters/1994.html")
        assert (info.also, info.same) == ((), ())  # tuples, as all lists of records
        assert (info.title, info.year, info.date) == ("A letter", 1994, "1994-05-12")
        assert info.lang == "en"
        passages = archive.passages("letters/1994.html")
        assert info.paragraphs == len(passages)
        assert [p.id for p in passages] == [
            f"letters/1994.html#{n}" for n in range(1, len(passages) + 1)
        ]
        assert "peasant war" in passages[-1].text
        for hit in archive.search("", limit=100):
            number = int(hit.id.rpartition("#")[2])
            assert archive.passages(hit.page)[number - 1].text == hit.text


@pytest.mark.parametrize("ask", [Archive.page, Archive.passages])
def test_an_unknown_page(index: Path, ask: Callable[[Archive, str], object]) -> None:
    with archivesearch.open(index) as archive:
        with pytest.raises(IndexMissing, match=r"is it letters/1994\.html\?"):
            ask(archive, "letters/1995.html")
        with pytest.raises(IndexMissing, match=r"no page 'qqq' in the index$"):
            ask(archive, "qqq")


def test_whoosh_is_an_index_of_whoosh(index: Path) -> None:
    from whoosh.index import Index

    with archivesearch.open(index) as archive:
        assert isinstance(archive.whoosh, Index)
        assert archive.whoosh.doc_count() == archive.stats().paragraphs


def test_closing_twice_does_no_harm(index: Path) -> None:
    archive = archivesearch.open(index)
    archive.search("castro")
    archive.close()
    archive.close()


@pytest.mark.parametrize(
    "ask",
    [
        lambda archive: archive.search("letters"),
        lambda archive: next(archive.matches("letters")),
        lambda archive: archive.pages(),
        lambda archive: archive.suggest("let"),
        lambda archive: archive.whoosh,
        lambda archive: archive.stats(),
    ],
)
def test_a_closed_archive_raises(index: Path, ask: Callable[[Archive], object]) -> None:
    with archivesearch.open(index) as archive:
        ask(archive)
    with pytest.raises(ValueError, match="was closed; open it again"):
        ask(archive)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda archive: archive.search(5), "query must be a string, not 5"),
        (lambda archive: archive.search("a", org=5), "org must be a string, not 5"),
        (lambda archive: archive.search("a", lang=b"en"), "lang must be a string, not b'en'"),
        (lambda archive: archive.search("a", year="1990"), "year must be a year or a pair"),
        (lambda archive: archive.search("a", mentions=[1, 2]), "mentions must be a year or a pair"),
        (lambda archive: archive.search("a", limit="10"), "limit must be a whole number"),
        (lambda archive: archive.search("a", offset=None), "offset must be a whole number"),
        (lambda archive: archive.search("a", facets="org"), "facets must be a list of names"),
        (lambda archive: archive.search("a", colour="red"), "colour"),
        (lambda archive: next(archive.matches(None)), "query must be a string, not None"),
        (lambda archive: archive.kwic("a", width=1.5), "width must be a whole number, not 1.5"),
        (lambda archive: archive.collocations("a", window=None), "window must be a whole number"),
        (lambda archive: archive.trends("a", section=("b",)), "section must be a string"),
        (lambda archive: archive.suggest(["a"]), "text must be a string"),
        (lambda archive: archive.page(["a"]), "page must be a string"),
        (lambda archive: archive.passages(None), "page must be a string"),
        (lambda archive: archive.pages(1), "prefix must be a string"),
    ],
)
def test_a_wrong_type_raises_before_any_file_is_read(
    index: Path, call: Callable[[Any], object], message: str
) -> None:
    with archivesearch.open(index) as archive:
        for path in index.glob("generation-*/*"):
            path.write_bytes(b"")  # damage, which is an error only when it is read
        with pytest.raises(TypeError, match=message):
            call(archive)


def open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="the system lists no open files")
def test_close_closes_all_files_at_once(index: Path) -> None:
    before = open_files()
    gc.disable()
    try:
        with archivesearch.open(index) as archive:
            archive.search("letter* OR =letters", lang="en", facets=("page",), group_by="section")
            archive.passages(archive.pages()[0])
            archive.kwic("letters")
            archive.suggest("letetrs")
            assert open_files() > before
        del archive
        assert open_files() == before
    finally:
        gc.enable()


def test_an_archive_answers_from_the_index_it_opened(index: Path, tmp_path: Path) -> None:
    with archivesearch.open(index) as old:
        before = [hit.id for hit in old.search("castro")]
        for n in range(3):
            site = write_files(tmp_path / f"new{n}", {"a.html": html_page(f"Castro {n}")})
            archivesearch.rebuild([site], index)
            with archivesearch.open(index) as new:
                assert [hit.text for hit in new.search("castro")] == [f"Castro {n}"]
        assert [hit.id for hit in old.search("castro")] == before
        assert old.search('"peasant war"').total == 1
        assert old.search("=castro AND page:letters/*").total == 1
        assert old.page("letters/1994.html").year == 1994
        assert len(old.passages("lists/parties.html")) == old.page("lists/parties.html").paragraphs
        assert old.organizations()[0].name == SWP


QUERIES = ["castro", '"peasant war"', "castro AND party", "pa*", "castr~", "=Castro", "NOT castro",
           '"castro friend"~3', "year:1994", "c?stro party"]  # fmt: skip


def test_threads_get_the_same_results_as_one(index: Path) -> None:
    with archivesearch.open(index) as archive:
        expected = [archive.search(query, facets=("org",)) for query in QUERIES]

        def ask(seed: int) -> bool:
            order = QUERIES[seed:] + QUERIES[:seed]
            results = {query: archive.search(query, facets=("org",)) for query in order * 5}
            return all(
                (results[query].hits, results[query].facets) == (one.hits, one.facets)
                for query, one in zip(QUERIES, expected, strict=True)
            )

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(ask, range(8)))


def test_threads_may_make_the_first_call_at_once(index: Path) -> None:
    for _ in range(20):
        with archivesearch.open(index) as archive:
            start = threading.Barrier(8)

            def ask(
                number: int, archive: Archive = archive, start: threading.Barrier = start
            ) -> int:
                start.wait()
                page = ("letters/1994.html", "lists/parties.html")[number % 2]
                assert archive.search("castro", org="swp").total == 1
                return archive.page(page).paragraphs + len(archive.organizations())

            with ThreadPoolExecutor(8) as pool:
                assert len(set(pool.map(ask, range(8)))) == 2


def test_archives_open_during_rebuilds(index: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    totals: set[int] = set()
    errors: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                with archivesearch.open(index) as archive:
                    totals.add(archive.search("castro").total)
                    archive.page("letters/1994.html")
            except Exception as error:  # noqa: BLE001 - any at all is a fault
                errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        archivesearch.rebuild([tmp_path / "site"], index)
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert totals == {4}


def test_an_open_archive_is_the_same_during_rebuilds(index: Path, tmp_path: Path) -> None:
    questions: list[Callable[[Archive], object]] = [
        lambda archive: [hit.id for hit in archive.search("castro party", facets=("year",))],
        lambda archive: archive.search("cast*o", group_by="page").total,
        lambda archive: [(hit.id, hit.highlights) for hit in archive.matches('"a friend" OR =the')],
        lambda archive: archive.kwic("castro OR part*", sort="right"),
        lambda archive: archive.trends("castro"),
        lambda archive: archive.collocations("castro"),
        lambda archive: archive.suggest("castor"),
    ]
    stop = threading.Event()
    with archivesearch.open(index) as archive:
        expected = [question(archive) for question in questions]

        def ask(start: int) -> int:
            count = start
            while not stop.is_set() or count < start + len(questions):
                number = count % len(questions)
                assert questions[number](archive) == expected[number]
                count += 1
            return count - start

        with ThreadPoolExecutor(4) as pool:
            counts = [pool.submit(ask, start) for start in range(4)]
            try:
                for number in range(3):
                    (tmp_path / "site" / f"{number}.html").write_text("<p>Castro again</p>")
                    archivesearch.rebuild([tmp_path / "site"], index)
            finally:
                stop.set()
            assert min(count.result() for count in counts) >= len(questions)


def test_parse_page(tmp_path: Path) -> None:
    site = write_files(tmp_path, PAGES)
    page = archivesearch.parse_page(site / "lists" / "parties.html")
    assert page.page == "parties.html"
    assert next(section.org for section in page.sections if section.org) == SWP
    assert archivesearch.parse_page(LETTER.encode(), page="x.html").dating.year == 1994
    config = archivesearch.Config(base_url="http://example.org/")
    assert archivesearch.parse_page(b"words", page="a b.txt", config=config).url == (
        "http://example.org/a%20b.txt"
    )
    with pytest.raises(SourceError, match=r"cannot read .*none"):
        archivesearch.parse_page(tmp_path / "none.html")
    with pytest.raises(SourceError, match="it is empty"):
        archivesearch.parse_page(b"")


def test_several_sources_of_one_index(tmp_path: Path) -> None:
    one = write_files(tmp_path / "one", {**PAGES, "archivesearch.toml": "name='One'"})
    other = {name: text.replace("Castro", "Guevara and Castro") for name, text in PAGES.items()}
    two = write_files(
        tmp_path / "two", {**other, "archivesearch.toml": "name='Two'\nlanguages=['fr']"}
    )
    archivesearch.rebuild([one, two], tmp_path / "index")
    with archivesearch.open(tmp_path / "index") as archive:
        assert archive.stats().name == "One, Two"
        assert archive.page("one!letters/1994.html") is not None
        assert archive.search("castro", group_by="page").total == 6
        assert archive.search("castro AND page:two!*").total == 4


def test_pages_by_prefix(index: Path) -> None:
    with archivesearch.open(index) as archive:
        assert archive.pages() == tuple(sorted(PAGES))
        assert archive.pages("l") == ("letters/1994.html", "lists/parties.html")
        assert archive.pages("lists/parties.html") == ("lists/parties.html",)
        assert archive.pages("nowhere") == ()


@pytest.mark.parametrize("sort", ["year", "-year", "place"])
def test_a_group_is_a_search_in_one_organization(corpus_index: Path, sort: str) -> None:
    query = "the OR comments"
    with archivesearch.open(corpus_index) as archive:
        groups = archive.search(query, group_by="org", sort=sort, limit=1000).groups
        for group in groups:
            if group.key:
                alone = archive.search(query, org=group.key, sort=sort, limit=3)
                assert group.count == alone.total
                hits = [(hit.id, hit.score, hit.copies) for hit in alone]
                assert [(hit.id, hit.score, hit.copies) for hit in group.hits] == hits
        assert len(groups) > 20

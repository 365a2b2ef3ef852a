"""Organizations, statistics, reports and verifications as text."""

from dataclasses import replace

import pytest

from archivesearch.model.pages import Notice, Skipped
from archivesearch.model.reports import Organization, Problem, Report, Stats, Verification
from archivesearch.present.numbers import data_size, duration, percent, quantity
from archivesearch.present.organizations import organizations_text
from archivesearch.present.reports import full_report_text, report_text, skipped_lines
from archivesearch.present.screen import Screen
from archivesearch.present.statistics import stats_text
from archivesearch.present.verification import verification_text, verification_verdict
from archivesearch.present.width import text_width

PLAIN = Screen(60, color=False)


def test_organizations() -> None:
    organizations = [
        Organization("Socialist Workers Party", ("SWP", "The Militant"), 2, 2, 1234),
        Organization("日本共産党", (), 1, 1, 9),
    ]
    assert organizations_text(organizations, Screen(80, color=False)).splitlines() == [
        "2 organizations",
        "",
        "pages  sections  paragraphs  organization",
        "    2         2       1,234  Socialist Workers Party (SWP, The Militant)",
        "    1         1           9  日本共産党",
    ]


def test_no_organizations() -> None:
    assert organizations_text([], PLAIN) == ("No section of this archive is about an organization.")


def test_long_names_fit_the_screen() -> None:
    organizations = [Organization("Party " * 20, ("P" * 90,), 1, 1, 1)]
    for width in (60, 200):
        text = organizations_text(organizations, Screen(width, color=False))
        assert max(map(text_width, text.splitlines())) <= width


def test_stats() -> None:
    stats = Stats(
        name="An archive",
        pages=12,
        sections=30,
        paragraphs=1500,
        organizations=5,
        duplicates=2,
        skipped=1,
        years={1994: 600, 1999: 300, 2003: 8},
        undated=592,
        languages={"en": 1490, "": 10},
        encodings={"utf-8": 5, "windows-1252": 7},
        bytes=3_456_789,
    )
    assert stats_text(stats, PLAIN).splitlines() == [
        "An archive",
        "",
        "   12 pages",
        "   30 sections",
        "1,500 paragraphs",
        "    5 organizations",
        "    2 duplicates",
        "    1 skipped",
        "3.5 MB of pages",
        "",
        "paragraphs by year",
        "  1994     600   40%  ######################################",
        "  1999     300   20%  ###################",
        "  2003       8   <1%  #",
        "  undated  592   39%  #####################################",
        "",
        "pages by language",
        "  en       1,490   99%  ####################################",
        "  unknown     10   <1%",
        "",
        "pages by encoding",
        "  windows-1252  7   58%  ###################################",
        "  utf-8         5   42%  #########################",
    ]


def test_many_years_are_counted_by_decade() -> None:
    stats = Stats("", 1, 1, 120, 0, 0, 0, dict.fromkeys(range(1890, 2010), 1), 0, {}, {}, 12)
    lines = stats_text(stats, PLAIN).splitlines()
    assert "paragraphs by decade" in lines
    assert [line.split()[:2] for line in lines[-2:]] == [["1990s", "10"], ["2000s", "10"]]


def test_stats_of_an_empty_index() -> None:
    stats = Stats("", 0, 0, 0, 0, 0, 0, {}, 0, {}, {}, 12)
    assert stats_text(stats, PLAIN).splitlines()[-1] == "12 bytes of pages"


def test_report() -> None:
    skipped = (Skipped("a\x1b.html", "it is\nempty"),)
    report = Report(3, 2, 5, 40, 1, 9, skipped, {"it is\nempty": 1})
    assert report_text(report, "index", 4.0, 10_000_000).splitlines() == [
        "Indexed 2 of 3 pages into index in 4.0 s, 2.5 MB/s",
        "  5 sections, 40 paragraphs, 1 organization",
        "  1 page skipped, 9 other files",
    ]
    assert list(skipped_lines(report, "index")) == ["skipped a.html: it is empty"]


def test_a_report_omits_zero_counts_and_the_speed_of_a_small_build() -> None:
    report = Report(1, 1, 1, 1, 0, 0, ())
    assert report_text(report, "index", 0.5, 17).splitlines() == [
        "Indexed 1 page into index in 500 ms",
        "  1 section, 1 paragraph, 0 organizations",
    ]


def test_many_skipped_pages_are_counted() -> None:
    skipped = tuple(Skipped(f"{n}.html", "it is empty") for n in range(1234))
    report = Report(1234, 0, 0, 0, 0, 0, skipped[:1000], {"it is empty": 1234})
    lines = list(skipped_lines(report, "index"))
    assert len(lines) == 22
    assert lines[20:] == [
        "and 1,214 more; most frequent reasons: it is empty (1,234)",
        "index/*/skipped.json has the full list; --report FILE writes it too",
    ]
    assert "and 234 more, which are only counted" in full_report_text(report, "index", 1.0, 0)


def test_report_on_a_crawl() -> None:
    request = Skipped("http://a/", "it is a request record", is_page=False)
    report = Report(
        read=9,
        indexed=2,
        sections=2,
        paragraphs=2,
        organizations=0,
        other_files=0,
        skipped=(request, Skipped("http://b/", "it is empty")),
        reasons={"it is a request record": 6, "it is empty": 1},
        no_pages=6,
        notices=(Notice("x.warc", "at byte 12: it is\ndamaged"),),
    )
    assert report_text(report, "index", 1.0, 0).splitlines()[::2] == [
        "Indexed 2 of 3 pages into index in 1.0 s",
        "  1 page skipped, 6 other records",
    ]
    assert list(skipped_lines(report, "index")) == [
        "note on x.warc: at byte 12: it is damaged",
        "skipped http://b/: it is empty",
    ]
    assert full_report_text(report, "index", 1.0, 0).split("\n\n")[1:] == [
        "note on x.warc: at byte 12: it is damaged",
        "Skipped, by reason:\n6  it is a request record\n1  it is empty",
        "Skipped, one by one:\nhttp://a/: it is a request record\nhttp://b/: it is empty",
        "and 5 more, which are only counted\n",
    ]


def test_verification() -> None:
    result = Verification("g", 60, 461_500, sources=("mirror",))
    assert verification_text(result, "index").splitlines() == [
        "Checked 60 files of index, 461.5 kB",
        "The index is undamaged and matches mirror",
    ]
    assert verification_text(replace(result, sources=()), "index").splitlines()[1:] == [
        "  not compared with its sources; name them to compare",
        "The index is undamaged",
    ]


def test_verification_of_a_damaged_index() -> None:
    damaged = Verification("g", 60, 461_500, problems=(Problem("a.bin", "wrong\nchecksum"),))
    assert "  damaged a.bin: wrong checksum" in verification_text(damaged, "index").splitlines()
    assert "the index in index is damaged" in verification_verdict(damaged, "index")


def test_verification_of_an_index_that_does_not_match() -> None:
    pages = tuple(f"{number}.html" for number in range(25))
    result = Verification("g", 60, 461_500, (), ("mirror",), ("a.html",), (), pages)
    lines = verification_text(result, "index").splitlines()
    assert lines[1:3] == ["  missing a.html", "  new 0.html"]
    assert lines[-1] == "  and 5 more new (--format json lists all)"
    assert "1 page missing in the sources, 0 changed, 25 new" in verification_verdict(
        result, "index"
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (1_234_567_890_123, "1,234.6 GB"),
    ],
)
def test_size(number: int, expected: str) -> None:
    assert data_size(number) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0012, "1.2 ms"),
        (0.25, "250 ms"),
        (4.06, "4.1 s"),
        (125.9, "2 min 05 s"),
        (3600, "1 h 00 min"),
    ],
)
def test_duration(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_quantity_and_percent() -> None:
    assert [quantity(n, "page") for n in (0, 1, 2000)] == ["0 pages", "1 page", "2,000 pages"]
    assert [percent(n, 1000) for n in (0, 1, 500, 1000)] == ["0%", "<1%", "50%", "100%"]
    assert percent(0, 0) == "0%"

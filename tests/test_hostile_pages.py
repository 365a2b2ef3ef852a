"""Hostile pages and archives, and the findings of the fuzz harness: none of them does harm."""

import gzip
import re
import sys
import time
from pathlib import Path

import pytest

import archivesearch
from archivesearch.model.pages import Notice, Page, RawPage
from archivesearch.sources.source import open_sources
from helpers.crawls import gzip_members, http_response, make_zip, page_record, record
from helpers.small_archive import html_page, page_tasks, parse_pages, write_files

WORD = b"needle"
# The limit of CPU time for a page is that for finding the words of 60 texts of 1 MB, measured
# now, and at least a second: about four times what the slowest page here needs. CPU time grows
# with the load of a machine too. Quadratic work on a megabyte takes minutes or hours.
ORDINARY = "Some words of a page, as many have. " * 28_000
ORDINARY_TEXTS = 60

HOSTILE: dict[str, bytes] = {
    "100,000 nested divs": b"<div>" * 100_000 + WORD,
    "100,000 nested tables": b"<table><tr><td>" * 100_000 + WORD,
    "100,000 nested bold": b"<b>" * 100_000 + WORD,
    "100,000 nested lists": b"<ul><li>" * 100_000 + WORD,
    "100,000 nested fonts": b"<font size=7>" * 100_000 + WORD,
    "tables and bold": b"<table><b>" * 100_000 + WORD,
    "links in links": b"<a name=x><p>" * 50_000 + WORD,
    "a million tags": b"<i>x</i>" * 500_000 + WORD,
    "one line of HTML": b"<p>" + b"word " * 2_000_000 + WORD,
    "one line of text": b"word " * 2_000_000 + WORD,
    "one word": b"w" * 5_000_000 + b" " + WORD,
    "one line to a word": b"word\n" * 1_000_000 + WORD,
    "one paragraph to a word": b"word\n\n" * 500_000 + WORD,
    "one heading to a word": b"<h2>Party (PP)</h2>Comments: x\n" * 50_000 + WORD,
    "spaces": b" " * 5_000_000 + WORD,
    "less than": b"<" * 1_000_000 + b" " + WORD,
    "ampersands": b"&" * 1_000_000 + b" " + WORD,
    "comments": b"<!--" * 500_000 + b"--> " + WORD,
    "attributes": b"<p " + b"x=1 " * 1_000_000 + b">" + WORD,
    "declarations": b"<meta charset=x>" * 100_000 + WORD,
    "wrong declarations": b"\xff\xfd <meta charset=shift_jis>" * 5_000 + WORD,
    "dates": b"<p>May 12, 1994 " * 90_000 + WORD,
    "dashes": b"- a\n" * 1_000_000 + WORD,
}


def cpu_limit() -> float:
    """Return the CPU seconds that a page may take to be parsed, or to be read without structure."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        assert " ".join(re.findall(r"\w+", ORDINARY))
        seconds.append(time.process_time() - start)
    return max(1.0, ORDINARY_TEXTS * max(seconds))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_words_of_a_hostile_page_are_parsed_in_time(name: str) -> None:
    ending = "txt" if "text" in name or "to a word" in name else "html"
    raw = RawPage(f"x.{ending}", HOSTILE[name])
    outcomes = parse_pages(page_tasks([raw]), seconds=cpu_limit())
    *notices, page = [outcome for outcome, _ in outcomes]
    assert len(notices) <= 1
    assert isinstance(page, Page)
    text = "".join(p.text for section in page.sections for p in section.paragraphs)
    assert "needle" in text + page.sections[-1].heading


def test_a_page_of_100_megabytes_is_skipped(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", {"a.html": html_page("Of a party.")})
    with (site / "large.html").open("wb") as file:
        file.write(b"<p>words</p>" * 1000)
        file.truncate(100_000_000)
    report = archivesearch.rebuild([site], tmp_path / "index")
    (skipped,) = report.skipped
    assert (skipped.page, report.indexed) == ("large.html", 1)
    assert "larger than the 16 MB" in skipped.reason


def test_a_zip_bomb_is_skipped(tmp_path: Path) -> None:
    bomb = make_zip(
        tmp_path / "x.zip", {"a.html": html_page("Of a party."), "b.html": b" " * 10**8}
    )
    assert bomb.stat().st_size < 200_000
    report = archivesearch.rebuild([bomb], tmp_path / "index")
    assert [skipped.page for skipped in report.skipped] == ["b.html"]


def test_a_bomb_within_a_record_within_a_warc_is_skipped(tmp_path: Path) -> None:
    body = gzip.compress(b" " * 50_000_000)
    (tmp_path / "x.warc.gz").write_bytes(
        gzip_members(
            record(http_response(body, content_encoding="gzip")),
            page_record("Of a party.", "http://a/b"),
        )
    )
    report = archivesearch.rebuild([tmp_path / "x.warc.gz"], tmp_path / "index")
    assert report.indexed == 1
    assert "larger than the 16 MB" in report.skipped[0].reason


@pytest.mark.parametrize("magic", [b"\x1f\x8b\x08", b"\x1f\x8b\x08\0", b"WARC/1.0\r\n"])
def test_beginnings_without_an_end_are_passed_in_time(tmp_path: Path, magic: bytes) -> None:
    """The fuzz harness found that each of them made the reader read to the end of the file."""
    path = tmp_path / "x.warc.gz"
    path.write_bytes(
        gzip_members(page_record("one"))
        + magic * 20_000
        + gzip_members(page_record("two", "http://a/b"))
    )
    (source,) = open_sources([path])
    records = list(source.pages())
    assert any(isinstance(record, RawPage) for record in records)
    assert any(isinstance(record, Notice) for record in records)


@pytest.mark.skipif(sys.platform != "linux", reason="reads links and memory as Linux has them")
def test_links_that_go_in_circles_end(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", {"a.html": html_page("Of a party.")})
    here = site
    for n in range(50):
        (here / "up").symlink_to(site)
        here = here / f"{n}"
        here.mkdir()
    (site / "self.html").symlink_to("self.html")
    (site / "proc").symlink_to("/proc")
    report = archivesearch.rebuild([site], tmp_path / "index")
    assert report.indexed == 1
    assert [skipped.page for skipped in report.skipped] == ["self.html"]

"""WARCs, ARCs and WACZ as sources: pages, skipped records, revisits and damage."""

import bz2
import gzip
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import archivesearch
from archivesearch.errors import SourceError
from archivesearch.model.pages import Notice, RawPage, Skipped
from archivesearch.sources.captures import OLDER_CAPTURE
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import SourceItem
from archivesearch.sources.source import open_sources
from helpers.crawls import (
    DATE,
    URL,
    arc,
    arc_record,
    gzip_members,
    http_response,
    make_zip,
    page_record,
    record,
)

A, B = "http://example.org/a.html", "http://example.org/b.html"
INFO = record(b"software: test\r\n", None, "warcinfo", Content_Type="application/warc-fields")
REQUEST = record(b"GET / HTTP/1.0\r\n\r\n", A, "request", Content_Type="application/http")


def read_items(folder: Path, *contents: bytes, limits: Limits | None = None) -> list[SourceItem]:
    """Return the items of WARCs with these contents."""
    paths = [folder / f"{n}.warc" for n in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return [item for source in open_sources(paths, limits=limits) for item in source.pages()]


def pages(results: list[SourceItem]) -> dict[str, bytes]:
    return {item.page: item.data for item in results if isinstance(item, RawPage)}


def reasons(results: list[SourceItem]) -> dict[str, str]:
    return {item.page: item.reason for item in results if isinstance(item, Skipped)}


def notices(results: list[SourceItem]) -> list[str]:
    return [item.text for item in results if isinstance(item, Notice)]


@pytest.mark.parametrize("form", ["plain", "members", "whole", "cut", "padded"])
def test_pages_of_a_warc_however_it_is_gzipped(tmp_path: Path, form: str) -> None:
    plain = [
        INFO,
        REQUEST,
        page_record("one", A, WARC_Record_ID="<urn:x:1>"),
        page_record("two", B),
    ]
    whole = b"".join(plain)
    content = {
        "plain": whole,
        "members": gzip_members(*plain),
        "whole": gzip.compress(whole, mtime=0),
        "cut": gzip_members(*(whole[n : n + 100] for n in range(0, len(whole), 100))),
        "padded": gzip_members(*plain) + b"\0" * 512,
    }[form]
    results = read_items(tmp_path, content)
    assert pages(results) == {A: b"<html><p>one</p></html>", B: b"<html><p>two</p></html>"}
    kinds = [item.reason for item in results if isinstance(item, Skipped)]
    assert kinds == ["it is a warcinfo record", "it is a request record"]
    assert not any(item.is_page for item in results if isinstance(item, Skipped))
    first = next(item for item in results if isinstance(item, RawPage))
    assert (first.url, first.captured, first.content_type) == (A, DATE, "text/html")
    assert first.source == "0.warc"
    assert first.record.startswith("urn:x:1 at byte ")
    assert len(notices(results)) == (form in {"whole", "cut"})


def test_pages_of_an_arc(tmp_path: Path) -> None:
    two = arc_record(http_response("two"), B, "19990101")
    spaced = arc_record(http_response("three"), "http://example.org/c?q=a b c")
    content = arc(arc_record(http_response("one"), A), two, spaced)
    for data in (content, gzip.compress(content), content.replace(b"\n10", b"\r\n10")):
        results = read_items(tmp_path, data)
        assert pages(results) == {
            A: b"one",
            B: b"two",
            "http://example.org/c?q=a%20b%20c": b"three",
        }
        captured = [item.captured for item in results if isinstance(item, RawPage)]
        assert captured == ["2001-02-03T04:05:06Z", "1999-01-01", "2001-02-03T04:05:06Z"]
        assert not notices([item for item in results if data is content])


def test_an_arc_of_the_second_version(tmp_path: Path) -> None:
    block = http_response("one")
    line = f"{A} 10.0.0.1 20010203040506 text/html 200 - - 0 x.arc.gz {len(block)}\n".encode()
    assert pages(read_items(tmp_path, arc(line + block + b"\n"))) == {A: b"one"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (record(http_response("x", status="404 Not Found")), "its HTTP status is 404"),
        (record(http_response("x", status="301 Moved")), "its HTTP status is 301"),
        (record(http_response("x", status="500 Error")), "its HTTP status is 500"),
        (record(http_response("x", "image/png")), "it is of the type image/png"),
        (record(http_response("x", "text/css; charset=utf-8")), "it is of the type text/css"),
        (record(http_response("x", None)), "its content type is unknown"),
        (record(b"x", kind="resource", Content_Type="image/gif"), "it is of the type image/gif"),
        (record(b"x", "metadata://log", "resource"), "its URL is not a web address"),
        (record(b"x", "dns:example.org"), "its URL is not a web address"),
        (record(b"x", kind="metadata"), "it is a metadata record"),
        (record(b"x", kind="continuation"), "it is a continuation record"),
        (record(b"x", kind=""), "it is a nameless record"),
        (record(b""), "it is empty"),
        (record(http_response("", status="100 Continue")), "its HTTP status is 100"),
        (
            record(http_response("x", content_encoding="compress")),
            "an unknown compression",
        ),
    ],
)
def test_records_that_are_no_pages_are_counted(tmp_path: Path, content: bytes, reason: str) -> None:
    results = read_items(tmp_path, content + page_record("one", A))
    assert set(pages(results)) == {A}
    (why,) = reasons(results).values()
    assert reason in why


@pytest.mark.parametrize(
    "content",
    [
        record(http_response("<html>x", "TEXT/HTML")),
        record(http_response("x", "application/xhtml+xml; charset=utf-8")),
        record(http_response("x", "text/plain")),
        record(http_response("<!doctype html>x", None)),
        record(http_response("<html>x", "application/octet-stream")),
        record(http_response("x", status="203 Other")),
        record(http_response("x").replace(b"HTTP/1.1 200 OK", b"HTTP/1.0 200")),
        record(http_response("x").replace(b"\r\n", b"\n")),
        record(b"x", kind="resource", Content_Type="text/html"),
        record(b"x", kind="conversion", Content_Type="text/plain"),
        record(http_response("x"), f"<{URL}>"),
        record(b"HTTP/1.1 100 Continue\r\n\r\n" + http_response("x")),
        record(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2 + http_response("x")),
        record(http_response("x", X_Long="y" * 200_000)),
        record(http_response("x", **{f"X{n}": "y" for n in range(3000)})),
    ],
    ids=lambda content: bytes(content[-70:]).decode(errors="replace"),
)
def test_records_that_are_pages(tmp_path: Path, content: bytes) -> None:
    results = read_items(tmp_path, content)
    assert [data[-1:] for data in pages(results).values()] == [b"x"]
    assert set(pages(results)) == {URL}


def chunked(data: bytes) -> bytes:
    pieces = [data[n : n + 7] for n in range(0, len(data), 7)]
    return b"".join(b"%x;x=y\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


BODY = b"<html><p>" + b"A text that is long enough. " * 20
BARE = zlib.compress(BODY)[2:-4]


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (gzip.compress(BODY, mtime=0), {"content_encoding": "gzip"}, BODY),
        (gzip.compress(BODY, mtime=0), {"content_encoding": "x-gzip"}, BODY),
        (zlib.compress(BODY), {"content_encoding": "deflate"}, BODY),
        (BARE, {"content_encoding": "deflate"}, BODY),
        (brotli.compress(BODY), {"content_encoding": "br"}, BODY),
        (zstandard.compress(BODY), {"content_encoding": "zstd"}, BODY),
        (
            zstandard.compress(BODY[:50]) + zstandard.compress(BODY[50:]),
            {"content_encoding": "zstd"},
            BODY,
        ),
        (chunked(BODY), {"transfer_encoding": "chunked"}, BODY),
        (
            chunked(gzip.compress(BODY, mtime=0)),
            {"transfer_encoding": "chunked", "content_encoding": "gzip"},
            BODY,
        ),
        (BODY, {"content_encoding": "identity"}, BODY),
        # headers that are no longer true
        (BODY, {"content_encoding": "gzip"}, BODY),
        (BODY, {"content_encoding": "deflate"}, BODY),
        (BODY, {"content_encoding": "br"}, BODY),
        (BODY, {"content_encoding": "zstd"}, BODY),
        (BODY, {"transfer_encoding": "chunked"}, BODY),
        # bodies that are cut short
        (gzip.compress(BODY, 0, mtime=0)[:200], {"content_encoding": "gzip"}, BODY[:170]),
        (b"10\r\nonly a part", {"transfer_encoding": "chunked"}, b"only a part"),
    ],
)
def test_bodies_are_decoded(
    tmp_path: Path, body: bytes, headers: dict[str, str], expected: bytes
) -> None:
    results = read_items(tmp_path, record(http_response(body, **headers)))
    (data,) = pages(results).values()
    assert data.startswith(expected)
    assert len(data) < len(expected) + 30


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_a_bomb_is_skipped(tmp_path: Path, encoding: str) -> None:
    spaces = b" " * 5_000_000
    packed = {
        "gzip": gzip.compress(spaces),
        "deflate": zlib.compress(spaces),
        "br": brotli.compress(spaces),
        "zstd": zstandard.compress(spaces),
    }
    bomb = record(http_response(packed[encoding], content_encoding=encoding))
    results = read_items(tmp_path, bomb, limits=Limits(page_bytes=100_000))
    assert "larger than the 0.1 MB" in reasons(results)[URL]


def test_a_record_that_is_too_large_is_skipped(tmp_path: Path) -> None:
    large = record(http_response(b"x" * 200_000))
    results = read_items(tmp_path, large + page_record("one", A), limits=Limits(page_bytes=1000))
    assert "larger than the 0.001 MB" in reasons(results)[URL]
    assert set(pages(results)) == {A}


def test_a_gzipped_file_that_is_a_bomb_ends(tmp_path: Path) -> None:
    bomb = gzip_members(
        page_record("one", A), page_record(" " * 100_000, B), page_record("two", URL)
    )
    results = read_items(tmp_path, bomb, limits=Limits(unpacked_bytes=50_000, ratio=10))
    assert set(pages(results)) == {A}
    (notice,) = notices(results)
    assert "unpacks to more bytes than the limit" in notice


def test_the_charset_that_the_server_named_is_used(tmp_path: Path) -> None:
    body = "<p>сло́во и де́ло".replace("\u0301", "").encode("koi8-r")
    path = tmp_path / "x.warc"
    path.write_bytes(record(http_response(body, "text/html; charset=koi8-r")))
    archivesearch.rebuild([path], tmp_path / "index")
    with archivesearch.open(tmp_path / "index") as archive:
        info = archive.page(URL)
        assert (info.encoding, info.encoding_source) == ("koi8-r", "transport")
        assert (info.captured, info.url, info.source) == (DATE, URL, "x.warc")
        assert archive.search("слово").total == 1


def test_the_newest_capture_is_the_page(tmp_path: Path) -> None:
    content = (
        page_record("old", A, "2001-01-01T00:00:00Z")
        + page_record("new", "https://www.example.org:443/a.html", "2003-01-01T00:00:00Z")
        + page_record("middle", "http://EXAMPLE.org/a.html#top", "2002-01-01T00:00:00Z")
    )
    results = read_items(tmp_path, content)
    (only,) = [item for item in results if isinstance(item, RawPage)]
    assert (only.page, only.data) == (
        "https://www.example.org:443/a.html",
        b"<html><p>new</p></html>",
    )
    assert only.also == ("http://EXAMPLE.org/a.html#top", A)
    assert set(reasons(results).values()) == {OLDER_CAPTURE}


def test_a_response_wins_over_its_conversion(tmp_path: Path) -> None:
    text = record(b"text", A, "conversion", "2009-01-01T00:00:00Z", Content_Type="text/plain")
    results = read_items(tmp_path, page_record("page", A) + text)
    assert pages(results) == {A: b"<html><p>page</p></html>"}
    assert list(reasons(results).values()) == ["the page that it was converted from is indexed"]


REVISITS: dict[str, dict[str, str]] = {
    "by id": {"WARC_Refers_To": "<urn:x:1>"},
    "by date": {"WARC_Refers_To_Target_URI": A, "WARC_Refers_To_Date": DATE},
    "by digest": {"WARC_Payload_Digest": "sha1:abc"},
    "by address": {"WARC_Refers_To_Target_URI": A},
}


@pytest.mark.parametrize("how", REVISITS)
@pytest.mark.parametrize("form", ["before", "after", "another file"])
def test_a_revisit_with_another_url_gives_the_page_this_url(
    tmp_path: Path, how: str, form: str
) -> None:
    target = page_record("one", A, WARC_Record_ID="<urn:x:1>", WARC_Payload_Digest="sha1:ABC")
    revisit = record(http_response(""), B, "revisit", "2005-01-01T00:00:00Z", **REVISITS[how])
    parts = {"before": [revisit + target], "after": [target + revisit]}
    results = read_items(tmp_path, *parts.get(form, [revisit, target]))
    (only,) = [item for item in results if isinstance(item, RawPage)]
    assert only.page.removeprefix("1.warc!") == A
    assert (only.url, only.also) == (A, (B,))
    (skipped,) = [item for item in results if isinstance(item, Skipped)]
    assert skipped.reason == "it repeats the content of another capture"
    assert not skipped.is_page


def test_a_revisit_of_an_older_capture_makes_it_the_newest(tmp_path: Path) -> None:
    content = (
        page_record("first", A, "2001-01-01T00:00:00Z", WARC_Record_ID="<urn:x:1>")
        + page_record("second", A, "2002-01-01T00:00:00Z")
        + record(
            http_response(""), A, "revisit", "2003-01-01T00:00:00Z", WARC_Refers_To="<urn:x:1>"
        )
    )
    results = read_items(tmp_path, content)
    assert pages(results) == {A: b"<html><p>first</p></html>"}


def test_a_revisit_of_a_missing_record_is_skipped(tmp_path: Path) -> None:
    revisit = record(b"", A, "revisit", WARC_Refers_To="<urn:x:9>")
    image = record(http_response("", "image/png"), B, "revisit", WARC_Refers_To="<urn:x:9>")
    results = read_items(tmp_path, revisit + image)
    assert "none of the sources" in reasons(results)[A]
    assert reasons(results)[B] == "it is of the type image/png"


def test_a_capture_in_another_file_may_be_newer(tmp_path: Path) -> None:
    old, new = (
        page_record("old", A, "2001-01-01T00:00:00Z"),
        page_record("new", A, "2003-01-01T00:00:00Z"),
    )
    results = read_items(tmp_path, old, new)
    assert pages(results) == {f"1.warc!{A}": b"<html><p>new</p></html>"}
    assert reasons(results) == {f"0.warc!{A}": OLDER_CAPTURE}


LIES = [
    ("too short", record(http_response("one"), A, length="20")),
    ("too long", record(http_response("one"), A, length="5000")),
    (
        "a little too long",
        record(http_response("one"), A, length=str(len(http_response("one")) + 30)),
    ),
    ("none", page_record("one", A).replace(b"Content-Length", b"Content-Width")),
    ("no number", page_record("one", A).replace(b"Content-Length: ", b"Content-Length: x")),
    ("negative", page_record("one", A).replace(b"Content-Length: ", b"Content-Length: -")),
    ("rubbish", b"rubbish\r\n" * 100),
]


@pytest.mark.parametrize(("what", "damaged"), LIES, ids=[what for what, _ in LIES])
@pytest.mark.parametrize("form", ["plain", "members"])
def test_damage_costs_no_other_page(tmp_path: Path, what: str, damaged: bytes, form: str) -> None:
    parts = [page_record("before", B), damaged, REQUEST, page_record("after", URL)]
    content = b"".join(parts) if form == "plain" else gzip_members(*parts)
    results = read_items(tmp_path, content)
    assert {B, URL} <= set(pages(results)), what
    assert b"after" in pages(results)[URL]
    assert b"WARC/1.0" not in b"".join(pages(results).values())
    (notice,) = notices(results)
    place = len(parts[0]) if form == "plain" else len(gzip_members(parts[0]))
    if what != "rubbish" or form == "members":
        assert f"at byte {place}: " in notice


ZIPPED, PLAIN, JUNK = [page_record(t, f"http://example.org/{t}") for t in ("one", "two", "three")]
PARTS = {
    "plain after gzip": (gzip_members(ZIPPED) + PLAIN + JUNK, len(gzip_members(ZIPPED))),
    "gzip after plain": (PLAIN + gzip_members(ZIPPED, JUNK), len(PLAIN)),
    "by turns": (gzip_members(ZIPPED) + PLAIN + gzip_members(JUNK), len(gzip_members(ZIPPED))),
    "plain, gzip, plain": (PLAIN + gzip_members(ZIPPED) + JUNK, len(PLAIN)),
    "gzip after rubbish": (b"rubbish" * 9 + gzip_members(ZIPPED, PLAIN, JUNK), 63),
    "after a byte order mark": (b"\xef\xbb\xbf" + ZIPPED + PLAIN + JUNK, 0),
    "after what looks like gzip": (ZIPPED + b"\x1f\x8b\x08" * 50_000 + PLAIN + JUNK, 0),
    "after zeros": (ZIPPED + PLAIN + b"\0" * 99 + JUNK, len(ZIPPED)),
}


@pytest.mark.parametrize("how", PARTS)
def test_a_file_that_is_gzipped_in_parts_or_begins_with_other_bytes(
    tmp_path: Path, how: str
) -> None:
    content, place = PARTS[how]
    results = read_items(tmp_path, content)
    assert set(pages(results)) == {f"http://example.org/{t}" for t in ("one", "two", "three")}
    (notice,) = notices(results)
    assert notice.startswith(f"at byte {place}: ")


@pytest.mark.parametrize("where", ["header", "middle", "checksum"])
def test_a_damaged_gzip_member_costs_no_other_page(tmp_path: Path, where: str) -> None:
    parts = [gzip_members(page_record(str(n) * 500, f"http://example.org/{n}")) for n in range(5)]
    broken = bytearray(parts[2])
    place = {"header": 3, "middle": len(broken) // 2, "checksum": len(broken) - 6}[where]
    broken[place] ^= 0xFF
    parts[2] = bytes(broken)
    results = read_items(tmp_path, b"".join(parts))
    assert {f"http://example.org/{n}" for n in (0, 1, 3, 4)} <= set(pages(results))
    (notice,) = notices(results)
    assert f"at byte {len(parts[0] + parts[1])}: " in notice


@pytest.mark.parametrize("form", ["plain", "members", "whole"])
def test_a_file_that_is_cut_short(tmp_path: Path, form: str) -> None:
    parts = [page_record("one", A), page_record("two" * 3000, B)]
    content = {
        "plain": b"".join(parts),
        "members": gzip_members(*parts),
        "whole": gzip.compress(b"".join(parts), 0, mtime=0),
    }[form]
    results = read_items(tmp_path, content[:-20])
    assert pages(results)[A] == b"<html><p>one</p></html>"
    assert pages(results)[B].startswith(b"<html><p>twotwo")
    assert any("at byte" in notice for notice in notices(results))


def test_a_page_that_quotes_a_record_is_whole(tmp_path: Path) -> None:
    text = "This is a record:\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\n\r\nThat was it."
    results = read_items(
        tmp_path, record(http_response(text, "text/plain"), A) + page_record("two", B)
    )
    assert pages(results)[A] == text.encode()
    assert not notices(results)


RUBBISH = b"no record at all\n" * 10_000


def test_a_file_without_records_is_refused(tmp_path: Path) -> None:
    for name, data in (
        ("x.warc", RUBBISH),
        ("x.warc.gz", RUBBISH),
        ("y.warc.gz", gzip_members(RUBBISH)),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError, match=r"is not a WARC or ARC.*no record begins in it"):
            archivesearch.rebuild([tmp_path / name], tmp_path / "index")


def test_a_wacz(tmp_path: Path) -> None:
    files = {
        "datapackage.json": b"{}",
        "archive/1.warc.gz": gzip_members(INFO, page_record("one", A)),
        "archive/2.warc": page_record("two", B),
        "pages/pages.jsonl": b"{}",
        "indexes/index.cdx.gz": b"x",
    }
    for name in ("x.wacz", "y.zip"):
        (source,) = open_sources([make_zip(tmp_path / name, files, method=0)])
        assert set(pages(list(source.pages()))) == {A, B}


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("name", ["archive/1.warc", "archive/1.warc.gz"])
def test_a_wacz_in_which_a_warc_is_damaged(tmp_path: Path, name: str, method: int) -> None:
    """The readable records are pages, and the damage gives one notice."""
    records = [page_record(f"one of {n}", f"{A}?{n}") for n in range(40)]
    first = gzip_members(*records) if name.endswith(".gz") else b"".join(records)
    files = {"datapackage.json": b"{}", name: first, "archive/2.warc": page_record("two", B)}
    path = make_zip(tmp_path / "x.wacz", files, method=method)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(name)
    data[info.header_offset + len(name) + 30 + info.compress_size // 2] ^= 0x10
    path.write_bytes(data)
    (source,) = open_sources([path])
    results = list(source.pages())
    assert sum(text.startswith(f"{name} is damaged: ") for text in notices(results)) == 1
    urls = [url for url in pages(results) if url.startswith(f"{A}?")]
    assert B in pages(results)
    assert len(urls) >= (38 if method == 0 else 1)


@pytest.mark.parametrize(
    "name", ["x.warc.gz", "archive/x.warc", "archive/y/x.warc.gz", "z/archive/X.WARC.GZ", "y/x.arc"]
)
def test_warcs_of_a_wacz_wherever_they_are(tmp_path: Path, name: str) -> None:
    files = {
        name: gzip_members(page_record("one", A)),
        "datapackage.json": b"{}",
        "indexes/x.cdx": b"",
    }
    path = make_zip(tmp_path / "x.wacz", files)
    (source,) = open_sources([path])
    assert set(pages(list(source.pages()))) == {A}


def test_a_wacz_without_a_warc_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.wacz", {"datapackage.json": "{}"})
    with pytest.raises(SourceError, match="not a WACZ"):
        open_sources([path])


def test_a_warc_in_bzip2_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.warc.bz2").write_bytes(bz2.compress(page_record("one")))
    with pytest.raises(SourceError, match="unpack it first"):
        open_sources([tmp_path / "x.warc.bz2"])


def test_exclude_globs_for_urls(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(page_record("one", A) + page_record("two", B))
    (tmp_path / "archivesearch.toml").write_text("exclude = ['*://*/b.html']")
    (source,) = open_sources([tmp_path / "x.warc"])
    assert set(pages(list(source.pages()))) == {A}
    assert source.listing.other_files == 1


def test_every_record_is_a_page_or_counted(shared_data: Path) -> None:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    paths = [p for p in (shared_data / "warc").rglob("*") if "arc" in p.name and p.is_file()]
    assert paths
    for path in paths:
        seen = 0
        with path.open("rb") as file:
            try:
                for _ in ArchiveIterator(file):
                    seen += 1
            except ArchiveLoadFailed:
                pass
        (source,) = open_sources([path])
        results = list(source.pages())
        counted = sum(isinstance(item, RawPage | Skipped) for item in results)
        assert counted + sum(source.listing.omitted_counts.values()) >= seen, path
        is_broken = any(
            word in path.name for word in ("bad.", "bad-non", "trunc", "wrong", "in-url")
        )
        assert bool(notices(results)) == is_broken, path


@given(st.data())
def test_a_damaged_warc_raises_only_source_errors(data: st.DataObject) -> None:
    import tempfile

    parts = [INFO, page_record("one", A), REQUEST, page_record("two" * 300, B)]
    form = data.draw(st.sampled_from(["plain", "members", "whole", "arc"]))
    content = bytearray(
        {
            "plain": b"".join(parts),
            "members": gzip_members(*parts),
            "whole": gzip.compress(b"".join(parts), mtime=0),
            "arc": arc(arc_record(http_response("one"), A), arc_record(http_response("two"), B)),
        }[form]
    )
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        content = content or bytearray(b"x")
    with tempfile.TemporaryDirectory() as folder:
        results: list[Any] = []
        with suppress(SourceError):  # where no record is left
            results = read_items(Path(folder), bytes(content))
        assert all(isinstance(result, RawPage | Skipped | Notice) for result in results)

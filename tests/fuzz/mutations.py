"""Fuzz inputs: whole pages and archives that are damaged at random, by a number."""

import gzip
import io
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from warnings import catch_warnings

from helpers.crawls import (
    arc,
    arc_record,
    gzip_members,
    http_response,
    make_pdf,
    page_record,
    record,
)

CORPUS = Path(__file__).parents[2] / "corpus"

# Parts of pages, archives and their headers, and absurd numbers.
_TOKENS = [
    *(b"<p>", b"</p>", b"<table>", b"<td>", b"</table>", b"<ul><li>", b"<font size=+2>", b"</b>"),
    *(
        b"<b>",
        b"<!--",
        b"-->",
        b"<script>",
        b"<pre>",
        b"<a name=x>",
        b"<h2>",
        b"<br>",
        b"<![CDATA[",
    ),
    *(
        b"<plaintext>",
        b"<select>",
        b"<frameset>",
        b"<noframes>",
        b"<svg>",
        b"<math>",
        b"<template>",
    ),
    *(
        b"&#0;",
        b"&#x110000;",
        b"&amp",
        b"&",
        b"\0",
        b"\x1b$B",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x85",
    ),
    *(
        "é—中文\u202e\u0301".encode(),
        "Комментарии".encode("koi8-r"),
        b"\xf0\x9f\x98\x80",
        b"\xed\xa0\x80",
    ),
    *(
        b"<meta charset=utf-16>",
        b"<meta charset=shift_jis>",
        b"charset=",
        b"<title>",
        b"<html lang=zz>",
    ),
    *(
        b"Comments: ",
        b"Self-Description: ",
        b"(ABC)",
        b"May 12, 1994",
        b"1999-02-31",
        b"'96",
        b".....",
    ),
    *(
        b"\r\n\r\n",
        b"\n",
        b" " * 500,
        b"-" * 70,
        b"=" * 70,
        b"\t",
        b"\f",
        b"WARC/1.0\r\n",
        b"HTTP/1.1 200 OK\r\n",
    ),
    *(
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ),
    *(
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: br\r\n",
        b"WARC-Type: revisit\r\n",
        b"ffffffff\r\n",
    ),
    *(
        b"WARC-Refers-To: <urn:x:1>\r\n",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"%PDF-",
    ),
    *(
        b"../../x.html",
        b"/etc/x.html",
        b"\xff" * 4,
        b"\0" * 512,
        b"0" * 12,
        b"7777777",
        b"stream\n",
        b"endobj",
    ),
]
_LARGEST = 400_000


def make(seed: int, number: int) -> tuple[str, bytes]:
    """Return the kind of an input and its bytes."""
    rng = random.Random(f"{seed} {number}")  # noqa: S311 - samples need a seed, not secrecy
    kind = rng.choices(list(SEEDS), [4, 2, 2, 2, 2, 1, 1, 2, 1, 2, 2, 2, 2, 1])[0]
    data = SEEDS[kind](rng)
    # In compressed inputs the plain bytes are damaged too, or nothing would be read.
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 8))):
        data = rng.choice(_WAYS)(rng, data)[:_LARGEST]
    return kind, data


def _page(rng: random.Random) -> bytes:
    data = rng.choice(_PAGES).read_bytes()
    start = rng.choice((0, 0, rng.randrange(len(data))))
    return data[start : start + rng.choice((500, 2000, 2000, 2000, 20_000))]


def _damaged_page(rng: random.Random) -> bytes:
    data = _page(rng)[:20_000]
    for _ in range(rng.randrange(3)):
        data = rng.choice(_WAYS)(rng, data)[:_LARGEST]
    return data


def _records(rng: random.Random) -> list[bytes]:
    first = "http://example.org/0.html"
    body = _damaged_page(rng)
    coded = {
        "gzip": gzip.compress(body, 1, mtime=0),
        "deflate": zlib.compress(body, 1),
        "identity": body,
    }
    encoding = rng.choice(list(coded))
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    records = [
        record(b"software: x\r\n", None, "warcinfo"),
        record(
            http_response(coded[encoding], content_encoding=encoding),
            first,
            WARC_Record_ID="<urn:x:1>",
        ),
        record(b"GET / HTTP/1.1\r\n\r\n", first, "request"),
        record(http_response(chunks, transfer_encoding="chunked"), "http://www.example.org/1.html"),
        record(
            http_response(""), "http://example.org/2.html", "revisit", WARC_Refers_To="<urn:x:1>"
        ),
        record(body, "http://example.org/3.txt", "resource", Content_Type="text/plain"),
        page_record("A paragraph.", "https://example.org/0.html", "2003-01-01T00:00:00Z"),
    ]
    rng.shuffle(records)
    return [_bent(rng, one) for one in records[: rng.randint(1, 7)]]


def _bent(rng: random.Random, data: bytes) -> bytes:
    return rng.choice(_WAYS)(rng, data)[:_LARGEST] if rng.random() < 0.2 else data


def _warc(rng: random.Random) -> bytes:
    return b"".join(_records(rng))


def _zipped_warc(rng: random.Random) -> bytes:
    records = _records(rng)
    if rng.random() < 0.3:
        return gzip.compress(b"".join(records), 1, mtime=0)
    return gzip_members(*records)


def _arc(rng: random.Random) -> bytes:
    blocks = [http_response(_damaged_page(rng)) for _ in range(rng.randint(1, 3))]
    pages = (arc_record(b, f"http://example.org/{n}.html") for n, b in enumerate(blocks))
    data = arc(*pages)
    return gzip.compress(data, 1, mtime=0) if rng.random() < 0.5 else data


def _zip(rng: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for n in range(rng.randint(1, 4)):
            name = rng.choice(("a.html", "b/c.txt", "x.warc", "../d.html", "é.htm", "README"))
            method = rng.choice((0, 8, 8, 12, 14))
            archive.writestr(zipfile.ZipInfo(f"{n}{name}"), _damaged_page(rng), method)
    return stream.getvalue()


def _tar(rng: random.Random) -> bytes:
    stream = io.BytesIO()
    mode = rng.choice(("w", "w:gz", "w:bz2", "w:xz"))
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for n in range(rng.randint(1, 4)):
            data = _damaged_page(rng)
            info = tarfile.TarInfo(
                rng.choice(("a.html", "b/c.txt", "../d.html", "x" * 300 + ".htm"))
            )
            info.size = len(data)
            info.type = rng.choice((tarfile.REGTYPE,) * 6 + (tarfile.SYMTYPE, tarfile.LNKTYPE))
            info.linkname = f"{n}.html"
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def _pdf(rng: random.Random) -> bytes:
    words = "".join(rng.choice("abc ()\\ \n") for _ in range(rng.randrange(200)))
    return make_pdf(words.replace("(", "\\(").replace(")", "\\)"), "A title")


def _miscoded(rng: random.Random) -> bytes:
    """Return a page in one encoding that declares another and has bytes of a third."""
    text = _page(rng).decode("latin-1") + rng.choice(_SCRIPTS)
    declared, real, other = rng.choices(_ENCODINGS, k=3)
    data = text.encode(real, "replace")
    offset = rng.randrange(len(data) + 1)
    declaration = rng.choice(
        (f"<meta charset={declared}>", f'<?xml encoding="{declared}"?>', "")
    ).encode()
    mark = rng.choice((b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    return (
        mark
        + declaration
        + data[:offset]
        + rng.choice(_SCRIPTS).encode(other, "replace")
        + data[offset:]
    )


def _nested(rng: random.Random) -> bytes:
    """Return a zip of archives and links whose names differ little."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for _ in range(rng.randint(1, 6)):
            info = zipfile.ZipInfo(rng.choice(_ODD_NAMES)[:60_000])
            made = rng.choice((_damaged_page, _zip, _tar, _zipped_warc, _pdf, _config))
            if rng.random() < 0.2:
                info.create_system, info.external_attr = 3, 0o120777 << 16
            with catch_warnings(action="ignore"):  # two members of one name
                archive.writestr(info, made(rng), rng.choice((0, 8)))
    return stream.getvalue()


def _wacz(rng: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in rng.sample(_WACZ_NAMES, rng.randint(1, len(_WACZ_NAMES))):
            made = _zipped_warc if name.endswith("gz") else rng.choice((_warc, _damaged_page))
            archive.writestr(zipfile.ZipInfo(name), made(rng), rng.choice((0, 8)))
    return stream.getvalue()


def _revisits(rng: random.Random) -> bytes:
    """Return records that refer to each other, in circles too."""
    count = rng.randint(2, 8)
    records = []
    for n in range(count):
        other = rng.randrange(count)
        headers = {
            "WARC_Record_ID": f"<urn:x:{n}>",
            "WARC_Refers_To": f"<urn:x:{other}>",
            "WARC_Refers_To_Target_URI": f"http://example.org/{rng.randrange(count)}.html",
            "WARC_Payload_Digest": f"sha1:{rng.randrange(3)}",
        }
        kind = rng.choice(("revisit", "revisit", "response", "conversion"))
        block = http_response(_damaged_page(rng) if kind != "revisit" else "")
        chosen = dict(rng.sample(sorted(headers.items()), rng.randint(0, 4)))
        records.append(record(block, f"http://example.org/{n}.html", kind, **chosen))
    return b"".join(records) if rng.random() < 0.5 else gzip_members(*records)


def _headers(rng: random.Random) -> bytes:
    """Return records with more and longer headers than any real ones."""
    records = []
    for n in range(rng.randint(1, 3)):
        lines = {
            f"X{rng.choice(('', str(i)))}": rng.choice(("x", "é", " ", ":", "\t"))
            * rng.choice(_SIZES)
            for i in range(rng.choice((1, 3, 1500)))
        }
        block = (
            http_response(_damaged_page(rng), **lines)
            if rng.random() < 0.7
            else http_response("", **lines)
        )
        more = lines if rng.random() < 0.4 else {}
        records.append(
            record(block, f"http://example.org/{n}.html" + "?" * rng.choice(_SIZES), **more)
        )
    return b"".join(records) if rng.random() < 0.5 else gzip_members(*records)


def _config(rng: random.Random) -> bytes:
    keys = rng.choices(_SETTINGS, k=rng.randint(1, 8))
    return "\n".join(f"{key} = {rng.choice(_VALUES)}" for key in keys).encode()


_ENCODINGS = (
    *("utf-8", "latin-1", "cp1252", "utf-16", "utf-16-be", "utf-32", "koi8-r", "cp1251", "gb18030"),
    *("big5", "shift_jis", "iso2022_jp", "euc_kr", "cp437", "iso8859-7", "hz", "utf-7", "cp037"),
)
_SCRIPTS = (
    "Комментарии и письма",
    "読者からの手紙",
    "편지",
    "λέξη",
    "naïve “so” — ß",
    "العربية",
    "😀",
)
_ODD_NAMES = (
    *("a.html", "A.html", "a.HTML", "./a.html", "a//b.html", "a/b.html", "a\\b.html", "a.html/"),
    *("../a.html", "C:/a.html", "/a.html", "a/../b.html", "é.html", "e\u0301.html", "\u202ea.html"),
    *("x.zip", "x.tar.gz", "x.warc.gz", "x.wacz", "archivesearch.toml", "b/archivesearch.toml"),
    *(" .html", ".html", "a\nb.html", "a!b.html", "a#1.html", "README", "a" * 5000 + ".html", "."),
)
_WACZ_NAMES = (
    *("datapackage.json", "archive/a.warc.gz", "archive/b.warc", "archive/c.arc", "pages/p.jsonl"),
    *("archive/../d.warc", "archive/e.warc.gz", "archive/a.WARC.gz", "indexes/index.cdx"),
)
_SIZES = (0, 1, 100, 20_000, 70_000)
_SETTINGS = (
    *("name", "base_url", "languages", "banners", "addresses", "exclude", "[organizations]\nA"),
    *("[variants]\na", "bogus", '"" ', "a.b.c", "[[x]]\ny", "[organizations.B]\nz"),
)
_VALUES = (
    *('"x"', "1", "[]", '["en", "zz"]', '["(" ]', '["(?P<year>[0-9]{4})/(a*)*b"]', '""', "{}"),
    *(
        '"http://example.org/"',
        '"x" * 3',
        "1979-05-27",
        "[[1]]",
        '["*"]',
        "true",
        "inf",
        '"\\u0000"',
    ),
    *('["Of the letters."]', '"""', "[" * 50, '["[", "**", ""]', '"' + "x" * 5000 + '"'),
)
SEEDS: dict[str, Callable[[random.Random], bytes]] = {
    "page": _page,
    "zip": _zip,
    "tar": _tar,
    "warc": _warc,
    "warc.gz": _zipped_warc,
    "arc": _arc,
    "pdf": _pdf,
    "html": _miscoded,
    "txt": _miscoded,
    "nested.zip": _nested,
    "wacz": _wacz,
    "revisits.warc": _revisits,
    "headers.warc": _headers,
    "toml": _config,
}
_PAGES = sorted(p for p in CORPUS.rglob("*") if p.is_file() and p.suffix != ".toml")


def _flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 30))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 2, 9, 100, 5000, 10**9)) :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    offset = rng.randrange(len(data) + 1)
    return data[:offset] + rng.choice(_TOKENS) + data[offset:]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    offset = rng.randrange(len(data) + 1)
    return data[:offset] + rng.choice(_TOKENS) * rng.choice((2, 10, 300, 5000)) + data[offset:]


def _double(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice((3, 30, 300, 3000))]
    return data[:start] + piece * rng.choice((2, 5, 50)) + data[start:]


def _overwrite(rng: random.Random, data: bytes) -> bytes:
    offset = rng.randrange(len(data) + 1)
    token = rng.choice(_TOKENS)
    return data[:offset] + token + data[offset + len(token) :]


def _swap(rng: random.Random, data: bytes) -> bytes:
    offset = rng.randrange(len(data) + 1)
    return data[offset:] + data[:offset]


_WAYS = (_flip, _flip, _cut, _insert, _insert, _repeat, _double, _overwrite, _overwrite, _swap)

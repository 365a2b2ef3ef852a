"""Makers of WARCs, ARCs, zip and tar archives and PDFs for the tests of sources."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

DATE = "2001-02-03T04:05:06Z"
URL = "http://www.example.org/letters/1.html"


def http_response(
    body: bytes | str,
    content_type: str | None = "text/html",
    status: str = "200 OK",
    **headers: str,
) -> bytes:
    """Return the response of a server; `_` in the name of a header stands for `-`."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


def record(
    block: bytes = b"",
    url: str | None = URL,
    kind: str = "response",
    date: str = DATE,
    length: str = "",
    **headers: str,
) -> bytes:
    """Return a record of a WARC; `length` is the length that it claims, if not the true one."""
    lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Date: {date}"]
    lines += [f"WARC-Target-URI: {url}"] if url else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length or len(block)}", "", ""]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


def page_record(text: str, url: str = URL, date: str = DATE, **headers: str) -> bytes:
    """Return a response record with a page of one paragraph."""
    return record(http_response(f"<html><p>{text}</p></html>"), url, date=date, **headers)


def arc_record(block: bytes, url: str = URL, date: str = "20010203040506") -> bytes:
    """Return a record of an ARC."""
    return f"{url} 10.0.0.1 {date} text/html {len(block)}\n".encode() + block + b"\n"


def arc(*records: bytes) -> bytes:
    """Return an ARC of some records, after the version record that begins each ARC."""
    version = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    first = f"filedesc://test.arc 0.0.0.0 20010101000000 text/plain {len(version)}\n".encode()
    return first + version + b"\n" + b"".join(records)


def gzip_members(*records: bytes) -> bytes:
    """Return records with a gzip member for each, as the WARC standard asks for."""
    return b"".join(gzip.compress(record, mtime=0) for record in records)


def make_zip(path: Path, files: Mapping[str, str | bytes], method: int = 8) -> Path:
    """Write a zip archive and return its path."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return path


def tar_member(name: str, content: bytes = b"", **values: object) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member of a tar archive; `values` are attributes of its `TarInfo`."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in values.items():
        setattr(info, key, value)
    return info, content


def make_tar(path: Path, content: Iterable[tuple[tarfile.TarInfo, bytes]], mode: str = "w") -> Path:
    """Write a tar archive and return its path."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info, data in content:
            archive.addfile(info, io.BytesIO(data))
    return path


def make_pdf(text: str, title: str = "") -> bytes:
    """Return a PDF of one page with one line of text, and a title."""
    content = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Title ({title}) >>".encode(),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\n" % size
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    return data + head + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(data)

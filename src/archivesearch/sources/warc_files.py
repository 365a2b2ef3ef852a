"""WARC reader: pages from the records of a WARC or an ARC, as servers sent them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import quote

from archivesearch.errors import SourceError
from archivesearch.model.pages import RawPage
from archivesearch.sources import http_message as http
from archivesearch.sources.gzip_stream import Defect, SeekableFile
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import (
    SNIFF_BYTES,
    Capture,
    SourceEntry,
    SourceItem,
    SourceListing,
    looks_like_html,
)
from archivesearch.sources.warc_records import Record, RecordReader

_HEAD_BYTES = 65_536  # of a block, which show whether it can be a page
_MAX_HEAD_BYTES = 1_000_000  # more of it, if the HTTP headers are longer
_RANKS = {"response": 1, "resource": 1, "conversion": 0}  # the record types that can be pages
_WEB_URL = re.compile(r"(?:https?|ftp|gopher|file):", re.IGNORECASE)
_TIMESTAMP = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")
_MAX_ENTRIES = 10_000  # for records that are no pages; further ones are counted by reason
_NOT_MODIFIED = 304
_UNSAFE_CHARACTER = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class _RecordContent:
    """A record, its location and, if it can be a page, the message of the server.

    `location` is (number of the file, byte offset, count). The count is the number of earlier
    records at the same offset, since a gzip member can have several. With a `problem` the
    record is skipped; `is_page` tells whether it is a page all the same.
    """

    record: Record
    location: tuple[int, int, int]
    message: http.Message | None
    problem: str
    is_page: bool


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """Return the listing of a WARC or an ARC. Raises SourceError if it has no records."""
    with _open_warc(path) as file:
        listing = list_captures(
            [("", file)], limits.max_unpacked_bytes(path.stat().st_size), limits
        )
    if not (listing.entries or listing.captures):
        damage = f" ({listing.notices[0]})" if listing.notices else ""
        raise SourceError(
            f"{path} is not a WARC or ARC, or is damaged: no record begins in it{damage}; "
            "copy or download it again, or give it a name that says what it is"
        )
    return listing


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Yield the page of each entry, or the reason to skip it, in the order of the file."""
    with _open_warc(path) as file:
        max_bytes = limits.max_unpacked_bytes(path.stat().st_size)
        yield from read_entries([("", file)], entries, max_bytes, limits)


def list_captures(
    files: Iterable[tuple[str, SeekableFile]], max_bytes: int, limits: Limits
) -> SourceListing:
    """Return the listing of files that belong together, such as the WARCs of a WACZ.

    `files` are pairs (name, file). Each file may unpack to `max_bytes`.
    """
    captures: list[Capture] = []
    entries: list[SourceEntry] = []
    omitted: Counter[str] = Counter()
    notices: list[str] = []
    for file_number, (name, file) in enumerate(files):
        records = RecordReader(file, max_bytes)
        for content in _record_contents(records, file_number, limits):
            if not content.problem:
                is_revisit = content.record.type == "revisit"
                captures.append(_revisit(content) if is_revisit else _capture(content))
            elif content.is_page or len(entries) < _MAX_ENTRIES:
                entries.append(
                    replace(_entry(content), problem=content.problem, is_page=content.is_page)
                )
            else:
                omitted[content.problem] += 1
        notices += _defect_notices(name, records.defects)
    return SourceListing(tuple(entries), 0, tuple(notices), None, "", tuple(captures), omitted)


def read_entries(
    files: Iterable[tuple[str, SeekableFile]],
    entries: Sequence[SourceEntry],
    max_bytes: int,
    limits: Limits,
) -> Iterator[SourceItem]:
    """Yield the page of each entry in `files`, or the reason to skip it.

    Entries that are not at their location any more are skipped too.
    """
    remaining = iter(entries)
    entry = next(remaining, None)
    for file_number, (_, file) in enumerate(files):
        for content in _record_contents(RecordReader(file, max_bytes), file_number, limits):
            while entry is not None and entry.location <= content.location:
                yield _read(entry, content, limits)
                entry = next(remaining, None)
    while entry is not None:
        yield entry.skipped("it is not where it was when its source was listed")
        entry = next(remaining, None)


def _open_warc(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error


def _defect_notices(name: str, defects: Sequence[Defect]) -> list[str]:
    """Return a notice with the first defect of a file and the number of others, or []."""
    if not defects:
        return []
    more = f"; and in {len(defects) - 1:,} more places" if len(defects) > 1 else ""
    where = f"{name}: " if name else ""
    return [f"{where}at byte {defects[0].offset}: {defects[0].reason}{more}"]


def _record_contents(
    records: RecordReader, file_number: int, limits: Limits
) -> Iterator[_RecordContent]:
    """Yield the content of each record of a file.

    Listing and reading both use this: the defects, and so the records, depend on the number
    of bytes that are read of each block.
    """
    last_offset, count = -1, 0
    for record in records:
        count = count + 1 if record.offset == last_offset else 0
        last_offset = record.offset
        message, problem, is_page = _read_message(record, records, limits)
        yield _RecordContent(record, (file_number, record.offset, count), message, problem, is_page)


def _read_message(
    record: Record, records: RecordReader, limits: Limits
) -> tuple[http.Message | None, str, bool]:
    """Return the message in a record, the reason to skip it or `""`, and whether it is a page."""
    if record.type not in _RANKS and record.type != "revisit":
        return None, f"it is a {record.type or 'nameless'} record", False
    if not _WEB_URL.match(record.url):
        return None, "its URL is not a web address", False
    head = records.read_block(_HEAD_BYTES)
    if http.ends_in_headers(head):
        head += records.read_block(_MAX_HEAD_BYTES)
    message = http.parse_message(head, record.headers.get("content-type", ""))
    is_good = message.status is None or 200 <= message.status < 300
    if not is_good and not (record.type == "revisit" and message.status == _NOT_MODIFIED):
        return None, f"its HTTP status is {message.status}", False
    if message.status is None and record.type == "response" and not head.strip():
        return None, "it is empty", True
    if record.type == "revisit" and not message.media_type:
        return None, "", False
    if not http.is_page_type(message.media_type):
        return None, f"it is of the type {message.media_type[:60]}", False
    if problem := limits.size_problem(record.length - _HEAD_BYTES):
        return None, problem, True
    rest = records.read_block(limits.page_bytes + _HEAD_BYTES)
    return replace(message, body=message.body + rest), "", True


def _read(entry: SourceEntry, content: _RecordContent, limits: Limits) -> SourceItem:
    if entry.problem:
        return entry.skipped()
    if entry.location != content.location or content.message is None:
        return entry.skipped("it is not where it was when its source was listed")
    try:
        data = http.decode_body(content.message, limits.page_bytes)
    except http.BadBody as error:
        return entry.skipped(str(error))
    if problem := limits.size_problem(len(data)):
        return entry.skipped(problem)
    if http.is_generic_type(content.message.media_type) and not looks_like_html(data[:SNIFF_BYTES]):
        return replace(entry.skipped("its content type is unknown"), is_page=False)
    return RawPage(
        entry.page,
        data,
        url=entry.url,
        content_type=content.message.content_type,
        captured=entry.captured,
        record=entry.record,
        also=entry.also,
    )


def _entry(content: _RecordContent) -> SourceEntry:
    """Return the entry of a record as a page."""
    record = content.record
    url = _UNSAFE_CHARACTER.sub(lambda character: quote(character[0]), record.url)
    return SourceEntry(
        url or record.id or f"record at byte {record.offset}",
        content.location,
        f"{record.id} at byte {record.offset}".strip(),
        url=url or None,
        captured=_iso_time(record.headers.get("warc-date", "")),
    )


def _capture(content: _RecordContent) -> Capture:
    headers = content.record.headers
    return Capture(
        _entry(content),
        id=content.record.id,
        digest=_digest(headers),
        rank=_RANKS[content.record.type],
    )


def _revisit(content: _RecordContent) -> Capture:
    headers = content.record.headers
    return Capture(
        _entry(content),
        digest=_digest(headers),
        is_revisit=True,
        refers_to=headers.get("warc-refers-to", "").strip("<> "),
        refers_url=headers.get("warc-refers-to-target-uri", "").strip("<> "),
        refers_date=_iso_time(headers.get("warc-refers-to-date", "")) or "",
    )


def _digest(headers: Mapping[str, str]) -> str:
    return headers.get("warc-payload-digest", "").strip().upper()


def _iso_time(value: str) -> str | None:
    """Return the ISO time of a WARC's date, or of an ARC's digits; None if it is neither.

    >>> _iso_time("19990102030405"), _iso_time("19990102")
    ('1999-01-02T03:04:05Z', '1999-01-02')
    """
    value = value.strip()
    if match := _TIMESTAMP.fullmatch(value):
        year, month, day, *clock = (part or "" for part in match.groups())
        date = "-".join(filter(None, (year, month, day)))
        return f"{date}T{':'.join(clock)}Z" if all(clock) else date
    return value if value[:4].isdecimal() else None

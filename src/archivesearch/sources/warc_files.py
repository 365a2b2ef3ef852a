"""Pages from a WARC or an ARC: what its records hold, as servers sent it."""

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
from archivesearch.sources.gzip_stream import Defect, Seekable
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

_HEAD = 65_536
_LONGEST_HEAD = 1_000_000
_HOLD_PAGES = {"response": 1, "resource": 1, "conversion": 0}
_WEB = re.compile(r"(?:https?|ftp|gopher|file):", re.IGNORECASE)
_DIGITS = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")
_MOST_NAMED = 10_000
_NOT_MODIFIED = 304
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Held:
    """A record, where it stands, and what the server sent, if it can hold a page."""

    record: Record
    place: tuple[int, int, int]
    answer: http.Message | None
    problem: str
    is_page: bool


def list_pages(path: Path, limits: Limits) -> SourceListing:
    """List the captures of a WARC or an ARC. Raises SourceError where it has no records."""
    with _opened(path) as file:
        listing = list_captures(
            [("", file)], limits.max_unpacked_bytes(path.stat().st_size), limits
        )
    if not (listing.entries or listing.captures):
        found = f" ({listing.notices[0]})" if listing.notices else ""
        raise SourceError(
            f"{path} is no WARC or ARC, or damaged: no record begins in it{found}; "
            "copy or download it again, or give it a name that says what it is"
        )
    return listing


def read_pages(path: Path, entries: Sequence[SourceEntry], limits: Limits) -> Iterator[SourceItem]:
    """Read the pages one by one, in the order in which they stand in the file."""
    with _opened(path) as file:
        most = limits.max_unpacked_bytes(path.stat().st_size)
        yield from read_entries([("", file)], entries, most, limits)


def list_captures(
    files: Iterable[tuple[str, Seekable]], most: int, limits: Limits
) -> SourceListing:
    """List the captures of files that belong together; `most` is what each may unpack to."""
    captures: list[Capture] = []
    entries: list[SourceEntry] = []
    left_out: Counter[str] = Counter()
    notices: list[str] = []
    for number, (name, file) in enumerate(files):
        records = RecordReader(file, most)
        for held in _held(records, number, limits):
            if not held.problem:
                is_revisit = held.record.type == "revisit"
                captures.append(_revisit(held) if is_revisit else _capture(held))
            elif held.is_page or len(entries) < _MOST_NAMED:
                entries.append(replace(_entry(held), problem=held.problem, is_page=held.is_page))
            else:
                left_out[held.problem] += 1
        notices += _told(name, records.defects)
    return SourceListing(tuple(entries), 0, tuple(notices), None, "", tuple(captures), left_out)


def read_entries(
    files: Iterable[tuple[str, Seekable]], entries: Sequence[SourceEntry], most: int, limits: Limits
) -> Iterator[SourceItem]:
    """Read entries of files that belong together, in their order."""
    waiting = iter(entries)
    entry = next(waiting, None)
    for number, (_, file) in enumerate(files):
        for held in _held(RecordReader(file, most), number, limits):
            while entry is not None and entry.location <= held.place:
                yield _read(entry, held, limits)
                entry = next(waiting, None)
    while entry is not None:
        yield entry.skipped("it is not where it was when its source was listed")
        entry = next(waiting, None)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error


def _told(name: str, gaps: Sequence[Defect]) -> list[str]:
    """Return one line on the damage in a file."""
    if not gaps:
        return []
    more = f"; and in {len(gaps) - 1:,} more places" if len(gaps) > 1 else ""
    where = f"{name}: " if name else ""
    return [f"{where}at byte {gaps[0].offset}: {gaps[0].reason}{more}"]


def _held(records: RecordReader, number: int, limits: Limits) -> Iterator[Held]:
    """Yield each record of a file with what it holds.

    Every record is read as far whoever asks, so that all find the same ones.
    """
    before, again = -1, 0
    for record in records:
        again = again + 1 if record.offset == before else 0
        before = record.offset
        answer, problem, is_page = _looked_at(record, records, limits)
        yield Held(record, (number, record.offset, again), answer, problem, is_page)


def _looked_at(
    record: Record, records: RecordReader, limits: Limits
) -> tuple[http.Message | None, str, bool]:
    """Return what a record holds, why that is no page, and whether it was meant to be one."""
    if record.type not in _HOLD_PAGES and record.type != "revisit":
        return None, f"it is a {record.type or 'nameless'} record", False
    if not _WEB.match(record.url):
        return None, "its address is not one of the web", False
    head = records.read_block(_HEAD)
    if http.ends_in_headers(head):
        head += records.read_block(_LONGEST_HEAD)
    answer = http.parse_message(head, record.headers.get("content-type", ""))
    is_good = answer.status is None or 200 <= answer.status < 300
    if not is_good and not (record.type == "revisit" and answer.status == _NOT_MODIFIED):
        return None, f"its HTTP status is {answer.status}", False
    if answer.status is None and record.type == "response" and not head.strip():
        return None, "it is empty", True
    if record.type == "revisit" and not answer.media_type:
        return None, "", False
    if not http.is_page_type(answer.media_type):
        return None, f"it is of the type {answer.media_type[:60]}", False
    if problem := limits.size_problem(record.length - _HEAD):
        return None, problem, True
    rest = records.read_block(limits.page_bytes + _HEAD)
    return replace(answer, body=answer.body + rest), "", True


def _read(entry: SourceEntry, held: Held, limits: Limits) -> SourceItem:
    if entry.problem:
        return entry.skipped()
    if entry.location != held.place or held.answer is None:
        return entry.skipped("it is not where it was when its source was listed")
    try:
        data = http.decode_body(held.answer, limits.page_bytes)
    except http.BadBody as error:
        return entry.skipped(str(error))
    if problem := limits.size_problem(len(data)):
        return entry.skipped(problem)
    if http.is_generic_type(held.answer.media_type) and not looks_like_html(data[:SNIFF_BYTES]):
        return replace(entry.skipped("nothing says of what type it is"), is_page=False)
    return RawPage(
        entry.page,
        data,
        url=entry.url,
        content_type=held.answer.content_type,
        captured=entry.captured,
        record=entry.record,
        also=entry.also,
    )


def _entry(held: Held) -> SourceEntry:
    record = held.record
    url = _UNSAFE.sub(lambda character: quote(character[0]), record.url)
    place = f"{record.id} at byte {record.offset}".strip()
    return SourceEntry(
        url or record.id or f"record at byte {record.offset}",
        held.place,
        place,
        url=url or None,
        captured=_time(record.headers.get("warc-date", "")),
    )


def _capture(held: Held) -> Capture:
    headers = held.record.headers
    return Capture(
        _entry(held),
        id=held.record.id,
        digest=_digest(headers),
        rank=_HOLD_PAGES[held.record.type],
    )


def _revisit(held: Held) -> Capture:
    headers = held.record.headers
    return Capture(
        _entry(held),
        digest=_digest(headers),
        is_revisit=True,
        refers_to=headers.get("warc-refers-to", "").strip("<> "),
        refers_url=headers.get("warc-refers-to-target-uri", "").strip("<> "),
        refers_date=_time(headers.get("warc-refers-to-date", "")) or "",
    )


def _digest(headers: Mapping[str, str]) -> str:
    return headers.get("warc-payload-digest", "").strip().upper()


def _time(value: str) -> str | None:
    """Return an ISO time, of a WARC's or of the digits that an ARC has; None without one."""
    value = value.strip()
    if match := _DIGITS.fullmatch(value):
        year, month, day, *clock = (part or "" for part in match.groups())
        date = "-".join(filter(None, (year, month, day)))
        return f"{date}T{':'.join(clock)}Z" if all(clock) else date
    return value if value[:4].isdecimal() else None

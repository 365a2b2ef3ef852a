"""WARC records: read the records of a WARC or an ARC in order, also if the file is damaged.

A record claims its own length. The claim can be wrong, or no record begins where one
should. Then reading goes on at the next record, and the damage is noted once. warcio and
fastwarc stop at such damage, and fastwarc cannot read ARCs, so neither is used.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from archivesearch.sources.gzip_stream import Defect, SeekableFile, SegmentStream

_WARC_LINE = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_ARC_LINE = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,20}:\S[^\n]*?) "
    rb"(?:\d{1,3}(?:\.\d{1,3}){3}|[\dA-Fa-f:]{0,40}:[\dA-Fa-f:.]{0,40}|-) "
    rb"(?P<date>\d{8,20}) (?P<type>\S[^\n]{0,400}?) (?P<length>-?\w{1,20})\r?\n"
)
_NEXT_RECORD = re.compile(rb"\r?\n\r?\n(?P<record>WARC/1\.\d\r?\n)")
# The bytes of a line before a record in its middle; the last of them is no text.
_RECORD_IN_LINE = re.compile(rb"[^\n]*?[^\x20-\x7e\n](?=WARC/1\.\d\r?\n)")
_CHUNK_BYTES = 65_536
_MAX_LINE = 16_384
_MAX_DIGITS = 19
_MAX_HEADERS = 1000
_MAX_HEADER_LINES = 100_000
_LINE_ENDS = b"\r\n"
_TOO_LONG = "the record there is not as long as it claims"


@dataclass(frozen=True, slots=True)
class Record:
    """The head of a record.

    `offset` is the offset of the record in the file, or of its gzip member. `type` is
    `response`, `revisit` and so on. `headers` has the headers of a WARC by name in lower
    case; for an ARC they are made of its one line. `length` is the claimed length of the
    block in bytes.
    """

    offset: int
    type: str
    headers: Mapping[str, str]
    length: int

    @property
    def url(self) -> str:
        """The URL of the record, or `""`."""
        return self.headers.get("warc-target-uri", "").strip().strip("<>")

    @property
    def id(self) -> str:
        """The ID by which other records refer to this one, or `""`."""
        return self.headers.get("warc-record-id", "").strip().strip("<>")


_NO_RECORD = Record(0, "", {}, 0)


class RecordReader:
    """An iterator over the records of a file, which may unpack to `max_bytes` if gzipped.

    Read the block of a record before you take the next record. The reader goes through
    three states:

              a record starts          headers read, record yielded
        FIND -----------------> HEAD ------------------------------> BLOCK
          ^                                                            |
          +-------- block read or skipped, or its segment ended -------+

    FIND: if no record starts at the cursor, the last record may be shorter than it claims.
    Note a defect, go back to the start of its block (`seek_back`) and look at each line.
    In plain bytes, enter a gzip member with a record (`enter_gzip_member`). At the end of
    a segment go to the next one (`next_segment`).

    BLOCK: `_unread` is the rest of the claimed length. If the bytes contain another record
    and none follows them, the record is shorter than it claims: go back to the other one
    (`seek_back`). If the segment ends while bytes are unread, FIND notes a defect and goes
    back to the start of the block.

    In a gzipped segment `seek_back` does nothing, and reading goes on at the cursor.
    """

    def __init__(self, file: SeekableFile, max_bytes: int) -> None:
        self._stream = SegmentStream(file, max_bytes, begins_record)
        self._record_defects: list[Defect] = []
        self._record = _NO_RECORD
        self._block_offset = 0  # of the current record
        self._unread = 0  # bytes of its block
        self._saw_shared_member = False

    @property
    def defects(self) -> list[Defect]:
        """The defects of the file that were met so far, by offset."""
        return sorted(
            [*self._stream.defects, *self._record_defects], key=lambda defect: defect.offset
        )

    def __iter__(self) -> Iterator[Record]:
        while True:
            if self._unread:
                self._skip_block()
            if not self._find_record():
                return
            self._record = self._read_head()
            self._block_offset = self._stream.offset
            self._unread = self._record.length
            yield self._record

    def read_block(self, max_bytes: int) -> bytes:
        """Return the next bytes of the current record's block, at most `max_bytes`."""
        parts = []
        while max_bytes > 0 and self._unread > 0:
            data = self._stream.read(min(max_bytes, self._unread))
            if not data:
                break
            parts.append(data)
            max_bytes -= len(data)
            self._unread -= len(data)
        data = b"".join(parts)
        next_record = _NEXT_RECORD.search(data)
        if next_record and not self._is_followed_by_record():
            at = next_record.start("record")
            if self._stream.seek_back(self._block_offset + at):
                self._add_defect("it claims to be longer than it is")
                return data[: next_record.start()]
        return data

    def _skip_block(self) -> None:
        """Skip the unread bytes of the block, up to the end of the segment."""
        while self._unread > 0:
            data = self._stream.read(min(self._unread, _CHUNK_BYTES))
            if not data:
                return
            self._unread -= len(data)

    def _is_followed_by_record(self) -> bool:
        """Whether the block is read, and another record or the end of the segment follows."""
        rest = self._stream.peek(_MAX_LINE)
        return not self._unread and (
            not rest.strip(_LINE_ENDS) or begins_record(rest.lstrip(_LINE_ENDS))
        )

    def _add_defect(self, reason: str, *, at_cursor: bool = False) -> None:
        """Note a defect of the current record, or at the cursor, unless the offset has one.

        The rest of the block is given up.
        """
        self._unread = 0
        offset = self._stream.offset if at_cursor else self._record.offset
        if not any(defect.offset == offset for defect in self.defects):
            self._record_defects.append(Defect(offset, reason))

    def _find_record(self) -> bool:
        """Go to the start of the next record. Return False if there is none."""
        if self._unread:  # the segment ended inside the block
            if not self._stream.defects or self._stream.defects[-1].offset < self._record.offset:
                self._add_defect("its last record is cut short, or claims to be longer than it is")
            self._stream.seek_back(self._block_offset)
            self._unread = 0
        is_reported = False
        while True:
            start = self._stream.peek(_MAX_LINE)
            if not start:
                if not self._stream.next_segment():
                    return False
                is_reported = False
            elif start[0] in _LINE_ENDS:
                self._stream.read(1)
            elif begins_record(start):
                return True
            elif self._stream.enter_gzip_member(_MAX_LINE):
                is_reported = False
            elif not is_reported:
                is_reported = True
                is_first = self._record is _NO_RECORD
                self._add_defect(
                    "no record begins there" if is_first else _TOO_LONG,
                    at_cursor=self._stream.is_gzipped,
                )
                self._stream.seek_back(self._block_offset)
            elif in_line := _RECORD_IN_LINE.match(start):
                self._stream.read(in_line.end())
            else:
                self._stream.readline(_MAX_LINE)

    def _read_head(self) -> Record:
        """Read the headers at the cursor, and note a record that is not at a member's start."""
        offset = self._stream.offset
        if self._stream.is_within_member and not self._saw_shared_member:
            self._saw_shared_member = True
            self._record_defects.append(
                Defect(
                    offset,
                    "the record there does not begin a gzip member; it was read all the same",
                )
            )
        line = self._stream.readline(_MAX_LINE)
        if arc := _ARC_LINE.match(line):
            return _arc_record(offset, arc)
        headers = read_headers(iter(lambda: self._stream.readline(_MAX_LINE), b""))
        return Record(
            offset,
            headers.get("warc-type", "").strip().lower(),
            headers,
            _parse_length(headers.get("content-length", "")),
        )


def begins_record(data: bytes) -> bool:
    """Whether bytes begin with a record of a WARC or an ARC."""
    return _WARC_LINE.match(data) is not None or _ARC_LINE.match(data) is not None


def read_headers(lines: Iterator[bytes]) -> dict[str, str]:
    """Return the headers up to an empty line, by name in lower case; the first of a name wins."""
    headers: dict[str, str] = {}
    name = ""
    for line in islice(lines, _MAX_HEADER_LINES):
        text = _decode(line)
        if not text.strip():
            break
        if len(headers) == _MAX_HEADERS:
            continue
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon or name in headers:
            name = ""
        else:
            headers[name] = value.strip()
    return headers


def _arc_record(offset: int, line: re.Match[bytes]) -> Record:
    """Return the head of an ARC's record, with the headers of a WARC."""
    url = _decode(line["url"])
    digits = line["date"].decode()[:14]
    headers = {
        "warc-target-uri": url,
        "warc-date": digits,
        "content-type": _decode(line["type"]).partition(" ")[0],
    }
    kind = "warcinfo" if url.startswith("filedesc:") else "response"
    return Record(offset, kind, headers, _parse_length(_decode(line["length"])))


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _parse_length(value: str) -> int:
    value = value.strip()
    return int(value) if value.isdecimal() and len(value) < _MAX_DIGITS else 0

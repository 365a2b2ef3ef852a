"""The records of a WARC or an ARC, one after the other, also where the file is damaged.

A record says how long it is. Where that is not true, or where no record begins, reading
goes on at the next place where one does, and the damage is told once. warcio stops there,
fastwarc stops there too and knows no ARC; that is why they are read here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from archivesearch.sources.gzip_stream import Defect, Seekable, SegmentStream

_WARC = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_ARC = re.compile(
    rb"(?P<url>[A-Za-z][A-Za-z0-9+.-]{0,20}:\S[^\n]*?) "
    rb"(?:\d{1,3}(?:\.\d{1,3}){3}|[\dA-Fa-f:]{0,40}:[\dA-Fa-f:.]{0,40}|-) "
    rb"(?P<date>\d{8,20}) (?P<type>\S[^\n]{0,400}?) (?P<length>-?\w{1,20})\r?\n"
)
_NEXT = re.compile(rb"\r?\n\r?\n(?P<record>WARC/1\.\d\r?\n)")
# A record that begins in the middle of a line, after bytes that are no text.
_HIDDEN = re.compile(rb"[^\n]*?[^\x20-\x7e\n](?=WARC/1\.\d\r?\n)")
_CHUNK = 65_536
_LONGEST_LINE = 16_384
_LONGEST_NUMBER = 19
_MOST_HEADERS = 1000
_MOST_LINES = 100_000
_BLANK = b"\r\n"
_NOT_SO_LONG = "the record there is not as long as it claims"


@dataclass(frozen=True, slots=True)
class Record:
    """The head of a record; `offset` is that of the record, or of its gzip member.

    `type` is `response`, `revisit` and so on; names of `headers` are in lower case, as
    WARCs have them; those of an ARC are made of its line. `length` is what it claims.
    """

    offset: int
    type: str
    headers: Mapping[str, str]
    length: int

    @property
    def url(self) -> str:
        """The address it is about; '' where it names none."""
        return self.headers.get("warc-target-uri", "").strip().strip("<>")

    @property
    def id(self) -> str:
        """What other records call it."""
        return self.headers.get("warc-record-id", "").strip().strip("<>")


_NONE = Record(0, "", {}, 0)


class RecordReader:
    """Iterates over the records of a file; the block of each is read before the next.

    `gaps` are the places where the file is damaged, and `most` is how many bytes a gzipped
    one may hold.
    """

    def __init__(self, file: Seekable, most: int) -> None:
        self._stream = SegmentStream(file, most, begins_record)
        self._damage: list[Defect] = []
        self._record = _NONE
        self._block = 0  # where the content of the record begins
        self._left = 0
        self._is_irregular = False

    @property
    def defects(self) -> list[Defect]:
        """Where the file is damaged, in order."""
        return sorted([*self._stream.defects, *self._damage], key=lambda gap: gap.offset)

    def __iter__(self) -> Iterator[Record]:
        while True:
            if self._left:
                self._pass_over()
            if not self._find():
                return
            self._record = self._head()
            self._block = self._stream.offset
            self._left = self._record.length
            yield self._record

    def read_block(self, most: int) -> bytes:
        """Return the content of the record that was yielded last, at most so many bytes."""
        parts = []
        while most > 0 and self._left > 0:
            data = self._stream.read(min(most, self._left))
            if not data:
                break
            parts.append(data)
            most -= len(data)
            self._left -= len(data)
        data = b"".join(parts)
        swallowed = _NEXT.search(data)
        if swallowed and not self._is_followed_well():
            at = swallowed.start("record")
            if self._stream.seek_back(self._block + at):
                self._is_damaged("it claims to be longer than it is")
                return data[: swallowed.start()]
        return data

    def _pass_over(self) -> None:
        """Go past what is left of the record."""
        while self._left > 0:
            data = self._stream.read(min(self._left, _CHUNK))
            if not data:
                return
            self._left -= len(data)

    def _is_followed_well(self) -> bool:
        after = self._stream.peek(_LONGEST_LINE)
        return not self._left and (not after.strip(_BLANK) or begins_record(after.lstrip(_BLANK)))

    def _is_damaged(self, what: str, *, at_cursor: bool = False) -> None:
        """Note that the record is damaged, once."""
        self._left = 0
        offset = self._stream.offset if at_cursor else self._record.offset
        if not any(gap.offset == offset for gap in self.defects):
            self._damage.append(Defect(offset, what))

    def _find(self) -> bool:
        """Go to where the next record begins; False where there is none."""
        if self._left:  # the segment has ended within the record
            if not self._stream.defects or self._stream.defects[-1].offset < self._record.offset:
                self._is_damaged("its last record is cut short, or claims to be longer than it is")
            self._stream.seek_back(self._block)
            self._left = 0
        is_lost = False
        while True:
            start = self._stream.peek(_LONGEST_LINE)
            if not start:
                if not self._stream.next_segment():
                    return False
                is_lost = False
            elif start[0] in _BLANK:
                self._stream.read(1)
            elif begins_record(start):
                return True
            elif self._stream.enter_gzip_member(_LONGEST_LINE):
                is_lost = False
            elif not is_lost:
                is_lost = True
                is_first = self._record is _NONE
                self._is_damaged(
                    "no record begins there" if is_first else _NOT_SO_LONG,
                    at_cursor=self._stream.is_gzipped,
                )
                self._stream.seek_back(self._block)
            elif hidden := _HIDDEN.match(start):
                self._stream.read(hidden.end())
            else:
                self._stream.readline(_LONGEST_LINE)

    def _head(self) -> Record:
        offset = self._stream.offset
        if self._stream.is_within_member and not self._is_irregular:
            self._is_irregular = True
            self._damage.append(
                Defect(
                    offset, "the record there is not gzipped by itself; it was read all the same"
                )
            )
        line = self._stream.readline(_LONGEST_LINE)
        if arc := _ARC.match(line):
            return _arc_record(offset, arc)
        headers = read_headers(iter(lambda: self._stream.readline(_LONGEST_LINE), b""))
        return Record(
            offset,
            headers.get("warc-type", "").strip().lower(),
            headers,
            _length(headers.get("content-length", "")),
        )


def begins_record(data: bytes) -> bool:
    """Whether bytes are the beginning of a record."""
    return _WARC.match(data) is not None or _ARC.match(data) is not None


def read_headers(lines: Iterator[bytes]) -> dict[str, str]:
    """Read header lines up to an empty one; the first of one name counts."""
    headers: dict[str, str] = {}
    name = ""
    for line in islice(lines, _MOST_LINES):
        text = _text(line)
        if not text.strip():
            break
        if len(headers) == _MOST_HEADERS:
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
    """Return the head of an ARC's record as a WARC would have it."""
    url = _text(line["url"])
    digits = line["date"].decode()[:14]
    headers = {
        "warc-target-uri": url,
        "warc-date": digits,
        "content-type": _text(line["type"]).partition(" ")[0],
    }
    kind = "warcinfo" if url.startswith("filedesc:") else "response"
    return Record(offset, kind, headers, _length(_text(line["length"])))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _length(value: str) -> int:
    value = value.strip()
    return int(value) if value.isdecimal() and len(value) < _LONGEST_NUMBER else 0

"""The bytes of a WARC, plain or gzipped, with the place of each; damage is told, not raised.

A gzipped WARC should have one gzip member for each record; many have one for the whole
file, or cut it wherever it suited the program. All are read alike: as segments, runs of
bytes that belong together. A segment ends where a gzip member ends and the next begins
with a record, and where the file is damaged.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_SHORTEST = 512
_MOST_FAILURES = 2_000
TOO_MUCH = "it unpacks to more than it may"


class Seekable(Protocol):
    """A file as far as it is needed here."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most so many."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to a place, and return it."""
        ...


@dataclass(frozen=True, slots=True)
class Defect:
    """A place in a file where it is damaged, and what is the matter there."""

    offset: int
    reason: str


@dataclass(slots=True)
class _Piece:
    """Some bytes, and whether a new segment begins with them.

    `offset` is their place in the file, or that of their gzip member.
    """

    offset: int
    data: bytes
    is_seam: bool
    is_zipped: bool = False


class SegmentStream:
    """A cursor that moves forward through the segments of a file.

    `gaps` are the places where damage was met. `most` is how many bytes may come out of
    a gzipped file; one more is a gap, and the end. `begins` says whether bytes begin a
    record. A file may be gzipped in parts.
    """

    def __init__(self, file: Seekable, most: int, begins: Callable[[bytes], bool]) -> None:
        self.defects: list[Defect] = []
        self._file = file
        self._most = most
        self._begins = begins
        head = file.read(len(_MAGIC))
        file.seek(0)
        self.is_gzipped = head == _MAGIC
        self._pieces = self._inflated(0) if self.is_gzipped else self._plain(0)
        self._buffer, self._at = b"", 0
        self._starts = [(0, 0)]  # places in the buffer, and the offset of what begins there
        self._held: _Piece | None = None
        self._failures = 0
        self.next_segment()

    @property
    def offset(self) -> int:
        """The place in the file: of the cursor, or of the gzip member that it is in."""
        at, start = self._latest()
        return start if self.is_gzipped else start + self._at - at

    @property
    def is_within_member(self) -> bool:
        """Whether the cursor stands inside a gzip member, not where one begins."""
        return self.is_gzipped and self._latest()[0] != self._at

    def next_segment(self) -> bool:
        """Go to the beginning of the next segment; False where there is none."""
        while self._held is None:
            piece = next(self._pieces, None)
            if piece is None:
                self._buffer, self._at = b"", 0
                return False
            if piece.is_seam:
                self._held = piece
        piece, self._held = self._held, None
        self.is_gzipped = piece.is_zipped
        self._buffer, self._at = piece.data, 0
        self._starts = [(0, piece.offset)]
        return True

    def peek(self, size: int) -> bytes:
        """Return the next bytes without going past them; fewer where the segment ends."""
        while len(self._buffer) - self._at < size and self._more():
            pass
        return self._buffer[self._at : self._at + size]

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most so many; b"" where the segment ends."""
        if self._at == len(self._buffer) and not self._more():
            return b""
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        return data

    def readline(self, longest: int) -> bytes:
        """Return the next line with its end, or so much of it; b"" where the segment ends."""
        end = self._buffer.find(b"\n", self._at)
        while end < 0 and len(self._buffer) - self._at < longest:
            seen = len(self._buffer) - self._at
            if not self._more():
                break
            end = self._buffer.find(b"\n", self._at + seen)
        stop = len(self._buffer) if end < 0 else end + 1
        return self.read(min(stop - self._at, longest)) if stop > self._at else b""

    def seek_back(self, offset: int) -> bool:
        """Go back to an offset, where the file allows it; False where it does not."""
        if self.is_gzipped:
            return False
        self._pieces, self._held = self._plain(offset), None
        return self.next_segment()

    def enter_gzip_member(self, longest: int) -> bool:
        """Go to the gzip member in the line ahead that begins with a record; False without one."""
        if self.is_gzipped:
            return False
        line = self.peek(longest).partition(b"\n")[0]
        at = line.find(_MAGIC)
        while at >= 0 and self._failures < _MOST_FAILURES:
            offset = self.offset + at
            if self._begins(next(_Member(self._file, offset).pieces(), b"")):
                self.defects.append(
                    Defect(offset, "what follows is gzipped, other than what is before")
                )
                self._pieces, self._held = self._inflated(offset), None
                return self.next_segment()
            self._failures += 1
            at = line.find(_MAGIC, at + 1)
        return False

    def _latest(self) -> tuple[int, int]:
        """Return where the piece of the buffer that the cursor is in begins, and its offset."""
        return max(start for start in self._starts if start[0] <= self._at)

    def _more(self) -> bool:
        """Add to the buffer, within the segment."""
        if self._held is not None:
            return False
        piece = next(self._pieces, None)
        if piece is None:
            return False
        if piece.is_seam:
            self._held = piece
            return False
        rest = self._buffer[self._at :]
        at, offset = self._latest()
        later = [(start - self._at, o) for start, o in self._starts if start > self._at]
        self._starts = [(at - self._at, offset), *later]
        if self.is_gzipped and piece.offset != self._starts[-1][1]:
            self._starts.append((len(rest), piece.offset))
        self._buffer, self._at = rest + piece.data, 0
        return True

    def _plain(self, offset: int) -> Iterator[_Piece]:
        is_first = True
        while True:
            try:
                self._file.seek(offset)  # others read from it meanwhile
                data = self._file.read(_CHUNK)
            except OSError as error:
                self.defects.append(Defect(offset, error.strerror or str(error)))
                return
            if not data:
                return
            yield _Piece(offset, data, is_first)
            offset += len(data)
            is_first = False

    def _inflated(self, offset: int) -> Iterator[_Piece]:
        """Yield the pieces of all gzip members that can be read, and of what is not gzipped.

        After damage the next member may begin anywhere; what cannot be read as one is none.
        """
        begin, left, searching, failures = offset, self._most, False, 0
        while True:
            member = _Member(self._file, offset)
            is_first = True
            for data in member.pieces():
                left -= len(data)
                if left < 0:
                    self.defects.append(Defect(offset, TOO_MUCH))
                    return
                is_seam = is_first and (searching or offset == begin or self._begins(data))
                yield _Piece(offset, data, is_seam, is_zipped=True)
                is_first = searching = False
            end = member.end
            failures = failures + 1 if member.damage else 0
            if member.damage:
                if failures > _MOST_FAILURES:
                    self.defects.append(
                        Defect(offset, "there is more damage than is worth a search")
                    )
                    return
                if not (searching and is_first):
                    self.defects.append(Defect(offset, member.damage))
                searching, end = True, offset + 1
            following = self._following(end)
            if not member.damage and following != end and (trash := _trash(self._file, end)):
                self.defects.append(Defect(end, "what follows is not gzipped"))
                searching = True
                if self._begins(trash):
                    yield from self._plain(end)
                    return
            if following is None:
                return
            offset = following

    def _following(self, offset: int) -> int | None:
        """Return where the next gzip member begins, at an offset or after it."""
        self._file.seek(offset)
        before = b""
        while True:
            data = before + self._file.read(_CHUNK)
            found = data.find(_MAGIC)
            if found >= 0:
                return offset + found
            if len(data) <= len(before):
                return None
            before = data[-2:]
            offset += len(data) - len(before)


class _Member:
    """One gzip member; after its pieces, where it ended, or why it could not be read."""

    def __init__(self, file: Seekable, offset: int) -> None:
        self.file = file
        self.end = self._reached = offset
        self.damage = ""

    def pieces(self) -> Iterator[bytes]:
        """Yield what the member holds, the first of it in a piece of some length."""
        inflater = zlib.decompressobj(_GZIP)
        waiting, is_first = b"", True
        while not inflater.eof and not self.damage:
            data = inflater.unconsumed_tail or self._chunk()
            before = inflater.copy()
            try:
                waiting += inflater.decompress(data, _CHUNK) if data else inflater.flush()
            except zlib.error as error:
                self.damage = f"its gzip data is damaged ({error})"
                waiting += _up_to_damage(before, data)
            if not data and not inflater.eof:
                self.damage = self.damage or "it ends within a gzip member"
            if waiting and (len(waiting) >= _SHORTEST or not is_first):
                yield waiting
                waiting, is_first = b"", False
        if waiting:
            yield waiting
        self.end = self._reached - len(inflater.unused_data)

    def _chunk(self) -> bytes:
        self.file.seek(self._reached)
        data = self.file.read(_CHUNK)
        self._reached += len(data)
        return data


def _up_to_damage(inflater: "zlib._Decompress", data: bytes) -> bytes:
    """Return what comes out of compressed data before it cannot be read."""
    out, at = b"", 0
    for step in (1024, 32, 1):
        while at < len(data):
            before = inflater.copy()
            try:
                out += inflater.decompress(data[at : at + step])
            except zlib.error:
                inflater = before
                break
            at += step
    return out


def _trash(file: Seekable, offset: int) -> bytes:
    """Return what stands at an offset, without the padding before it."""
    file.seek(offset)
    return file.read(_SHORTEST).strip(b"\0\r\n")

"""Gzip stream: a cursor on the bytes of a WARC, plain or gzipped, that survives damage.

A gzipped WARC should have one gzip member per record. Many have one member for the whole
file, or members that end anywhere. All are read as segments. A segment is a run of bytes
without a break. It ends at damage, and before a gzip member that begins with a record:

    bytes     [member: record 1][member: record 2, first half][member: second half]
    segments   ---------------   -------------------------------------------------

    bytes     [member: record 1][damaged member][member: record 3] plain record 4
    segments   ---------------   ----            ---------------   --------------

Damage raises no error; it becomes a `Defect`.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

_GZIP_MAGIC = b"\x1f\x8b\x08"
_GZIP_WBITS = 16 + zlib.MAX_WBITS  # zlib: data with the header and checksum of gzip
_CHUNK_BYTES = 65_536
_MIN_FIRST_PIECE = 512  # bytes; enough to see whether a record begins
_MAX_FAILURES = 2_000
_TOO_LARGE = "it unpacks to more bytes than the limit"


class SeekableFile(Protocol):
    """The methods of a file that are needed here."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to an offset and return it."""
        ...


@dataclass(frozen=True, slots=True)
class Defect:
    """A byte offset at which a file is damaged or irregular, and the reason."""

    offset: int
    reason: str


@dataclass(slots=True)
class _Piece:
    """Some bytes of a file, unpacked.

    `offset` is the offset of the bytes in the file, or of their gzip member. `starts_segment`
    means that a new segment begins with them.
    """

    offset: int
    data: bytes
    starts_segment: bool
    is_gzipped: bool = False


class SegmentStream:
    """A cursor that moves forward through the segments of a file.

    The reading methods stop at the end of a segment, where they return `b""`. Three methods
    go to the beginning of a segment and return whether there is one:

        next_segment()               the next segment of the file
        seek_back(offset)            the bytes from an offset on; only in plain bytes
        enter_gzip_member(max_line)  a gzip member in the line ahead; only in plain bytes

    So a segment has one of two states, which `is_gzipped` tells:

                    enter_gzip_member()
            plain  ---------------------->  gzipped
                   <----------------------
                    next_segment(), if a plain record follows a gzip member

    `max_bytes` limits the bytes that a gzipped file may unpack to; one more is a defect
    and the end. `begins_record` tells whether bytes begin with a record. `defects` are in
    the order of reading.
    """

    def __init__(
        self, file: SeekableFile, max_bytes: int, begins_record: Callable[[bytes], bool]
    ) -> None:
        self.defects: list[Defect] = []
        self._file = file
        self._max_bytes = max_bytes
        self._begins_record = begins_record
        head = file.read(len(_GZIP_MAGIC))
        file.seek(0)
        self.is_gzipped = head == _GZIP_MAGIC
        self._pieces = self._gzip_pieces(0) if self.is_gzipped else self._plain_pieces(0)
        self._buffer, self._position = b"", 0
        self._piece_starts = [(0, 0)]  # for each piece: its position in the buffer, its offset
        self._next_piece: _Piece | None = None  # the first one of the next segment, if read
        self._failures = 0
        self.next_segment()

    @property
    def offset(self) -> int:
        """The offset of the cursor in the file, or of the gzip member that the cursor is in."""
        start, offset = self._current_piece()
        return offset if self.is_gzipped else offset + self._position - start

    @property
    def is_within_member(self) -> bool:
        """Whether the cursor is inside a gzip member, not at its beginning."""
        return self.is_gzipped and self._current_piece()[0] != self._position

    def next_segment(self) -> bool:
        """Go to the beginning of the next segment. Return False if there is none."""
        while self._next_piece is None:
            piece = next(self._pieces, None)
            if piece is None:
                self._buffer, self._position = b"", 0
                return False
            if piece.starts_segment:
                self._next_piece = piece
        piece, self._next_piece = self._next_piece, None
        self.is_gzipped = piece.is_gzipped
        self._buffer, self._position = piece.data, 0
        self._piece_starts = [(0, piece.offset)]
        return True

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes without moving; fewer at the end of the segment."""
        while len(self._buffer) - self._position < size and self._fill():
            pass
        return self._buffer[self._position : self._position + size]

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`; `b""` at the end of the segment."""
        if self._position == len(self._buffer) and not self._fill():
            return b""
        data = self._buffer[self._position : self._position + size]
        self._position += len(data)
        return data

    def readline(self, max_bytes: int) -> bytes:
        """Return the next line with its newline, cut to `max_bytes`; `b""` at the segment's end."""
        end = self._buffer.find(b"\n", self._position)
        while end < 0 and len(self._buffer) - self._position < max_bytes:
            seen = len(self._buffer) - self._position
            if not self._fill():
                break
            end = self._buffer.find(b"\n", self._position + seen)
        stop = len(self._buffer) if end < 0 else end + 1
        return self.read(min(stop - self._position, max_bytes)) if stop > self._position else b""

    def seek_back(self, offset: int) -> bool:
        """Begin a segment at an offset of plain bytes. Return False in a gzipped segment."""
        if self.is_gzipped:
            return False
        self._pieces, self._next_piece = self._plain_pieces(offset), None
        return self.next_segment()

    def enter_gzip_member(self, max_line: int) -> bool:
        """Go to a gzip member in the next line that begins with a record.

        Return False if there is none, if the stream is in a gzipped segment already, or
        after many gzip members without a record.
        """
        if self.is_gzipped:
            return False
        line = self.peek(max_line).partition(b"\n")[0]
        at = line.find(_GZIP_MAGIC)
        while at >= 0 and self._failures < _MAX_FAILURES:
            offset = self.offset + at
            if self._begins_record(next(_GzipMember(self._file, offset).pieces(), b"")):
                self.defects.append(Defect(offset, "a gzip member begins inside plain data"))
                self._pieces, self._next_piece = self._gzip_pieces(offset), None
                return self.next_segment()
            self._failures += 1
            at = line.find(_GZIP_MAGIC, at + 1)
        return False

    def _current_piece(self) -> tuple[int, int]:
        """Return the buffer position and the file offset of the piece that the cursor is in."""
        return max(start for start in self._piece_starts if start[0] <= self._position)

    def _fill(self) -> bool:
        """Add a piece of the segment to the buffer. Return False at the end of the segment."""
        if self._next_piece is not None:
            return False
        piece = next(self._pieces, None)
        if piece is None:
            return False
        if piece.starts_segment:
            self._next_piece = piece
            return False
        rest, cut = self._buffer[self._position :], self._position
        current = self._current_piece()
        later = [piece_start for piece_start in self._piece_starts if piece_start[0] > cut]
        self._piece_starts = [(start - cut, offset) for start, offset in (current, *later)]
        if self.is_gzipped and piece.offset != self._piece_starts[-1][1]:
            self._piece_starts.append((len(rest), piece.offset))
        self._buffer, self._position = rest + piece.data, 0
        return True

    def _plain_pieces(self, offset: int) -> Iterator[_Piece]:
        """Yield the rest of the file from an offset on as it is, as one segment."""
        is_first = True
        while True:
            try:
                self._file.seek(offset)  # since `_GzipMember` reads the same file
                data = self._file.read(_CHUNK_BYTES)
            except OSError as error:
                self.defects.append(Defect(offset, error.strerror or str(error)))
                return
            if not data:
                return
            yield _Piece(offset, data, is_first)
            offset += len(data)
            is_first = False

    def _gzip_pieces(self, offset: int) -> Iterator[_Piece]:
        """Yield the pieces of the gzip members from an offset on, and of plain records after one.

        After damage the next member is searched byte by byte. Bytes that look like a member
        but cannot be read are skipped without a further defect.
        """
        first_offset, bytes_left, after_damage, failures = offset, self._max_bytes, False, 0
        while True:
            member = _GzipMember(self._file, offset)
            is_first = True
            for data in member.pieces():
                bytes_left -= len(data)
                if bytes_left < 0:
                    self.defects.append(Defect(offset, _TOO_LARGE))
                    return
                starts_segment = is_first and (
                    after_damage or offset == first_offset or self._begins_record(data)
                )
                yield _Piece(offset, data, starts_segment, is_gzipped=True)
                is_first = after_damage = False
            end = member.end
            failures = failures + 1 if member.damage else 0
            if member.damage:
                if failures > _MAX_FAILURES:
                    self.defects.append(
                        Defect(offset, "there is too much damage to search further")
                    )
                    return
                if not (after_damage and is_first):
                    self.defects.append(Defect(offset, member.damage))
                after_damage, end = True, offset + 1
            next_offset = self._find_member(end)
            if not member.damage and next_offset != end and (junk := _content_at(self._file, end)):
                self.defects.append(Defect(end, "the data after a gzip member is not gzipped"))
                after_damage = True
                if self._begins_record(junk):
                    yield from self._plain_pieces(end)
                    return
            if next_offset is None:
                return
            offset = next_offset

    def _find_member(self, offset: int) -> int | None:
        """Return the offset of the next gzip member, at an offset or after it, or None."""
        self._file.seek(offset)
        before = b""
        while True:
            data = before + self._file.read(_CHUNK_BYTES)
            at = data.find(_GZIP_MAGIC)
            if at >= 0:
                return offset + at
            if len(data) <= len(before):
                return None
            before = data[-2:]  # the magic can be cut by the end of the chunk
            offset += len(data) - len(before)


class _GzipMember:
    """The gzip member at an offset of a file.

    After the last of its pieces, `end` is the offset after the member. `damage` is the
    reason if it could not be read to its end, else `""`.
    """

    def __init__(self, file: SeekableFile, offset: int) -> None:
        self.file = file
        self.end = self._file_offset = offset
        self.damage = ""

    def pieces(self) -> Iterator[bytes]:
        """Yield the content of the member, up to damage.

        The first piece has at least 512 bytes, if the member has. This is enough to see
        whether a record begins in it.
        """
        inflater = zlib.decompressobj(_GZIP_WBITS)
        piece, is_first = b"", True
        while not inflater.eof and not self.damage:
            data = inflater.unconsumed_tail or self._read_chunk()
            before = inflater.copy()
            try:
                piece += inflater.decompress(data, _CHUNK_BYTES) if data else inflater.flush()
            except zlib.error as error:
                self.damage = f"its gzip data is damaged ({error})"
                piece += _inflate_until_damage(before, data)
            if not data and not inflater.eof:
                self.damage = self.damage or "it ends inside a gzip member"
            if piece and (len(piece) >= _MIN_FIRST_PIECE or not is_first):
                yield piece
                piece, is_first = b"", False
        if piece:
            yield piece
        self.end = self._file_offset - len(inflater.unused_data)

    def _read_chunk(self) -> bytes:
        self.file.seek(self._file_offset)
        data = self.file.read(_CHUNK_BYTES)
        self._file_offset += len(data)
        return data


def _inflate_until_damage(inflater: "zlib._Decompress", data: bytes) -> bytes:
    """Return the content of compressed data up to the byte at which it is damaged.

    The data is inflated in steps that get smaller, since a failed step gives no content.
    """
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


def _content_at(file: SeekableFile, offset: int) -> bytes:
    """Return some bytes from an offset on, without padding (zeros and empty lines)."""
    file.seek(offset)
    return file.read(_MIN_FIRST_PIECE).strip(b"\0\r\n")

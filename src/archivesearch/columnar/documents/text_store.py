"""Texts in compressed blocks of a few kilobytes, each checked when it is read.

A block holds few texts, so that a hit costs little. What blocks have in common stands in
a dictionary beside them, which is made of blocks from all over the archive.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import zstandard as zstd

from archivesearch.columnar.storage.array_files import (
    Array,
    Arrays,
    ArrayWriter,
    narrow,
    offsets,
    range_index,
)
from archivesearch.columnar.storage.string_table import from_utf8
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy

# Ten hits cost ten blocks; one takes 7 µs, where zlib took 22.
_BLOCK_BYTES = 4096
# Level 6 makes the texts 4 % smaller and takes almost four times as long.
_LEVEL = 3
# With a dictionary of this size texts take 37 % of their own, without one 47 %.
_DICTIONARY_BYTES = 112_640
_LEAST_DICTIONARY = 4096
_TEXT_TO_DICTIONARY = 32
# It is made of every 16th block, or of so many.
_EVERY = 16
_SAMPLES = 700
_BLOCKS_AT_ONCE = 256
_CACHED_BLOCKS = 64


class TextWriter:
    """Takes texts in order, lays them aside in a file, and compresses them in the end."""

    def __init__(self, aside: Path) -> None:
        self._path = aside / "texts"
        self._file = self._path.open("wb")
        self._lengths: list[Array] = [np.empty(0, np.uint32)]

    def add(self, texts: Sequence[bytes]) -> None:
        """Take the next texts, as UTF-8."""
        self._file.write(b"".join(texts))
        self._lengths.append(np.fromiter(map(len, texts), np.uint32, len(texts)))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def finish(self, writer: ArrayWriter) -> None:
        """Write the texts."""
        self.close()
        lengths = np.concatenate(self._lengths)
        ends = offsets(lengths)
        firsts = np.array(_cut(ends), np.int64)
        sizes: list[int] = []
        with _Blocks(self._path, ends[firsts]) as blocks:
            dictionary = _dictionary(blocks)
            writer.append("texts.bytes", np.empty(0, np.uint8))
            for first in range(0, len(blocks), _BLOCKS_AT_ONCE):
                packed = _packed(blocks, dictionary, first)
                sizes += map(len, packed)
                writer.append("texts.bytes", np.frombuffer(b"".join(packed), np.uint8))
        content = dictionary.as_bytes() if dictionary else b""
        writer.append("texts.dictionary", np.frombuffer(content, np.uint8))
        writer.append("texts.ends", narrow(np.cumsum(sizes, dtype=np.int64), min_dtype=np.uint32))
        writer.append("texts.firsts", narrow(firsts))
        writer.append("documents.length", narrow(lengths))


def _cut(ends: Array) -> list[int]:
    """Return the first text of each block, and the number of texts."""
    firsts = [0]
    last = len(ends) - 1
    while firsts[-1] < last:
        full = int(ends[firsts[-1]]) + _BLOCK_BYTES
        firsts.append(min(int(np.searchsorted(ends, full)), last))
    return firsts


class _Blocks:
    """Blocks of texts in a file, each from one edge to the next."""

    def __init__(self, path: Path, edges: Array) -> None:
        self._edges = edges
        self._file = path.open("rb")

    def __len__(self) -> int:
        return len(self._edges) - 1

    def read(self, first: int, last: int) -> list[bytes]:
        """Return the blocks from one number up to another."""
        edges = self._edges[first : last + 1].tolist()
        data = os.pread(self._file.fileno(), edges[-1] - edges[0], edges[0])
        at = [edge - edges[0] for edge in edges]
        return [data[a:b] for a, b in pairwise(at)]

    def size(self) -> int:
        """Return how many bytes all blocks have."""
        return int(self._edges[-1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def _dictionary(blocks: _Blocks) -> zstd.ZstdCompressionDict | None:
    """Make a dictionary of evenly chosen blocks; None where they are too few or too odd."""
    size = min(_DICTIONARY_BYTES, blocks.size() // _TEXT_TO_DICTIONARY)
    if size < _LEAST_DICTIONARY:
        return None
    step = max(_EVERY, len(blocks) // _SAMPLES)
    samples: list[Any] = [
        blocks.read(n, n + 1)[0][: 2 * _BLOCK_BYTES] for n in range(0, len(blocks), step)
    ]
    try:
        return zstd.train_dictionary(size, samples)
    except zstd.ZstdError:
        return None


def _packed(
    blocks: _Blocks, dictionary: zstd.ZstdCompressionDict | None, first: int
) -> list[bytes]:
    """Compress some blocks from a number on."""
    compressor = zstd.ZstdCompressor(
        _LEVEL, dict_data=dictionary, write_checksum=True, write_dict_id=False
    )
    last = min(first + _BLOCKS_AT_ONCE, len(blocks))
    return list(map(compressor.compress, blocks.read(first, last)))


class TextStore:
    """Reads such texts, by number; `packed` are the blocks, which are checked one by one."""

    def __init__(self, arrays: Arrays, packed: Array) -> None:
        self._arrays = arrays
        self._packed = packed
        self._lock = threading.Lock()
        self._block = cached_method(_CACHED_BLOCKS, self._read_block)

    def __getitem__(self, number: int) -> str:
        """Return a text. Raises IndexDamaged where it is not what was written."""
        return self._text(number, range_index(self._columns[1], number))

    def take(self, numbers: Array) -> list[str]:
        """Return texts. Raises IndexDamaged where one is not what was written."""
        firsts = self._columns[1]
        # in the type of the array, or numpy would convert all of that
        blocks = firsts.searchsorted(numbers.astype(firsts.dtype), "right") - 1
        return list(map(self._text, numbers.tolist(), blocks.tolist()))

    def _text(self, number: int, block: int) -> str:
        raw, ends, first = self._block(block)
        return from_utf8(raw[ends[number - first] : ends[number - first + 1]])

    def __iter__(self) -> Iterator[str]:
        """Yield all texts. Raises IndexDamaged where one is not what was written."""
        for block in range(len(self._columns[0])):
            raw, ends, _ = self._read_block(block)
            for start, end in pairwise(ends):
                yield from_utf8(raw[start:end])

    @lazy
    def _columns(self) -> tuple[Array, Array, Array]:
        """Where each block ends, its first text, and the length of each text."""
        arrays = self._arrays
        return arrays["texts.ends"], arrays["texts.firsts"], arrays["documents.length"]

    @lazy
    def _unpacker(self) -> zstd.ZstdDecompressor:
        """What unpacks blocks; making it anew takes longer than to unpack one."""
        content = self._arrays["texts.dictionary"].tobytes()
        return zstd.ZstdDecompressor(zstd.ZstdCompressionDict(content) if content else None)

    def _read_block(self, block: int) -> tuple[bytes, list[int], int]:
        """Return the bytes of a block, where each text in it ends, and its first text."""
        ends, firsts, lengths = self._columns
        start = int(ends[block - 1]) if block else 0
        packed = self._packed.data[start : int(ends[block])]
        first, last = firsts[block : block + 2].tolist()
        texts = list(accumulate(lengths[first:last].tolist(), initial=0))
        size = texts[-1]
        where = f"texts.bytes is damaged at byte {start:,}"
        try:
            # memory for as much is taken as it says itself
            if zstd.frame_content_size(packed) != size:
                raise IndexDamaged(f"{where} (it has not the length that it should have)")
            with self._lock:
                raw = self._unpacker.decompress(packed, allow_extra_data=False)
        except (zstd.ZstdError, ValueError) as error:
            raise IndexDamaged(f"{where} ({error})") from error
        return raw, texts, first

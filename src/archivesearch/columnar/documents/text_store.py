"""Text store: the texts of passages in compressed blocks of a few kilobytes.

A block has few texts, so that a hit is cheap. A Zstandard dictionary, trained on blocks
from the whole archive, has the strings that blocks share. Each block has a checksum.
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

# Ten hits read ten blocks; one takes 7 µs (with zlib 22).
_BLOCK_BYTES = 4096
# Level 6 makes the texts 4 % smaller and takes almost four times as long.
_COMPRESSION_LEVEL = 3
# With a dictionary of this size the blocks have 37 % of the bytes of the texts, without 47 %.
_MAX_DICTIONARY_BYTES = 112_640
_MIN_DICTIONARY_BYTES = 4096
# The texts are at least 32 times as large as the dictionary.
_TEXT_TO_DICTIONARY = 32
# It is trained on every 16th block; of more than 11,200 blocks, on about 700.
_SAMPLE_STEP = 16
_MAX_SAMPLES = 700
_BLOCKS_PER_WRITE = 256
_CACHED_BLOCKS = 64


class TextWriter:
    """Writes texts in order: into a file in `temp_folder` first, and compressed by `finish`."""

    def __init__(self, temp_folder: Path) -> None:
        self._path = temp_folder / "texts"
        self._file = self._path.open("wb")
        self._lengths: list[Array] = [np.empty(0, np.uint32)]

    def add(self, texts: Sequence[bytes]) -> None:
        """Add the next texts, as UTF-8."""
        self._file.write(b"".join(texts))
        self._lengths.append(np.fromiter(map(len, texts), np.uint32, len(texts)))

    def close(self) -> None:
        """Close the file; `finish` does it too."""
        self._file.close()

    def finish(self, writer: ArrayWriter) -> None:
        """Compress the texts and write their arrays."""
        self.close()
        lengths = np.concatenate(self._lengths)
        edges = offsets(lengths)
        firsts = np.array(_block_firsts(edges), np.int64)
        sizes: list[int] = []
        with _Blocks(self._path, edges[firsts]) as blocks:
            dictionary = _train_dictionary(blocks)
            writer.append("texts.bytes", np.empty(0, np.uint8))
            for first in range(0, len(blocks), _BLOCKS_PER_WRITE):
                frames = _compress(blocks, dictionary, first)
                sizes += map(len, frames)
                writer.append("texts.bytes", np.frombuffer(b"".join(frames), np.uint8))
        content = dictionary.as_bytes() if dictionary else b""
        writer.append("texts.dictionary", np.frombuffer(content, np.uint8))
        writer.append("texts.ends", narrow(np.cumsum(sizes, dtype=np.int64), min_dtype=np.uint32))
        writer.append("texts.firsts", narrow(firsts))
        writer.append("documents.length", narrow(lengths))


def _block_firsts(edges: Array) -> list[int]:
    """Return the number of the first text in each block, and last the number of texts.

    `edges` are the offsets of the texts in bytes. A block ends with the text that brings it
    to `_BLOCK_BYTES`.
    """
    firsts = [0]
    count = len(edges) - 1
    while firsts[-1] < count:
        full = int(edges[firsts[-1]]) + _BLOCK_BYTES
        firsts.append(min(int(np.searchsorted(edges, full)), count))
    return firsts


class _Blocks:
    """The uncompressed blocks in the file of texts; `edges` are their offsets in bytes."""

    def __init__(self, path: Path, edges: Array) -> None:
        self._edges = edges
        self._file = path.open("rb")

    def __len__(self) -> int:
        return len(self._edges) - 1

    def read(self, first: int, end: int) -> list[bytes]:
        """Return the blocks with the numbers `first:end`."""
        edges = self._edges[first : end + 1].tolist()
        data = os.pread(self._file.fileno(), edges[-1] - edges[0], edges[0])
        return [data[a - edges[0] : b - edges[0]] for a, b in pairwise(edges)]

    def size(self) -> int:
        """Return the size of all blocks in bytes."""
        return int(self._edges[-1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def _train_dictionary(blocks: _Blocks) -> zstd.ZstdCompressionDict | None:
    """Return a dictionary trained on evenly spaced blocks.

    None if the texts are too small for one, or if Zstandard cannot train on them.
    """
    size = min(_MAX_DICTIONARY_BYTES, blocks.size() // _TEXT_TO_DICTIONARY)
    if size < _MIN_DICTIONARY_BYTES:
        return None
    step = max(_SAMPLE_STEP, len(blocks) // _MAX_SAMPLES)
    samples: list[Any] = [
        blocks.read(n, n + 1)[0][: 2 * _BLOCK_BYTES] for n in range(0, len(blocks), step)
    ]
    try:
        return zstd.train_dictionary(size, samples)
    except zstd.ZstdError:
        return None


def _compress(
    blocks: _Blocks, dictionary: zstd.ZstdCompressionDict | None, first: int
) -> list[bytes]:
    """Return `_BLOCKS_PER_WRITE` blocks from number `first`, each as a Zstandard frame."""
    compressor = zstd.ZstdCompressor(
        _COMPRESSION_LEVEL, dict_data=dictionary, write_checksum=True, write_dict_id=False
    )
    end = min(first + _BLOCKS_PER_WRITE, len(blocks))
    return list(map(compressor.compress, blocks.read(first, end)))


class TextStore:
    """Reads texts by number.

    `frames` is the array `texts.bytes`. It is not read from `arrays`, which may check the
    CRC-32 of a whole array: each block has a checksum of its own.
    """

    def __init__(self, arrays: Arrays, frames: Array) -> None:
        self._arrays = arrays
        self._frames = frames
        self._lock = threading.Lock()
        self._block = cached_method(_CACHED_BLOCKS, self._read_block)

    def __getitem__(self, number: int) -> str:
        """Return a text. Raises IndexDamaged if its block is damaged."""
        return self._text(number, range_index(self._columns[1], number))

    def take(self, numbers: Array) -> list[str]:
        """Return texts, in the order of `numbers`. Raises IndexDamaged if a block is damaged."""
        firsts = self._columns[1]
        # With numbers of another type numpy would convert the whole array first.
        blocks = firsts.searchsorted(numbers.astype(firsts.dtype), "right") - 1
        return list(map(self._text, numbers.tolist(), blocks.tolist()))

    def _text(self, number: int, block: int) -> str:
        raw, edges, first = self._block(block)
        return from_utf8(raw[edges[number - first] : edges[number - first + 1]])

    def __iter__(self) -> Iterator[str]:
        """Yield all texts. Raises IndexDamaged if a block is damaged."""
        for block in range(len(self._columns[0])):
            raw, edges, _ = self._read_block(block)
            for start, end in pairwise(edges):
                yield from_utf8(raw[start:end])

    @lazy
    def _columns(self) -> tuple[Array, Array, Array]:
        """The end and the first text of each block, and the length of each text in bytes."""
        arrays = self._arrays
        return arrays["texts.ends"], arrays["texts.firsts"], arrays["documents.length"]

    @lazy
    def _decompressor(self) -> zstd.ZstdDecompressor:
        """The decompressor of all blocks; to create one takes longer than to use it once."""
        content = self._arrays["texts.dictionary"].tobytes()
        return zstd.ZstdDecompressor(zstd.ZstdCompressionDict(content) if content else None)

    def _read_block(self, block: int) -> tuple[bytes, list[int], int]:
        """Return a block's bytes, the offsets of its texts, and the number of its first text."""
        ends, firsts, lengths = self._columns
        start = int(ends[block - 1]) if block else 0
        frame = self._frames.data[start : int(ends[block])]
        first, end = firsts[block : block + 2].tolist()
        edges = list(accumulate(lengths[first:end].tolist(), initial=0))
        size = edges[-1]
        where = f"texts.bytes is damaged at byte {start:,}"
        try:
            # Before decompression, which allocates the size that the frame claims.
            if zstd.frame_content_size(frame) != size:
                raise IndexDamaged(f"{where} (its length is wrong)")
            with self._lock:
                raw = self._decompressor.decompress(frame, allow_extra_data=False)
        except (zstd.ZstdError, ValueError) as error:
            raise IndexDamaged(f"{where} ({error})") from error
        return raw, edges, first

"""Texts in compressed blocks of a few kilobytes, each checked when it is read.

A block holds few texts, so that a hit costs little. What blocks have in common stands in
a dictionary beside them, which is made of blocks from all over the archive.
"""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from backports import zstd

from archivesearch.columnar.arrays import Array, Arrays, ArrayWriter, narrow, run_of, starts_of
from archivesearch.columnar.lazy import kept, lazy
from archivesearch.columnar.strings import decoded
from archivesearch.errors import IndexDamaged

if TYPE_CHECKING:  # a search has none
    from archivesearch.columnar.workers import Workers

# Ten hits cost ten blocks; one takes 19 µs, where zlib took 22.
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
_TASK_BLOCKS = 256
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

    def finish(self, writer: ArrayWriter, workers: "Workers") -> None:
        """Write the texts."""
        self.close()
        lengths = np.concatenate(self._lengths)
        ends = starts_of(lengths)
        firsts = np.array(_cut(ends), np.int64)
        sizes: list[int] = []
        with _Blocks(self._path, ends[firsts]) as blocks:
            dictionary = _dictionary(blocks)
            pack = partial(_packed, blocks, dictionary)
            writer.append("texts.bytes", np.empty(0, np.uint8))
            for packed in workers.in_order(pack, range(0, len(blocks), _TASK_BLOCKS)):
                sizes += map(len, packed)
                writer.append("texts.bytes", np.frombuffer(b"".join(packed), np.uint8))
        content = dictionary.dict_content if dictionary else b""
        writer.append("texts.dictionary", np.frombuffer(content, np.uint8))
        writer.append("texts.ends", narrow(np.cumsum(sizes, dtype=np.int64), least=np.uint32))
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


def _dictionary(blocks: _Blocks) -> zstd.ZstdDict | None:
    """Make a dictionary of evenly chosen blocks; None where they are too few or too odd."""
    size = min(_DICTIONARY_BYTES, blocks.size() // _TEXT_TO_DICTIONARY)
    if size < _LEAST_DICTIONARY:
        return None
    step = max(_EVERY, len(blocks) // _SAMPLES)
    samples = [blocks.read(n, n + 1)[0][: 2 * _BLOCK_BYTES] for n in range(0, len(blocks), step)]
    try:
        return zstd.train_dict(samples, size)
    except zstd.ZstdError:
        return None


def _packed(blocks: _Blocks, dictionary: zstd.ZstdDict | None, first: int) -> list[bytes]:
    """Compress some blocks from a number on."""
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: _LEVEL,
        zstd.CompressionParameter.checksum_flag: 1,
        zstd.CompressionParameter.dict_id_flag: 0,
    }
    compressor = zstd.ZstdCompressor(options=options, zstd_dict=dictionary)
    last = min(first + _TASK_BLOCKS, len(blocks))
    return [compressor.compress(b, compressor.FLUSH_FRAME) for b in blocks.read(first, last)]


class Texts:
    """Reads such texts, by number; `packed` are the blocks, which are checked one by one."""

    def __init__(self, arrays: Arrays, packed: Array) -> None:
        self._arrays = arrays
        self._packed = packed
        self._block = kept(_CACHED_BLOCKS, self._read_block)

    def __getitem__(self, number: int) -> str:
        """Return a text. Raises IndexDamaged where it is not what was written."""
        firsts = self._arrays["texts.firsts"]
        block = run_of(firsts, number)
        raw, ends, first = self._block(block)
        start = int(ends[number - first])
        return decoded(raw[start : int(ends[number - first + 1])])

    def __iter__(self) -> Iterator[str]:
        """Yield all texts. Raises IndexDamaged where one is not what was written."""
        for block in range(len(self._arrays["texts.ends"])):
            raw, ends, _ = self._read_block(block)
            for start, end in pairwise(ends.tolist()):
                yield decoded(raw[start:end])

    @lazy
    def _dictionary(self) -> zstd.ZstdDict | None:
        content = self._arrays["texts.dictionary"].tobytes()
        return zstd.ZstdDict(content) if content else None

    def _read_block(self, block: int) -> tuple[bytes, Array, int]:
        """Return the bytes of a block, where each text in it ends, and its first text."""
        ends = self._arrays["texts.ends"]
        start = int(ends[block - 1]) if block else 0
        packed = self._packed[start : int(ends[block])]
        first, last = (int(n) for n in self._arrays["texts.firsts"][block : block + 2])
        texts = starts_of(self._arrays["documents.length"][first:last])
        size = int(texts[-1])
        where = f"texts.bytes is damaged at byte {start:,}"
        try:
            unpacker = zstd.ZstdDecompressor(self._dictionary)
            raw = unpacker.decompress(packed.data, size + 1)
        except (zstd.ZstdError, ValueError) as error:
            raise IndexDamaged(f"{where} ({error})") from error
        if len(raw) != size or not unpacker.eof or unpacker.unused_data:
            raise IndexDamaged(f"{where} (it has not the length that it should have)")
        return raw, texts, first

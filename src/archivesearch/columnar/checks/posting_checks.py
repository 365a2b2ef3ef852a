"""What the format says of terms, postings and lengths, looked at value by value."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, max_impacts
from archivesearch.columnar.checks.structure import document_and_block_count
from archivesearch.columnar.schema import FIELDS, JOINT_FIELDS, KEY_FIELDS, WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, offsets
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.columnar.storage.packed_ints import PackedInts, unpack_nibbles
from archivesearch.columnar.storage.string_table import StringTable

# Postings looked at in one go: about 100 bytes each.
_SLICE = 2_000_000


def terms(arrays: ArrayFolder) -> Iterator[str]:
    """Terms are sorted and unique, keys are their first bytes, starts rise."""
    strings = list(StringTable(arrays, "terms"))
    for name in FIELDS:
        first, last = arrays.info["fields"][name]
        if not _ascends(strings[first:last]):
            yield f"terms: those of {name} are not sorted"
    keys = [int.from_bytes(term[:8].ljust(8, b"\0")) for term in strings]
    if arrays["terms.keys"].tolist() != keys:
        yield "terms.keys: not the first bytes of the terms"
    for name in ("terms.entries", "terms.postings"):
        if (np.diff(arrays[name].astype(np.int64)) < 1).any():
            yield f"{name}: a term without any"
    having: dict[bytes, int] = {}
    last = arrays.info["fields"][JOINT_FIELDS[-1]][1]
    counts = np.diff(arrays["terms.postings"].astype(np.int64))[:last].tolist()
    for term, count in zip(strings[:last], counts, strict=True):
        having[term] = max(count, having.get(term, 0))
    if arrays["terms.passages"].tolist() != [having[term] for term in strings[:last]]:
        yield "terms.passages: not those of the field that has most"
    if not is_sorted(arrays["terms.positions"]):
        yield "terms.positions: it falls"


def postings(arrays: ArrayFolder) -> Iterator[str]:
    """Entries, postings and occurrences of each term are as many as said, and in order."""
    count, blocks = document_and_block_count(arrays)
    for name, bits in (("postings.frequency", 4), ("positions.gap", 8)):
        most = (1 << bits) - 1
        at = np.flatnonzero((arrays[name] if bits == 8 else unpack_nibbles(arrays[name])) == most)
        if not np.array_equal(at, arrays[f"{name}.at"]) or (arrays[f"{name}.value"] < most).any():
            yield f"{name}.at: not the places of what is escaped"
            return
    starts = arrays["terms.entries"].astype(np.int64)
    first_posting = arrays["terms.postings"].astype(np.int64)
    first_position = arrays["terms.positions"].astype(np.int64)
    if not (is_sorted(starts) and is_sorted(first_posting) and is_sorted(first_position)):
        return  # told before
    every = slice(0, int(first_posting[-1]))
    frequencies = PackedInts(arrays, "postings.frequency", bits=4)[every]
    if every.stop & 1 and arrays["postings.frequency"][-1] >> 4:
        yield "postings.frequency: the last byte has too many"
    if (frequencies < 1).any():
        yield "postings.frequency: a 0"
    by_term = np.add.reduceat(frequencies, first_posting[:-1]) if len(frequencies) else frequencies
    if not np.array_equal(by_term, np.diff(first_position)):
        yield "terms.positions: not as many as the frequencies say"
        return
    gaps = PackedInts(arrays, "positions.gap", bits=8)[slice(0, len(arrays["positions.gap"]))]
    sizes = np.bitwise_count(arrays["entries.documents"]).astype(np.int64)
    for name, values in (("entries.postings", sizes), ("postings.positions", frequencies)):
        if not np.array_equal(offsets(values)[:-1][::32], arrays[name]):
            yield f"{name}: not the totals of every 32nd"
    for number, name in enumerate(FIELDS):
        first, last = arrays.info["fields"][name]
        for low, high in _slices(first_posting, first, last):
            stretch = _Stretch(arrays, name, number, low, high, frequencies, gaps)
            yield from _postings_of(stretch, count, blocks)


def _slices(starts: Array, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut terms into stretches of so many postings, or of one term."""
    while first < last:
        cut = int(np.searchsorted(starts, starts[first] + _SLICE, "right")) - 1
        cut = min(max(cut, first + 1), last)
        yield first, cut
        first = cut


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The terms of one field from one number up to another; what is escaped is unpacked."""

    arrays: ArrayFolder
    field: str
    field_number: int
    low: int
    high: int
    frequencies: Array
    gaps: Array


def _postings_of(stretch: _Stretch, count: int, blocks: int) -> Iterator[str]:
    arrays, field, low, high = stretch.arrays, stretch.field, stretch.low, stretch.high
    starts = arrays["terms.entries"][low : high + 1].astype(np.int64)
    at = slice(int(starts[0]), int(starts[-1]))
    entry_blocks = arrays["entries.block"][at].astype(np.int64)
    bits = arrays["entries.documents"][at]
    inner = np.ones(len(entry_blocks), bool)
    inner[starts[:-1] - starts[0]] = False
    if (np.diff(entry_blocks, prepend=-1)[inner] < 1).any() or (entry_blocks >= blocks).any():
        yield f"entries.block: not ascending below {blocks:,} in {field}"
        return
    if (bits == 0).any():
        yield f"entries.documents: a block without any in {field}"
        return
    sizes = np.bitwise_count(bits).astype(np.int64)
    postings = arrays["terms.postings"][low : high + 1].astype(np.int64)
    if not np.array_equal(np.add.reduceat(sizes, starts[:-1] - starts[0]), np.diff(postings)):
        yield f"terms.postings: not as many as entries.documents says in {field}"
        return
    documents = documents_of(entry_blocks, bits)
    if (documents >= count).any():
        yield f"entries.documents: documents that there are not in {field}"
        return
    own = stretch.frequencies[postings[0] : postings[-1]]
    bound = arrays["entries.bound"][at]
    if field in KEY_FIELDS:
        if bound.any() or (own != 1).any():
            yield f"entries.bound: a key of {field} that counts"
        return
    each = arrays["lengths"].reshape(len(WORD_FIELDS), -1)
    lengths = each[stretch.field_number].astype(np.int64)
    average = arrays.info["total_length"][field] / arrays.info["with_field"][field]
    best = max_impacts(own, lengths[documents], average, offsets(sizes)[:-1])
    if not np.array_equal(best, bound):
        yield f"entries.bound: not the best impact in {field}"
    first = int(arrays["terms.positions"][low])
    gaps = stretch.gaps[first : first + int(own.sum())]
    firsts = offsets(own)[:-1]
    inner = np.ones(len(gaps), bool)
    inner[firsts] = False
    if (gaps[inner] < 1).any():
        yield f"positions.gap: two words of {field} in one place"
    if field in ("text", "repeated"):  # which share the places of one text
        other = WORD_FIELDS.index("repeated" if field == "text" else "text")
        lengths += each[other]
    if (np.add.reduceat(gaps, firsts) >= lengths[documents]).any():
        yield f"positions.gap: words beyond the end in {field}"


def documents_of(blocks: Array, entry_bits: Array) -> Array:
    """Return the documents of entries, which have so many bits in each block."""
    at = np.flatnonzero(unpack_bits(entry_bits))
    found: Array = (blocks[at >> BLOCK_BITS] << BLOCK_BITS) | (at & 31)
    return found


def lengths(arrays: ArrayFolder) -> Iterator[str]:
    """Lengths count the words of each field, and add up to the figures."""
    count, _ = document_and_block_count(arrays)
    each = arrays["lengths"].reshape(len(WORD_FIELDS), -1).astype(np.int64)
    if each[:, count:].any():
        yield "lengths: of documents that there are not"
    for number, name in enumerate(WORD_FIELDS):
        if int(each[number].sum()) != arrays.info["total_length"][name]:
            yield f"total_length: not that of {name}"
        if np.count_nonzero(each[number]) != arrays.info["with_field"][name]:
            yield f"with_field: not that of {name}"


def is_sorted(values: Array) -> bool:
    """Whether no value is below the one before it."""
    return not (values[1:] < values[:-1]).any()


def _ascends(values: list[bytes]) -> bool:
    """Whether each value is above the one before it."""
    return all(map(bytes.__lt__, values, values[1:]))

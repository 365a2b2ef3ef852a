"""Checks of terms, postings and field lengths: every value, by the index format."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from archivesearch.columnar.bm25 import max_impacts
from archivesearch.columnar.checks.structure import document_and_block_count
from archivesearch.columnar.schema import FIELDS, JOINT_FIELDS, KEY_FIELDS, WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, offsets
from archivesearch.columnar.storage.doc_sets import entry_documents
from archivesearch.columnar.storage.packed_ints import PackedInts, unpack_nibbles
from archivesearch.columnar.storage.string_table import StringTable

# Postings that are checked at once, with about 100 bytes of memory each.
_POSTINGS_PER_SLICE = 2_000_000


def term_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that terms are sorted and unique, with the right keys, starts and document counts."""
    strings = list(StringTable(arrays, "terms"))
    for name in FIELDS:
        first, end = arrays.info["fields"][name]
        if not _is_strictly_ascending(strings[first:end]):
            yield f"terms: the terms of {name} are not sorted"
    keys = [int.from_bytes(term[:8].ljust(8, b"\0")) for term in strings]
    if arrays["terms.keys"].tolist() != keys:
        yield "terms.keys: not the first bytes of the terms"
    for name in ("terms.entries", "terms.postings"):
        if (np.diff(arrays[name].astype(np.int64)) < 1).any():
            yield f"{name}: a term without a value"
    max_count: dict[bytes, int] = {}
    end = arrays.info["fields"][JOINT_FIELDS[-1]][1]
    counts = np.diff(arrays["terms.postings"].astype(np.int64))[:end].tolist()
    for term, count in zip(strings[:end], counts, strict=True):
        max_count[term] = max(count, max_count.get(term, 0))
    if arrays["terms.passages"].tolist() != [max_count[term] for term in strings[:end]]:
        yield "terms.passages: not the count of the field with most passages"
    if not is_sorted(arrays["terms.positions"]):
        yield "terms.positions: it falls"


def posting_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check the number and the order of each term's entries, postings and occurrences."""
    count, blocks = document_and_block_count(arrays)
    for name, bits in (("postings.frequency", 4), ("positions.gap", 8)):
        escape = (1 << bits) - 1
        values = arrays[name] if bits == 8 else unpack_nibbles(arrays[name])
        escaped = np.flatnonzero(values == escape)
        if (
            not np.array_equal(escaped, arrays[f"{name}.at"])
            or (arrays[f"{name}.value"] < escape).any()
        ):
            yield f"{name}.at: not the indices of the escaped values"
            return
    first_entry = arrays["terms.entries"].astype(np.int64)
    first_posting = arrays["terms.postings"].astype(np.int64)
    first_position = arrays["terms.positions"].astype(np.int64)
    if not (is_sorted(first_entry) and is_sorted(first_posting) and is_sorted(first_position)):
        return  # `term_problems` has reported it
    all_postings = slice(0, int(first_posting[-1]))
    frequencies = PackedInts(arrays, "postings.frequency", bits=4)[all_postings]
    if all_postings.stop & 1 and arrays["postings.frequency"][-1] >> 4:
        yield "postings.frequency: the last byte has too many values"
    if (frequencies < 1).any():
        yield "postings.frequency: a 0"
    totals = np.add.reduceat(frequencies, first_posting[:-1]) if len(frequencies) else frequencies
    if not np.array_equal(totals, np.diff(first_position)):
        yield "terms.positions: not the sums of the frequencies"
        return
    gaps = PackedInts(arrays, "positions.gap", bits=8)[slice(0, len(arrays["positions.gap"]))]
    sizes = np.bitwise_count(arrays["entries.documents"]).astype(np.int64)
    for name, values in (("entries.postings", sizes), ("postings.positions", frequencies)):
        if not np.array_equal(offsets(values)[:-1][::32], arrays[name]):
            yield f"{name}: not the totals before every 32nd"
    for number, name in enumerate(FIELDS):
        first, end = arrays.info["fields"][name]
        for low, high in _term_ranges(first_posting, first, end):
            terms = _TermSlice(arrays, name, number, low, high, frequencies, gaps)
            yield from _slice_problems(terms, count, blocks)


def _term_ranges(first_posting: Array, first: int, end: int) -> Iterator[tuple[int, int]]:
    """Split the terms `first:end` into ranges of at most `_POSTINGS_PER_SLICE` postings.

    A term with more postings is a range of its own.
    """
    while first < end:
        limit = first_posting[first] + _POSTINGS_PER_SLICE
        cut = int(np.searchsorted(first_posting, limit, "right")) - 1
        cut = min(max(cut, first + 1), end)
        yield first, cut
        first = cut


@dataclass(frozen=True, slots=True)
class _TermSlice:
    """The terms of one field with the numbers `low:high`.

    `frequencies` and `gaps` are of the whole segment, unpacked, int64.
    """

    arrays: ArrayFolder
    field: str
    field_number: int
    low: int
    high: int
    frequencies: Array
    gaps: Array


def _slice_problems(terms: _TermSlice, count: int, blocks: int) -> Iterator[str]:
    arrays, field, low, high = terms.arrays, terms.field, terms.low, terms.high
    first_entry = arrays["terms.entries"][low : high + 1].astype(np.int64)
    entries = slice(int(first_entry[0]), int(first_entry[-1]))
    entry_blocks = arrays["entries.block"][entries].astype(np.int64)
    bits = arrays["entries.documents"][entries]
    is_later = np.ones(len(entry_blocks), bool)
    is_later[first_entry[:-1] - first_entry[0]] = False
    if (np.diff(entry_blocks, prepend=-1)[is_later] < 1).any() or (entry_blocks >= blocks).any():
        yield f"entries.block: not ascending below {blocks:,} in {field}"
        return
    if (bits == 0).any():
        yield f"entries.documents: a block without a document in {field}"
        return
    sizes = np.bitwise_count(bits).astype(np.int64)
    postings = arrays["terms.postings"][low : high + 1].astype(np.int64)
    totals = np.add.reduceat(sizes, first_entry[:-1] - first_entry[0])
    if not np.array_equal(totals, np.diff(postings)):
        yield f"terms.postings: not the counts of entries.documents in {field}"
        return
    documents = entry_documents(entry_blocks, bits)
    if (documents >= count).any():
        yield f"entries.documents: beyond the last document in {field}"
        return
    frequencies = terms.frequencies[postings[0] : postings[-1]]
    bound = arrays["entries.bound"][entries]
    if field in KEY_FIELDS:
        if bound.any() or (frequencies != 1).any():
            yield f"entries.bound: a key of {field} has a bound, or a frequency above 1"
        return
    lengths_by_field = arrays["lengths"].reshape(len(WORD_FIELDS), -1)
    lengths = lengths_by_field[terms.field_number].astype(np.int64)
    average = arrays.info["total_length"][field] / arrays.info["with_field"][field]
    impacts = max_impacts(frequencies, lengths[documents], average, offsets(sizes)[:-1])
    if not np.array_equal(impacts, bound):
        yield f"entries.bound: not the best impact in {field}"
    first = int(arrays["terms.positions"][low])
    gaps = terms.gaps[first : first + int(frequencies.sum())]
    starts = offsets(frequencies)[:-1]
    is_later = np.ones(len(gaps), bool)
    is_later[starts] = False
    if (gaps[is_later] < 1).any():
        yield f"positions.gap: two words of {field} at one position"
    if field in ("text", "repeated"):  # they share the positions of one text
        other = WORD_FIELDS.index("repeated" if field == "text" else "text")
        lengths += lengths_by_field[other]
    if (np.add.reduceat(gaps, starts) >= lengths[documents]).any():
        yield f"positions.gap: words beyond the end in {field}"


def length_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that the lengths of each field have the sum and the count in `segment.json`."""
    count, _ = document_and_block_count(arrays)
    lengths = arrays["lengths"].reshape(len(WORD_FIELDS), -1).astype(np.int64)
    if lengths[:, count:].any():
        yield "lengths: not 0 after the last document"
    for number, name in enumerate(WORD_FIELDS):
        if int(lengths[number].sum()) != arrays.info["total_length"][name]:
            yield f"total_length: not the total of {name}"
        if np.count_nonzero(lengths[number]) != arrays.info["with_field"][name]:
            yield f"with_field: not the count of {name}"


def is_sorted(values: Array) -> bool:
    """Whether no value is below the one before it."""
    return not (values[1:] < values[:-1]).any()


def _is_strictly_ascending(values: list[bytes]) -> bool:
    """Whether each value is above the one before it."""
    return all(map(bytes.__lt__, values, values[1:]))

"""Array files, packed integers, string tables, document sets, sorted runs, prefix sums."""

import doctest
from collections import Counter
from itertools import accumulate, chain
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.columnar.postings import merger
from archivesearch.columnar.postings import sorted_runs as runs
from archivesearch.columnar.postings.occurrences import Occurrences
from archivesearch.columnar.storage import array_files
from archivesearch.columnar.storage import doc_sets as bits
from archivesearch.columnar.storage.array_files import (
    ArrayFolder,
    ArrayWriter,
    concat_ranges,
    narrow,
    offsets,
)
from archivesearch.columnar.storage.packed_ints import PackedInts, PackedIntsWriter
from archivesearch.columnar.storage.prefix_sums import PaddedRows, PrefixSums, PrefixSumsWriter
from archivesearch.columnar.storage.string_table import (
    StringTable,
    from_utf8,
    to_utf8,
    write_strings,
)
from archivesearch.columnar.terms import word_forms_writer
from archivesearch.columnar.terms.vocabulary import Vocabulary
from helpers.columnar_cases import ANALYZER

NUMBERS = st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 300), max_size=60)
TYPES = st.sampled_from(["u1", "u2", "u4", "u8", "i8", "f8", ">u4"])
ANY_TEXT = st.text(st.characters(codec=None), max_size=12)


@pytest.mark.parametrize("module", [array_files, bits, merger, word_forms_writer])
def test_examples_in_docstrings_are_right(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@given(TYPES, st.lists(st.lists(st.integers(0, 255), max_size=9), min_size=1, max_size=5))
def test_array_is_the_concatenation_of_its_pieces(dtype: str, pieces: list[list[int]]) -> None:
    with TemporaryDirectory() as folder:
        writer = ArrayWriter(Path(folder))
        for piece in pieces:
            writer.append("numbers", np.array(piece, dtype))
        writer.close({"figure": 7})
        arrays = ArrayFolder(Path(folder))
        assert arrays.info == {"figure": 7}
        assert arrays["numbers"].tolist() == list(chain(*pieces))
        assert arrays["numbers"].dtype == np.dtype(dtype).newbyteorder("<")
        size = (Path(folder) / "numbers.bin").stat().st_size
        assert size == len(arrays["numbers"]) * np.dtype(dtype).itemsize


def test_array_can_be_read_after_its_file_is_removed(tmp_path: Path) -> None:
    writer = ArrayWriter(tmp_path)
    writer.append("numbers", np.arange(5000))
    writer.close({})
    arrays = ArrayFolder(tmp_path)
    (tmp_path / "numbers.bin").unlink()
    assert arrays["numbers"].sum() == 4999 * 2500


def test_array_is_read_only(tmp_path: Path) -> None:
    writer = ArrayWriter(tmp_path)
    writer.append("numbers", np.arange(3))
    writer.close({})
    with pytest.raises(ValueError, match="read-only"):
        ArrayFolder(tmp_path)["numbers"][0] = 1


@pytest.mark.parametrize("width", [4, 8])
@given(st.lists(st.lists(st.integers(0, 1000) | st.integers(0, 20), max_size=20)), st.data())
def test_packed_ints_round_trip(width: int, pieces: list[list[int]], data: Any) -> None:
    flat = np.array(list(chain(*pieces)), np.int64)
    with TemporaryDirectory() as folder:
        writer = ArrayWriter(Path(folder))
        numbers = PackedIntsWriter(writer, "x", bits=width)
        for piece in pieces:
            numbers.append(np.array(piece, np.int64))
        numbers.finish()
        writer.close({})
        assert (Path(folder) / "x.bin").stat().st_size == (len(flat) * width + 7) // 8
        packed = PackedInts(ArrayFolder(Path(folder)), "x", bits=width)
        rows = packed.rows(np.arange((len(flat) + 31) // 32)).ravel().tolist()
        assert rows[: len(flat)] == flat.tolist()
        first = data.draw(st.integers(0, len(flat)))
        last = data.draw(st.integers(first, len(flat)))
        assert packed[first:last].tolist() == flat[first:last].tolist()
        if len(flat):
            at = np.array(data.draw(st.lists(st.integers(0, len(flat) - 1))), np.int64)
            assert packed[at].tolist() == flat[at].tolist()


@given(st.lists(ANY_TEXT, max_size=30), st.data())
def test_string_table_round_trip(texts: list[str], data: Any) -> None:
    with TemporaryDirectory() as folder:
        writer = ArrayWriter(Path(folder))
        write_strings(writer, "texts", list(map(to_utf8, texts)))
        writer.close({})
        table = StringTable(ArrayFolder(Path(folder)), "texts")
        assert len(table) == len(texts)
        assert list(map(from_utf8, table)) == texts
        assert [from_utf8(table[number]) for number in range(len(texts))] == texts
        first = data.draw(st.integers(0, len(texts)))
        last = data.draw(st.integers(first, len(texts)))
        assert list(map(from_utf8, table.between(first, last))) == texts[first:last]


@given(NUMBERS)
def test_narrow_chooses_the_narrowest_type(values: list[int]) -> None:
    narrowed = narrow(np.array(values, np.int64))
    assert narrowed.tolist() == values
    assert narrowed.dtype.itemsize == 1 or max(values) >> (4 * narrowed.dtype.itemsize)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 5)), max_size=20))
def test_concat_ranges_and_offsets(pairs: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in pairs], np.int64)
    counts = np.array([count for _, count in pairs], np.int64)
    wanted = [start + step for start, count in pairs for step in range(count)]
    assert concat_ranges(starts, counts).tolist() == wanted
    assert offsets(counts).tolist() == [int(counts[:at].sum()) for at in range(len(pairs) + 1)]


@given(NUMBERS)
def test_radix_argsort_is_stable(values: list[int]) -> None:
    wanted = sorted(range(len(values)), key=values.__getitem__)
    assert runs.radix_argsort(np.array(values, np.uint32)).tolist() == wanted


@given(st.sets(st.integers(0, 32 * 40 - 1)))
def test_document_sets_round_trip(numbers: set[int]) -> None:
    matches = bits.bits_of(np.array(sorted(numbers), np.int64), 40)
    assert bits.numbers_of(matches).tolist() == sorted(numbers)
    assert bits.count(matches) == len(numbers)
    assert np.flatnonzero(bits.unpack_bits(matches)).tolist() == sorted(numbers)


@given(
    st.lists(st.tuples(st.integers(0, 300) | st.integers(0, 9), st.integers(0, 99)), max_size=60),
    st.integers(0, 3),
)
def test_run_is_sorted_by_term_and_document(words: list[tuple[int, int]], block: int) -> None:
    words.sort(key=lambda pair: pair[1])  # passages come in their order
    vocabulary = Vocabulary(ANALYZER)
    terms = np.array([vocabulary.key_number(str(term)) for term, _ in words], np.uint32)
    documents = np.array([document for _, document in words], np.uint32)
    positions = np.arange(len(words), dtype=np.uint32)
    first = block * 32
    forms = np.where(documents % 3, -1, terms.astype(np.int32))
    occurrences = Occurrences(terms, forms, documents, positions)
    postings = runs.sort_postings(occurrences, first, vocabulary)
    with TemporaryDirectory() as folder:
        run = runs.Run(Path(folder) / "run", first, vocabulary.name, [("x", postings)])
        with run.open("x") as reader:
            parts = {part: reader.read(part) for part in runs.PARTS}
    new_terms = vocabulary.new_terms().terms
    names = [new_terms[number] for number in parts["terms"].tolist()]
    assert names == sorted({str(term).encode() for term, _ in words})
    owners = np.repeat(np.arange(len(names)), parts["posting_counts"])
    triples = [
        (int(names[owner]), document, frequency)
        for owner, document, frequency in zip(
            owners.tolist(),
            parts["documents"].tolist(),
            parts["frequencies"].tolist(),
            strict=True,
        )
    ]
    counts = Counter(words)
    assert triples == sorted(
        ((*pair, count) for pair, count in counts.items()), key=lambda p: (str(p[0]), p[1])
    )
    gaps = iter(parts["gaps"].tolist())
    for term, document, frequency in triples:
        own = [at for at, pair in enumerate(words) if pair == (term, document)]
        assert list(accumulate(next(gaps) for _ in range(frequency))) == own
    entries = Counter((term, document >> 5) for term, document, _ in triples)
    assert np.bitwise_count(parts["bits"]).tolist() == list(entries.values())
    assert parts["blocks"].tolist() == [at + block for _, at in entries]
    assert parts["entry_counts"].sum() == len(entries)
    assert parts["position_counts"].sum() == len(words)


@given(st.lists(st.lists(st.integers(0, 300), max_size=70), max_size=4), st.data())
def test_prefix_sums_are_sums_of_the_values_before(pieces: list[list[int]], data: Any) -> None:
    values = np.array(list(chain(*pieces)), np.uint32)
    writer_of_sums = PrefixSumsWriter()
    for piece in pieces:
        writer_of_sums.add(np.array(piece, np.int64))
    places = np.array(data.draw(st.lists(st.integers(0, max(len(values) - 1, 0)))), np.int64)
    places = places[: len(values)]
    with TemporaryDirectory() as folder:
        writer = ArrayWriter(Path(folder))
        writer_of_sums.write(writer, "sums")
        writer.close({})
        sums = PrefixSums(
            ArrayFolder(Path(folder)), "sums", values.__getitem__, PaddedRows(values).__getitem__
        )
        assert sums.before(places).tolist() == [values[:place].sum() for place in places]

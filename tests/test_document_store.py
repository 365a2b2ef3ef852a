"""Document store: passages are read as they were written, with their pages and columns."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from archivesearch.columnar.documents.document_store import DocumentStore
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.segment_writer import write_segment
from archivesearch.errors import IndexDamaged
from archivesearch.model.passages import Passage
from helpers.columnar_cases import ANALYZER, random_passages
from helpers.small_archive import open_reader, passage


def documents_of(folder: Path, passages: list[Passage]) -> DocumentStore:
    write_segment(folder, [passages], ANALYZER)
    return Segment(folder).documents


@pytest.mark.parametrize(("seed", "count"), [(0, 0), (1, 1), (2, 40), (3, 1500)])
def test_passages_are_read_as_written(seed: int, count: int, tmp_path: Path) -> None:
    passages = random_passages(seed, count)
    documents = documents_of(tmp_path, passages)
    assert len(documents) == count
    assert [documents.passage(number) for number in range(count)] == passages
    assert [documents.text(n) for n in reversed(range(count))] == [p.text for p in passages[::-1]]
    titles = documents.field_reader("title")
    assert [titles(number) for number in range(count)] == [p.title for p in passages]


def test_pages_have_their_names_in_order(tmp_path: Path) -> None:
    passages = random_passages(4, 300)
    documents = documents_of(tmp_path, passages)
    runs = [(page, len(list(run))) for page, run in groupby(p.page for p in passages)]
    assert documents.page_count() == len(runs)
    assert [documents.page_name(number) for number in range(len(runs))] == [
        page for page, _ in runs
    ]


def test_a_reader_lists_its_pages(tmp_path: Path) -> None:
    passages = random_passages(5, 100)
    reader = open_reader(tmp_path / "index", passages, ANALYZER)
    assert list(reader.page_names()) == list(dict.fromkeys(p.page for p in passages))
    for page in reader.page_names():
        assert {passages[number].page for number in reader.page_range(page)} == {page}
    assert sum(len(reader.page_range(page)) for page in reader.page_names()) == 100
    assert reader.page_range("nowhere.html") == range(0)
    assert reader.passages([3, 99, 3]) == [passages[3], passages[99], passages[3]]


def test_columns_have_the_values_of_the_passages(tmp_path: Path) -> None:
    passages = random_passages(6, 400)
    documents = documents_of(tmp_path, passages)
    numbers = np.array([5, 0, 399, 77])
    chosen = [passages[number] for number in numbers]
    assert documents.years_of(numbers).tolist() == [p.year or 0 for p in chosen]
    assert [documents.org_name(c) for c in documents.orgs_of(numbers)] == [p.org for p in chosen]
    assert [documents.lang_name(c) for c in documents.langs_of(numbers)] == [p.lang for p in chosen]
    assert [documents.page_name(c) for c in documents.pages_of(numbers)] == [p.page for p in chosen]
    assert [documents.section_name(c) for c in documents.sections_of(numbers)] == [
        f"{p.page} § {p.section or p.org}" for p in chosen
    ]


def test_headings_are_marked(tmp_path: Path) -> None:
    texts = ["Peace", "War", *["Peace now"] * 10, "title: War"]
    passages = [passage(text, section="Peace", title="War") for text in texts]
    passages.append(passage("", title="War"))
    documents = documents_of(tmp_path, passages)
    assert np.flatnonzero(documents.is_heading(np.arange(14))).tolist() == [0, 1, 13]


def test_lone_surrogates_are_read_as_written(tmp_path: Path) -> None:
    odd = "a\ud800b\udfff"
    passages = [
        passage(odd * 3, 1, title=odd, section=odd, org=odd, label=odd, author=odd, page=odd)
    ]
    assert documents_of(tmp_path, passages).passage(0) == passages[0]


def test_long_texts_are_read_as_written(tmp_path: Path) -> None:
    texts = ["x" * size + "é" for size in (0, 4093, 4094, 4095, 4096, 100_000, 0, 1)]
    passages = [passage(text, number) for number, text in enumerate(texts)]
    documents = documents_of(tmp_path, passages)
    assert [documents.passage(number) for number in range(len(texts))] == passages


@pytest.mark.parametrize("offset", [0, 5, -1])
def test_damaged_texts_are_detected(offset: int, tmp_path: Path) -> None:
    write_segment(tmp_path, [[passage("word " * 500, number) for number in range(3)]], ANALYZER)
    path = tmp_path / "texts.bytes.bin"
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(IndexDamaged, match=r"texts\.bytes"):
        list(map(Segment(tmp_path).documents.text, range(3)))

"""Segment writer: segments equal a brute-force index, with any batches, memory and workers."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivesearch.columnar.bm25 import K1, B
from archivesearch.columnar.postings.posting_lists import (
    POSITION_BITS,
    PostingLists,
    documents_with_forms,
)
from archivesearch.columnar.schema import FIELDS, WORD_FIELDS
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.segment_writer import write_segment
from archivesearch.columnar.storage.doc_sets import bits_of, numbers_of
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.indexing.workers.worker_pool import WorkerPool
from archivesearch.model.passages import Passage
from archivesearch.search.execution.term_positions import SegmentPresence
from helpers.columnar_cases import ANALYZER, BruteForce, random_passages
from helpers.small_archive import passage


def segment_of(folder: Path, passages: Sequence[Passage], memory: int = 0) -> Segment:
    folder.mkdir()
    write_segment(folder, [passages], ANALYZER, memory=memory)
    return Segment(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def cut(passages: Sequence[Passage], seed: int) -> Iterator[Sequence[Passage]]:
    """Yield passages in batches of any size, some of them empty."""
    source = random.Random(seed)  # noqa: S311 - batches need a seed, not secrecy
    edges = sorted(source.choices(range(len(passages) + 1), k=5))
    for first, last in pairwise([0, *edges, len(passages)]):
        yield passages[first:last]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_passages_give_the_same_bytes(seed: int, tmp_path: Path) -> None:
    passages = random_passages(seed, 250)
    segment_of(tmp_path / "whole", passages, 1 << 30)
    whole = files_of(tmp_path / "whole")
    with WorkerPool(2) as pool:
        for workers, memory in ((None, 0), (None, 100_000), (pool, 0), (pool, 1 << 30)):
            folder = tmp_path / f"{workers}-{memory}"
            folder.mkdir()
            write_segment(folder, cut(passages, memory), ANALYZER, pool=workers, memory=memory)
            assert files_of(folder) == whole


def test_processes_may_differ_in_their_usual_forms(tmp_path: Path) -> None:
    texts = ["Party party party parties", "parties party parties", "party", "parties us", "US"]
    passages = [passage(text, number, title=text) for number, text in enumerate(texts * 9)]
    segment = segment_of(tmp_path / "whole", passages)
    check(segment, BruteForce(passages))
    (tmp_path / "parts").mkdir()
    with WorkerPool(3) as pool:
        parts = [passages[at : at + 1] for at in range(len(passages))]
        write_segment(tmp_path / "parts", parts, ANALYZER, pool=pool)
    assert files_of(tmp_path / "parts") == files_of(tmp_path / "whole")


def check(segment: Segment, brute: BruteForce) -> None:
    """Check that a segment has the postings, positions and lengths of a brute-force index."""
    count = len(brute.passages)
    assert segment.document_count == count
    for name in FIELDS:
        terms = [
            term.decode("utf-8", "surrogatepass")
            for term in segment.term_dictionary.terms(*segment.term_dictionary.field_range(name))
        ]
        assert terms == sorted(brute.places[name], key=to_utf8)
        for term in terms:
            expected = brute.places[name][term]
            postings = segment.postings(name, term)
            assert postings is not None
            assert postings.count == len(expected)
            assert postings.documents.tolist() == sorted(expected)
            matches = np.zeros(segment.block_count, np.uint32)
            matches[postings.blocks] = postings.bits
            assert numbers_of(matches).tolist() == sorted(expected)
            frequencies = [len(expected[number]) for number in sorted(expected)]
            assert postings.frequencies().tolist() == frequencies
            if name not in WORD_FIELDS:
                continue
            positions, counts = postings.positions()
            assert counts.tolist() == frequencies
            assert positions.tolist() == list(chain(*(expected[n] for n in sorted(expected))))
            every_other = np.array(sorted(expected)[::2])
            at = list(chain(*(expected[n] for n in every_other.tolist())))
            places = PostingLists(segment, [postings]).occurrences(
                bits_of(every_other, segment.block_count)
            )
            assert (places >> POSITION_BITS).tolist() == np.repeat(
                every_other, frequencies[::2]
            ).tolist()
            assert (places & ((1 << POSITION_BITS) - 1)).tolist() == at
            presence = SegmentPresence(segment, np.arange(count), (name,), {term: 0})
            assert presence.present[0, 0].nonzero()[0].tolist() == sorted(expected)
            presence = SegmentPresence(segment, every_other, (name,), {"none such": 0, term: 1})
            seen = presence.positions(presence.present)
            assert seen.position.tolist() == at
            assert (
                every_other[seen.passage].tolist()
                == np.repeat(every_other, frequencies[::2]).tolist()
            )
            average = segment.average_length(name)
            impacts = [
                len(expected[n])
                / (len(expected[n]) + K1 * (1 - B + B * brute.lengths[name][n] / average))
                for n in sorted(expected)
            ]
            bound = dict(zip(postings.blocks.tolist(), postings.max_impacts.tolist(), strict=True))
            for number, impact in zip(sorted(expected), impacts, strict=True):
                assert impact * 255 <= bound[number >> 5] * (1 + 1e-6)
    check_forms(segment, brute)
    for name in WORD_FIELDS:
        start = segment.length_start(name)
        assert segment.lengths[start : start + count].tolist() == brute.lengths[name]
        assert segment.total_length[name] == sum(brute.lengths[name])
        assert segment.with_field[name] == sum(map(bool, brute.lengths[name]))


def check_forms(segment: Segment, brute: BruteForce) -> None:
    """Check the forms of each term, the first form first, and the documents of each form."""
    for name in WORD_FIELDS:
        having: dict[str, dict[str, list[int]]] = {}
        for document, pairs in sorted(brute.forms[name].items()):
            for term, form in pairs:
                having.setdefault(term, {}).setdefault(form, []).append(document)
        for term, forms in having.items():
            number = segment.term_dictionary.find(name, to_utf8(term))
            assert number is not None
            usual, *others = segment.word_forms.spellings(number)
            assert usual == min(forms, key=lambda form: (-len(forms[form]), to_utf8(form)))
            assert others == sorted(forms.keys() - {usual}, key=to_utf8)
            for place, form in zip(
                segment.word_forms.form_range(number), (usual, *others), strict=True
            ):
                documents = documents_with_forms(
                    segment, name, np.array([number]), np.array([place])
                )
                assert documents.tolist() == forms[form]
        counts: Counter[str] = Counter()
        for form, count in zip(*segment.form_counts(name), strict=True):
            counts[form] += count
        assert counts == Counter(form for pairs in brute.forms[name].values() for _, form in pairs)


@pytest.mark.parametrize(("seed", "count"), [(1, 0), (2, 1), (3, 31), (4, 32), (5, 33), (6, 400)])
def test_postings_are_those_of_brute_force(seed: int, count: int, tmp_path: Path) -> None:
    passages = random_passages(seed, count)
    check(segment_of(tmp_path / "index", passages), BruteForce(passages))


def test_large_frequencies_gaps_and_lengths(tmp_path: Path) -> None:
    long = "castro " * 70_000 + "cuba"
    texts = ["castro " * 254, "castro " * 255, "castro " * 256, "x " * 300 + "cuba", long, "cuba"]
    passages = [
        passage(text, number, title="Castro " * 300, org="party", label="war x war")
        for number, text in enumerate(texts)
    ]
    check(segment_of(tmp_path / "index", passages), BruteForce(passages))


TEXT = st.text(st.sampled_from("abÉ'. $US東京\N{COMBINING ACUTE ACCENT}’-9\ud800\0"), max_size=25)


@settings(max_examples=30)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, st.sampled_from(["en", "fr", "xx", ""])), max_size=6))
def test_any_text_round_trips(rows: list[tuple[str, str, str, str]]) -> None:
    passages = [
        passage(
            text,
            number,
            title=title,
            org=org,
            label=title,
            lang=lang,
            repeated=((1, len(text) // 2),) if len(text) > 4 else (),
        )
        for number, (text, title, org, lang) in enumerate(rows)
    ]
    with TemporaryDirectory() as folder:
        segment = segment_of(Path(folder) / "index", passages)
        check(segment, BruteForce(passages))
        assert [segment.documents.passage(n) for n in range(len(passages))] == passages


@pytest.mark.parametrize("jobs", [1, 2])
def test_failed_build_leaves_no_open_files_and_no_runs(jobs: int, tmp_path: Path) -> None:
    def broken() -> Iterator[Sequence[Passage]]:
        yield random_passages(8, 50)
        raise OSError("the source is gone")

    with WorkerPool(jobs) as pool, pytest.raises(OSError, match="the source is gone"):
        write_segment(tmp_path, broken(), ANALYZER, memory=0, pool=pool)
    assert not list(tmp_path.glob("runs*"))
    assert not (tmp_path / "segment.json").exists()

"""Segment writer: builds a segment from passages, in memory that does not grow with them.

Passages come in batches. Each batch is cut into parts; the postings of a part are sorted and
written to a file, a run. Several processes can do this at a time. At the end the runs are
merged. The segment depends neither on the number of processes nor on the batches.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.columnar.documents.document_writer import DocumentWriter
from archivesearch.columnar.documents.duplicate_groups import write_copies
from archivesearch.columnar.passage_columns import PassageColumns, in_columns
from archivesearch.columnar.postings.merger import merge_runs
from archivesearch.columnar.postings.occurrences import occurrences_of
from archivesearch.columnar.postings.sorted_runs import Run, sort_postings
from archivesearch.columnar.schema import FIELDS, WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayWriter, narrow
from archivesearch.columnar.storage.free_memory import trim_heap
from archivesearch.columnar.terms.merged_vocabulary import MergedVocabulary
from archivesearch.columnar.terms.vocabulary import NewTerms, Vocabulary
from archivesearch.model.passages import Batch, CopyGroups

if TYPE_CHECKING:
    from archivesearch.indexing.workers.worker_pool import WorkerPool

# Memory in use at the peak, in bytes: per byte of a part's texts, and per occurrence merged.
_BYTES_PER_TEXT_BYTE = 16
_BYTES_PER_OCCURRENCE = 160
# Occurrences of each run that are merged at a time: with fewer, finding them costs more.
_MIN_OCCURRENCES_PER_RUN = 1000


def write_segment(
    folder: Path,
    batches: Iterable[Batch],
    analyzer: Analyzer,
    copies: CopyGroups = (),
    *,
    pool: "WorkerPool | None" = None,
    memory: int = 256 << 20,
    on_progress: Callable[[int], None] = lambda passages: None,
) -> None:
    """Write a segment of all passages into an empty folder.

    `copies` are groups of duplicate passages. The workers of `pool` process the batches;
    without a pool, or with a single worker, this process does. `memory` limits the bytes in
    use for the passages in work. Neither has any effect on the segment. `on_progress` is
    called with the number of passages of each finished part.
    """
    jobs = pool.size if pool else 1
    memory_share = memory // (jobs + 1)
    writer = ArrayWriter(folder)
    try:
        with TemporaryDirectory(dir=folder, prefix="runs") as run_folder:
            documents = DocumentWriter(Path(run_folder))
            build = _Build(
                secrets.token_hex(8), run_folder, analyzer, memory_share // _BYTES_PER_TEXT_BYTE
            )
            try:
                runs = _Runs()
                for part in _indexed_parts(build, batches, pool):
                    documents.add(part.columns)
                    runs.add(part)
                    on_progress(len(part.columns))
                if pool:
                    pool.stop_workers()  # they occupy more memory than merging needs
                vocabulary = runs.merged_vocabulary()
                trim_heap()
                slice_size = max(
                    memory_share // _BYTES_PER_OCCURRENCE,
                    _MIN_OCCURRENCES_PER_RUN * len(runs.runs),
                )
                with _alongside(partial(documents.finish, writer), in_thread=jobs > 1):
                    figures = merge_runs(
                        writer, runs.runs, runs.lengths(), vocabulary, slice_size=slice_size
                    )
            except BaseException:
                if pool:
                    pool.stop_workers(include_busy=True)  # before the run folder is removed
                raise
            finally:
                documents.close()
            write_copies(writer, copies)
        writer.close(figures)
    except BaseException:
        writer.abandon()
        raise


@contextmanager
def _alongside(work: Callable[[], None], *, in_thread: bool) -> Iterator[None]:
    """Do work in a thread during the `with` block, or without a thread before it."""
    if not in_thread:
        work()
        yield
        return
    with ThreadPoolExecutor(1) as executor:
        future = executor.submit(work)
        yield
        future.result()


class _Build(NamedTuple):
    """The settings that all batches of a build share.

    `name` is unique. `part_bytes` is the size of the texts of a part.
    """

    name: str
    run_folder: str
    analyzer: Analyzer
    part_bytes: int


class _IndexedPart(NamedTuple):
    """A part of the passages with its run.

    `lengths` has for each word field the number of words of each passage. `new_terms` has
    the terms that the vocabulary first met in this part.
    """

    columns: PassageColumns
    run: Run
    lengths: dict[str, Array]
    new_terms: NewTerms


def _indexed_parts(
    build: _Build, batches: Iterable[Batch], pool: "WorkerPool | None"
) -> Iterator[_IndexedPart]:
    """Yield the parts of all batches, in order."""
    numbered = _number_batches(batches)
    first_two = list(islice(numbered, 2))
    if pool is None or pool.size == 1 or len(first_two) == 1:
        vocabulary = Vocabulary(build.analyzer)
        for first, batch in chain(first_two, numbered):
            yield from _index_batch(build, vocabulary, first, batch)
    else:
        tasks = ((build, first, batch) for first, batch in chain(first_two, numbered))
        for parts in pool.map_in_order(_index_batch_in_worker, tasks):
            yield from parts


def _number_batches(batches: Iterable[Batch]) -> Iterator[tuple[int, Batch]]:
    """Yield batches with the number of the first passage of each."""
    first = 0
    for batch in batches:
        yield first, batch
        first += len(batch)


# In a worker process: the vocabulary of its build, by the name of the build.
_vocabularies: dict[str, Vocabulary] = {}


def _index_batch_in_worker(build: _Build, first: int, batch: Batch) -> list[_IndexedPart]:
    """Return the parts of a batch; the vocabulary stays in the process for the next batch."""
    if build.name not in _vocabularies:
        _vocabularies.clear()
        trim_heap()
        _vocabularies[build.name] = Vocabulary(build.analyzer)
    return list(_index_batch(build, _vocabularies[build.name], first, batch))


def _index_batch(
    build: _Build, vocabulary: Vocabulary, first: int, batch: Batch
) -> Iterator[_IndexedPart]:
    """Yield the parts of a batch, having written a run for each."""
    for columns in in_columns(first, batch, build.part_bytes):
        occurrences = occurrences_of(columns, vocabulary)
        lengths = {
            name: narrow(np.bincount(occurrences[name].documents, minlength=len(columns)))
            for name in WORD_FIELDS
        }
        # Each field's occurrences are freed as soon as they are sorted.
        postings = (
            (name, sort_postings(occurrences.pop(name), columns.first, vocabulary))
            for name in FIELDS
        )
        path = Path(build.run_folder, f"run{columns.first}")
        run = Run(path, columns.first, vocabulary.name, postings)
        yield _IndexedPart(columns, run, lengths, vocabulary.new_terms())


class _Runs:
    """The runs of a build, with the terms and field lengths of their parts."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._new_terms: list[NewTerms] = []
        self._lengths: dict[str, list[Array]] = {name: [] for name in WORD_FIELDS}

    def add(self, part: _IndexedPart) -> None:
        """Add the run of the next part."""
        self.runs.append(part.run)
        self._new_terms.append(part.new_terms)
        for name, values in part.lengths.items():
            self._lengths[name].append(values)

    def merged_vocabulary(self) -> MergedVocabulary:
        """Return the terms and forms of all runs; this can be called once."""
        new_terms, self._new_terms = self._new_terms, []
        return MergedVocabulary(new_terms)

    def lengths(self) -> dict[str, Array]:
        """Return for each word field the number of words of each document."""
        return {
            name: np.concatenate([np.empty(0, np.uint8), *parts])
            for name, parts in self._lengths.items()
        }

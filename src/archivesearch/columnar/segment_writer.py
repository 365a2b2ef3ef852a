"""The bulk build: passages in, one segment out, in memory that does not grow with them.

Passages come in batches, which several processes can work on at a time. Of each they make
runs of sorted postings; these are merged in the end. What is written depends neither on
the number of processes nor on where batches end.
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

# Bytes in use at the peak: for each byte of a stretch's texts, for each occurrence merged.
_PER_TEXT_BYTE = 16
_PER_OCCURRENCE = 160
# Occurrences of each run that are merged at a time: fewer would cost more to find than to merge.
_OF_EACH_RUN = 1000


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

    `copies` are groups of passages that say the same. Batches are worked on by the
    processes of `crew`, in this process without one or with a crew of one. `memory`
    bounds the bytes that are held for the passages in work. None of it makes a difference
    to what is written.
    `watch` is told of how many more passages are done each time.
    """
    jobs = pool.size if pool else 1
    share = memory // (jobs + 1)
    writer = ArrayWriter(folder)
    try:
        with TemporaryDirectory(dir=folder, prefix="runs") as aside:
            documents = DocumentWriter(Path(aside))
            job = _Job(secrets.token_hex(8), aside, analyzer, share // _PER_TEXT_BYTE)
            try:
                runs = _Runs()
                for made in _made(job, batches, pool):
                    documents.add(made.stretch)
                    runs.keep(made)
                    on_progress(len(made.stretch))
                if pool:
                    pool.stop_workers()  # what they hold is more than is merged at a time
                glossary = runs.glossary()
                trim_heap()
                occurrences = max(share // _PER_OCCURRENCE, _OF_EACH_RUN * len(runs.runs))
                with _beside(partial(documents.finish, writer), at_once=jobs == 1):
                    figures = merge_runs(
                        writer, runs.runs, runs.lengths(), glossary, slice_size=occurrences
                    )
            except BaseException:
                if pool:
                    pool.stop_workers(include_busy=True)  # before their folder goes
                raise
            finally:
                documents.close()
            write_copies(writer, copies)
        writer.close(figures)
    except BaseException:
        writer.abandon()
        raise


@contextmanager
def _beside(work: Callable[[], None], *, at_once: bool) -> Iterator[None]:
    """Do work in another thread meanwhile, or at once."""
    if at_once:
        work()
        yield
        return
    with ThreadPoolExecutor(1) as aside:
        done = aside.submit(work)
        yield
        done.result()


class _Job(NamedTuple):
    """What is the same for all batches of a build; `name` tells it from any other."""

    name: str
    folder: str
    analyzer: Analyzer
    size: int


class _Made(NamedTuple):
    """What is made of a stretch of passages; `lengths` are those of fields in each of them."""

    stretch: PassageColumns
    run: Run
    lengths: dict[str, Array]
    news: NewTerms


def _made(job: _Job, batches: Iterable[Batch], crew: "WorkerPool | None") -> Iterator[_Made]:
    """Yield what is made of all batches, in order."""
    numbered = _numbered(batches)
    several = list(islice(numbered, 2))
    if crew is None or crew.size == 1 or len(several) == 1:
        vocabulary = Vocabulary(job.analyzer)
        for first, batch in chain(several, numbered):
            yield from _make(job, vocabulary, first, batch)
    else:
        tasks = ((job, first, batch) for first, batch in chain(several, numbered))
        for made in crew.map_in_order(_make_aside, tasks):
            yield from made


def _numbered(batches: Iterable[Batch]) -> Iterator[tuple[int, Batch]]:
    """Yield batches with the number of the first passage of each."""
    first = 0
    for batch in batches:
        yield first, batch
        first += len(batch)


_vocabularies: dict[str, Vocabulary] = {}
"""In a process of a crew: that of the build it works for."""


def _make_aside(job: _Job, first: int, batch: Batch) -> list[_Made]:
    """Make in a process of a crew what is made of a batch; words met before are known there."""
    if job.name not in _vocabularies:
        _vocabularies.clear()
        trim_heap()
        _vocabularies[job.name] = Vocabulary(job.analyzer)
    return list(_make(job, _vocabularies[job.name], first, batch))


def _make(job: _Job, vocabulary: Vocabulary, first: int, batch: Batch) -> Iterator[_Made]:
    for stretch in in_columns(first, batch, job.size):
        found = occurrences_of(stretch, vocabulary)
        lengths = {
            name: narrow(np.bincount(found[name].documents, minlength=len(stretch)))
            for name in WORD_FIELDS
        }
        postings = (
            (name, sort_postings(found.pop(name), stretch.first, vocabulary)) for name in FIELDS
        )
        path = Path(job.folder, f"run{stretch.first}")
        run = Run(path, stretch.first, vocabulary.name, postings)
        yield _Made(stretch, run, lengths, vocabulary.new_terms())


class _Runs:
    """The runs of a build, what is new in each, and the lengths of fields in all documents."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._news: list[NewTerms] = []
        self._lengths: dict[str, list[Array]] = {name: [] for name in WORD_FIELDS}

    def keep(self, made: _Made) -> None:
        """Keep the next run."""
        self.runs.append(made.run)
        self._news.append(made.news)
        for name, values in made.lengths.items():
            self._lengths[name].append(values)

    def glossary(self) -> MergedVocabulary:
        """Return what all vocabularies have, and let go of what they have told."""
        heard, self._news = self._news, []
        return MergedVocabulary(heard)

    def lengths(self) -> dict[str, Array]:
        """Return the length of each field that holds words, in each document."""
        return {
            name: np.concatenate([np.empty(0, np.uint8), *parts])
            for name, parts in self._lengths.items()
        }

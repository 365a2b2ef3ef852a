"""The bulk build: passages in, one segment out, in memory that does not grow with them.

Passages are taken in stretches. Of each, threads make a run of sorted postings, while the
next one is gathered; all runs are merged in the end. What is written depends neither on
the number of threads nor on where stretches end.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archivesearch.analysis import Analyzer
from archivesearch.columnar.arrays import Array, ArrayWriter
from archivesearch.columnar.copies import write_copies
from archivesearch.columnar.fields import WORD_FIELDS
from archivesearch.columnar.merge import merge
from archivesearch.columnar.occurrences import occurrences_of
from archivesearch.columnar.runs import Run, sorted_postings
from archivesearch.columnar.stretches import Stretch, stretches
from archivesearch.columnar.tables import DocumentWriter
from archivesearch.columnar.trimming import trim
from archivesearch.columnar.vocabulary import Vocabulary
from archivesearch.columnar.workers import Workers
from archivesearch.model.passages import Copies, Passage

# Bytes in use at the peak: for each byte of a stretch's texts, for each occurrence merged.
_PER_TEXT_BYTE = 16
_PER_OCCURRENCE = 160


def build(
    folder: Path,
    batches: Iterable[Sequence[Passage]],
    analyzer: Analyzer,
    copies: Copies = (),
    *,
    threads: int = 1,
    memory: int = 256 << 20,
) -> None:
    """Write a segment of all passages into an empty folder.

    `copies` are groups of passages that say the same. `memory` bounds the bytes that are
    held for the passages in work. Neither it nor the number of threads makes a difference
    to what is written.
    """
    share = memory // (threads + 1)
    writer = ArrayWriter(folder)
    try:
        with TemporaryDirectory(dir=folder, prefix="runs") as aside, Workers(threads) as workers:
            vocabulary = Vocabulary(analyzer)
            runs = _Runs(Path(aside), vocabulary)
            documents = DocumentWriter(Path(aside))
            try:
                taken = _taken(stretches(batches, share // _PER_TEXT_BYTE), documents)
                for run, lengths in workers.in_order(runs.make, taken):
                    runs.keep(run, lengths)
                vocabulary.complete()
                trim()
                figures = workers.together(
                    partial(documents.finish, writer, workers),
                    partial(
                        merge,
                        writer,
                        runs.runs,
                        runs.lengths(),
                        vocabulary,
                        workers,
                        occurrences=share // _PER_OCCURRENCE,
                    ),
                )
            finally:
                documents.close()
            write_copies(writer, copies)
        writer.close(figures)
    except BaseException:
        writer.abandon()
        raise


def _taken(stretches: Iterable[Stretch], documents: DocumentWriter) -> Iterator[Stretch]:
    """Yield stretches, and take their columns while they are worked on."""
    for stretch in stretches:
        yield stretch
        documents.add(stretch)


class _Runs:
    """The runs of a build, in a folder, and the lengths of fields in all their documents."""

    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        self.runs: list[Run] = []
        self._folder = folder
        self._vocabulary = vocabulary
        self._lengths: dict[str, list[Array]] = {name: [] for name in WORD_FIELDS}

    def make(self, stretch: Stretch) -> tuple[Run, dict[str, Array]]:
        """Return the run of a stretch, and the lengths of fields in its passages."""
        found = occurrences_of(stretch, self._vocabulary)
        lengths = {
            name: np.bincount(found[name].documents, minlength=len(stretch)).astype(np.uint32)
            for name in WORD_FIELDS
        }
        postings = {
            name: sorted_postings(each, stretch.first, self._vocabulary)
            for name, each in found.items()
        }
        return Run(self._folder / f"run{stretch.first}", stretch.first, postings), lengths

    def keep(self, run: Run, lengths: dict[str, Array]) -> None:
        """Keep the next run."""
        self.runs.append(run)
        for name, values in lengths.items():
            self._lengths[name].append(values)

    def lengths(self) -> dict[str, Array]:
        """Return the length of each field that holds words, in each document."""
        return {
            name: np.concatenate([np.empty(0, np.uint32), *parts])
            for name, parts in self._lengths.items()
        }

"""The bulk build: passages in, one segment out, in memory that does not grow with them.

Passages are taken in stretches. Of each, threads make a run of sorted postings, while the
next one is gathered; all runs are merged in the end. What is written depends neither on
the number of threads nor on where stretches end.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archivesearch.analysis import Analyzer
from archivesearch.columnar.arrays import Array, ArrayWriter
from archivesearch.columnar.copies import write_copies
from archivesearch.columnar.documents import DocumentWriter
from archivesearch.columnar.fields import WORD_FIELDS
from archivesearch.columnar.impact import BLOCK_SIZE
from archivesearch.columnar.merge import merge
from archivesearch.columnar.runs import Run
from archivesearch.columnar.stretches import Stretch, postings_of
from archivesearch.columnar.strings import encoded
from archivesearch.columnar.trimming import trim
from archivesearch.columnar.vocabulary import Vocabulary
from archivesearch.columnar.workers import in_order
from archivesearch.model.passages import Copies, Passage

# Bytes in use at the peak: for each byte of a stretch's texts, for each occurrence merged.
_PER_TEXT_BYTE = 16
_PER_OCCURRENCE = 64


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
        with TemporaryDirectory(dir=folder, prefix="runs") as aside:
            vocabulary = Vocabulary(analyzer)
            documents = DocumentWriter(Path(aside))
            try:
                runs = _Runs(Path(aside), vocabulary)
                stretches = _stretches(batches, documents, share // _PER_TEXT_BYTE)
                for run, lengths in in_order(runs.make, stretches, threads):
                    runs.keep(run, lengths)
                    trim()
                documents.finish(writer, threads)
            finally:
                documents.close()
            write_copies(writer, copies)
            trim()
            figures = merge(
                writer,
                runs.runs,
                runs.lengths(),
                vocabulary,
                threads=threads,
                occurrences=share // _PER_OCCURRENCE,
            )
        writer.close(figures)
    except BaseException:
        writer.abandon()
        raise


def _stretches(
    batches: Iterable[Sequence[Passage]], documents: DocumentWriter, size: int
) -> Iterator[Stretch]:
    """Cut passages into stretches of about so many bytes of text, and note their columns.

    All but the last have whole blocks of documents.
    """
    passages: list[Passage] = []
    texts: list[bytes] = []
    gathered = 0
    for batch in batches:
        for start in range(0, len(batch), BLOCK_SIZE):
            some = batch[start : start + BLOCK_SIZE]
            passages += some
            texts += [encoded(passage.text) for passage in some]
            gathered += sum(map(len, texts[-len(some) :]))
            if gathered >= size and len(texts) >= BLOCK_SIZE:
                whole = len(texts) & ~(BLOCK_SIZE - 1)
                yield Stretch(len(documents), passages[:whole], texts[:whole])
                documents.add(passages[:whole], texts[:whole])
                passages, texts = passages[whole:], texts[whole:]
                gathered = sum(map(len, texts))
    if passages:
        yield Stretch(len(documents), passages, texts)
        documents.add(passages, texts)


class _Runs:
    """The runs of a build, in a folder, and the lengths of fields in all their documents."""

    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        self.runs: list[Run] = []
        self._folder = folder
        self._vocabulary = vocabulary
        self._lengths: dict[str, list[Array]] = {name: [] for name in WORD_FIELDS}

    def make(self, stretch: Stretch) -> tuple[Run, dict[str, Array]]:
        """Return the run of a stretch, and the lengths of fields in its passages."""
        postings, lengths = postings_of(stretch, self._vocabulary)
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

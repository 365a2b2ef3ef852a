"""The bulk build: passages in, one segment out, in memory that does not grow with them."""

from array import array
from collections.abc import Iterable, Sequence
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archivesearch.analysis import Analyzer
from archivesearch.columnar import runs
from archivesearch.columnar.arrays import ArrayWriter
from archivesearch.columnar.documents import DocumentWriter
from archivesearch.columnar.fields import KEY_FIELDS, WORD_FIELDS, keys
from archivesearch.columnar.merge import merge
from archivesearch.model import Passage

# Occurrences gathered before they are sorted and written: about 60 bytes each.
_RUN_WORDS = 4_000_000


def build(
    folder: Path,
    batches: Iterable[Sequence[Passage]],
    analyzer: Analyzer,
    run_words: int = _RUN_WORDS,
) -> None:
    """Write a segment of all passages into an empty folder.

    `run_words` bounds the memory: so many occurrences of words are held at a time. It
    makes no difference to what is written.
    """
    writer = ArrayWriter(folder)
    documents = DocumentWriter(writer)
    try:
        with TemporaryDirectory(dir=folder, prefix="runs") as aside:
            gathered = _Gatherer(analyzer, Path(aside), run_words)
            for batch in batches:
                for passage in batch:
                    gathered.add(passage, len(documents))
                    documents.add(passage)
            gathered.end_run()
            documents.finish()
            figures = merge(
                writer,
                gathered.terms,
                [runs.load(Path(aside), number) for number in range(gathered.runs)],
                {name: gathered.lengths[name] for name in WORD_FIELDS},
                len(documents),
            )
        writer.close(figures)
    except BaseException:
        writer.abandon()
        raise


class _TermNumbers(dict[str, int]):
    """The temporary number of the term that stands for a word of one field and language."""

    def __init__(
        self, field: int, lang: str, analyzer: Analyzer, terms: dict[tuple[int, str], int]
    ) -> None:
        super().__init__()
        self._field = field
        self._lang = lang
        self._analyzer = analyzer
        self._terms = terms

    def __missing__(self, word: str) -> int:
        term = (self._field, self._analyzer.term(word, self._lang))
        number = self._terms.setdefault(term, len(self._terms))
        self[word] = number
        return number


class _Gatherer:
    """Turns the fields of passages into numbers of terms, and sorts them run by run."""

    def __init__(self, analyzer: Analyzer, folder: Path, run_words: int) -> None:
        self.terms: dict[tuple[int, str], int] = {}
        self.lengths: dict[str, array[int]] = {name: array("I") for name in WORD_FIELDS}
        self.runs = 0
        self._analyzer = analyzer
        self._folder = folder
        self._run_words = run_words
        self._tables: dict[tuple[int, str], _TermNumbers] = {}
        self._last: dict[int, tuple[str, str, array[int]]] = {}
        self._empty_run()

    def add(self, passage: Passage, document: int) -> None:
        """Take the next passage."""
        for field, name in enumerate(WORD_FIELDS):
            if passage.repeated and name in ("text", "repeated"):
                self._add_part(passage, document, field, name)
                continue
            text = "" if name == "repeated" else getattr(passage, name)
            numbers = self._numbers(field, text, passage.lang)
            self.lengths[name].append(len(numbers))
            self._extend(numbers, document, range(len(numbers)))
        for field, name in enumerate(KEY_FIELDS, len(WORD_FIELDS)):
            for key in keys(passage, name):
                number = self.terms.setdefault((field, key), len(self.terms))
                self._extend((number,), document, (0,))
        if len(self._numbers_run) >= self._run_words:
            self.end_run()

    def end_run(self) -> None:
        """Sort what has been gathered, and write it aside."""
        if not self._numbers_run:
            return
        run = runs.sorted_run(
            np.frombuffer(self._numbers_run, np.uint32),
            np.frombuffer(self._documents_run, np.uint32),
            np.frombuffer(self._positions_run, np.uint32),
        )
        runs.save(run, self._folder, self.runs)
        self.runs += 1
        self._empty_run()

    def _empty_run(self) -> None:
        self._numbers_run = array("I")
        self._documents_run = array("I")
        self._positions_run = array("I")

    def _extend(self, numbers: Sequence[int], document: int, positions: Iterable[int]) -> None:
        self._numbers_run.extend(numbers)
        self._documents_run.extend(repeat(document, len(numbers)))
        self._positions_run.extend(positions)

    def _numbers(self, field: int, text: str, lang: str) -> "array[int]":
        """Return the numbers of the terms of a text; titles and headings come many times over."""
        if not text:
            return array("I")
        last = self._last.get(field)
        if last and last[0] == text and last[1] == lang:
            return last[2]
        table = self._table(field, lang)
        numbers = array("I", map(table.__getitem__, self._analyzer.words(text)))
        self._last[field] = (text, lang, numbers)
        return numbers

    def _add_part(self, passage: Passage, document: int, field: int, name: str) -> None:
        """Take the words of a text that are its own, or those of its repeated sentences."""
        own, repeated = self._analyzer.split(passage.text, passage.lang, passage.repeated)
        tokens = own if name == "text" else repeated
        numbers = [
            self.terms.setdefault((field, token.term), len(self.terms)) for token in tokens
        ]
        self.lengths[name].append(len(numbers))
        self._extend(numbers, document, (token.position for token in tokens))

    def _table(self, field: int, lang: str) -> _TermNumbers:
        key = (field, lang)
        if key not in self._tables:
            self._tables[key] = _TermNumbers(field, lang, self._analyzer, self.terms)
        return self._tables[key]

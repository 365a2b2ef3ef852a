"""The bulk build: passages in, one segment out, in memory that does not grow with them."""

from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from archivesearch.analysis import Analyzer, spelling, year_term
from archivesearch.columnar import runs
from archivesearch.columnar.arrays import Array, ArrayWriter, spread, starts_of
from archivesearch.columnar.documents import DocumentWriter
from archivesearch.columnar.fields import (
    FIELDS,
    SHARED_FIELDS,
    WORD_FIELDS,
    shared_value,
)
from archivesearch.columnar.merge import merge
from archivesearch.columnar.strings import write_strings
from archivesearch.model import Passage
from archivesearch.words import plain_words, words

# Occurrences gathered before they are sorted and written: about 60 bytes each.
_RUN_WORDS = 4_000_000
_NONE: "array[int]" = array("I")
_NO_ARRAY = np.empty(0, np.uint32)


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
            gathered.end_run(len(documents))
            documents.finish()
            write_strings(writer, "forms", gathered.forms())
            figures = merge(
                writer,
                gathered.terms,
                [runs.load(Path(aside), number) for number in range(gathered.runs)],
                gathered.lengths(),
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
    """Turns the fields of passages into numbers of terms, and sorts them run by run.

    What neighbouring passages share, as those of a page share its title, is taken once
    and spread over them when a run ends.
    """

    def __init__(self, analyzer: Analyzer, folder: Path, run_words: int) -> None:
        self.terms: dict[tuple[int, str], int] = {}
        self.runs = 0
        self._analyzer = analyzer
        self._folder = folder
        self._run_words = run_words
        self._tables: dict[tuple[int, str], _TermNumbers] = {}
        self._lengths: dict[str, array[int]] = {name: array("I") for name in WORD_FIELDS}
        self._shared: dict[str, tuple[str, str]] = {}
        self._empty_run()

    def add(self, passage: Passage, document: int) -> None:
        """Take the next passage."""
        lang = passage.lang
        if passage.repeated:
            self._add_parts(passage, document)
        else:
            self._add("text", self._numbers("text", passage.text, lang), document)
            self._add("repeated", _NONE, document)
        self._add("label", self._numbers("label", passage.label, lang), document)
        for name in SHARED_FIELDS:
            value = (shared_value(passage, name), lang)
            if self._shared.get(name) != value:
                self._shared[name] = value
                self._open_span(name, *value, document)
        for year in dict.fromkeys(passage.years_mentioned):
            self._add_key("years_mentioned", year_term(year), document)
        if len(self._own.numbers) >= self._run_words:
            self.end_run(document + 1)

    def end_run(self, documents: int) -> None:
        """Sort what has been gathered of the documents up to a number, and write it aside."""
        own, shared = self._own.occurrences(), self._spread_spans(documents)
        terms, numbers, positions = (np.concatenate(pair) for pair in zip(own, shared, strict=True))
        if len(terms):
            runs.save(runs.sorted_run(terms, numbers, positions), self._folder, self.runs)
            self.runs += 1
        self._empty_run()

    def lengths(self) -> dict[str, "array[int]"]:
        """Return the length of each field that holds words, in each document."""
        return self._lengths

    def forms(self) -> list[bytes]:
        """Return each term with each of the forms that stand for it in texts, sorted."""
        found = {
            f"{self._analyzer.term(word, lang)}\0{spelling(word)}"
            for (_, lang), table in self._tables.items()
            for word in table
        }
        return sorted(pair.encode("utf-8", "surrogatepass") for pair in found)

    def _empty_run(self) -> None:
        self._own = _Occurrences()
        self._spans: dict[str, list[tuple[int, array[int]]]] = {n: [] for n in SHARED_FIELDS}
        self._shared.clear()

    def _add(self, name: str, numbers: "array[int]", document: int) -> None:
        self._lengths[name].append(len(numbers))
        if numbers:
            self._own.add(numbers, document)

    def _add_key(self, name: str, key: str, document: int) -> None:
        number = self.terms.setdefault((FIELDS.index(name), key), len(self.terms))
        self._own.add((number,), document)

    def _add_parts(self, passage: Passage, document: int) -> None:
        """Take the words of a text that are its own, and those of its repeated sentences."""
        parts = {name: (array("I"), list[int]()) for name in ("text", "repeated")}
        for place, (word, at, _) in enumerate(words(passage.text)):
            inside = any(start <= at < end for start, end in passage.repeated)
            name = "repeated" if inside else "text"
            numbers, places = parts[name]
            numbers.append(self._table(name, passage.lang)[word])
            places.append(place)
        for name, (numbers, places) in parts.items():
            self._own.place(places)
            self._add(name, numbers, document)

    def _open_span(self, name: str, value: str, lang: str, document: int) -> None:
        """Note that documents from here on share the value of a field."""
        if name in WORD_FIELDS:
            numbers = self._numbers(name, value, lang)
        else:
            term = (FIELDS.index(name), value)
            numbers = array("I", [self.terms.setdefault(term, len(self.terms))] if value else [])
        self._spans[name].append((document, numbers))

    def _spread_spans(self, documents: int) -> tuple[Array, Array, Array]:
        """Return the occurrences of what documents share, and note the lengths."""
        parts = []
        for name, spans in self._spans.items():
            starts = np.array([start for start, _ in spans], np.int64)
            sizes = np.array([len(numbers) for _, numbers in spans], np.int64)
            counts = np.diff(np.append(starts, documents))
            if name in WORD_FIELDS:
                self._lengths[name].frombytes(np.repeat(sizes, counts).astype(np.uint32).tobytes())
            flat = np.concatenate([_NO_ARRAY, *(np.asarray(numbers) for _, numbers in spans)])
            each = np.repeat(sizes, counts)
            positions = spread(np.zeros(len(each), np.int64), each)
            first = np.repeat(starts_of(sizes)[:-1], counts)
            owners = np.repeat(spread(starts, counts), each)
            parts.append((flat[np.repeat(first, each) + positions], owners, positions))
        terms, owners, positions = (np.concatenate(c) for c in zip(*parts, strict=True))
        return terms.astype(np.uint32), owners.astype(np.uint32), positions.astype(np.uint32)

    def _numbers(self, name: str, text: str, lang: str) -> "array[int]":
        """Return the temporary numbers of the terms of a text."""
        if not text:
            return _NONE
        table = self._table(name, lang)
        return array("I", [table[word] for word in plain_words(text)])

    def _table(self, name: str, lang: str) -> _TermNumbers:
        key = (FIELDS.index(name), lang)
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = _TermNumbers(*key, self._analyzer, self.terms)
        return table


class _Occurrences:
    """Occurrences of terms in the order of the passages: numbers, and how many to a document."""

    def __init__(self) -> None:
        self.numbers = array("I")
        self._documents = array("I")
        self._counts = array("I")
        self._places: list[tuple[int, list[int]]] = []

    def add(self, numbers: Sequence[int], document: int) -> None:
        """Add the terms of a field of a document, which has them at positions from 0 on."""
        self.numbers.extend(numbers)
        self._documents.append(document)
        self._counts.append(len(numbers))

    def place(self, positions: list[int]) -> None:
        """Say that the terms added next stand at other positions."""
        self._places.append((len(self.numbers), positions))

    def occurrences(self) -> tuple[Array, Array, Array]:
        """Return for each occurrence its term, its document and its position."""
        counts = np.asarray(self._counts).astype(np.int64)
        positions = spread(np.zeros(len(counts), np.int64), counts)
        for start, places in self._places:
            positions[start : start + len(places)] = places
        documents = np.repeat(np.asarray(self._documents), counts)
        return np.asarray(self.numbers), documents, positions.astype(np.uint32)

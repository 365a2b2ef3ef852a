"""Segment reader: the term dictionary, postings, lengths and documents of an index.

Documents are numbered from 0. 32 of them are a block; documents as *bits* are a uint32 per
block, the first document the lowest bit. An *entry* is a block in which a term occurs. A
*posting* is a document in which it occurs, and has a frequency and positions.

    term "castro" in documents 1, 3 and 40

    entries       block 0   block 1
    bits           0b1010     1 << 8
    postings         1, 3         40
"""

from itertools import chain
from pathlib import Path

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE, idf
from archivesearch.columnar.checks.structure import check_structure
from archivesearch.columnar.documents.document_store import DocumentStore
from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, concat_ranges
from archivesearch.columnar.storage.doc_sets import entry_documents
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.prefix_sums import PaddedRows, PrefixSums
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8
from archivesearch.columnar.terms.term_dictionary import TermDictionary
from archivesearch.columnar.terms.word_forms import WordForms
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy

_CACHED_LANGUAGES = 16
_CACHED_TERMS = 1024


class Segment:
    """The arrays of one index. Raises IndexDamaged if they do not fit together."""

    def __init__(self, folder: Path) -> None:
        self.arrays = ArrayFolder(folder)
        check_structure(self.arrays)
        info = self.arrays.info
        self.document_count: int = info["documents"]
        self.block_count: int = (self.document_count + BLOCK_SIZE - 1) >> BLOCK_BITS
        self.with_field: dict[str, int] = info["with_field"]
        self.total_length: dict[str, int] = info["total_length"]
        self.fields: dict[str, tuple[int, int]] = {
            name: (first, end) for name, (first, end) in info["fields"].items()
        }
        self.term_dictionary = TermDictionary(self.arrays, self.fields)
        self.frequencies = PackedInts(self.arrays, "postings.frequency", bits=4)
        self.gaps = PackedInts(self.arrays, "positions.gap", bits=8)
        entry_bits: Array = self.arrays["entries.documents"]
        entry_bit_rows = PaddedRows(entry_bits)
        # Prefix sums: the postings before an entry, the positions before a posting.
        self.posting_sums = PrefixSums(
            self.arrays,
            "entries.postings",
            lambda entries: np.bitwise_count(entry_bits[entries]),
            lambda rows: np.bitwise_count(entry_bit_rows[rows]),
        )
        self.position_sums = PrefixSums(
            self.arrays,
            "postings.positions",
            self.frequencies.__getitem__,
            self.frequencies.rows,
        )
        # The private methods of these names have the docstrings.
        self.documents_in_languages = cached_method(_CACHED_LANGUAGES, self._documents_in_languages)
        self.forms = cached_method(_CACHED_TERMS, self._forms)
        self._entry_starts = self.arrays["terms.entries"]
        self._posting_starts = self.arrays["terms.postings"]
        self._position_starts = self.arrays["terms.positions"]
        self._joint_document_frequencies = self.arrays["terms.passages"]

    @lazy
    def documents(self) -> DocumentStore:
        """The store of the passages."""
        return DocumentStore(self.arrays)

    @property
    def lengths(self) -> Array:
        """The lengths in words of all word fields, field by field.

        A field has `block_count * 32` values: the last block is padded with zeros.
        """
        return self.arrays["lengths"]

    def length_start(self, field: str) -> int:
        """Return the index in `lengths` of the field's length in document 0."""
        return WORD_FIELDS.index(field) * (self.block_count << BLOCK_BITS)

    def average_length(self, field: str) -> float:
        """Return the mean length in words of a field, over the documents that have it."""
        return self.total_length[field] / self.with_field[field] if self.with_field[field] else 1.0

    @lazy
    def word_forms(self) -> WordForms:
        """The spellings of all terms of word fields."""
        return WordForms(self.arrays)

    def form_counts(self, field: str) -> tuple[list[str], list[int]]:
        """Return all word forms of a field, and the number of documents that have each.

        A form that belongs to several terms, because of languages, is listed once per term.
        """
        first, end = self.term_dictionary.field_range(field)
        postings = np.diff(self._posting_starts[first : end + 1].astype(np.int64))
        counts: list[int] = self.word_forms.document_counts(first, end, postings).tolist()
        return self.word_forms.spellings_between(first, end), counts

    def occurrence_counts(self, field: str) -> dict[str, int]:
        """Return the terms of a field, sorted by bytes, with their numbers of occurrences."""
        first, end = self.term_dictionary.field_range(field)
        terms = map(from_utf8, self.term_dictionary.terms(first, end))
        counts = np.diff(self._position_starts[first : end + 1].astype(np.int64)).tolist()
        return dict(zip(terms, counts, strict=True))

    def idf(self, field: str, number: int) -> float:
        """Return the inverse document frequency of a term, by its field and number.

        A term has the same idf in all of `JOINT_FIELDS`, whose terms have the lowest numbers.
        """
        if number < len(self._joint_document_frequencies):
            return idf(self.document_count, int(self._joint_document_frequencies[number]))
        frequency = int(self._posting_starts[number + 1]) - int(self._posting_starts[number])
        return idf(max(self.with_field.get(field, 0), 1), frequency)

    def documents_with_any(self, terms: Array) -> Array:
        """Return the documents that have any of the terms, given by number, as bits."""
        starts = self._entry_starts[terms].astype(np.int64)
        entries = concat_ranges(starts, self._entry_starts[terms + 1] - starts)
        bits = np.zeros(self.block_count, np.uint32)
        blocks = self.arrays["entries.block"][entries].astype(np.intp)
        np.bitwise_or.at(bits, blocks, self.arrays["entries.documents"][entries])
        return bits

    def postings(self, field: str, term: str) -> "Postings | None":
        """Return the postings of a term; None if no document has it."""
        number = self.term_dictionary.find(field, to_utf8(term))
        return None if number is None else self.postings_of(field, number)

    def postings_of(self, field: str, number: int, inside: Array | None = None) -> "Postings":
        """Return the postings of a term by its number in the term dictionary.

        `inside` are bits of all blocks: see `Postings`.
        """
        first_posting = int(self._posting_starts[number])
        return Postings(
            segment=self,
            field=field,
            number=number,
            entries=slice(int(self._entry_starts[number]), int(self._entry_starts[number + 1])),
            first_posting=first_posting,
            count=int(self._posting_starts[number + 1]) - first_posting,
            first_position=int(self._position_starts[number]),
            inside=inside,
        )

    def _documents_in_languages(self, langs: tuple[str, ...]) -> Array:
        """Return the documents in any of the languages, as bits."""
        bits = np.zeros(self.block_count, np.uint32)
        for lang in langs:
            if postings := self.postings("lang", lang):
                bits[postings.blocks] |= postings.bits
        return bits

    def _forms(self, term: bytes) -> list[str]:
        """Return the word forms of a term in `text` and `repeated`, each once."""
        numbers = (self.term_dictionary.find(field, term) for field in ("text", "repeated"))
        forms = (self.word_forms.spellings(number) for number in numbers if number is not None)
        return list(dict.fromkeys(chain.from_iterable(forms)))


class Postings:
    """The postings of one term in one field; arrays are read when they are needed.

    `number` is the term's number, `count` the number of documents that have it. `entries`,
    `first_posting` and `first_position` locate its values in the arrays of the
    segment. `inside` restricts the term to some documents, given as bits of all blocks:
    `PostingLists` applies it, the methods here do not.
    """

    def __init__(
        self,
        segment: Segment,
        field: str,
        number: int,
        entries: slice,
        *,
        first_posting: int,
        count: int,
        first_position: int,
        inside: Array | None = None,
    ) -> None:
        self.segment = segment
        self.field = field
        self.number = number
        self.entries = entries
        self.first_posting = first_posting
        self.count = count
        self.first_position = first_position
        self.inside = inside

    @property
    def blocks(self) -> Array:
        """The block of each entry: uint16 or uint32, ascending."""
        return self.segment.arrays["entries.block"][self.entries]

    @property
    def bits(self) -> Array:
        """The documents of each entry: uint32, the first document of the block lowest."""
        return self.segment.arrays["entries.documents"][self.entries]

    @property
    def max_impacts(self) -> Array:
        """The largest impact in each entry: uint8, in 255ths, rounded up."""
        return self.segment.arrays["entries.bound"][self.entries]

    @lazy
    def idf(self) -> float:
        """The inverse document frequency of the term in this field."""
        return self.segment.idf(self.field, self.number)

    @lazy
    def documents(self) -> Array:
        """The document of each posting: int64, ascending."""
        return entry_documents(self.blocks, self.bits)

    def frequencies(self) -> Array:
        """Return the occurrences of the term in each of `documents`: int64."""
        return self.segment.frequencies[slice(self.first_posting, self.first_posting + self.count)]

    def positions(self) -> tuple[Array, Array]:
        """Return the positions of all occurrences, and the frequency of each posting.

        Positions are document by document, ascending within each. Raises IndexDamaged if
        frequencies are too large.
        """
        frequencies = self.frequencies()
        ends = np.cumsum(frequencies)
        gaps = self.segment.gaps[slice(self.first_position, self.first_position + int(ends[-1]))]
        if len(gaps) != ends[-1]:
            raise IndexDamaged("postings.frequency.bin: more occurrences than positions")
        sums = np.cumsum(gaps)
        sums_before = np.concatenate(([0], sums))[ends - frequencies]
        return sums - np.repeat(sums_before, frequencies), frequencies

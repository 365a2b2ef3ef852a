"""A segment opened for reading: its lexicon, its postings, its documents."""

from itertools import chain
from pathlib import Path

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE, idf
from archivesearch.columnar.checks.structure import check_structure
from archivesearch.columnar.documents.document_store import DocumentStore
from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, concat_ranges
from archivesearch.columnar.storage.doc_sets import unpack_bits
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.prefix_sums import PaddedRows, PrefixSums
from archivesearch.columnar.terms.term_dictionary import TermDictionary
from archivesearch.columnar.terms.word_forms import WordForms
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy

_CACHED_LANGUAGES = 16
_CACHED_TERMS = 1024


class Segment:
    """The arrays of one index, and what is found in them."""

    def __init__(self, folder: Path) -> None:
        self.arrays = ArrayFolder(folder)
        check_structure(self.arrays)
        info = self.arrays.info
        self.document_count: int = info["documents"]
        self.block_count: int = (self.document_count + BLOCK_SIZE - 1) >> BLOCK_BITS
        self.with_field: dict[str, int] = info["with_field"]
        self.total_length: dict[str, int] = info["total_length"]
        self.fields: dict[str, tuple[int, int]] = {
            name: (first, last) for name, (first, last) in info["fields"].items()
        }
        self.term_dictionary = TermDictionary(self.arrays, self.fields)
        self.frequencies = PackedInts(self.arrays, "postings.frequency", bits=4)
        self.gaps = PackedInts(self.arrays, "positions.gap", bits=8)
        entries: Array = self.arrays["entries.documents"]
        chunks = PaddedRows(entries)
        self.posting_sums = PrefixSums(
            self.arrays,
            "entries.postings",
            lambda places: np.bitwise_count(entries[places]),
            lambda numbers: np.bitwise_count(chunks[numbers]),
        )
        self.position_sums = PrefixSums(
            self.arrays,
            "postings.positions",
            self.frequencies.__getitem__,
            self.frequencies.rows,
        )
        self.documents_in = cached_method(_CACHED_LANGUAGES, self._in_languages)
        """Return the documents in any of some languages, as bits."""
        self.forms = cached_method(_CACHED_TERMS, self._forms)
        """Return the spellings, case apart, of the words in texts that a term stands for."""
        self._entries = self.arrays["terms.entries"]
        self._postings = self.arrays["terms.postings"]
        self._positions = self.arrays["terms.positions"]
        self._passages = self.arrays["terms.passages"]

    @lazy
    def documents(self) -> DocumentStore:
        """The passages."""
        return DocumentStore(self.arrays)

    @property
    def lengths(self) -> Array:
        """The length of every field in each document, one field after the other.

        Each field has as many values as there are documents in whole blocks.
        """
        return self.arrays["lengths"]

    def length_start(self, field: str) -> int:
        """Return where in `lengths` those of a field start."""
        return WORD_FIELDS.index(field) * (self.block_count << BLOCK_BITS)

    def average_length(self, field: str) -> float:
        """Return the average length of a field, of the documents that have it."""
        return self.total_length[field] / self.with_field[field] if self.with_field[field] else 1.0

    @lazy
    def word_forms(self) -> WordForms:
        """The forms in which terms stand."""
        return WordForms(self.arrays)

    def _forms(self, term: bytes) -> list[str]:
        numbers = (self.term_dictionary.find(field, term) for field in ("text", "repeated"))
        forms = (self.word_forms.spellings(number) for number in numbers if number is not None)
        return list(dict.fromkeys(chain.from_iterable(forms)))

    def form_counts(self, field: str) -> tuple[list[str], list[int]]:
        """Return all forms of words of a field, and how many documents have each.

        A word that is several terms, as of several languages, is there as often.
        """
        first, last = self.term_dictionary.field_range(field)
        postings = np.diff(self._postings[first : last + 1].astype(np.int64))
        passages: list[int] = self.word_forms.document_counts(first, last, postings).tolist()
        return self.word_forms.spellings_between(first, last), passages

    def occurrence_counts(self, field: str) -> dict[str, int]:
        """Return for each term of a field how often it stands."""
        first, last = self.term_dictionary.field_range(field)
        terms = [
            term.decode("utf-8", "surrogatepass")
            for term in self.term_dictionary.terms(first, last)
        ]
        counts = np.diff(self._positions[first : last + 1].astype(np.int64)).tolist()
        return dict(zip(terms, counts, strict=True))

    def idf(self, field: str, number: int) -> float:
        """Return how much finding a term says: the less, the more passages have it.

        In the fields that are searched together it says the same in each.
        """
        if number < len(self._passages):
            return idf(self.document_count, int(self._passages[number]))
        having = int(self._postings[number + 1]) - int(self._postings[number])
        return idf(max(self.with_field.get(field, 0), 1), having)

    def _in_languages(self, langs: tuple[str, ...]) -> Array:
        found = np.zeros(self.block_count, np.uint32)
        for lang in langs:
            if postings := self.postings("lang", lang):
                found[postings.blocks] |= postings.bits
        return found

    def documents_with_any(self, terms: Array) -> Array:
        """Return the documents that have any of some terms, given by their numbers, as bits."""
        starts = self._entries[terms].astype(np.int64)
        at = concat_ranges(starts, self._entries[terms + 1] - starts)
        found = np.zeros(self.block_count, np.uint32)
        blocks = self.arrays["entries.block"][at].astype(np.intp)
        np.bitwise_or.at(found, blocks, self.arrays["entries.documents"][at])
        return found

    def postings(self, field: str, term: str) -> "Postings | None":
        """Return the postings of a term; None where no document has it."""
        number = self.term_dictionary.find(field, term.encode("utf-8", "surrogatepass"))
        return None if number is None else self.postings_of(field, number)

    def postings_of(self, field: str, number: int, inside: Array | None = None) -> "Postings":
        """Return the postings of a term by its number in the lexicon.

        `inside` says which documents are asked for, as bits of all blocks.
        """
        first, last = int(self._entries[number]), int(self._entries[number + 1])
        return Postings(
            segment=self,
            field=field,
            number=number,
            entries=slice(first, last),
            first_posting=int(self._postings[number]),
            count=int(self._postings[number + 1]) - int(self._postings[number]),
            first_position=int(self._positions[number]),
            inside=inside,
        )


class Postings:
    """The documents that have one term in one field, how often, and where.

    `number` is that of the term, `count` that of the documents. These come in blocks of
    32; `blocks` are the numbers of the blocks that have any, `bits` which of their
    documents, `best` the best impact.
    `inside`, if any, are those documents that whoever asks wants to know of.
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
        """The blocks that have documents with the term, ascending."""
        return self.segment.arrays["entries.block"][self.entries]

    @property
    def bits(self) -> Array:
        """The documents in each of the blocks, the first as the lowest bit."""
        return self.segment.arrays["entries.documents"][self.entries]

    @property
    def max_impacts(self) -> Array:
        """The best impact in each of the blocks, in 255ths."""
        return self.segment.arrays["entries.bound"][self.entries]

    @lazy
    def idf(self) -> float:
        """How much finding the term in this field says."""
        return self.segment.idf(self.field, self.number)

    @lazy
    def documents(self) -> Array:
        """The documents, ascending."""
        at = np.flatnonzero(unpack_bits(self.bits))
        blocks: Array = self.blocks[at >> BLOCK_BITS].astype(np.int64)
        return (blocks << BLOCK_BITS) | (at & (BLOCK_SIZE - 1))

    def frequencies(self) -> Array:
        """Return how often the term stands in each document."""
        return self.segment.frequencies[slice(self.first_posting, self.first_posting + self.count)]

    def positions(self) -> tuple[Array, Array]:
        """Return the positions in each document, one document after the other.

        The second array says how many of the first belong to each document.
        """
        counts = self.frequencies()
        ends = np.cumsum(counts)
        gaps = self.segment.gaps[slice(self.first_position, self.first_position + int(ends[-1]))]
        if len(gaps) != ends[-1]:
            raise IndexDamaged("postings.frequency.bin: more occurrences than there are")
        through = np.cumsum(gaps)
        before = np.concatenate(([0], through))[ends - counts]
        return through - np.repeat(before, counts), counts

"""Occurrences of terms in passages, field by field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from archivesearch.analysis.analyzer import year_term
from archivesearch.columnar.passage_columns import PassageColumns
from archivesearch.columnar.schema import (
    FIELDS,
    SHARED_KEY_FIELDS,
    SHARED_WORD_FIELDS,
    key_of,
)
from archivesearch.columnar.storage.array_files import Array, concat_ranges, offsets
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.columnar.terms.batch_tokenizer import TokenizedTexts, tokenize_texts
from archivesearch.columnar.terms.vocabulary import Vocabulary

# Bytes of text that are tokenized at a time. With more the arrays leave the processor's
# caches (8 MB: 2.1 s for 126 MB of text, 2 MB: 1.7), with less numpy's calls weigh more.
_CHUNK_BYTES = 2 << 20
_LATEST_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The occurrences of terms in one field, by document, then by position.

    Each array has one value per occurrence.

    - `terms`: int32, the number of the term in the vocabulary.
    - `forms`: int32, the number of the form; -1 for the usual form of the term.
    - `documents`: uint32, counted from the first passage of the columns.
    - `positions`: uint32, counted in words of the field, from 0; 0 for keys.
    """

    terms: Array
    forms: Array
    documents: Array
    positions: Array

    def where(self, mask: Array) -> "Occurrences":
        """Return the occurrences for which `mask` is true."""
        return Occurrences(
            self.terms[mask], self.forms[mask], self.documents[mask], self.positions[mask]
        )


def occurrences_of(columns: PassageColumns, vocabulary: Vocabulary) -> dict[str, Occurrences]:
    """Return the occurrences of terms in each of `FIELDS`."""
    occurrences = _in_word_fields(columns, vocabulary) | _in_key_fields(columns, vocabulary)
    return {name: occurrences[name] for name in FIELDS}


def _in_word_fields(columns: PassageColumns, vocabulary: Vocabulary) -> dict[str, Occurrences]:
    """Return the occurrences in each word field.

    A passage whose words are all in repeated spans gets no words in `title`, `section` and
    `org`: a search for its page's title must not find it.
    """
    count = len(columns)
    langs = list(map(vocabulary.stemming_language, (shared.lang for shared in columns.shared)))
    words, is_repeated = _in_texts(columns, langs, vocabulary)
    without_heading = columns.is_boilerplate
    if is_repeated.any():
        own, repeated = words.where(~is_repeated), words.where(is_repeated)
        has_own, has_repeated = (
            np.bincount(part.documents, minlength=count) > 0 for part in (own, repeated)
        )
        without_heading = without_heading | (has_repeated & ~has_own)
    else:
        own, repeated = words, words.where(is_repeated)
    fields = {"text": own, "repeated": repeated}
    for name in SHARED_WORD_FIELDS:
        words = _in_shared_field(columns, name, langs, vocabulary)
        without = columns.is_boilerplate if name == "label" else without_heading
        fields[name] = words.where(~without[words.documents]) if without.any() else words
    return fields


def _in_texts(
    columns: PassageColumns, shared_langs: Sequence[str], vocabulary: Vocabulary
) -> tuple[Occurrences, Array]:
    """Return the occurrences in texts, and for each whether it begins in a repeated span.

    `shared_langs` has the stemming language of each of `columns.shared`.
    """
    codes = {lang: code for code, lang in enumerate(dict.fromkeys(shared_langs))}
    langs = columns.per_passage(np.array([codes[lang] for lang in shared_langs], np.uint32))
    edge_starts = offsets(columns.repeated.counts)
    terms, forms, counts, is_repeated = [], [], [], []
    for first, end in _chunks(columns.texts):
        texts = tokenize_texts(columns.texts[first:end])
        chunk_terms, chunk_forms = _terms_and_forms(
            texts, langs[first:end], list(codes), vocabulary
        )
        terms.append(chunk_terms)
        forms.append(chunk_forms)
        counts.append(texts.word_counts)
        owners = np.repeat(np.arange(end - first), columns.repeated.counts[first:end])
        edges = columns.repeated_bytes[edge_starts[first] : edge_starts[end]]
        is_repeated.append(_begins_in_spans(texts, edges + texts.text_starts[owners]))
    return _occurrences(*map(np.concatenate, (terms, forms, counts))), np.concatenate(is_repeated)


def _chunks(texts: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts that are tokenized at a time."""
    first = size = 0
    for number, length in enumerate(map(len, texts), 1):
        size += length
        if size >= _CHUNK_BYTES:
            yield first, number
            first, size = number, 0
    if first < len(texts):
        yield first, len(texts)


def _begins_in_spans(texts: TokenizedTexts, edges: Array) -> Array:
    """Return for each word whether it begins in a span; `edges` alternates starts and ends."""
    is_inside = np.zeros(len(texts.starts), bool)
    for first, end in np.searchsorted(texts.starts, edges).reshape(-1, 2).tolist():
        is_inside[first:end] = True
    return is_inside


def _in_shared_field(
    columns: PassageColumns, name: str, shared_langs: Sequence[str], vocabulary: Vocabulary
) -> Occurrences:
    """Return the occurrences in a shared word field; each value is tokenized once."""
    values = [getattr(shared, name) for shared in columns.shared]
    distinct: dict[tuple[str, str], int] = {}
    numbers = [
        distinct.setdefault(pair, len(distinct)) for pair in zip(values, shared_langs, strict=True)
    ]
    codes = {lang: code for code, lang in enumerate(dict.fromkeys(shared_langs))}
    texts = tokenize_texts([to_utf8(value) for value, _ in distinct])
    langs = np.array([codes[lang] for _, lang in distinct], np.uint32)
    terms, forms = _terms_and_forms(texts, langs, list(codes), vocabulary)
    value_of_passage = columns.per_passage(np.array(numbers))
    counts = texts.word_counts[value_of_passage]
    words = concat_ranges(offsets(texts.word_counts)[value_of_passage], counts)
    return _occurrences(terms[words], forms[words], counts)


def _terms_and_forms(
    texts: TokenizedTexts, langs: Array, names: Sequence[str], vocabulary: Vocabulary
) -> tuple[Array, Array]:
    """Return the term and the form of each word, in the language of its text: int32.

    `langs` has the language of each text, as an index in `names`.
    """
    words = vocabulary.word_numbers(texts)
    if len(names) == 1:
        return vocabulary.terms_and_forms(words, *names)
    terms, forms = np.empty((2, len(words)), np.int32)
    lang_of_word = np.repeat(langs, texts.word_counts)
    for lang in np.unique(langs).tolist():
        at = np.flatnonzero(lang_of_word == lang)
        terms[at], forms[at] = vocabulary.terms_and_forms(words[at], names[lang])
    return terms, forms


def _occurrences(terms: Array, forms: Array, counts: Array) -> Occurrences:
    """Return occurrences from the terms of all passages, end to end; passage i has `counts[i]`."""
    documents = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    positions = np.arange(len(terms), dtype=np.uint32)
    positions -= np.repeat(offsets(counts)[:-1].astype(np.uint32), counts)
    return Occurrences(terms, forms, documents, positions)


def _in_key_fields(columns: PassageColumns, vocabulary: Vocabulary) -> dict[str, Occurrences]:
    """Return the occurrences in each key field."""
    documents = np.arange(len(columns), dtype=np.uint32)
    fields = {}
    for name in SHARED_KEY_FIELDS:
        keys = [key_of(shared, name) for shared in columns.shared]
        numbers = {key: vocabulary.key_number(key) for key in dict.fromkeys(keys) if key}
        terms = columns.per_passage(np.array([numbers.get(key, -1) for key in keys], np.int32))
        fields[name] = _key_occurrences(terms, documents).where(terms >= 0)
    return fields | {"years_mentioned": _in_years_mentioned(columns, vocabulary)}


def _in_years_mentioned(columns: PassageColumns, vocabulary: Vocabulary) -> Occurrences:
    """Return the years that passages mention, each once per passage."""
    years = np.minimum(columns.years.values, _LATEST_YEAR)
    pairs = columns.years.owners().astype(np.int64) * (_LATEST_YEAR + 1) + years
    owners, years = np.divmod(np.unique(pairs), _LATEST_YEAR + 1)
    distinct, indices = np.unique(years, return_inverse=True)
    keys = [vocabulary.key_number(year_term(year)) for year in distinct.tolist()]
    return _key_occurrences(np.array(keys, np.int32)[indices], owners.astype(np.uint32))


def _key_occurrences(terms: Array, documents: Array) -> Occurrences:
    """Return the occurrences of one key per document."""
    forms = np.full(len(terms), -1, np.int32)
    return Occurrences(terms, forms, documents, np.zeros(len(terms), np.uint32))

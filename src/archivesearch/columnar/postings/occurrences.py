"""The occurrences of terms in a stretch of passages, field by field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from archivesearch.analysis.analyzer import year_term
from archivesearch.columnar.passage_columns import PassageColumns
from archivesearch.columnar.schema import FIELDS, SHARED_KEY_FIELDS, SHARED_WORD_FIELDS, key_of
from archivesearch.columnar.storage.array_files import Array, concat_ranges, offsets
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.columnar.terms.batch_tokenizer import TokenizedTexts, tokenize_texts
from archivesearch.columnar.terms.vocabulary import Vocabulary

# Bytes of text that are split at a time: with more the arrays leave the processor's
# caches (8 MB: 2.1 s for 126 MB of text, 2 MB: 1.7), with less numpy's calls weigh more.
_AT_ONCE = 2 << 20
_LATEST_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The terms of a field as numbers, in the order of documents and positions.

    `forms` are those of words that do not stand in the usual form of their terms, else -1.
    """

    terms: Array
    forms: Array
    documents: Array
    positions: Array

    def where(self, chosen: Array) -> "Occurrences":
        """Return some of them."""
        return Occurrences(
            self.terms[chosen], self.forms[chosen], self.documents[chosen], self.positions[chosen]
        )


def occurrences_of(stretch: PassageColumns, vocabulary: Vocabulary) -> dict[str, Occurrences]:
    """Return the occurrences of terms in each field."""
    found = _words(stretch, vocabulary) | _keys(stretch, vocabulary)
    return {name: found[name] for name in FIELDS}


def _words(stretch: PassageColumns, vocabulary: Vocabulary) -> dict[str, Occurrences]:
    """Return the occurrences in fields that hold words.

    What stands above a passage that says nothing of its own is left out: it must not be
    found, and ranked, by the title of its page.
    """
    count = len(stretch)
    langs = list(map(vocabulary.stemming_language, (row.lang for row in stretch.shared)))
    text, inside = _text(stretch, langs, vocabulary)
    silent = stretch.is_boilerplate
    if inside.any():
        own, repeated = text.where(~inside), text.where(inside)
        has_own, has_repeated = (
            np.bincount(found.documents, minlength=count) > 0 for found in (own, repeated)
        )
        silent = silent | (has_repeated & ~has_own)
    else:
        own, repeated = text, text.where(inside)
    result = {"text": own, "repeated": repeated}
    for name in SHARED_WORD_FIELDS:
        found = _shared(stretch, name, langs, vocabulary)
        left_out = stretch.is_boilerplate if name == "label" else silent
        result[name] = found.where(~left_out[found.documents]) if left_out.any() else found
    return result


def _text(
    stretch: PassageColumns, row_langs: Sequence[str], vocabulary: Vocabulary
) -> tuple[Occurrences, Array]:
    """Return the occurrences in texts, and which of them begin in a repeated span."""
    codes = {lang: code for code, lang in enumerate(dict.fromkeys(row_langs))}
    langs = stretch.per_passage(np.array([codes[lang] for lang in row_langs], np.uint32))
    edges = offsets(stretch.repeated.counts)
    terms, forms, counts, inside = [], [], [], []
    for first, last in _parts(stretch.texts):
        found = tokenize_texts(stretch.texts[first:last])
        some = _terms(found, langs[first:last], list(codes), vocabulary)
        terms.append(some[0])
        forms.append(some[1])
        counts.append(found.word_counts)
        owners = np.repeat(np.arange(last - first), stretch.repeated.counts[first:last])
        spans = stretch.repeated_bytes[edges[first] : edges[last]] + found.text_starts[owners]
        inside.append(_inside(found, spans))
    all_of_them = map(np.concatenate, (terms, forms, counts))
    return _occurrences(*all_of_them), np.concatenate(inside)


def _parts(texts: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Cut texts into parts that are split at once."""
    first = size = 0
    for number, length in enumerate(map(len, texts), 1):
        size += length
        if size >= _AT_ONCE:
            yield first, number
            first, size = number, 0
    if first < len(texts):
        yield first, len(texts)


def _inside(found: TokenizedTexts, spans: Array) -> Array:
    """Return which words begin in spans, given by their edges."""
    inside = np.zeros(len(found.starts), bool)
    for low, high in np.searchsorted(found.starts, spans).reshape(-1, 2).tolist():
        inside[low:high] = True
    return inside


def _shared(
    stretch: PassageColumns, name: str, langs: Sequence[str], vocabulary: Vocabulary
) -> Occurrences:
    """Return the occurrences in a field of which rows have the values."""
    values = [getattr(row, name) for row in stretch.shared]
    distinct: dict[tuple[str, str], int] = {}
    rows = [distinct.setdefault(pair, len(distinct)) for pair in zip(values, langs, strict=True)]
    codes = {lang: code for code, lang in enumerate(dict.fromkeys(langs))}
    found = tokenize_texts([to_utf8(value) for value, _ in distinct])
    own = np.array([codes[lang] for _, lang in distinct], np.uint32)
    terms, forms = _terms(found, own, list(codes), vocabulary)
    which = stretch.per_passage(np.array(rows))
    counts = found.word_counts[which]
    at = concat_ranges(offsets(found.word_counts)[which], counts)
    return _occurrences(terms[at], forms[at], counts)


def _terms(
    found: TokenizedTexts, langs: Array, names: Sequence[str], vocabulary: Vocabulary
) -> tuple[Array, Array]:
    """Return the numbers of the term and the form of each word, in the language of its text."""
    words = vocabulary.word_numbers(found)
    if len(names) == 1:
        return vocabulary.terms_and_forms(words, *names)
    terms, forms = np.empty((2, len(words)), np.int32)
    owners = np.repeat(langs, found.word_counts)
    for code in np.unique(langs).tolist():
        at = np.flatnonzero(owners == code)
        terms[at], forms[at] = vocabulary.terms_and_forms(words[at], names[code])
    return terms, forms


def _occurrences(terms: Array, forms: Array, counts: Array) -> Occurrences:
    """Return the occurrences of terms that passages have so many of, one after the other."""
    documents = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    positions = np.arange(len(terms), dtype=np.uint32)
    positions -= np.repeat(offsets(counts)[:-1].astype(np.uint32), counts)
    return Occurrences(terms, forms, documents, positions)


def _keys(stretch: PassageColumns, vocabulary: Vocabulary) -> dict[str, Occurrences]:
    """Return the occurrences in fields that hold keys."""
    documents = np.arange(len(stretch), dtype=np.uint32)
    result = {}
    for name in SHARED_KEY_FIELDS:
        keys = [key_of(row, name) for row in stretch.shared]
        numbers = {key: vocabulary.key_number(key) for key in dict.fromkeys(keys) if key}
        terms = stretch.per_passage(np.array([numbers.get(key, -1) for key in keys], np.int32))
        result[name] = _of_keys(terms, documents).where(terms >= 0)
    return result | {"years_mentioned": _years(stretch, vocabulary)}


def _years(stretch: PassageColumns, vocabulary: Vocabulary) -> Occurrences:
    """Return the years that passages mention, each once."""
    years = np.minimum(stretch.years.values, _LATEST_YEAR)
    pairs = stretch.years.owners().astype(np.int64) * (_LATEST_YEAR + 1) + years
    owners, years = np.divmod(np.unique(pairs), _LATEST_YEAR + 1)
    distinct, which = np.unique(years, return_inverse=True)
    keys = [vocabulary.key_number(year_term(year)) for year in distinct.tolist()]
    return _of_keys(np.array(keys, np.int32)[which], owners.astype(np.uint32))


def _of_keys(terms: Array, documents: Array) -> Occurrences:
    forms = np.full(len(terms), -1, np.int32)
    return Occurrences(terms, forms, documents, np.zeros(len(terms), np.uint32))

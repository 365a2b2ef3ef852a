"""A stretch of passages, field by field: from their texts to sorted postings."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter, ne

import numpy as np

from archivesearch.analysis import year_term
from archivesearch.columnar.arrays import Array, spread, starts_of
from archivesearch.columnar.fields import FIELDS, KEY_FIELDS, WORD_FIELDS, shared_value
from archivesearch.columnar.runs import Postings, sorted_postings
from archivesearch.columnar.splitting import Split, split
from archivesearch.columnar.strings import encoded
from archivesearch.columnar.vocabulary import Vocabulary
from archivesearch.model.passages import Passage

# Of a field that neighbouring passages mostly have in common, each value is taken once.
_SHARED_WORDS = ("title", "section", "org", "label")
_SHARED_KEYS = ("page", "lang", "org_key", "year")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Passages in a row, numbered from `first`, and their texts as UTF-8."""

    first: int
    passages: Sequence[Passage]
    texts: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class _Occurrences:
    """The terms of a field as numbers, in the order of documents and positions.

    `forms` are those of words that do not stand in the usual form of their terms, else -1.
    """

    terms: Array
    forms: Array
    documents: Array
    positions: Array

    def where(self, chosen: Array) -> "_Occurrences":
        """Return some of them."""
        return _Occurrences(
            self.terms[chosen], self.forms[chosen], self.documents[chosen], self.positions[chosen]
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Values of a field that passages in a row share: where each begins, and how many share it."""

    starts: list[int]
    counts: Array


def postings_of(
    stretch: Stretch, vocabulary: Vocabulary
) -> tuple[dict[str, Postings], dict[str, Array]]:
    """Return the postings of each field, and for fields of words the length in each passage."""
    found = _words(stretch, vocabulary) | _keys(stretch.passages, vocabulary)
    count = len(stretch.passages)
    lengths = {
        name: np.bincount(found[name].documents, minlength=count).astype(np.uint32)
        for name in WORD_FIELDS
    }
    postings = {
        name: sorted_postings(
            found[name].terms,
            found[name].forms,
            found[name].documents,
            found[name].positions,
            first=stretch.first,
            vocabulary=vocabulary,
        )
        for name in FIELDS
    }
    return postings, lengths


def _words(stretch: Stretch, vocabulary: Vocabulary) -> dict[str, _Occurrences]:
    """Return the occurrences of the fields that hold words, all split at once."""
    passages = stretch.passages
    langs = list(map(attrgetter("lang"), passages))
    shared = {name: [shared_value(passage, name) for passage in passages] for name in _SHARED_WORDS}
    rows = {name: _rows(shared[name], langs) for name in _SHARED_WORDS}
    values = [encoded(shared[name][start]) for name in rows for start in rows[name].starts]
    row_langs = [langs[start] for name in rows for start in rows[name].starts]
    found = split([*stretch.texts, *values])
    terms, forms = _terms(found, [*langs, *row_langs], vocabulary)
    starts = starts_of(found.counts)

    count = len(passages)
    own = slice(0, starts[count])
    text = _occurrences(terms[own], forms[own], found.counts[:count])
    inside = _repeated(passages, found, int(starts[count]))
    result = {
        "text": text.where(~inside) if inside.any() else text,
        "repeated": text.where(inside),
    }
    low = count
    for name, row in rows.items():
        high = low + len(row.starts)
        own = slice(starts[low], starts[high])
        result[name] = _occurrences(terms[own], forms[own], found.counts[low:high], row.counts)
        low = high
    return _without_names(result, count) if inside.any() else result


def _without_names(found: dict[str, _Occurrences], count: int) -> dict[str, _Occurrences]:
    """Take away what stands above passages of nothing but repeated sentences.

    They say nothing of what they stand under, and are found as what they are.
    """
    own, repeated = (
        np.bincount(found[name].documents, minlength=count) > 0 for name in ("text", "repeated")
    )
    bare = repeated & ~own
    if not bare.any():
        return found
    above = {
        name: found[name].where(~bare[found[name].documents])
        for name in ("title", "section", "org")
    }
    return found | above


def _rows(values: list[str], langs: "list[str] | None" = None) -> _Rows:
    """Find which values in a row are the same, and in the same language if it matters."""
    new = np.ones(len(values), bool)
    new[1:] = _differ(values)
    if langs is not None:
        new[1:] |= _differ(langs)
    starts = np.flatnonzero(new)
    return _Rows(starts.tolist(), np.diff(starts, append=len(values)))


def _differ(values: list[str]) -> Array:
    """Return for each value but the first whether it is another than the one before."""
    return np.fromiter(map(ne, values[1:], values), bool, max(len(values) - 1, 0))


def _terms(found: Split, langs: Sequence[str], vocabulary: Vocabulary) -> tuple[Array, Array]:
    """Return the numbers of the term and the form of each word, in the language of its text."""
    words = vocabulary.words(found)
    langs = list(map(vocabulary.stemming, langs))
    codes = {lang: code for code, lang in enumerate(dict.fromkeys(langs))}
    if len(codes) == 1:
        return vocabulary.terms(words, *codes)
    terms, forms = np.empty((2, len(words)), np.int32)
    owners = np.repeat(np.array([codes[lang] for lang in langs], np.uint32), found.counts)
    for lang, code in codes.items():
        at = np.flatnonzero(owners == code)
        terms[at], forms[at] = vocabulary.terms(words[at], lang)
    return terms, forms


def _occurrences(
    terms: Array, forms: Array, counts: Array, owners: "Array | None" = None
) -> _Occurrences:
    """Spread texts, given one after the other, over the passages that have them.

    `counts` says how many words each text has, `owners` how many passages have it: one,
    where it is not given.
    """
    if owners is not None:
        starts = np.repeat(starts_of(counts)[:-1], owners)
        counts = np.repeat(counts, owners)
        at = spread(starts, counts)
        terms, forms = terms[at], forms[at]
    documents = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    positions = np.arange(len(terms), dtype=np.uint32)
    positions -= np.repeat(starts_of(counts)[:-1].astype(np.uint32), counts)
    return _Occurrences(terms, forms, documents, positions)


def _repeated(passages: Sequence[Passage], found: Split, words: int) -> Array:
    """Return which of the words of the texts begin in a repeated span."""
    inside = np.zeros(words, bool)
    for number, passage in enumerate(passages):
        for start, end in passage.repeated:
            begin = int(found.texts[number])
            edges = [begin + len(encoded(passage.text[:at])) for at in (start, end)]
            low, high = np.searchsorted(found.starts[:words], edges)
            inside[low:high] = True
    return inside


def _keys(passages: Sequence[Passage], vocabulary: Vocabulary) -> dict[str, _Occurrences]:
    """Return the occurrences of the fields that hold keys."""
    result = {}
    for name in _SHARED_KEYS:
        rows = _rows(list(map(attrgetter("org" if name == "org_key" else name), passages)))
        values = (shared_value(passages[start], name) for start in rows.starts)
        terms = np.array([vocabulary.key(value) if value else -1 for value in values], np.int32)
        spread_terms = np.repeat(terms, rows.counts)
        result[name] = _of_keys(spread_terms, np.arange(len(passages), dtype=np.uint32)).where(
            spread_terms >= 0
        )
    years = [dict.fromkeys(map(year_term, passage.years_mentioned)) for passage in passages]
    terms = np.array([vocabulary.key(year) for year in chain(*years)], np.int32)
    counts = np.fromiter(map(len, years), np.int64, len(years))
    owners = np.repeat(np.arange(len(passages), dtype=np.uint32), counts)
    result["years_mentioned"] = _of_keys(terms, owners)
    return {name: result[name] for name in KEY_FIELDS}


def _of_keys(terms: Array, documents: Array) -> _Occurrences:
    forms = np.full(len(terms), -1, np.int32)
    return _Occurrences(terms, forms, documents, np.zeros(len(terms), np.uint32))

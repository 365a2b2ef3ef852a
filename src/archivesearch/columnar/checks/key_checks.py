"""Checks of keys: each has exactly the documents whose stored field has that value."""

import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from archivesearch.analysis.analyzer import year_term
from archivesearch.columnar.schema import KEY_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder
from archivesearch.columnar.storage.doc_sets import entry_documents
from archivesearch.columnar.storage.string_table import StringTable, from_utf8, to_utf8

# Documents, the value number of each, and the key of each value number (`""` for no key).
_Values = tuple[Array, Array, Sequence[str]]


def key_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that each key has the documents with its value, and no others."""
    for field in KEY_FIELDS:
        documents, numbers, names = _VALUES[field](arrays)
        first, end = arrays.info["fields"][field]
        terms = {term: n for n, term in enumerate(StringTable(arrays, "terms").between(first, end))}
        absent = len(terms)
        term_numbers = [terms.get(to_utf8(name), absent) if name else -1 for name in names]
        term_of_document = np.array(term_numbers, np.int64)[numbers]
        has_key = term_of_document >= 0
        count = np.int64(arrays.info["documents"])
        expected = np.unique(term_of_document[has_key] * count + documents[has_key])
        actual = _pairs(arrays, first, end, count)
        if np.array_equal(expected, actual):
            continue
        if len(np.setdiff1d(actual, expected)):
            yield f"terms: keys of {field} that are not the documents' own"
        if len(np.setdiff1d(expected, actual)):
            yield f"terms: documents without their key in {field}"


def _pairs(arrays: ArrayFolder, first: int, end: int, count: np.int64) -> Array:
    """Return all pairs of term and document in the postings of terms, as int64, ascending.

    A pair is `term * count + document`; the terms are numbered from 0.
    """
    first_entry = arrays["terms.entries"][first : end + 1].astype(np.int64)
    entries = slice(int(first_entry[0]), int(first_entry[-1]))
    blocks = arrays["entries.block"][entries].astype(np.int64)
    documents = entry_documents(blocks, arrays["entries.documents"][entries])
    postings = arrays["terms.postings"][first : end + 1].astype(np.int64)
    pairs: Array = np.repeat(np.arange(end - first), np.diff(postings)) * count + documents
    return pairs


def pages_of(arrays: ArrayFolder) -> Array:
    """Return the number of each document's page, int64."""
    return arrays["sections.page"][arrays["documents.section"]].astype(np.int64)


def _page_values(arrays: ArrayFolder) -> _Values:
    names = [json.loads(page)[0] for page in StringTable(arrays, "pages")]
    return _documents(arrays), pages_of(arrays), names


def _lang_values(arrays: ArrayFolder) -> _Values:
    names = [from_utf8(lang) for lang in StringTable(arrays, "langs")]
    return _documents(arrays), arrays["pages.lang"][pages_of(arrays)], names


def _org_values(arrays: ArrayFolder) -> _Values:
    names = [from_utf8(org).casefold() for org in StringTable(arrays, "orgs")]
    return _documents(arrays), arrays["sections.org"][arrays["documents.section"]], names


def _year_values(arrays: ArrayFolder) -> _Values:
    years, numbers = np.unique(arrays["pages.year"][pages_of(arrays)], return_inverse=True)
    return (
        _documents(arrays),
        numbers,
        [year_term(year) if year else "" for year in years.tolist()],
    )


def _year_mentioned_values(arrays: ArrayFolder) -> _Values:
    years, numbers = np.unique(arrays["documents.year_values"], return_inverse=True)
    documents = np.repeat(_documents(arrays), arrays["documents.years"])
    return documents, numbers, [year_term(year) for year in years.tolist()]


def _documents(arrays: ArrayFolder) -> Array:
    return np.arange(arrays.info["documents"])


_VALUES: dict[str, Callable[[ArrayFolder], _Values]] = {
    "page": _page_values,
    "lang": _lang_values,
    "org_key": _org_values,
    "year": _year_values,
    "years_mentioned": _year_mentioned_values,
}

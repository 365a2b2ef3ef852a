"""Do keys stand for just the passages that have those values? Every one is compared."""

import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from archivesearch.analysis.analyzer import year_term
from archivesearch.columnar.checks.posting_checks import documents_of
from archivesearch.columnar.schema import KEY_FIELDS
from archivesearch.columnar.storage.array_files import Array, ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable, from_utf8, to_utf8

# Documents, the value of each as a number, and the key of each number; "" is no key.
_Values = tuple[Array, Array, Sequence[str]]


def keys(arrays: ArrayFolder) -> Iterator[str]:
    """Each key has the documents with that value, and no others."""
    for field in KEY_FIELDS:
        documents, numbers, names = _VALUES[field](arrays)
        first, last = arrays.info["fields"][field]
        terms = {
            term: n for n, term in enumerate(StringTable(arrays, "terms").between(first, last))
        }
        absent = len(terms)
        wanted = [terms.get(to_utf8(name), absent) if name else -1 for name in names]
        of_term = np.array(wanted, np.int64)[numbers]
        there = of_term >= 0
        count = np.int64(arrays.info["documents"])
        expected = np.unique(of_term[there] * count + documents[there])
        found = _found(arrays, first, last, count)
        if np.array_equal(expected, found):
            continue
        if len(np.setdiff1d(found, expected)):
            yield f"terms: keys of {field} that are not the documents' own"
        if len(np.setdiff1d(expected, found)):
            yield f"terms: documents without their key in {field}"


def _found(arrays: ArrayFolder, first: int, last: int, count: np.int64) -> Array:
    """Return the pairs of term and document in the postings, as numbers."""
    starts = arrays["terms.entries"][first : last + 1].astype(np.int64)
    at = slice(int(starts[0]), int(starts[-1]))
    blocks = arrays["entries.block"][at].astype(np.int64)
    documents = documents_of(blocks, arrays["entries.documents"][at])
    postings = arrays["terms.postings"][first : last + 1].astype(np.int64)
    found: Array = np.repeat(np.arange(last - first), np.diff(postings)) * count + documents
    return found


def pages_of(arrays: ArrayFolder) -> Array:
    """Return the number of the page of each document."""
    return arrays["sections.page"][arrays["documents.section"]].astype(np.int64)


def _of_pages(arrays: ArrayFolder) -> _Values:
    names = [json.loads(page)[0] for page in StringTable(arrays, "pages")]
    return _all(arrays), pages_of(arrays), names


def _of_langs(arrays: ArrayFolder) -> _Values:
    names = [from_utf8(lang) for lang in StringTable(arrays, "langs")]
    return _all(arrays), arrays["pages.lang"][pages_of(arrays)], names


def _of_orgs(arrays: ArrayFolder) -> _Values:
    names = [from_utf8(org).casefold() for org in StringTable(arrays, "orgs")]
    return _all(arrays), arrays["sections.org"][arrays["documents.section"]], names


def _of_years(arrays: ArrayFolder) -> _Values:
    years, numbers = np.unique(arrays["pages.year"][pages_of(arrays)], return_inverse=True)
    return _all(arrays), numbers, [year_term(year) if year else "" for year in years.tolist()]


def _of_years_mentioned(arrays: ArrayFolder) -> _Values:
    years, numbers = np.unique(arrays["documents.year_values"], return_inverse=True)
    owners = np.repeat(_all(arrays), arrays["documents.years"])
    return owners, numbers, [year_term(year) for year in years.tolist()]


def _all(arrays: ArrayFolder) -> Array:
    return np.arange(arrays.info["documents"])


_VALUES: dict[str, Callable[[ArrayFolder], _Values]] = {
    "page": _of_pages,
    "lang": _of_langs,
    "org_key": _of_orgs,
    "year": _of_years,
    "years_mentioned": _of_years_mentioned,
}

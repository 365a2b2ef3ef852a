"""Contents of a segment by its tables, for `verify` to compare with the records of pages."""

import json

import numpy as np

from archivesearch.columnar.checks.key_checks import pages_of
from archivesearch.columnar.passage_columns import PAGE_FIELDS
from archivesearch.columnar.storage.array_files import ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.model.reports import Contents


def contents(arrays: ArrayFolder) -> Contents:
    """Return the pages, organizations and duplicates of a segment that has no problems."""
    passage_counts = np.diff(arrays["pages.first"].astype(np.int64)).tolist()
    pages = [
        {**dict(zip(PAGE_FIELDS, json.loads(page), strict=True)), "paragraphs": count}
        for page, count in zip(StringTable(arrays, "pages"), passage_counts, strict=True)
    ]
    orgs = arrays["sections.org"][arrays["documents.section"]].astype(np.int64)
    names = [from_utf8(org) for org in StringTable(arrays, "orgs")]
    paragraph_counts = np.bincount(orgs, minlength=len(names))
    pairs = np.unique(orgs * len(pages) + pages_of(arrays))  # of organization and page
    page_counts = np.bincount(pairs // max(len(pages), 1), minlength=len(names))
    counts = zip(names, page_counts.tolist(), paragraph_counts.tolist(), strict=True)
    return Contents(
        pages=pages,
        organizations={name: (in_pages, count) for name, in_pages, count in counts if name},
        copies=len(arrays["copies.members"]) - len(arrays["copies.starts"]) + 1,
    )

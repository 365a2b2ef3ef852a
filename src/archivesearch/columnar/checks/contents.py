"""Contents of a segment by its tables, for `verify` to compare with the records of pages."""

import json

import numpy as np

from archivesearch.columnar.passage_columns import PAGE_FIELDS
from archivesearch.columnar.storage.array_files import ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.model.reports import Contents


def contents(arrays: ArrayFolder) -> Contents:
    """Return the pages, organizations and duplicates of a segment that has no problems."""
    passages = np.diff(arrays["pages.first"].astype(np.int64)).tolist()
    pages = [
        {**dict(zip(PAGE_FIELDS, json.loads(page), strict=True)), "paragraphs": count}
        for page, count in zip(StringTable(arrays, "pages"), passages, strict=True)
    ]
    sections = arrays["documents.section"]
    orgs = arrays["sections.org"][sections].astype(np.int64)
    names = [from_utf8(org) for org in StringTable(arrays, "orgs")]
    paragraphs = np.bincount(orgs, minlength=len(names))
    pairs = np.unique(orgs * len(pages) + arrays["sections.page"][sections])
    on_pages = np.bincount(pairs // max(len(pages), 1), minlength=len(names))
    counts = zip(names, on_pages.tolist(), paragraphs.tolist(), strict=True)
    return Contents(
        pages=pages,
        organizations={name: (on, count) for name, on, count in counts if name},
        copies=len(arrays["copies.members"]) - len(arrays["copies.starts"]) + 1,
    )

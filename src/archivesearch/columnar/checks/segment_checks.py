"""Checks of a whole segment: every value of every array, by docs/internals/index-format.md."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from archivesearch.columnar.checks.key_checks import key_problems, pages_of
from archivesearch.columnar.checks.posting_checks import (
    is_sorted,
    length_problems,
    posting_problems,
    term_problems,
)
from archivesearch.columnar.checks.structure import STRING_TABLES, check_structure
from archivesearch.columnar.checks.word_form_checks import form_problems
from archivesearch.columnar.documents.document_store import PageRow
from archivesearch.columnar.documents.text_store import TextStore
from archivesearch.columnar.storage.array_files import ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.errors import IndexDamaged


def segment_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Yield each problem of a segment as `NAME: PROBLEM`, with the name of an array or a check."""
    try:
        check_structure(arrays)
    except IndexDamaged as error:
        yield str(error)
        return
    for name, check in _CHECKS.items():
        try:
            yield from check(arrays)
        except (LookupError, TypeError, ValueError, ArithmeticError, MemoryError) as error:
            yield f"{name}: {type(error).__name__}: {error}"


def _string_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that the ends of string tables ascend, and that their strings are UTF-8."""
    for name in STRING_TABLES:
        if not is_sorted(arrays[f"{name}.ends"]):
            yield f"{name}.ends: it falls"
            continue
        try:
            for text in StringTable(arrays, name):
                from_utf8(text)
        except UnicodeDecodeError as error:
            yield f"{name}.bytes: {error}"


def _document_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check the columns of documents: their numbers, the sizes of their lists, their spans."""
    for column, table in (("section", "sections"), ("label", "labels")):
        values = arrays[f"documents.{column}"]
        if len(values) and values.max() >= len(arrays[f"{table}.ends"]):
            yield f"documents.{column}: beyond the end of {table}"
            return
    years, repeated = arrays["documents.years"], arrays["documents.repeated"]
    if int(years.sum(dtype=np.int64)) != len(arrays["documents.year_values"]):
        yield "documents.years: not the number of the values"
    pairs = arrays["documents.repeated_values"].astype(np.int64)
    if 2 * int(repeated.sum(dtype=np.int64)) != len(pairs):
        yield "documents.repeated: not the number of the values"
        return
    documents = np.repeat(np.arange(len(repeated)), repeated)
    starts, ends = pairs[::2], pairs[1::2]
    is_next = documents[1:] == documents[:-1]
    if (starts > ends).any() or (starts[1:][is_next] < ends[:-1][is_next]).any():
        yield "documents.repeated_values: spans that overlap, or end before they start"


def _table_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check the numbers in tables that refer to other tables, and that names are unique."""
    for name, limit in (
        ("sections.page", len(arrays["pages.ends"])),
        ("sections.org", len(arrays["orgs.ends"])),
        ("pages.lang", len(arrays["langs.ends"])),
    ):
        if len(arrays[name]) and arrays[name].max() >= limit:
            yield f"{name}: beyond the end of its table"
            return
    for name in ("labels", "orgs"):
        if StringTable(arrays, name)[0] != b"":
            yield f"{name}: the first one is not empty"
    for name in ("labels", "orgs", "langs"):
        if len(set(StringTable(arrays, name))) != len(arrays[f"{name}.ends"]):
            yield f"{name}: one of them twice"


def _page_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that pages are valid JSON, that their names are unique, and that columns agree."""
    langs = list(StringTable(arrays, "langs"))
    names: set[str] = set()
    for number, text in enumerate(StringTable(arrays, "pages")):
        values = json.loads(text)
        if not (isinstance(values, list) and list(map(type, values)) in _PAGE_TYPES):
            yield f"pages: number {number:,} is no page"
            return
        page = PageRow(*values)
        if not all(map(_is_same_page, page.same)):
            yield f"pages: a duplicate of page {number:,} is not a valid record"
            return
        names_of_page = [page.page, *(name for name, _, _ in page.same)]
        if len(names.union(names_of_page)) != len(names) + len(names_of_page):
            yield f"pages: page {number:,} or another name of it is there twice"
        names.update(names_of_page)
        if (page.year or 0) != arrays["pages.year"][number]:
            yield f"pages.year: not the year of page {number:,}"
        elif page.lang.encode() != langs[arrays["pages.lang"][number]]:
            yield f"pages.lang: not the language of page {number:,}"


def _section_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that sections are valid JSON and unique, and that passages are in page order."""
    headings = list(StringTable(arrays, "sections"))
    for number, heading in enumerate(headings):
        if not isinstance(json.loads(heading), str):
            yield f"sections: number {number:,} is no heading"
    keys = zip(
        arrays["sections.page"].tolist(), arrays["sections.org"].tolist(), headings, strict=True
    )
    if len(set(keys)) != len(headings):
        yield "sections: one of them twice"
    if not is_sorted(arrays["sections.page"]):
        yield "sections.page: it falls"
    first = arrays["pages.first"].astype(np.int64)
    pages = arrays["sections.page"][arrays["documents.section"]]
    if not is_sorted(first) or not np.array_equal(
        np.repeat(np.arange(len(first) - 1), np.diff(first)), pages
    ):
        yield "pages.first: passages that are another page's"


_PAGE_TYPES = [
    [str, url, str, year, str, str, str, str, list]
    for url in (str, type(None))
    for year in (int, type(None))
]
_SAME_TYPES = [[str, url, int] for url in (str, type(None))]


def _is_same_page(value: Any) -> bool:
    return isinstance(value, list) and list(map(type, value)) in _SAME_TYPES


def _duplicate_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check the order of duplicate groups, and that no passage is in two of them."""
    members, starts = (arrays[f"copies.{name}"].astype(np.int64) for name in ("members", "starts"))
    if len(members) and members.max() >= len(arrays["documents.section"]):
        yield "copies.members: beyond the last passage"
    elif len(np.unique(members)) != len(members) or (np.diff(starts) < 2).any():
        yield "copies.starts: a passage is in two groups, or a group has no two"
    elif len(members):
        groups = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        sizes = np.diff(arrays["pages.first"].astype(np.int64))[pages_of(arrays)[members]]
        order = np.lexsort((members, sizes, groups))
        if not np.array_equal(order, np.arange(len(members))):
            yield "copies.members: a group that does not begin with its representative"
        if not is_sorted(np.minimum.reduceat(members, starts[:-1])):
            yield "copies.starts: groups that are not in the order of their passages"


def _text_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Check that all texts can be read, and check the columns that depend on them."""
    if not (is_sorted(arrays["texts.firsts"]) and is_sorted(arrays["texts.ends"])):
        yield "texts.firsts: it falls, or texts.ends does"
        return
    count = arrays.info["documents"]
    sizes = np.zeros(count, np.int64)
    is_heading = np.zeros(count, bool)
    headings = [json.loads(heading) for heading in StringTable(arrays, "sections")]
    titles = [json.loads(page)[2] for page in StringTable(arrays, "pages")]
    pages = arrays["sections.page"].tolist()
    sections = arrays["documents.section"].tolist()
    number = -1
    try:
        for number, (text, section) in enumerate(
            zip(TextStore(arrays, arrays["texts.bytes"]), sections, strict=True)
        ):
            sizes[number] = len(text)
            is_heading[number] = text in (headings[section], titles[pages[section]])
    except (IndexDamaged, UnicodeDecodeError) as error:
        yield f"texts.bytes: the text of passage {number + 1:,} or one soon after ({error})"
        return
    if not np.array_equal(np.packbits(is_heading, bitorder="little"), arrays["documents.headings"]):
        yield "documents.headings: not the passages that repeat their heading or title"
    repeated = arrays["documents.repeated"]
    ends = arrays["documents.repeated_values"][1::2]
    if (ends > np.repeat(sizes, repeated)).any():
        yield "documents.repeated_values: spans beyond the end of a text"


# The names are part of the problems that `segment_problems` yields.
_CHECKS: dict[str, Callable[[ArrayFolder], Iterator[str]]] = {
    "strings": _string_problems,
    "terms": term_problems,
    "postings": posting_problems,
    "lengths": length_problems,
    "forms": form_problems,
    "documents": _document_problems,
    "tables": _table_problems,
    "pages": _page_problems,
    "sections": _section_problems,
    "copies": _duplicate_problems,
    "keys": key_problems,
    "texts": _text_problems,
}

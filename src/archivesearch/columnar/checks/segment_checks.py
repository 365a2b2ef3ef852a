"""Check a segment against docs/internals/index-format.md: every value of every array."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from archivesearch.columnar.checks import posting_checks
from archivesearch.columnar.checks.key_checks import keys, pages_of
from archivesearch.columnar.checks.posting_checks import is_sorted
from archivesearch.columnar.checks.structure import STRING_TABLES, check_structure
from archivesearch.columnar.checks.word_form_checks import forms
from archivesearch.columnar.documents.text_store import TextStore
from archivesearch.columnar.storage.array_files import ArrayFolder
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.errors import IndexDamaged


def segment_problems(arrays: ArrayFolder) -> Iterator[str]:
    """Yield in words what in a segment is not as the format says; nothing if all is well."""
    try:
        check_structure(arrays)
    except IndexDamaged as error:
        yield str(error)
        return
    for check in _CHECKS:
        try:
            yield from check(arrays)
        except (LookupError, TypeError, ValueError, ArithmeticError, MemoryError) as error:
            yield f"{check.__name__.strip('_')}: {type(error).__name__}: {error}"


def _strings(arrays: ArrayFolder) -> Iterator[str]:
    """Ends never fall, and all bytes are UTF-8."""
    for name in STRING_TABLES:
        if not is_sorted(arrays[f"{name}.ends"]):
            yield f"{name}.ends: it falls"
            continue
        try:
            for each in StringTable(arrays, name):
                from_utf8(each)
        except UnicodeDecodeError as error:
            yield f"{name}.bytes: {error}"


def _documents(arrays: ArrayFolder) -> Iterator[str]:
    """The columns point into their tables, and their lists are as long as they say."""
    for column, table in (("section", "sections"), ("label", "labels")):
        values = arrays[f"documents.{column}"]
        if len(values) and values.max() >= len(arrays[f"{table}.ends"]):
            yield f"documents.{column}: beyond the end of {table}"
            return
    years, repeated = arrays["documents.years"], arrays["documents.repeated"]
    if int(years.sum(dtype=np.int64)) != len(arrays["documents.year_values"]):
        yield "documents.years: not as many as there are values"
    pairs = arrays["documents.repeated_values"].astype(np.int64)
    if 2 * int(repeated.sum(dtype=np.int64)) != len(pairs):
        yield "documents.repeated: not as many as there are values"
        return
    owners = np.repeat(np.arange(len(repeated)), repeated)
    begins, ends = pairs[::2], pairs[1::2]
    follow = owners[1:] == owners[:-1]
    if (begins > ends).any() or (begins[1:][follow] < ends[:-1][follow]).any():
        yield "documents.repeated_values: spans that are none"


def _tables(arrays: ArrayFolder) -> Iterator[str]:
    """Tables point into one another, and have each name once."""
    pages = len(arrays["pages.ends"])
    for name, most in (
        ("sections.page", pages),
        ("sections.org", len(arrays["orgs.ends"])),
        ("pages.lang", len(arrays["langs.ends"])),
    ):
        if len(arrays[name]) and arrays[name].max() >= most:
            yield f"{name}: beyond the end of its table"
            return
    for name in ("labels", "orgs"):
        if StringTable(arrays, name)[0] != b"":
            yield f"{name}: the first is not the absent one"
    for name in ("labels", "orgs", "langs"):
        if len(set(StringTable(arrays, name))) != len(arrays[f"{name}.ends"]):
            yield f"{name}: one of them twice"


def _pages(arrays: ArrayFolder) -> Iterator[str]:
    """Pages are JSON, each with names of its own, and the columns are theirs."""
    langs = list(StringTable(arrays, "langs"))
    names: set[str] = set()
    for number, text in enumerate(StringTable(arrays, "pages")):
        values = json.loads(text)
        if not (isinstance(values, list) and list(map(type, values)) in _PAGE_TYPES):
            yield f"pages: number {number:,} is no page"
            return
        if not all(map(_is_same, values[8])):
            yield f"pages: page {number:,} is known as what is no page"
            return
        known = [values[0], *(name for name, _, _ in values[8])]
        if len(names.union(known)) != len(names) + len(known):
            yield f"pages: page {number:,} or another name of it is there twice"
        names.update(known)
        if (values[3] or 0) != arrays["pages.year"][number]:
            yield f"pages.year: not that of page {number:,}"
        elif values[7].encode() != langs[arrays["pages.lang"][number]]:
            yield f"pages.lang: not that of page {number:,}"


def _sections(arrays: ArrayFolder) -> Iterator[str]:
    """Sections are JSON, each is there once, and passages are those of their pages."""
    for number, text in enumerate(StringTable(arrays, "sections")):
        if not isinstance(json.loads(text), str):
            yield f"sections: number {number:,} is no heading"
    held = zip(arrays["sections.page"].tolist(), arrays["sections.org"].tolist(), strict=True)
    if len(set(zip(held, StringTable(arrays, "sections"), strict=True))) != len(
        arrays["sections.org"]
    ):
        yield "sections: one of them twice"
    if not is_sorted(arrays["sections.page"]):
        yield "sections.page: it falls"
    first = arrays["pages.first"].astype(np.int64)
    owners = arrays["sections.page"][arrays["documents.section"]]
    if not is_sorted(first) or not np.array_equal(
        np.repeat(np.arange(len(first) - 1), np.diff(first)), owners
    ):
        yield "pages.first: passages that are another page's"


_PAGE_TYPES = [
    [str, url, str, year, str, str, str, str, list]
    for url in (str, type(None))
    for year in (int, type(None))
]
_SAME_TYPES = [[str, url, int] for url in (str, type(None))]


def _is_same(other: Any) -> bool:
    return isinstance(other, list) and list(map(type, other)) in _SAME_TYPES


def _copies(arrays: ArrayFolder) -> Iterator[str]:
    """Each passage is in one group of copies at most, and all are in their order."""
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


def _texts(arrays: ArrayFolder) -> Iterator[str]:
    """Blocks of texts have those of their passages, whole, and what is said of them is true."""
    if not (is_sorted(arrays["texts.firsts"]) and is_sorted(arrays["texts.ends"])):
        yield "texts.firsts: it falls, or texts.ends does"
        return
    count = arrays.info["documents"]
    sizes = np.zeros(count, np.int64)
    headings = np.zeros(count, bool)
    above = [json.loads(heading) for heading in StringTable(arrays, "sections")]
    titles = [json.loads(page)[2] for page in StringTable(arrays, "pages")]
    pages = arrays["sections.page"].tolist()
    sections = arrays["documents.section"].tolist()
    number = -1
    try:
        for number, (text, section) in enumerate(
            zip(TextStore(arrays, arrays["texts.bytes"]), sections, strict=True)
        ):
            sizes[number] = len(text)
            headings[number] = text in (above[section], titles[pages[section]])
    except (IndexDamaged, UnicodeDecodeError) as error:
        yield f"texts.bytes: the text of passage {number + 1:,} or one soon after ({error})"
        return
    if not np.array_equal(np.packbits(headings, bitorder="little"), arrays["documents.headings"]):
        yield "documents.headings: not those whose texts stand above them"
    repeated = arrays["documents.repeated"]
    ends = arrays["documents.repeated_values"][1::2]
    if (ends > np.repeat(sizes, repeated)).any():
        yield "documents.repeated_values: spans beyond the end of a text"


_CHECKS = (
    *(_strings, posting_checks.terms, posting_checks.postings, posting_checks.lengths, forms),
    *(_documents, _tables, _pages, _sections, _copies, keys, _texts),
)

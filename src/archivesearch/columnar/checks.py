"""Is a segment what docs/index-format.md says it is? Every value of every array is looked at."""

import json
from collections.abc import Iterator

import numpy as np

from archivesearch.columnar import posting_checks
from archivesearch.columnar.arrays import ArrayFolder
from archivesearch.columnar.posting_checks import rises
from archivesearch.columnar.shape import STRINGS, check_shape
from archivesearch.columnar.strings import Strings, decoded
from archivesearch.columnar.texts import Texts
from archivesearch.errors import IndexDamaged


def problems(arrays: ArrayFolder) -> Iterator[str]:
    """Yield in words what in a segment is not as the format says; nothing if all is well."""
    try:
        check_shape(arrays)
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
    for name in STRINGS:
        if not rises(arrays[f"{name}.ends"]):
            yield f"{name}.ends: it falls"
            continue
        try:
            for each in Strings(arrays, name):
                decoded(each)
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
    if (
        (begins > ends).any()
        or (ends > arrays["documents.length"][owners]).any()
        or (begins[1:][follow] < ends[:-1][follow]).any()
    ):
        yield "documents.repeated_values: spans that are none"


def _tables(arrays: ArrayFolder) -> Iterator[str]:
    """Pages and sections are JSON, and belong to one another."""
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
        if Strings(arrays, name)[0] != b"":
            yield f"{name}: the first is not the absent one"
    langs = list(Strings(arrays, "langs"))
    for number, text in enumerate(Strings(arrays, "pages")):
        values = json.loads(text)
        if not (isinstance(values, list) and list(map(type, values)) in _PAGE_TYPES):
            yield f"pages: number {number:,} is no page"
        elif (values[3] or 0) != arrays["pages.year"][number]:
            yield f"pages.year: not that of page {number:,}"
        elif values[7].encode() != langs[arrays["pages.lang"][number]]:
            yield f"pages.lang: not that of page {number:,}"
    yield from _copies(arrays)
    for number, text in enumerate(Strings(arrays, "sections")):
        if not isinstance(json.loads(text), str):
            yield f"sections: number {number:,} is no heading"
    first = arrays["pages.first"].astype(np.int64)
    owners = arrays["sections.page"][arrays["documents.section"]]
    if not rises(first) or not np.array_equal(np.repeat(np.arange(pages), np.diff(first)), owners):
        yield "pages.first: passages that are another page's"


_PAGE_TYPES = [
    [str, url, str, year, str, str, str, str, list]
    for url in (str, type(None))
    for year in (int, type(None))
]


def _copies(arrays: ArrayFolder) -> Iterator[str]:
    """Each passage is in one group of copies at most."""
    members = arrays["copies.members"]
    if len(members) and members.max() >= len(arrays["documents.section"]):
        yield "copies.members: beyond the last passage"
    elif len(np.unique(members)) != len(members) or not rises(arrays["copies.starts"]):
        yield "copies.starts: a passage is in two groups, or a group ends before it starts"


def _texts(arrays: ArrayFolder) -> Iterator[str]:
    """Each block of texts has those of its passages, whole."""
    if not (rises(arrays["texts.firsts"]) and rises(arrays["texts.ends"])):
        yield "texts.firsts: it falls, or texts.ends does"
        return
    texts = Texts(arrays, arrays["texts.bytes"])
    for number in range(arrays.info["documents"]):
        try:
            texts[number]
        except (IndexDamaged, UnicodeDecodeError) as error:
            yield f"texts.bytes: the text of passage {number:,} ({error})"
            return


_CHECKS = (
    *(_strings, posting_checks.terms, posting_checks.postings, posting_checks.lengths),
    *(_documents, _tables, _texts),
)

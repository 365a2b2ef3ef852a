"""Structure check of a segment: the sizes and the ends of its arrays fit together.

It runs whenever a segment is opened, since the files may be damaged or made by somebody
else. It reads only few values.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from archivesearch.columnar.bm25 import BLOCK_BITS, BLOCK_SIZE
from archivesearch.columnar.schema import FIELDS, JOINT_FIELDS, WORD_FIELDS
from archivesearch.columnar.storage.array_files import ArrayFolder
from archivesearch.errors import IndexDamaged

TABLES = ("pages", "sections", "labels", "orgs", "langs")
STRING_TABLES = ("terms", "forms", *TABLES)
COLUMNS = ("section", "label", "years", "repeated", "length")


def check_structure(arrays: ArrayFolder) -> None:
    """Raise IndexDamaged if the arrays do not fit together.

    If they do, no index that a reader computes from the totals is out of bounds.
    """
    try:
        problem = next(_problems(arrays), None)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise IndexDamaged(f"segment.json: it lacks {error}") from error
    if problem:
        raise IndexDamaged(problem)


def document_and_block_count(arrays: ArrayFolder) -> tuple[int, int]:
    """Return the number of documents, and of blocks of 32 documents."""
    count = arrays.info["documents"]
    return count, (count + BLOCK_SIZE - 1) >> BLOCK_BITS


def _problems(arrays: ArrayFolder) -> Iterator[str]:
    """Yield the problems of sizes, of first and last values, and of `segment.json`."""
    info = arrays.info
    yield from _info_problems(info)
    for name in arrays:
        if arrays[name].dtype.kind != "u":
            yield f"{name}: numbers without a sign are expected"
    count, blocks = document_and_block_count(arrays)
    terms = len(arrays["terms.ends"])
    entries, postings = len(arrays["entries.block"]), int(arrays["terms.postings"][-1])
    words = info["fields"][WORD_FIELDS[-1]][1]
    sizes = {
        "terms.keys": terms,
        "terms.entries": terms + 1,
        "terms.postings": terms + 1,
        "terms.positions": terms + 1,
        "entries.documents": entries,
        "entries.bound": entries,
        "terms.forms": words + 1,
        "terms.passages": info["fields"][JOINT_FIELDS[-1]][1],
        "forms.listed": len(arrays["forms.ends"]) + 1,
        "postings.frequency": (postings + 1) >> 1,  # two to a byte
        "lengths": len(WORD_FIELDS) * blocks * BLOCK_SIZE,
        "texts.firsts": len(arrays["texts.ends"]) + 1,
        "sections.page": len(arrays["sections.ends"]),
        "sections.org": len(arrays["sections.ends"]),
        "pages.first": len(arrays["pages.ends"]) + 1,
        "pages.year": len(arrays["pages.ends"]),
        "pages.lang": len(arrays["pages.ends"]),
        **{f"documents.{name}": count for name in COLUMNS},
        "documents.headings": (count + 7) >> 3,
        "entries.postings": _every_32nd(entries),
        "postings.positions": _every_32nd(postings),
        **{
            f"{name}.value": len(arrays[f"{name}.at"])
            for name in ("postings.frequency", "positions.gap", "forms.gap")
        },
    }
    for name, size in sizes.items():
        if len(arrays[name]) != size:
            yield f"{name}: {size:,} values are expected, not {len(arrays[name]):,}"
            return
    lasts = {
        "terms.entries": entries,
        "terms.postings": postings,
        "terms.forms": len(arrays["forms.ends"]),
        "forms.listed": len(arrays["forms.gap"]),
        "texts.firsts": count,
        "pages.first": count,
        "copies.starts": len(arrays["copies.members"]),
    }
    for name, last in lasts.items():
        if arrays[name][0] != 0 or arrays[name][-1] != last:
            yield f"{name}: it does not go from 0 to {last:,}"
    if arrays["terms.positions"][words] != len(arrays["positions.gap"]):
        yield "terms.positions: it does not end where positions.gap does"
    for name in (*STRING_TABLES, "texts"):
        ends = arrays[f"{name}.ends"]
        if (ends[-1] if len(ends) else 0) != len(arrays[f"{name}.bytes"]):
            yield f"{name}.ends: it does not end where {name}.bytes does"
    if info["fields"][FIELDS[-1]][1] != terms:
        yield "fields: they do not have all terms"
    large = arrays["postings.frequency.value"]
    if len(large) and large.max() > len(arrays["positions.gap"]):
        yield "postings.frequency.value: more occurrences than positions"


def _every_32nd(count: int) -> int:
    return (count + 31) >> 5


def _info_problems(info: Mapping[str, Any]) -> Iterator[str]:
    """Yield the problems of `segment.json`, which may be any JSON.

    Raises ValueError if it cannot be used at all.
    """
    count = info["documents"]
    if not _is_count(count):
        raise ValueError("the number of documents")
    previous_end = 0
    if list(info["fields"]) != sorted(FIELDS):
        raise ValueError("the known fields")
    for name in FIELDS:
        first, end = info["fields"][name]
        if not (_is_count(first) and _is_count(end) and first == previous_end <= end):
            raise ValueError(f"the range of the terms of {name}")
        previous_end = end
    for key, limit in (("with_field", count), ("total_length", 1 << 48)):
        if list(info[key]) != sorted(WORD_FIELDS):
            raise ValueError(f"the fields of {key}")
        for name, value in info[key].items():
            if not (_is_count(value) and value <= limit):
                raise ValueError(f"{key} of {name}")
    for name in WORD_FIELDS:
        if bool(info["with_field"][name]) != bool(info["total_length"][name]):
            yield f"total_length: it contradicts with_field in {name}"


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 48

"""Is a segment what docs/index-format.md says it is? Its arrays may be anybody's.

`check_shape` is made of every segment that is opened and looks at few values;
`problems` looks at all of them and tells in words what does not hold.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from archivesearch.columnar.arrays import Array, ArrayFolder, starts_of
from archivesearch.columnar.bits import unpacked
from archivesearch.columnar.escape import Escaped, halves
from archivesearch.columnar.fields import FIELDS, KEY_FIELDS, WORD_FIELDS
from archivesearch.columnar.impact import BLOCK_BITS, BLOCK_SIZE, best_impacts
from archivesearch.columnar.strings import Strings, decoded
from archivesearch.columnar.texts import Texts
from archivesearch.errors import IndexDamaged

_TABLES = ("pages", "sections", "labels", "orgs", "langs")
_COLUMNS = ("section", "label", "years", "repeated", "length")
_STRINGS = ("terms", "forms", *_TABLES)

# Postings looked at in one go: about 100 bytes each.
_SLICE = 2_000_000


def check_shape(arrays: ArrayFolder) -> None:
    """See that arrays belong together, so that no figure in them leads out of bounds.

    Raises IndexDamaged.
    """
    try:
        wrong = next(_shape(arrays), None)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise IndexDamaged(f"segment.json: it lacks {error}") from error
    if wrong:
        raise IndexDamaged(wrong)


def problems(arrays: ArrayFolder) -> Iterator[str]:
    """Yield in words what in a segment is not as the format says; nothing if all is well."""
    try:
        check_shape(arrays)
    except IndexDamaged as error:
        yield str(error)
        return
    for check in (_strings, _terms, _postings, _lengths, _documents, _tables, _texts):
        try:
            yield from check(arrays)
        except (LookupError, TypeError, ValueError, ArithmeticError, MemoryError) as error:
            yield f"{check.__name__[1:]}: {type(error).__name__}: {error}"


def _figures(arrays: ArrayFolder) -> tuple[int, int]:
    """Return how many documents and how many blocks there are."""
    count = arrays.info["documents"]
    return count, (count + BLOCK_SIZE - 1) >> BLOCK_BITS


def _shape(arrays: ArrayFolder) -> Iterator[str]:
    """Yield what is wrong with sizes, with first and last values, and with the figures."""
    info = arrays.info
    yield from _wrong_figures(info)
    for name in arrays:
        if arrays[name].dtype.kind != "u":
            yield f"{name}: numbers without a sign are expected"
    count, blocks = _figures(arrays)
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
        "postings.frequency": (postings + 1) >> 1,  # two to a byte
        "lengths": len(WORD_FIELDS) * blocks * BLOCK_SIZE,
        "texts.firsts": len(arrays["texts.ends"]) + 1,
        "sections.page": len(arrays["sections.ends"]),
        "sections.org": len(arrays["sections.ends"]),
        "pages.first": len(arrays["pages.ends"]) + 1,
        "pages.year": len(arrays["pages.ends"]),
        "pages.lang": len(arrays["pages.ends"]),
        **{f"documents.{name}": count for name in _COLUMNS},
        "documents.headings": (count + 7) >> 3,
        "entries.postings": _every_32nd(entries),
        "postings.positions": _every_32nd(postings),
        **{
            f"{name}.value": len(arrays[f"{name}.at"])
            for name in ("postings.frequency", "positions.gap")
        },
    }
    for name, size in sizes.items():
        if len(arrays[name]) != size:
            yield f"{name}: {size:,} values are expected, not {len(arrays[name]):,}"
            return
    lasts = {
        "terms.entries": entries,
        "terms.postings": postings,
        "texts.firsts": count,
        "pages.first": count,
    }
    for name, last in lasts.items():
        if arrays[name][0] != 0 or arrays[name][-1] != last:
            yield f"{name}: it does not go from 0 to {last:,}"
    if arrays["terms.positions"][words] != len(arrays["positions.gap"]):
        yield "terms.positions: it does not end where positions.gap does"
    for name in (*_STRINGS, "texts"):
        ends = arrays[f"{name}.ends"]
        if (ends[-1] if len(ends) else 0) != len(arrays[f"{name}.bytes"]):
            yield f"{name}.ends: it does not end where {name}.bytes does"
    if info["fields"][FIELDS[-1]][1] != terms:
        yield "fields: they do not have all terms"
    large = arrays["postings.frequency.value"]
    if len(large) and large.max() > len(arrays["positions.gap"]):
        yield "postings.frequency.value: more occurrences than there are"


def _every_32nd(count: int) -> int:
    return (count + 31) >> 5


def _wrong_figures(info: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the figures of a segment, which may be any JSON."""
    count = info["documents"]
    if not _is_count(count):
        raise ValueError("a number of documents")
    place = 0
    if list(info["fields"]) != sorted(FIELDS):
        raise ValueError("the fields there are")
    for name in FIELDS:
        first, last = info["fields"][name]
        if not (_is_count(first) and _is_count(last) and first == place <= last):
            raise ValueError(f"where the terms of {name} are")
        place = last
    for key, most in (("with_field", count), ("total_length", 1 << 48)):
        if list(info[key]) != sorted(WORD_FIELDS):
            raise ValueError(f"the fields of {key}")
        for name, value in info[key].items():
            if not (_is_count(value) and value <= most):
                raise ValueError(f"{key} of {name}")
    for name in WORD_FIELDS:
        if bool(info["with_field"][name]) != bool(info["total_length"][name]):
            yield f"total_length: that of {name} does not go with its with_field"


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 48


def _strings(arrays: ArrayFolder) -> Iterator[str]:
    """Ends never fall, and all bytes are UTF-8."""
    for name in _STRINGS:
        if not _rises(arrays[f"{name}.ends"]):
            yield f"{name}.ends: it falls"
            continue
        try:
            for each in Strings(arrays, name):
                decoded(each)
        except UnicodeDecodeError as error:
            yield f"{name}.bytes: {error}"


def _terms(arrays: ArrayFolder) -> Iterator[str]:
    """Terms and forms are sorted and unique, keys are their first bytes, starts rise."""
    strings = list(Strings(arrays, "terms"))
    for name in FIELDS:
        first, last = arrays.info["fields"][name]
        if not _ascends(strings[first:last]):
            yield f"terms: those of {name} are not sorted"
    keys = [int.from_bytes(term[:8].ljust(8, b"\0")) for term in strings]
    if arrays["terms.keys"].tolist() != keys:
        yield "terms.keys: not the first bytes of the terms"
    for name in ("terms.entries", "terms.postings"):
        if (np.diff(arrays[name].astype(np.int64)) < 1).any():
            yield f"{name}: a term without any"
    if not _rises(arrays["terms.positions"]):
        yield "terms.positions: it falls"
    forms = list(Strings(arrays, "forms"))
    if not _ascends(forms) or not all(form.count(b"\0") >= 1 for form in forms):
        yield "forms: not sorted pairs"
    words = set(strings[: arrays.info["fields"][WORD_FIELDS[-1]][1]])
    if not {form.partition(b"\0")[0] for form in forms} <= words:
        yield "forms: of a term that there is not"


def _postings(arrays: ArrayFolder) -> Iterator[str]:
    """Entries, postings and occurrences of each term are as many as said, and in order."""
    count, blocks = _figures(arrays)
    for name, bits in (("postings.frequency", 4), ("positions.gap", 8)):
        most = (1 << bits) - 1
        at = np.flatnonzero((arrays[name] if bits == 8 else halves(arrays[name])) == most)
        if not np.array_equal(at, arrays[f"{name}.at"]) or (arrays[f"{name}.value"] < most).any():
            yield f"{name}.at: not the places of what is escaped"
            return
    starts = arrays["terms.entries"].astype(np.int64)
    first_posting = arrays["terms.postings"].astype(np.int64)
    first_position = arrays["terms.positions"].astype(np.int64)
    if not (_rises(starts) and _rises(first_posting) and _rises(first_position)):
        return  # told before
    every = slice(0, int(first_posting[-1]))
    frequencies = Escaped(arrays, "postings.frequency", bits=4)[every]
    if every.stop & 1 and arrays["postings.frequency"][-1] >> 4:
        yield "postings.frequency: the last byte has too many"
    if (frequencies < 1).any():
        yield "postings.frequency: a 0"
    by_term = np.add.reduceat(frequencies, first_posting[:-1]) if len(frequencies) else frequencies
    if not np.array_equal(by_term, np.diff(first_position)):
        yield "terms.positions: not as many as the frequencies say"
        return
    gaps = Escaped(arrays, "positions.gap", bits=8)[slice(0, len(arrays["positions.gap"]))]
    sizes = np.bitwise_count(arrays["entries.documents"]).astype(np.int64)
    for name, values in (("entries.postings", sizes), ("postings.positions", frequencies)):
        if not np.array_equal(starts_of(values)[:-1][::32], arrays[name]):
            yield f"{name}: not the totals of every 32nd"
    for number, name in enumerate(FIELDS):
        first, last = arrays.info["fields"][name]
        for low, high in _slices(first_posting, first, last):
            stretch = _Stretch(arrays, name, number, low, high, frequencies, gaps)
            yield from _postings_of(stretch, count, blocks)


def _slices(starts: Array, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut terms into stretches of so many postings, or of one term."""
    while first < last:
        cut = int(np.searchsorted(starts, starts[first] + _SLICE, "right")) - 1
        cut = min(max(cut, first + 1), last)
        yield first, cut
        first = cut


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The terms of one field from one number up to another; what is escaped is unpacked."""

    arrays: ArrayFolder
    field: str
    field_number: int
    low: int
    high: int
    frequencies: Array
    gaps: Array


def _postings_of(stretch: _Stretch, count: int, blocks: int) -> Iterator[str]:
    arrays, field, low, high = stretch.arrays, stretch.field, stretch.low, stretch.high
    starts = arrays["terms.entries"][low : high + 1].astype(np.int64)
    at = slice(int(starts[0]), int(starts[-1]))
    entry_blocks = arrays["entries.block"][at].astype(np.int64)
    bits = arrays["entries.documents"][at]
    inner = np.ones(len(entry_blocks), bool)
    inner[starts[:-1] - starts[0]] = False
    if (np.diff(entry_blocks, prepend=-1)[inner] < 1).any() or (entry_blocks >= blocks).any():
        yield f"entries.block: not ascending below {blocks:,} in {field}"
        return
    if (bits == 0).any():
        yield f"entries.documents: a block without any in {field}"
        return
    sizes = np.bitwise_count(bits).astype(np.int64)
    postings = arrays["terms.postings"][low : high + 1].astype(np.int64)
    if not np.array_equal(np.add.reduceat(sizes, starts[:-1] - starts[0]), np.diff(postings)):
        yield f"terms.postings: not as many as entries.documents says in {field}"
        return
    set_bits = np.flatnonzero(unpacked(bits))
    documents = (entry_blocks[set_bits >> BLOCK_BITS] << BLOCK_BITS) | (set_bits & 31)
    if (documents >= count).any():
        yield f"entries.documents: documents that there are not in {field}"
        return
    own = stretch.frequencies[postings[0] : postings[-1]]
    bound = arrays["entries.bound"][at]
    if field in KEY_FIELDS:
        if bound.any() or (own != 1).any():
            yield f"entries.bound: a key of {field} that counts"
        yield from _keys(stretch, documents, np.diff(postings))
        return
    each = arrays["lengths"].reshape(len(WORD_FIELDS), -1)
    lengths = each[stretch.field_number].astype(np.int64)
    average = arrays.info["total_length"][field] / arrays.info["with_field"][field]
    best = best_impacts(own, lengths[documents], average, starts_of(sizes)[:-1])
    if not np.array_equal(best, bound):
        yield f"entries.bound: not the best impact in {field}"
    first = int(arrays["terms.positions"][low])
    gaps = stretch.gaps[first : first + int(own.sum())]
    firsts = starts_of(own)[:-1]
    inner = np.ones(len(gaps), bool)
    inner[firsts] = False
    if (gaps[inner] < 1).any():
        yield f"positions.gap: two words of {field} in one place"
    if field in ("text", "repeated"):  # which share the places of one text
        other = WORD_FIELDS.index("repeated" if field == "text" else "text")
        lengths += each[other]
    if (np.add.reduceat(gaps, firsts) >= lengths[documents]).any():
        yield f"positions.gap: words beyond the end in {field}"


def _keys(stretch: _Stretch, documents: Array, counts: Array) -> Iterator[str]:
    """A key stands for just the documents that have that value."""
    arrays, field, low, high = stretch.arrays, stretch.field, stretch.low, stretch.high
    value = _KEY_VALUES.get(field)
    if value is None:
        return
    codes, names = value(arrays)
    wanted = {name: number for number, name in enumerate(names) if name}
    terms = [wanted.get(term, -1) for term in Strings(arrays, "terms").between(low, high)]
    if not np.array_equal(np.repeat(terms, counts), codes[documents]):
        yield f"terms: keys of {field} that are not the documents' own"
    first, last = arrays.info["fields"][field]
    having = np.count_nonzero(np.isin(codes, list(wanted.values())))
    if (low, high) == (first, last) and len(documents) != having:
        yield f"terms: documents without their key in {field}"


def _page_codes(arrays: ArrayFolder) -> tuple[Array, list[bytes]]:
    pages = [decoded(page) for page in Strings(arrays, "pages")]
    names = [json.loads(page)[0].encode("utf-8", "surrogatepass") for page in pages]
    return arrays["sections.page"][arrays["documents.section"]].astype(np.int64), names


def _lang_codes(arrays: ArrayFolder) -> tuple[Array, list[bytes]]:
    pages = _page_codes(arrays)[0]
    return arrays["pages.lang"][pages].astype(np.int64), list(Strings(arrays, "langs"))


_KEY_VALUES: dict[str, Callable[[ArrayFolder], tuple[Array, list[bytes]]]] = {
    "page": _page_codes,
    "lang": _lang_codes,
}


def _lengths(arrays: ArrayFolder) -> Iterator[str]:
    """Lengths count the words of each field, and add up to the figures."""
    count, _ = _figures(arrays)
    each = arrays["lengths"].reshape(len(WORD_FIELDS), -1).astype(np.int64)
    if each[:, count:].any():
        yield "lengths: of documents that there are not"
    for number, name in enumerate(WORD_FIELDS):
        if int(each[number].sum()) != arrays.info["total_length"][name]:
            yield f"total_length: not that of {name}"
        if np.count_nonzero(each[number]) != arrays.info["with_field"][name]:
            yield f"with_field: not that of {name}"


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
    for number, text in enumerate(Strings(arrays, "sections")):
        if not isinstance(json.loads(text), str):
            yield f"sections: number {number:,} is no heading"
    first = arrays["pages.first"].astype(np.int64)
    owners = arrays["sections.page"][arrays["documents.section"]]
    if not _rises(first) or not np.array_equal(np.repeat(np.arange(pages), np.diff(first)), owners):
        yield "pages.first: passages that are another page's"


_PAGE_TYPES = [
    [str, url, str, year, str, str, str, str]
    for url in (str, type(None))
    for year in (int, type(None))
]


def _texts(arrays: ArrayFolder) -> Iterator[str]:
    """Each block of texts has those of its passages, whole."""
    if not (_rises(arrays["texts.firsts"]) and _rises(arrays["texts.ends"])):
        yield "texts.firsts: it falls, or texts.ends does"
        return
    texts = Texts(arrays, arrays["texts.bytes"])
    for number in range(arrays.info["documents"]):
        try:
            texts[number]
        except (IndexDamaged, UnicodeDecodeError) as error:
            yield f"texts.bytes: the text of passage {number:,} ({error})"
            return


def _rises(values: Array) -> bool:
    """Whether no value is below the one before it."""
    return not (values[1:] < values[:-1]).any()


def _ascends(values: list[bytes]) -> bool:
    """Whether each value is above the one before it."""
    return all(map(bytes.__lt__, values, values[1:]))

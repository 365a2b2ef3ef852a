"""Passages in columns: from `Passage` objects to texts, arrays and shared fields.

Neighbouring passages mostly have the same page, section, organization and label. Such a
group of neighbours has its `SharedFields` once. After this step no Python object per
passage is left, except its text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from operator import attrgetter, ne
from typing import NamedTuple

import numpy as np

from archivesearch.columnar.bm25 import BLOCK_SIZE
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.model.passages import Passage, SamePage


class SharedFields(NamedTuple):
    """The fields that a group of neighbouring passages shares, named as in `Passage`.

    All before `section` belong to their page.
    """

    page: str
    url: str | None
    title: str
    year: int | None
    year_source: str
    date: str
    author: str
    lang: str
    same: tuple[SamePage, ...]
    section: str
    org: str
    label: str


# The columns of the table of pages, in this order.
PAGE_FIELDS = SharedFields._fields[: SharedFields._fields.index("section")]

_SHARED_FIELDS = attrgetter(*SharedFields._fields)
_YEARS_MENTIONED = attrgetter("years_mentioned")
_REPEATED = attrgetter("repeated")


@dataclass(frozen=True, slots=True)
class IntLists:
    """A list of integers for each passage.

    `counts`: uint32, the length of each list. `values`: uint32, all lists end to end.
    """

    counts: Array
    values: Array

    def owners(self) -> Array:
        """Return the passage of each value: uint32, ascending."""
        return np.repeat(np.arange(len(self.counts), dtype=np.uint32), self.counts)


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """Neighbouring passages in columns; the first has the number `first`.

    - `texts`: UTF-8, one per passage.
    - `shared`: one per group of neighbours with equal fields.
    - `shared_starts`: int64, the first passage of each group, counted from `first`.
    - `is_heading`: bool, whether the text of a passage is its section or title.
    - `is_boilerplate`: bool, whether a passage has no text outside its repeated spans.
    - `years`: the years that each passage mentions.
    - `repeated`: start and end of each repeated span, in code points, so two values a span.
    - `repeated_bytes`: int64, the values of `repeated` as byte offsets in the UTF-8 text.

    For two passages in section "A" and one in section "B", `shared` has two values and
    `shared_starts` is [0, 2].
    """

    first: int
    texts: Sequence[bytes]
    shared: Sequence[SharedFields]
    shared_starts: Array
    is_heading: Array
    is_boilerplate: Array
    years: IntLists
    repeated: IntLists
    repeated_bytes: Array

    def __len__(self) -> int:
        return len(self.texts)

    def per_passage(self, values: Array) -> Array:
        """Return one value per passage from one value per group."""
        return np.repeat(values, np.diff(self.shared_starts, append=len(self)))


def in_columns(first: int, passages: Iterable[Passage], size: int) -> Iterator[PassageColumns]:
    """Yield passages in columns, in order; the first passage has the number `first`.

    Each part ends when its texts have `size` bytes, but has at least BLOCK_SIZE passages.
    Only the last part may be smaller.
    """
    part: list[Passage] = []
    texts: list[bytes] = []
    text_bytes = 0
    for passage in passages:
        part.append(passage)
        texts.append(to_utf8(passage.text))
        text_bytes += len(texts[-1])
        if text_bytes >= size and len(part) >= BLOCK_SIZE:
            yield _columns(first, part, texts)
            first += len(part)
            part, texts, text_bytes = [], [], 0
    if part:
        yield _columns(first, part, texts)


def _columns(first: int, passages: Sequence[Passage], texts: Sequence[bytes]) -> PassageColumns:
    """Return passages, at least one, in columns."""
    count = len(passages)
    shared = list(map(_SHARED_FIELDS, passages))
    starts_group = np.ones(count, bool)
    starts_group[1:] = np.fromiter(map(ne, shared[1:], shared), bool, count - 1)
    repeated = list(map(_REPEATED, passages))
    is_boilerplate = np.zeros(count, bool)
    byte_edges: list[int] = []
    for number, spans in compress(enumerate(repeated), repeated):
        passage = passages[number]
        is_boilerplate[number] = not passage.own_text
        byte_edges += [len(to_utf8(passage.text[:edge])) for span in spans for edge in span]
    return PassageColumns(
        first=first,
        texts=texts,
        shared=[SharedFields(*values) for values in compress(shared, starts_group.tolist())],
        shared_starts=np.flatnonzero(starts_group),
        is_heading=np.array([p.text in (p.section, p.title) for p in passages], bool),
        is_boilerplate=is_boilerplate,
        years=_int_lists(list(map(_YEARS_MENTIONED, passages))),
        repeated=_int_lists([tuple(chain(*spans)) if spans else () for spans in repeated]),
        repeated_bytes=np.array(byte_edges, np.int64),
    )


def _int_lists(lists: Sequence[Sequence[int]]) -> IntLists:
    counts = np.fromiter(map(len, lists), np.uint32, len(lists))
    total = int(counts.sum(dtype=np.int64))
    return IntLists(counts, np.fromiter(chain.from_iterable(lists), np.uint32, total))

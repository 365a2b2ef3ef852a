"""A stretch of passages in columns: what neighbours have in common is taken once.

Python's objects end here: what is done with a stretch is done with its texts, its few
rows and its arrays.
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
    """What passages in a row have in common; all before `section` is their page's."""

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


PAGE_FIELDS = SharedFields._fields[: SharedFields._fields.index("section")]
"""What the table of pages has, in this order."""

_ROW = attrgetter(*SharedFields._fields)
_YEARS = attrgetter("years_mentioned")
_REPEATED = attrgetter("repeated")


@dataclass(frozen=True, slots=True)
class IntLists:
    """A list of whole numbers for each passage: how many it has, and all of them in a row."""

    counts: Array
    values: Array

    def owners(self) -> Array:
        """Return the passage of each value."""
        return np.repeat(np.arange(len(self.counts), dtype=np.uint32), self.counts)


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """Passages in a row, numbered from `first`, in columns.

    `texts` are UTF-8. `starts` says where each of the `rows` begins, counted from the
    first of the stretch. `headings` are passages that say what stands above them, `bare`
    those that say only what many pages repeat. `years` are those mentioned, `repeated`
    the edges of repeated spans in code points, and `edges` the same in bytes.
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
        """Return for each passage the value of its row."""
        return np.repeat(values, np.diff(self.shared_starts, append=len(self)))


def in_columns(first: int, passages: Iterable[Passage], size: int) -> Iterator[PassageColumns]:
    """Cut passages, of which the first has a number, into stretches of so many bytes of text.

    A stretch has a few passages at the least, however long they are.
    """
    some: list[Passage] = []
    texts: list[bytes] = []
    gathered = 0
    for passage in passages:
        some.append(passage)
        texts.append(to_utf8(passage.text))
        gathered += len(texts[-1])
        if gathered >= size and len(some) >= BLOCK_SIZE:
            yield stretch_of(first, some, texts)
            first += len(some)
            some, texts, gathered = [], [], 0
    if some:
        yield stretch_of(first, some, texts)


def stretch_of(first: int, passages: Sequence[Passage], texts: Sequence[bytes]) -> PassageColumns:
    """Return some passages, one at the least, in columns."""
    count = len(passages)
    shared = list(map(_ROW, passages))
    new = np.ones(count, bool)
    new[1:] = np.fromiter(map(ne, shared[1:], shared), bool, count - 1)
    repeated = list(map(_REPEATED, passages))
    bare = np.zeros(count, bool)
    edges: list[int] = []
    for number, spans in compress(enumerate(repeated), repeated):
        passage = passages[number]
        bare[number] = not passage.own_text
        edges += [len(to_utf8(passage.text[:at])) for span in spans for at in span]
    return PassageColumns(
        first=first,
        texts=texts,
        shared=[SharedFields(*row) for row in compress(shared, new.tolist())],
        shared_starts=np.flatnonzero(new),
        is_heading=np.array([p.text in (p.section, p.title) for p in passages], bool),
        is_boilerplate=bare,
        years=_lists(list(map(_YEARS, passages))),
        repeated=_lists([tuple(chain(*spans)) if spans else () for spans in repeated]),
        repeated_bytes=np.array(edges, np.int64),
    )


def _lists(lists: Sequence[Sequence[int]]) -> IntLists:
    counts = np.fromiter(map(len, lists), np.uint32, len(lists))
    total = int(counts.sum(dtype=np.int64))
    return IntLists(counts, np.fromiter(chain.from_iterable(lists), np.uint32, total))

"""Boilerplate spans: the places of boilerplate units in pages, as spans of paragraphs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.hash_arithmetic import Hashes
from archivesearch.indexing.fingerprints.units import units
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.model.pages import Page, Paragraph, paragraphs, passages
from archivesearch.model.passages import Passage, Span, own_text

# Units that are looked up at a time.
_BATCH_SIZE = 1 << 20
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BoilerplateUnits:
    """The units that many pages repeat: their hashes, sorted.

    `uncountable` are the hashes, sorted, of units that say too little to be counted but
    are as widespread. They are boilerplate only where all else in their passage is.
    """

    hashes: Hashes
    uncountable: Hashes

    def spans(self, text: str) -> tuple[Span, ...]:
        """Return the spans of a text that are boilerplate."""
        parts = units([text])
        is_repeated = in_sorted(parts.hashes, self.hashes) & parts.countable
        if is_repeated[parts.countable].all():
            is_repeated |= in_sorted(parts.hashes, self.uncountable) & ~parts.countable
        starts, ends = parts.starts[is_repeated], parts.ends[is_repeated]
        return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


class PageBoilerplate(NamedTuple):
    """The units of a page that has boilerplate, in order.

    `owners` are the numbers of their paragraphs, from 0; `starts` and `ends` their places
    in these. `is_repeated` says whether a unit is countable and boilerplate, `is_own`
    whether it is no boilerplate.
    """

    owners: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.uint32]
    is_repeated: Flags
    is_own: Flags

    def spans(
        self, boilerplate: BoilerplateUnits, page_paragraphs: Sequence[Paragraph]
    ) -> Iterator[tuple[int, tuple[Span, ...]]]:
        """Yield the number and the spans of each paragraph that has boilerplate."""
        numbers = np.unique(self.owners[self.is_repeated])
        lows, highs = (np.searchsorted(self.owners, numbers, side).tolist() for side in _SIDES)
        is_own, starts, ends = self.is_own.tolist(), self.starts.tolist(), self.ends.tolist()
        for number, low, high in zip(numbers.tolist(), lows, highs, strict=True):
            paragraph = page_paragraphs[number]
            if not any(is_own[low:high]):
                spans: Iterable[Span] = [(0, len(paragraph.text))]
            elif paragraph.repeated:
                # Fingerprints were taken without the spans that parsing has marked, so the
                # places of their units are not those in the whole text.
                spans = boilerplate.spans(paragraph.text)
            else:
                spans = ((starts[n], ends[n]) for n in range(low, high) if not is_own[n])
            yield number, _merge_spans([*paragraph.repeated, *spans], paragraph.text)


class BoilerplateSpans:
    """The boilerplate of all pages in a spool.

    `is_own` has one value for each unit of all pages: whether it is no boilerplate.
    """

    def __init__(self, spool: PageSpool, boilerplate: BoilerplateUnits) -> None:
        self.boilerplate = boilerplate
        self._spool = spool
        hashes, countable = spool.column("units"), spool.column("countable")
        owners = np.asarray(spool.column("owners"))
        self._is_repeated = in_sorted(hashes, boilerplate.hashes) & countable
        # Passages in which every countable unit is boilerplate, and there is one.
        is_all_repeated = np.zeros(spool.passage_offsets[-1], bool)
        is_all_repeated[owners[self._is_repeated]] = True
        is_all_repeated[owners[countable & ~self._is_repeated]] = False
        is_uncountable = ~countable & in_sorted(hashes, boilerplate.uncountable)
        self.is_own = ~self._is_repeated & ~(is_all_repeated[owners] & is_uncountable)

    def of_page(self, page: int) -> PageBoilerplate | None:
        """Return the boilerplate of a page; None if it has none."""
        rows = self._spool.unit_slice(page, page + 1)
        if not self._is_repeated[rows].any():
            return None
        owners, starts, ends = (
            self._spool.read_column(name, rows) for name in ("owners", "starts", "ends")
        )
        owners -= np.uint32(self._spool.passage_offsets[page])
        return PageBoilerplate(owners, starts, ends, self._is_repeated[rows], self.is_own[rows])

    def passages(self, page: int) -> list[Passage]:
        """Return the passages of a page, with their boilerplate marked as `repeated`."""
        return list(
            passages_with_boilerplate(self._spool.page(page), self.of_page(page), self.boilerplate)
        )

    def own_texts(self, numbers: Sequence[int]) -> Iterator[str]:
        """Yield the texts of passages without their boilerplate.

        `numbers` are those of passages among all pages. They ascend, so each page is read once.
        """
        pages = self._spool.page_of(numbers).tolist()
        for page, pairs in groupby(zip(pages, numbers, strict=True), itemgetter(0)):
            page_paragraphs = [paragraph for _, paragraph in paragraphs(self._spool.page(page))]
            page_boilerplate = self.of_page(page)
            spans = (
                dict(page_boilerplate.spans(self.boilerplate, page_paragraphs))
                if page_boilerplate
                else {}
            )
            for _, number in pairs:
                index = number - self._spool.passage_offsets[page]
                paragraph = page_paragraphs[index]
                yield own_text(paragraph.text, spans.get(index, paragraph.repeated))


def passages_with_boilerplate(
    page: Page, page_boilerplate: PageBoilerplate | None, boilerplate: BoilerplateUnits
) -> Iterator[Passage]:
    """Yield the passages of a page, with its boilerplate marked as `repeated`.

    The spans that parsing has marked stay marked.
    """
    if page_boilerplate is None:
        return passages(page)
    page_paragraphs = [paragraph for _, paragraph in paragraphs(page)]
    return passages(
        page, {n + 1: spans for n, spans in page_boilerplate.spans(boilerplate, page_paragraphs)}
    )


def in_sorted(values: Hashes, sorted_values: Hashes) -> Flags:
    """Return for each value whether it is one of the sorted ones."""
    result = np.zeros(len(values), bool)
    if len(sorted_values):
        for start in range(0, len(values), _BATCH_SIZE):
            batch = values[start : start + _BATCH_SIZE]
            indices = np.minimum(np.searchsorted(sorted_values, batch), len(sorted_values) - 1)
            result[start : start + _BATCH_SIZE] = sorted_values[indices] == batch
    return result


def _merge_spans(places: Sequence[Span], text: str) -> tuple[Span, ...]:
    """Join spans that touch or have only white space between them; strip white space.

    A span may end one character behind the text: the last unit's line end is no part of it.
    """
    spans: list[Span] = []
    for first, last in sorted(places):
        part = text[first:last]
        start = first + len(part) - len(part.lstrip())
        end = first + len(part.rstrip())
        if spans and not text[spans[-1][1] : start].strip():
            before = spans.pop()
            start, end = before[0], max(end, before[1])
        if start < end:
            spans.append((start, end))
    return tuple(spans)

"""Where pages say what is repeated: the units of `boilerplate.py`, as spans of paragraphs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.fingerprints import units
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.model.pages import Page, Paragraph, paragraphs, passages
from archivesearch.model.passages import Passage, Span, own_text

# Units that are looked up at a time.
_AT_ONCE = 1 << 20
_PARTS = ("owners", "starts", "ends")
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")

_Hashes = npt.NDArray[np.uint64]
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BoilerplateUnits:
    """The units that many pages repeat, by their hashes, sorted.

    `companions` say too little to be counted but are as widespread: where all else in
    their passage is repeated, they are too.
    """

    hashes: _Hashes
    uncountable: _Hashes

    def spans(self, text: str) -> tuple[Span, ...]:
        """Return what is repeated in a text."""
        found = units([text])
        chosen = in_sorted(found.hashes, self.hashes) & found.counted
        if chosen[found.counted].all():
            chosen |= in_sorted(found.hashes, self.uncountable) & ~found.counted
        starts, ends = found.starts[chosen], found.ends[chosen]
        return tuple(zip(starts.tolist(), ends.tolist(), strict=True))


class PageBoilerplate(NamedTuple):
    """The units of a page, in order.

    `owners` are their paragraphs, by number from 0, `starts` and `ends` where they are in
    these; `hits` are those that are repeated, `own` those that are not marked.
    """

    owners: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.uint32]
    ends: npt.NDArray[np.uint32]
    is_repeated: _Flags
    is_own: _Flags

    def spans(
        self, repeats: BoilerplateUnits, said: Sequence[Paragraph]
    ) -> Iterator[tuple[int, tuple[Span, ...]]]:
        """Yield the paragraphs of the page that hold what is repeated, by number, and where."""
        numbers = np.unique(self.owners[self.is_repeated])
        lows, highs = (np.searchsorted(self.owners, numbers, side).tolist() for side in _SIDES)
        own, starts, ends = self.is_own.tolist(), self.starts.tolist(), self.ends.tolist()
        for number, low, high in zip(numbers.tolist(), lows, highs, strict=True):
            paragraph = said[number]
            if not any(own[low:high]):
                spans: Iterable[Span] = [(0, len(paragraph.text))]
            elif paragraph.repeated:  # the places are those in what is left without them
                spans = repeats.spans(paragraph.text)
            else:
                spans = ((starts[n], ends[n]) for n in range(low, high) if not own[n])
            yield number, _merged([*paragraph.repeated, *spans], paragraph.text)


def passages_with_boilerplate(
    page: Page, marks: PageBoilerplate | None, repeats: BoilerplateUnits
) -> Iterator[Passage]:
    """Yield the passages of a page, with what is repeated in them; without marks that is nothing.

    What parsing has marked stays so.
    """
    if marks is None:
        return passages(page)
    said = [paragraph for _, paragraph in paragraphs(page)]
    return passages(page, {n + 1: spans for n, spans in marks.spans(repeats, said)})


class BoilerplateSpans:
    """Where the gathered pages say what is repeated.

    `own` says of each unit whether it is its page's own.
    """

    def __init__(self, gathered: PageSpool, repeats: BoilerplateUnits) -> None:
        self.boilerplate = repeats
        self._gathered = gathered
        units, counted = gathered.column("units"), gathered.column("counted")
        owners = np.asarray(gathered.column("owners"))
        self._hits = in_sorted(units, repeats.hashes) & counted
        alone = np.zeros(gathered.passage_offsets[-1], bool)
        alone[owners[self._hits]] = True
        alone[owners[counted & ~self._hits]] = False
        joins = alone[owners] & ~counted & in_sorted(units, repeats.uncountable)
        self.is_own = ~self._hits & ~joins

    def of_page(self, page: int) -> PageBoilerplate | None:
        """Return the marks of a page; None where nothing in it is repeated."""
        at = self._gathered.unit_slice(page, page + 1)
        if not self._hits[at].any():
            return None
        owners, starts, ends = (self._gathered.read_column(name, at) for name in _PARTS)
        owners -= np.uint32(self._gathered.passage_offsets[page])
        return PageBoilerplate(owners, starts, ends, self._hits[at], self.is_own[at])

    def passages(self, page: int) -> list[Passage]:
        """Return the passages of a page, with what is repeated in them."""
        return list(
            passages_with_boilerplate(
                self._gathered.page(page), self.of_page(page), self.boilerplate
            )
        )

    def own_texts(self, numbers: Sequence[int]) -> Iterator[str]:
        """Yield what passages say apart from what is repeated, by their numbers among all.

        The numbers are in order, so that each page is read once.
        """
        pages = self._gathered.page_of(numbers).tolist()
        for page, some in groupby(zip(pages, numbers, strict=True), itemgetter(0)):
            said = [paragraph for _, paragraph in paragraphs(self._gathered.page(page))]
            marks = self.of_page(page)
            spans = dict(marks.spans(self.boilerplate, said)) if marks else {}
            for _, number in some:
                at = number - self._gathered.passage_offsets[page]
                yield own_text(said[at].text, spans.get(at, said[at].repeated))


def in_sorted(values: _Hashes, known: _Hashes) -> npt.NDArray[np.bool_]:
    """Return which values are among some that are sorted."""
    found = np.zeros(len(values), bool)
    if len(known):
        for start in range(0, len(values), _AT_ONCE):
            some = values[start : start + _AT_ONCE]
            at = np.minimum(np.searchsorted(known, some), len(known) - 1)
            found[start : start + _AT_ONCE] = known[at] == some
    return found


def _merged(places: Sequence[Span], text: str) -> tuple[Span, ...]:
    """Join spans that touch or have only white space between; none begins or ends with it.

    A last unit may be told to end behind the text: its line end is not of the text.
    """
    spans: list[Span] = []
    for first, last in sorted(places):
        inside = text[first:last]
        start = first + len(inside) - len(inside.lstrip())
        end = first + len(inside.rstrip())
        if spans and not text[spans[-1][1] : start].strip():
            before = spans.pop()
            start, end = before[0], max(end, before[1])
        if start < end:
            spans.append((start, end))
    return tuple(spans)

"""What else answers can be asked for: concordances, company, years, other words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivesearch.model.results import Hit


@dataclass(frozen=True, slots=True)
class Line:
    """A place where a paragraph matches, with what stands on either side of it.

    `left`, `match` and `right` follow one another as they are: a space that stands between
    them is at the end of `left` or the beginning of `right`.
    """

    id: str
    page: str
    org: str
    year: int | None
    left: str
    match: str
    right: str


@dataclass(frozen=True, slots=True)
class Concordance:
    """The places where a query matches; `paragraphs` counts those that match in all."""

    query: str
    paragraphs: int
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collocate:
    """A word that keeps company with what was asked for.

    `count` is how often it stands beside it, `expected` how often it would by chance;
    `score` is the log-likelihood ratio, larger the less it can be chance.
    """

    word: str
    count: int
    expected: float
    score: float


@dataclass(frozen=True, slots=True)
class Collocations:
    """The words that keep company with a query's, in `paragraphs` that were read."""

    query: str
    paragraphs: int
    words: tuple[Collocate, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """How many paragraphs of one year match, of how many that it has."""

    year: int | None
    count: int
    paragraphs: int

    @property
    def share(self) -> float:
        """The part of the year's paragraphs that match, from 0 to 1."""
        return self.count / self.paragraphs if self.paragraphs else 0.0


@dataclass(frozen=True, slots=True)
class Trends:
    """How many paragraphs match in each of the years that there are; undated ones are last.

    Iterating over it gives its years.
    """

    query: str
    years: tuple[Trend, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Trend]:
        return iter(self.years)

    def __len__(self) -> int:
        return len(self.years)


class Matches(Iterator["Hit"]):
    """All hits of a query, one after the other, few of them in memory at a time.

    `notes` are lines that say what a reader must know of them, such as a limit hit; all
    of them are there when the first hit is.
    """

    def __init__(self, hits: Iterator["Hit"], notes: Sequence[str]) -> None:
        self._hits = hits
        self._notes = notes

    def __next__(self) -> "Hit":
        return next(self._hits)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the hits."""
        return tuple(self._notes)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a reader may have meant to type: words that begin so, and words spelled like it.

    Each word comes with the number of paragraphs that have it.
    """

    text: str
    completions: tuple[tuple[str, int], ...]
    corrections: tuple[tuple[str, int], ...]

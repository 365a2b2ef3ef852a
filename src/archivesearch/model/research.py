"""Results of research: concordances, collocations, trends, all matches, suggestions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivesearch.model.results import Hit


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a concordance: a match in a paragraph, with its context on both sides.

    - `id`: the ID of the passage.
    - `left`, `match`, `right`: the three parts of the line, to be joined as they are. A
      space between them is at the end of `left` or the beginning of `right`.
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
    """The matches of a query in their context.

    - `paragraphs`: the number of all paragraphs that match.
    - `lines`: the lines that `limit` and `offset` select.
    - `notes`: remarks for the user, such as a limit that was reached.
    """

    query: str
    paragraphs: int
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collocate:
    """A word that often stands near the words of a query.

    - `word`: its most frequent form.
    - `count`: the number of its occurrences near a word of the query.
    - `expected`: the number of such occurrences expected by chance.
    - `score`: the log-likelihood ratio, larger for words that are less likely by chance.
    """

    word: str
    count: int
    expected: float
    score: float


@dataclass(frozen=True, slots=True)
class Collocations:
    """The words that stand near the words of a query, the highest score first.

    - `paragraphs`: the number of all paragraphs that match.
    - `notes`: remarks for the user, such as a limit on the paragraphs that are read.
    """

    query: str
    paragraphs: int
    words: tuple[Collocate, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trend:
    """The paragraphs of one year or decade that match a query.

    - `year`: the year, or the first year of the decade; None for undated pages.
    - `count`: the number of paragraphs that match.
    - `paragraphs`: the number of all paragraphs.
    """

    year: int | None
    count: int
    paragraphs: int

    @property
    def share(self) -> float:
        """The fraction of the paragraphs that match, from 0 to 1."""
        return self.count / self.paragraphs if self.paragraphs else 0.0


@dataclass(frozen=True, slots=True)
class Trends:
    """The number of matching paragraphs in each year or decade of the archive.

    `years` ascend; undated pages come last. Iterating over the trends yields them.
    """

    query: str
    years: tuple[Trend, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Trend]:
        return iter(self.years)

    def __len__(self) -> int:
        return len(self.years)


class Matches(Iterator["Hit"]):
    """Iterator over all hits of a query; only a few are in memory at a time."""

    def __init__(self, hits: Iterator["Hit"], notes: Sequence[str]) -> None:
        self._hits = hits
        self._notes = notes

    def __next__(self) -> "Hit":
        return next(self._hits)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for the user, such as a limit that was reached; complete with the first hit."""
        return tuple(self._notes)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Words of the archive that a user may mean with the last word of `text`.

    `completions` begin with it; `corrections` are spelled like it. Each is a pair of a
    word and the number of paragraphs that contain it in just this form.
    """

    text: str
    completions: tuple[tuple[str, int], ...]
    corrections: tuple[tuple[str, int], ...]

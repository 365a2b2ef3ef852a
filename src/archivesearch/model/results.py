"""What answers a query."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from archivesearch.model.passages import Span


@dataclass(frozen=True, slots=True)
class Share:
    """What one thing adds to a score: a word found in a field, or the second stage.

    `what` is the word, phrase or pattern as the index has it, or what the second stage
    saw; `field` is `""` there. `weight` is what a find in the field counts.
    """

    what: str
    field: str
    weight: float
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that matched a query.

    `highlights` are spans of `text`, `snippet_highlights` spans of `snippet`, which is
    plain text and a window of `text`; `extracts` are spans of `text` that show matching
    words which the snippet lacks. `link` scrolls a browser to the paragraph; None
    where the page has no address. `copies` are the ids of duplicates folded into the hit.
    `explanation` says what the score is the sum of, where that was asked for.
    """

    id: str
    score: float
    page: str
    url: str | None
    title: str
    org: str
    section: str
    label: str
    year: int | None
    year_source: str
    date: str
    author: str
    lang: str
    years_mentioned: tuple[int, ...]
    text: str
    highlights: tuple[Span, ...]
    snippet: str
    snippet_highlights: tuple[Span, ...]
    link: str | None
    copies: tuple[str, ...] = ()
    explanation: tuple[Share, ...] = ()
    extracts: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Hits that share a page, section or organization; `score` is that of the best."""

    key: str
    count: int
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query; iterating over it yields its hits.

    `total` counts all matching paragraphs, or all groups where hits are grouped (then
    `hits` is empty and `groups` is not). `folded` is how many of the paragraphs are only
    shown as copies of others, so that there are `total - folded` hits; 0 where hits are
    grouped. `facets` maps a field to `(value, count)` pairs.
    `notes` are lines that say what a reader must know of the answer, such as a limit hit.
    """

    query: str
    total: int
    total_exact: bool
    took_ms: float
    hits: tuple[Hit, ...]
    groups: tuple[Group, ...] = ()
    facets: Mapping[str, tuple[tuple[str | int, int], ...]] = field(default_factory=dict)
    suggestion: str | None = None
    notes: tuple[str, ...] = ()
    folded: int = 0

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

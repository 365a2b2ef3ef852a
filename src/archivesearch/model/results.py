"""Results of a search: hits, groups, facets and explanations of scores."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from archivesearch.model.passages import Span


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the score of a hit: from a word in a field, or from the second stage.

    - `what`: the word, phrase or pattern as the index has it, or the feature that the
      second stage of ranking rewards.
    - `field`: the field of the word; `""` for the second stage.
    - `weight`: the weight of the word in that field, or the factor of the second stage.
    - `score`: the part of the score; the parts add up to the score of the hit.
    """

    what: str
    field: str
    weight: float
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that matches a query.

    It has the fields of the `Passage` without `repeated` and `same`, and:

    - `score`: the score of the passage; 0 if the hits are not ranked.
    - `highlights`: the spans of the matching words in `text`.
    - `snippet`: a part of `text`, as plain text.
    - `snippet_highlights`: the spans of the matching words in `snippet`.
    - `extracts`: spans of `text` with matching words that the snippet lacks.
    - `link`: a URL that scrolls a browser to the paragraph; None if the page has no URL.
    - `copies`: the IDs of the duplicates that are folded into the hit.
    - `explanation`: the parts of the score, if `explain` was set.
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
    """The hits of one page, section or organization.

    - `key`: the page, section or organization; `""` for hits without one.
    - `count`: the number of its paragraphs that match.
    - `score`: the score of its best hit.
    - `hits`: its best hits.
    """

    key: str
    count: int
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a search. Iterating over them yields the hits.

    - `query`: the query, as it was passed.
    - `total`: the number of matching paragraphs, or of groups if hits are grouped.
    - `total_exact`: whether `total` is exact; False if the search reached a limit.
    - `took_ms`: the time of the search, in milliseconds.
    - `hits`: the hits, in the order of `sort`; empty if they are grouped.
    - `groups`: the groups, in that order; empty if hits are not grouped.
    - `facets`: for each field, pairs `(value, count of matching paragraphs)`.
    - `suggestion`: the query with its spelling corrected, if that finds more; else None.
    - `notes`: remarks for the user, such as a limit that was reached.
    - `folded`: the number of matching paragraphs that are shown only as copies of
      others, so that there are `total - folded` hits; 0 if hits are grouped.
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

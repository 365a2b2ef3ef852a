"""Oracle: the answers to requests by brute force, from the passages' own words.

It has no index. For each passage it asks the query anew, so it is slow and simple.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from archivesearch.analysis.analyzer import Analyzer, fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import words
from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.query.nodes.compounds import And, AndNot, Boost, InLanguages, Or
from archivesearch.query.nodes.leaves import (
    Every,
    ExactForm,
    FormPattern,
    Fuzzy,
    Key,
    Near,
    Nothing,
    Phrase,
    Prefix,
    Term,
    Wildcard,
    YearRange,
)
from archivesearch.query.nodes.query import Query
from archivesearch.search.request import Request

K1, B = 1.6, 0.75
HEADINGS = ("text", "title", "section", "org")
WORD_FIELDS = (*HEADINGS, "label", "repeated")


class Word(NamedTuple):
    """A word of a field: its term, its spelling as it is written, and its position."""

    term: str
    spelling: str
    position: int


class Unit(NamedTuple):
    """Matches that fold into one hit: the best of them, and all in the order of their group."""

    best: int
    members: tuple[int, ...]


class Oracle:
    """The passages of an archive, and what a query finds in them."""

    def __init__(
        self, passages: Sequence[Passage], analyzer: Analyzer, copies: CopyGroups = ()
    ) -> None:
        self.passages = passages
        self.analyzer = analyzer
        self.copies = copies
        self.words = [self._words(passage) for passage in passages]
        self.section_orgs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in passages:
            self.section_orgs[each.page, each.section].add(each.org)
        self.score = cache(self._score)
        self.idf = cache(self._idf)
        self.average_length = cache(self._average_length)
        self.fitting_terms = cache(self._fitting_terms)
        self.value = cache(self._value)

    def _words(self, passage: Passage) -> dict[str, list[Word]]:
        """Return the words of each field of a passage.

        The words of repeated sentences are in a field of their own. Where there are no
        others, the headings and the label have none.
        """
        fields: dict[str, list[Word]] = {name: [] for name in WORD_FIELDS}
        for name in (*HEADINGS, "label"):
            for at, (word, start, _) in enumerate(words(getattr(passage, name))):
                spans = passage.repeated if name == "text" else ()
                field = "repeated" if any(a <= start < b for a, b in spans) else name
                fields[field].append(Word(self.analyzer.term(word, passage.lang), word, at))
        if fields["repeated"] and not fields["text"]:
            fields.update(title=[], section=[], org=[], label=[])
        return fields

    def keys(self, number: int, field: str) -> list[str]:
        """Return the keys of a passage in a field, or its terms in a field of words."""
        passage = self.passages[number]
        if field in WORD_FIELDS:
            return [word.term for word in self.words[number][field]]
        if field == "years_mentioned":
            return [f"{year:04}" for year in passage.years_mentioned]
        if field == "year":
            return [] if passage.year is None else [f"{passage.year:04}"]
        key = passage.org.casefold() if field == "org_key" else str(getattr(passage, field))
        return [key] if key else []

    # matches

    def matches(self, query: Query, filter: Query | None = None) -> list[int]:
        """Return the numbers of all passages that match, in order."""
        return [
            number
            for number in range(len(self.passages))
            if self.fits(query, number) and (filter is None or self.fits(filter, number))
        ]

    def fits(self, query: Query, number: int) -> bool:
        """Return whether a passage matches."""
        match query:
            case And(clauses):
                return bool(clauses) and all(self.fits(clause, number) for clause in clauses)
            case Or(clauses):
                return any(self.fits(clause, number) for clause in clauses)
            case AndNot(included, excluded):
                return self.fits(included, number) and not self.fits(excluded, number)
            case Boost(child):
                return self.fits(child, number)
            case InLanguages(child, langs):
                return self.passages[number].lang in langs and self.fits(child, number)
            case Every() | Nothing():
                return isinstance(query, Every)
            case YearRange(field, first, last):
                years = map(int, self.keys(number, field))
                return any((first or 0) <= y <= (9999 if last is None else last) for y in years)
        return bool(self.rows(query, number))

    def rows(self, query: Query, number: int) -> list[tuple[int, ...]]:
        """Return where in its field a leaf matches: the positions of its words, for each time."""
        match query:
            case Or(clauses):
                return [row for clause in clauses for row in self.rows(clause, number)]
            case InLanguages(child):
                return self.rows(child, number) if self.fits(query, number) else []
            case Phrase(field, terms):
                return self.rows(Near(field, tuple(Term(field, term) for term in terms)), number)
            case Near(_, parts, gap):
                rows: list[tuple[int, ...]] = [()]
                for part in parts:
                    column = {at for (at,) in self.rows(part, number)}
                    rows = [
                        (*row, at)
                        for row in rows
                        for at in column
                        if not row or abs(at - row[0]) < len(parts) + gap
                    ]
                return [row for row in rows if row and _together(row, gap)]
            case ExactForm(child, spellings):
                written = {w.position: spelling_key(w.spelling) for w in self._field(query, number)}
                rows = self.rows(child, number)
                return [row for row in rows if tuple(written[at] for at in row) == spellings]
            case FormPattern(field, pattern):
                fields = self.words[number][field]
                return [(w.position,) for w in fields if _fits_pattern(w.spelling, pattern)]
        field = query.describe().field
        if field not in WORD_FIELDS:
            return [(0,) for key in self.keys(number, field) if _fits_term(query, key)]
        return [(w.position,) for w in self.words[number][field] if _fits_term(query, w.term)]

    def _field(self, query: Query, number: int) -> list[Word]:
        return self.words[number][query.describe().field]

    # scores

    def scores(self, query: Query, numbers: Iterable[int]) -> list[float]:
        """Return the score of each passage, 0 for one that does not match."""
        return [self.score(query, number) for number in numbers]

    def _score(self, query: Query, number: int) -> float:
        """Return the score of a passage: sums of BM25, weighted; 0 if it does not match."""
        if not self.fits(query, number):
            return 0.0
        match query:
            case And(clauses) | Or(clauses) | Near(_, clauses):
                return sum(self.score(clause, number) for clause in clauses)
            case AndNot(child) | InLanguages(child) | Boost(child):
                return query.factor() * self.score(child, number)
            case Phrase(field, terms, boost):
                return boost * sum(self.bm25(field, term, number) for term in terms)
            case ExactForm(Or(clauses), spellings):
                return self.score(Or(tuple(ExactForm(c, spellings) for c in clauses)), number)
            case ExactForm(InLanguages(child), spellings):
                return self.score(ExactForm(child, spellings), number)
            case ExactForm(child):
                return self.score(child, number)
        field, weight = query.describe().field, query.describe().weight
        if field not in WORD_FIELDS:
            return weight
        fitting = self.fitting_terms(query) & set(self.keys(number, field))
        return weight * sum(self.bm25(field, term, number) for term in fitting)

    def _fitting_terms(self, query: Query) -> set[str]:
        """Return the terms that a leaf stands for anywhere in the archive."""
        result: set[str] = set()
        for number in range(len(self.passages)):
            positions = {at for (at,) in self.rows(query, number)}
            result |= {w.term for w in self._field(query, number) if w.position in positions}
        return result

    def bm25(self, field: str, term: str, number: int) -> float:
        """Return the score of a term in a passage."""
        length, frequency = len(self.words[number][field]), self.keys(number, field).count(term)
        norm = K1 * (1 - B + B * length / self.average_length(field))
        return self.idf(field, term) * (K1 + 1) * frequency / (frequency + norm)

    def _average_length(self, field: str) -> float:
        """Return the mean length in words of a field, over the passages that have it."""
        lengths = [len(fields[field]) for fields in self.words if fields[field]]
        return sum(lengths) / len(lengths) if lengths else 1.0

    def _idf(self, field: str, term: str) -> float:
        """Return the idf of a term. It is the same in the text and all headings."""
        joint = HEADINGS if field in HEADINGS else (field,)
        count = sum(field in HEADINGS or bool(fields[field]) for fields in self.words)
        having = max(
            sum(any(word.term == term for word in fields[name]) for fields in self.words)
            for name in joint
        )
        return math.log(1 + (count - having + 0.5) / (having + 0.5))

    # order, copies, groups, facets

    def order(self, request: Request) -> list[int]:
        """Return all matches in the order of the request; equal ones in that of the archive."""
        numbers = self.matches(request.query, request.filter)
        if request.sort == "score":
            scores = dict(zip(numbers, self.scores(request.query, numbers), strict=True))
            return sorted(numbers, key=lambda number: -round(scores[number], 9))
        if request.sort == "place":
            return numbers
        sign = -1 if request.sort == "-year" else 1
        years = {number: self.passages[number].year for number in numbers}
        return sorted(numbers, key=lambda n: (years[n] is None, sign * (years[n] or 0)))

    def fold(self, request: Request, ordered: Sequence[int]) -> list[Unit]:
        """Return matches with their copies, in the order of the first of each.

        By score, the first in its group of copies of those that score best stands for all.
        """
        group_of = {number: group for group in self.copies for number in group}
        units: dict[tuple[int, ...], list[int]] = {}
        for number in ordered:
            units.setdefault(group_of.get(number, (number,)), []).append(number)
        result = []
        for group, matching in units.items():
            members = tuple(number for number in group if number in matching)
            best = matching[0]
            if request.sort == "score":
                best = max(members, key=lambda number: round(self.score(request.query, number), 9))
            result.append(Unit(best, members))
        return result

    def groups(self, request: Request) -> dict[str, list[int]]:
        """Return the matches of each group, all in the order of the request."""
        groups: dict[str, list[int]] = {}
        for number in self.order(request):
            groups.setdefault(str(self.value(number, request.group_by or "")), []).append(number)
        return groups

    def facet(self, name: str, numbers: Iterable[int]) -> tuple[tuple[str | int, int], ...]:
        """Return the 20 most frequent values, each with its count; equal counts by value."""
        values = [self.value(number, name) for number in numbers]
        absent = "" if name in ("org", "year") else None
        counts = Counter(value for value in values if value != absent)
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:20])

    def _value(self, number: int, name: str) -> str | int:
        """Return the value that a passage has as a group or a facet; `""` for none."""
        passage = self.passages[number]
        if name == "year":
            return "" if passage.year is None else passage.year
        if name == "family":
            return passage.page.split("/")[0] if "/" in passage.page else ""
        if name != "section":
            return str(getattr(passage, name))
        orgs = self.section_orgs[passage.page, passage.section]
        parts = [passage.page, passage.section or passage.org]
        shares_heading = passage.section and passage.org and len(orgs) > 1
        return " § ".join([*parts, passage.org] if shares_heading else parts)


@cache
def _fits_term(query: Query, term: str) -> bool:
    """Return whether a term is one that a leaf of one word stands for."""
    match query:
        case Term(_, text) | Key(_, text):
            return term == text
        case Prefix(_, text):
            return term.startswith(text)
        case Wildcard(_, text):
            return fnmatchcase(term, text)
        case Fuzzy(_, text, distance):
            return term[:1] == text[:1] and OSA.distance(term, text) <= distance
    raise TypeError(type(query).__name__)


@cache
def _fits_pattern(word: str, pattern: str) -> bool:
    """Return whether a word as it is written fits a pattern, without case, accents and signs."""
    shape = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(shape, strip_accents(fold(word)), re.DOTALL) is not None


def _together(row: Sequence[int], gap: int) -> bool:
    """Return whether words are in a row or, with a gap, at places of their own near each other."""
    if gap == 0:
        return list(row) == list(range(row[0], row[0] + len(row)))
    return len(set(row)) == len(row) and max(row) - min(row) < len(row) + gap

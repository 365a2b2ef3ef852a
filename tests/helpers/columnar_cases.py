"""Helpers for tests of the columnar index: random passages, and a brute-force index."""

import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA

from archivesearch.analysis.analyzer import Analyzer, Token, fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import words
from archivesearch.columnar.bm25 import K1, B
from archivesearch.columnar.schema import JOINT_FIELDS, KEY_FIELDS, WORD_FIELDS, key_of
from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.query.nodes.compounds import (
    Alias,
    Alternatives,
    And,
    AndNot,
    Boost,
    InLanguages,
    Or,
)
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
from helpers.small_archive import passage

ANALYZER = Analyzer(("en", "fr"), {"woman": ["womyn"], "america": ["amerika"]})
VOCABULARY = (
    "the of castro castros cuba party parties peasant peasants war l'union union Müller muller "
    "US us U.S. women womyn Amerika don't 1976 1990 running runs I$rael naïve ouvriers 東京都 京 x"
).split()
COMMON = [1 / (place + 1) for place in range(len(VOCABULARY))]
ORGS = ("", "", "Socialist Workers Party", "Workers World Party", "Ligue des Müller")
LABELS = ("", "", "Comments", "Self-Description", "2003 comments")


def random_passages(seed: int, count: int) -> list[Passage]:
    """Return passages of several pages, sections, organizations, years and languages."""
    source = random.Random(seed)  # noqa: S311 - passages need a seed, not secrecy
    passages: list[Passage] = []
    page = -1
    while len(passages) < count:
        page += 1
        shared: dict[str, Any] = {
            "page": f"{source.choice('abc')}/{page}.html",
            "title": text_of(source, 3),
            "lang": source.choice(("en", "en", "fr")),
            "year": source.choice((None, 1976, 1985, 1990, 1991, 2003)),
        }
        place: dict[str, Any] = {"section": "", "org": ""}
        for number in range(1, source.randint(1, 12) + 1):
            if source.random() < 0.3:
                org = source.choice(ORGS)
                place = {"section": f"{org} {text_of(source, 2)}".strip(), "org": org}
            text = text_of(source, source.choice((0, 1, 5, 20, 60)))
            passages.append(
                passage(
                    text,
                    **shared,
                    **place,
                    id=f"{shared['page']}#{number}",
                    label=source.choice(LABELS),
                    years_mentioned=tuple(source.sample((1959, 1976, 1980), source.randint(0, 2))),
                    repeated=spans_of(source, text),
                )
            )
    return passages[:count]


def text_of(source: random.Random, most: int) -> str:
    """Return up to `most` words, the first ones of the vocabulary most often."""
    return " ".join(source.choices(VOCABULARY, COMMON, k=source.randint(0, most)))


def spans_of(source: random.Random, text: str) -> tuple[tuple[int, int], ...]:
    """Return up to two spans of a text, in order."""
    if source.random() < 0.7 or len(text) < 4:
        return ()
    edges = sorted(source.sample(range(len(text) + 1), 4))
    return ((edges[0], edges[1]), (edges[2], edges[3]))[: source.randint(1, 2)]


class BruteForce:
    """A brute-force index: dictionaries, and each kind of query in plain Python."""

    def __init__(self, passages: Sequence[Passage], analyzer: Analyzer = ANALYZER) -> None:
        self.passages = passages
        self.places: dict[str, dict[str, dict[int, list[int]]]] = {
            name: defaultdict(lambda: defaultdict(list)) for name in (*WORD_FIELDS, *KEY_FIELDS)
        }
        self.forms: dict[str, dict[int, set[tuple[str, str]]]] = {
            name: defaultdict(set) for name in WORD_FIELDS
        }
        self.lengths = {name: [0] * len(passages) for name in WORD_FIELDS}
        for number, each in enumerate(passages):
            own: list[Token] = []
            inside: list[Token] = []
            for token in analyzer.tokens(each.text, each.lang):
                repeated = any(start <= token.start < end for start, end in each.repeated)
                (inside if repeated else own).append(token)
            field_tokens = {"text": own, "repeated": inside}
            for name in ("title", "section", "org", "label"):
                if inside and not own and name != "label":
                    continue  # all its text is repeated
                field_tokens[name] = list(analyzer.tokens(getattr(each, name), each.lang))
            for name, tokens in field_tokens.items():
                self.lengths[name][number] = len(tokens)
                for token in tokens:
                    self.places[name][token.term][number].append(token.position)
                    value = getattr(each, "text" if name == "repeated" else name)
                    form = spelling_key(value[token.start : token.end])
                    self.forms[name][number].add((token.term, form))
            for name in ("page", "lang", "org_key", "year"):
                if key := key_of(each, name):
                    self.places[name][key][number].append(0)
            for year in each.years_mentioned:
                self.places["years_mentioned"][str(year)][number] = [0]

    def scores(self, query: Query) -> dict[int, float]:
        """Return the matching passages and their scores."""
        scores: dict[int, float] = MEANINGS[type(query)](self, query)
        return scores

    def terms(self, field: str, fits: Callable[[str], bool], boost: float) -> dict[int, float]:
        """Return the scores of passages that have any term that fits; scores of terms add up."""
        result: dict[int, float] = defaultdict(float)
        for term in filter(fits, self.places[field]):
            for number, score in self._scores(field, term).items():
                result[number] += boost * score
        return dict(result)

    def columns(self, query: Query, number: int) -> list[int]:
        """Return the positions in a passage of one of the words of a phrase."""
        if isinstance(query, Or):
            return sorted({at for each in query.clauses for at in self.columns(each, number)})
        assert isinstance(query, (Term, Prefix))
        places = self.places[query.field]
        text = query.text
        terms = [text] if isinstance(query, Term) else [t for t in places if t.startswith(text)]
        return sorted({at for t in terms if t in places for at in places[t].get(number, ())})

    def _scores(self, field: str, term: str) -> dict[int, float]:
        documents = self.places[field][term]
        if field not in WORD_FIELDS:
            return dict.fromkeys(documents, 1.0)
        lengths = self.lengths[field]
        having = sum(map(bool, lengths))
        count, most = having, len(documents)
        if field in JOINT_FIELDS:
            count = len(self.passages)
            most = max(len(self.places[name].get(term, ())) for name in JOINT_FIELDS)
        idf = math.log(1 + (count - most + 0.5) / (most + 0.5))
        average = sum(lengths) / having
        return {
            number: idf
            * (K1 + 1)
            * len(places)
            / (len(places) + K1 * (1 - B + B * lengths[number] / average))
            for number, places in documents.items()
        }


class FoldedMatch(NamedTuple):
    """A match with the copies that are folded into it."""

    number: int
    score: float
    copies: tuple[int, ...]


def fold_copies(
    matches: Iterable[tuple[int, float]], copies: CopyGroups, sort: str
) -> list[FoldedMatch]:
    """Return matches with copies of each other folded, in the order of the first of each.

    Sorted by score, the best is left, and of equals the first of its group of copies; else
    the first of the matches is left.
    """
    group_of = {number: group for group in copies for number in group}
    sets: dict[tuple[int, ...], dict[int, float]] = {}
    for number, score in matches:
        sets.setdefault(group_of.get(number, (number,)), {})[number] = score
    folded = []
    for group, scores in sets.items():
        matching = [number for number in group if number in scores]
        best = next(iter(scores))
        if sort == "score":
            best = max(matching, key=lambda number: round(scores[number], 9))
        others = tuple(number for number in matching if number != best)
        folded.append(FoldedMatch(best, scores[best], others))
    return folded


def same(scores: Mapping[int, float], expected: Mapping[int, float]) -> bool:
    """Return whether the same passages have the same scores, up to rounding."""
    return scores.keys() == expected.keys() and all(
        math.isclose(score, expected[number], rel_tol=1e-9, abs_tol=1e-12)
        for number, score in scores.items()
    )


def added(
    parts: Sequence[Mapping[int, float]], numbers: set[int], boost: float = 1.0
) -> dict[int, float]:
    """Return the sum of the scores of all parts for each of the passages."""
    return {number: boost * sum(part.get(number, 0.0) for part in parts) for number in numbers}


def stands_near(columns: Sequence[Sequence[int]], gap: int) -> bool:
    """Return whether words are consecutive, or in a window with at most `gap` other words."""
    if gap == 0:
        return any(
            all(start + at in column for at, column in enumerate(columns)) for start in columns[0]
        )
    return any(
        max(chosen) - min(chosen) < len(columns) + gap
        for chosen in choices(columns)
        if len(set(chosen)) == len(chosen)
    )


def choices(columns: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Return all combinations of one place from each column."""
    combinations: list[tuple[int, ...]] = [()]
    for column in columns:
        combinations = [(*chosen, place) for chosen in combinations for place in column]
    return combinations


def _any(index: BruteForce, query: Or) -> dict[int, float]:
    parts = [index.scores(each) for each in query.clauses]
    return added(parts, set().union(*parts))


def _all(index: BruteForce, query: And) -> dict[int, float]:
    parts = [index.scores(each) for each in query.clauses]
    return added(parts, set.intersection(*map(set, parts)))


def _row(index: BruteForce, each: Sequence[Query], gap: int, boost: float) -> dict[int, float]:
    parts = [index.scores(word) for word in each]
    numbers = {
        number
        for number in set.intersection(*map(set, parts))
        if stands_near([index.columns(word, number) for word in each], gap)
    }
    return added(parts, numbers, boost)


def _without(index: BruteForce, query: AndNot) -> dict[int, float]:
    unwanted = index.scores(query.excluded)
    return {n: score for n, score in index.scores(query.included).items() if n not in unwanted}


def _boosted(index: BruteForce, query: Boost) -> dict[int, float]:
    return {n: query.boost * score for n, score in index.scores(query.child).items()}


def _spoken(index: BruteForce, query: InLanguages) -> dict[int, float]:
    scores = index.scores(query.child)
    return {n: score for n, score in scores.items() if index.passages[n].lang in query.langs}


def _written(index: BruteForce, query: ExactForm) -> dict[int, float]:
    if isinstance(query.child, Or):
        each = tuple(ExactForm(child, query.spellings) for child in query.child.clauses)
        return index.scores(Or(each))
    if isinstance(query.child, InLanguages):
        child = ExactForm(query.child.child, query.spellings)
        return index.scores(InLanguages(child, query.child.langs))
    field = query.describe().field
    name = "text" if field == "repeated" else field
    spellings = list(query.spellings)

    def fits(number: int) -> bool:
        forms = {(term, spelling_key(form)) for term, form in index.forms[field][number]}
        if isinstance(query.child, Term):
            return (query.child.text, *spellings) in forms
        # the words in a row may stand in a repeated sentence of the text
        if isinstance(query.child, Phrase) and not forms.issuperset(
            zip(query.child.terms, spellings, strict=True)
        ):
            return False
        text = getattr(index.passages[number], name)
        keys = [spelling_key(word) for word, _, _ in words(text)]
        rows = (keys[at : at + len(spellings)] for at in range(len(keys)))
        return any(row == spellings for row in rows)

    scores = index.scores(query.child)
    return {number: score for number, score in scores.items() if fits(number)}


def _fitting(index: BruteForce, query: FormPattern) -> dict[int, float]:
    terms_by_number = {
        number: [term for term, form in forms if fits(form, query.text)]
        for number, forms in index.forms[query.field].items()
    }
    matching_terms = {term for terms in terms_by_number.values() for term in terms}
    scores = index.terms(query.field, matching_terms.__contains__, query.boost)
    return {number: score for number, score in scores.items() if terms_by_number[number]}


def fits(form: str, pattern: str) -> bool:
    """Return whether a word matches a pattern, without case, accents and signs."""
    shape = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(shape, strip_accents(fold(form)), re.DOTALL) is not None


def _years(index: BruteForce, query: YearRange) -> dict[int, float]:
    first, last = query.first or 0, 9999 if query.last is None else query.last
    scores = index.terms(query.field, lambda term: first <= int(term) <= last, 1.0)
    return dict.fromkeys(scores, query.boost)


def _like(query: Fuzzy) -> Callable[[str], bool]:
    return lambda term: (
        term[:1] == query.text[:1] and OSA.distance(term, query.text) <= query.distance
    )


MEANINGS: dict[type, Callable[[BruteForce, Any], dict[int, float]]] = {
    Term: lambda index, q: index.terms(q.field, lambda term: term == q.text, q.boost),
    Prefix: lambda index, q: index.terms(q.field, lambda t: t.startswith(q.text), q.boost),
    Wildcard: lambda index, q: index.terms(
        q.field, lambda term: fnmatchcase(term, q.text), q.boost
    ),
    Fuzzy: lambda index, q: index.terms(q.field, _like(q), q.boost),
    YearRange: _years,
    Key: lambda index, q: index.terms(q.field, lambda term: term == q.text, 1.0),
    Every: lambda index, q: dict.fromkeys(range(len(index.passages)), 1.0),
    Nothing: lambda index, q: {},
    Boost: _boosted,
    Or: _any,
    And: _all,
    AndNot: _without,
    Phrase: lambda index, q: _row(index, [Term(q.field, term) for term in q.terms], 0, q.boost),
    Near: lambda index, q: _row(index, q.parts, q.gap, 1.0),
    ExactForm: _written,
    FormPattern: _fitting,
    InLanguages: _spoken,
    Alternatives: _any,
    Alias: _any,
}

"""Small archives, query trees and requests for the conformance suite of engines."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from archivesearch.analysis.analyzer import Analyzer, spelling_key
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
from archivesearch.search.request import FACETS, GROUPS, SORTS, Request
from helpers.small_archive import passage

LANGUAGES = ("en", "fr")
VARIANTS = {"woman": ["womyn"], "america": ["amerika"]}
ANALYZER = Analyzer(LANGUAGES, VARIANTS)
VOCABULARY = (
    "the of castro Castros castor party parties peasant peasants war wars worker workers work "
    "l'union union Müller muller US us womyn Amerika 1976 naïve ouvriers 東京都 京"
).split()
SENTENCES = (
    "The party of the workers greets castro and the peasants of Cuba after the long war",
    "Amerika sends US workers to war while womyn of the union work in Tokyo 東京都 at night",
    "Castro's party parties where peasant wars of 1976 were lost by the castors near Müller",
    "L'union des ouvriers salue castro et les paysans de Cuba après la longue guerre",
    "Home of the workers party, free to read and to copy for the peasants of the union",
)
BANNERS = ("The workers party of castro.", "US out of the war!")
ORGS = ("", "", "Socialist Workers Party", "Workers World Party", "Union Müller")


def random_text(source: random.Random, most: int) -> str:
    """Return up to `most` words."""
    return " ".join(source.choice(VOCABULARY) for _ in range(source.randint(0, most)))


def random_paragraph(source: random.Random) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a text and its repeated spans, which are whole sentences."""
    text, spans = "", []
    for _ in range(source.randint(0, 3)):
        kind = source.randint(0, 9)
        sentence = source.choice(BANNERS) if kind < 2 else random_text(source, 6)
        sentence = source.choice(SENTENCES) if kind > 7 else sentence
        text += " " if text else ""
        if kind < 2:
            spans.append((len(text), len(text) + len(sentence)))
        text += sentence
    return text, tuple(spans)


def random_archive(source: random.Random, pages: int) -> tuple[list[Passage], CopyGroups]:
    """Return the passages of an archive, and groups of copies."""
    passages: list[Passage] = []
    for number in range(pages):
        shared: dict[str, Any] = {
            "page": source.choice(("", "a/", "b/c/", f"d{number}/")) + f"{number}.html",
            "title": random_text(source, 3),
            "lang": source.choice(("en", "en", "fr", "de")),
            "year": source.choice((None, 1976, 1985, 1990, 1991, 2003, 1950 + number)),
        }
        orgs = (*ORGS, f"Party {number}")
        place: dict[str, Any] = {"section": "", "org": ""}
        for paragraph in range(1, source.randint(1, 8) + 1):
            if source.randint(0, 2) == 0:
                place = {"section": random_text(source, 2), "org": source.choice(orgs)}
            text, spans = random_paragraph(source)
            passages.append(
                passage(
                    text,
                    **shared,
                    **place,
                    id=f"{shared['page']}#{paragraph}",
                    label=source.choice(("", "", "Comments", "2003 comments")),
                    years_mentioned=source.choice(((), (), (1959,), (1976, 1980))),
                    repeated=spans,
                )
            )
    return passages, random_copies(source, passages)


def random_copies(source: random.Random, passages: Sequence[Passage]) -> CopyGroups:
    """Return no copies, equal texts, or texts that begin with the same word."""
    key_of: Callable[[Passage], str] | None = source.choice(
        (None, lambda each: each.text, lambda each: each.text[:2])
    )
    by_key: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(passages):
        if key_of and each.text:
            by_key[key_of(each)].append(number)
    groups = [group for group in by_key.values() if len(group) > 1]
    for group in groups:
        source.shuffle(group)
    return tuple(map(tuple, groups))


ARCHIVES = st.builds(
    random_archive, st.randoms(use_true_random=False), st.integers(min_value=1, max_value=6)
)

FIELDS = st.sampled_from(["text", "text", "text", "title", "section", "org", "label", "repeated"])
BOOSTS = st.sampled_from([1.0, 1.0, 0.25, 3.0])
TERMS = sorted(
    {token.term for lang in LANGUAGES for token in ANALYZER.tokens(" ".join(VOCABULARY), lang)}
)
WORDS = st.sampled_from([*TERMS, "nowhere"])
PREFIXES = st.sampled_from(["c", "par", "work", "u", "", "京", "zz"])
LANGS = st.sampled_from([("en",), ("fr", "de"), ("xx",)])
YEARS = st.none() | st.sampled_from([1959, 1976, 1980, 1985, 1990, 1991, 2003])
KEYS = st.sampled_from(
    [
        Key("lang", "en"),
        Key("lang", "de"),
        Key("org_key", "workers world party"),
        Key("org_key", "union müller"),
        Key("page", "a/1.html"),
        Key("page", "0.html"),
        Key("year", "1990"),
        Key("years_mentioned", "1976"),
        Prefix("page", "a/", 2.0),
        Wildcard("page", "*[0-2].html"),
        Wildcard("years_mentioned", "19?[06]"),
    ]
)


@st.composite
def rows(draw: st.DrawFn) -> Query:
    """Return words that are near each other, in a field: terms, prefixes, alternatives."""
    field = draw(FIELDS)
    terms = st.builds(Term, st.just(field), WORDS, BOOSTS)
    words = st.one_of(terms, terms, st.builds(Prefix, st.just(field), PREFIXES, BOOSTS))
    parts = st.one_of(
        *(words, words),
        st.builds(Alternatives, st.lists(words, min_size=2, max_size=2).map(tuple)),
        st.builds(InLanguages, terms, LANGS),
    )
    size = draw(st.integers(1, 3))
    return Near(field, tuple(draw(parts) for _ in range(size)), draw(st.integers(0, 3)))


@st.composite
def exact_forms(draw: st.DrawFn) -> Query:
    """Return words in exactly these spellings, in one language or in each."""
    field = draw(st.sampled_from(["text", "text", "repeated", "title", "section", "label"]))
    written = draw(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=2))
    kind, boost = draw(st.sampled_from(["term", "near", "each"])), draw(BOOSTS)

    def row(lang: str) -> Query:
        terms = [Term(field, ANALYZER.term(word, lang), boost) for word in written]
        if len(terms) == 1:
            return terms[0]
        if kind == "near":
            return Near(field, tuple(terms))
        return Phrase(field, tuple(term.text for term in terms), boost)

    each = Alternatives(tuple(InLanguages(row(lang), (lang,)) for lang in LANGUAGES))
    return ExactForm(each if kind == "each" else row("en"), tuple(map(spelling_key, written)))


LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.builds(Term, FIELDS, WORDS, BOOSTS),
    st.builds(Term, st.just("text"), WORDS, BOOSTS),
    KEYS,
    st.builds(Phrase, FIELDS, st.lists(WORDS, min_size=1, max_size=3).map(tuple), BOOSTS),
    rows(),
    st.builds(Prefix, FIELDS, PREFIXES, BOOSTS),
    st.builds(Wildcard, FIELDS, st.sampled_from(["c*", "*r", "part?", "?", "m?ller"]), BOOSTS),
    st.builds(
        FormPattern,
        FIELDS,
        st.sampled_from(["c*", "*s", "part*s", "castr?", "m?ller", "*e*", "?", "*"]),
        BOOSTS,
    ),
    st.builds(Fuzzy, FIELDS, WORDS, st.integers(1, 2), BOOSTS),
    st.builds(YearRange, st.sampled_from(["year", "years_mentioned"]), YEARS, YEARS, BOOSTS),
    exact_forms(),
    st.builds(Every),
    st.builds(Nothing),
)


def up_to_three(trees: st.SearchStrategy[Query]) -> st.SearchStrategy[tuple[Query, ...]]:
    """Return one to three trees."""
    return st.lists(trees, min_size=1, max_size=3).map(tuple)


TREES = st.recursive(
    LEAVES,
    lambda trees: st.one_of(
        st.builds(Or, up_to_three(trees)),
        st.builds(And, up_to_three(trees)),
        st.builds(Alternatives, up_to_three(trees)),
        st.builds(Alias, up_to_three(trees), st.just(())),
        st.builds(AndNot, trees, trees),
        st.builds(Boost, trees, BOOSTS),
        st.builds(InLanguages, trees, LANGS),
    ),
    max_leaves=6,
)
REQUESTS = st.builds(
    Request,
    TREES,
    st.none() | LEAVES,
    limit=st.sampled_from([0, 1, 3, 10, 1000]),
    offset=st.sampled_from([0, 0, 1, 2, 5]),
    sort=st.sampled_from(["score", *SORTS]),
    group_by=st.sampled_from([None, *GROUPS]),
    facets=st.sampled_from([(), FACETS]),
)

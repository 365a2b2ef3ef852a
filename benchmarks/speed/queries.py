"""Query sets: queries drawn at random, by a seed, from the words of the paragraphs.

A query holds plain words; each engine writes it in its own syntax.
"""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Paragraph = tuple[str, int | None]  # text and year
WARM_UP = 20
SAMPLE_SIZE = 10_000
MIN_LETTERS = 3
PREFIX_LETTERS = 4

# Plain English letters, lower case or capitalized. Tokenizers disagree about apostrophes,
# hyphens, digits, accents and inner full stops, so none of these stands next to a word.
WORD = re.compile(r"(?<![\w'\u2019.&-])[A-Z]?[a-z]{2,19}(?![\w'\u2019-]|\.\w)")
PHRASES = {n: re.compile(" ".join([WORD.pattern] * n)) for n in (2, 3)}

SETS = {
    "words": "1 to 4 random words, OR-ed",
    "all": "2 or 3 words of one paragraph, AND-ed",
    "phrase": "2 or 3 words as they follow one another",
    "year": "1 to 3 words of one paragraph, filtered by a range of years",
    "prefix": f"the first {PREFIX_LETTERS} letters of a word",
}


@dataclass(frozen=True, slots=True)
class Query:
    """One query: the name of its set, its words, and the first and last year of its filter."""

    kind: str
    words: tuple[str, ...]
    years: tuple[int, int] | None = None


def draw(paragraphs: Iterable[Paragraph], count: int, seed: int) -> dict[str, list[Query]]:
    """Return `count` queries by set, after WARM_UP further ones to warm up with.

    A set is left out if the paragraphs do not yield enough queries, such as `year` without
    dated pages.
    """
    rng = random.Random(seed)
    sample = _sample(paragraphs, rng)
    size = count + WARM_UP
    sets = {kind: _draw_set(kind, sample, size, rng) for kind in SETS}
    return {kind: queries for kind, queries in sets.items() if len(queries) == size}


def default_syntax(query: Query) -> str:
    """Return a query as a string that archivesearch and Whoosh both parse."""
    if query.kind == "prefix":
        return f"{query.words[0]}*"
    if query.kind == "phrase":
        return f'"{" ".join(query.words)}"'
    return (" AND " if query.kind == "all" else " ").join(query.words)


def _sample(paragraphs: Iterable[Paragraph], rng: random.Random) -> list[Paragraph]:
    """Return SAMPLE_SIZE paragraphs with words, each equally likely (reservoir sampling)."""
    sample: list[Paragraph] = []
    count = 0
    for paragraph in paragraphs:
        if not WORD.search(paragraph[0]):
            continue
        count += 1
        if len(sample) < SAMPLE_SIZE:
            sample.append(paragraph)
        elif (place := rng.randrange(count)) < SAMPLE_SIZE:
            sample[place] = paragraph
    return sample


def _draw_set(kind: str, sample: list[Paragraph], size: int, rng: random.Random) -> list[Query]:
    if kind == "year":
        sample = [paragraph for paragraph in sample if paragraph[1] is not None]
    if not sample:
        return []
    attempts = (_DRAW[kind](sample, rng) for _ in range(size * 50))
    queries = [query for query in attempts if query is not None]
    return queries[:size]


def _words(text: str) -> list[str]:
    return list(
        dict.fromkeys(word.lower() for word in WORD.findall(text) if len(word) >= MIN_LETTERS)
    )


def _draw_words(sample: list[Paragraph], rng: random.Random) -> Query | None:
    """Draw each word from a paragraph of its own."""
    paragraphs = [_words(rng.choice(sample)[0]) for _ in range(rng.randint(1, 4))]
    drawn = tuple(dict.fromkeys(rng.choice(words) for words in paragraphs if words))
    return Query("words", drawn) if drawn else None


def _draw_all(sample: list[Paragraph], rng: random.Random) -> Query | None:
    words, size = _words(rng.choice(sample)[0]), rng.randint(2, 3)
    return Query("all", tuple(rng.sample(words, size))) if len(words) >= size else None


def _draw_phrase(sample: list[Paragraph], rng: random.Random) -> Query | None:
    phrases = PHRASES[rng.randint(2, 3)].findall(rng.choice(sample)[0])
    return Query("phrase", tuple(rng.choice(phrases).lower().split())) if phrases else None


def _draw_year(sample: list[Paragraph], rng: random.Random) -> Query | None:
    text, year = rng.choice(sample)
    words, size, distance = _words(text), rng.randint(1, 3), rng.randint(0, 10)
    if year is None or len(words) < size:
        return None
    return Query("year", tuple(rng.sample(words, size)), (year - distance, year + distance))


def _draw_prefix(sample: list[Paragraph], rng: random.Random) -> Query | None:
    words = [word for word in _words(rng.choice(sample)[0]) if len(word) > PREFIX_LETTERS]
    return Query("prefix", (rng.choice(words)[:PREFIX_LETTERS],)) if words else None


_DRAW: dict[str, Callable[[list[Paragraph], random.Random], Query | None]] = {
    "words": _draw_words,
    "all": _draw_all,
    "phrase": _draw_phrase,
    "year": _draw_year,
    "prefix": _draw_prefix,
}

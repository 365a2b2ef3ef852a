"""The query sets: drawn at random, by a seed, from the words of the paragraphs themselves.

A query is kept in plain words; each engine writes it in its own syntax.
"""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Source = tuple[str, int | None]
WARM_UP = 20
POOL = 10_000
LEAST_LETTERS = 3
PREFIX_LETTERS = 4

# Plain English letters, lower case or capitalized, and nothing that tokenizers disagree on
# next to them: no apostrophe, hyphen, digit, accent or inner full stop.
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
    """One question: its set, its words, and the years it is narrowed to, ends included."""

    kind: str
    words: tuple[str, ...]
    years: tuple[int, int] | None = None


def draw(sources: Iterable[Source], count: int, seed: int) -> dict[str, list[Query]]:
    """Return `count` queries of each set, after WARM_UP further ones to warm up with.

    Sets that the paragraphs have nothing for (no page with a year, say) are left out.
    """
    rng = random.Random(seed)
    pool = _sample(sources, rng)
    wanted = count + WARM_UP
    sets = {kind: _draw_set(kind, pool, wanted, rng) for kind in SETS}
    return {kind: queries for kind, queries in sets.items() if len(queries) == wanted}


def _sample(sources: Iterable[Source], rng: random.Random) -> list[Source]:
    """Return POOL paragraphs with words in them, each as likely as any other."""
    pool: list[Source] = []
    seen = 0
    for source in sources:
        if not WORD.search(source[0]):
            continue
        seen += 1
        if len(pool) < POOL:
            pool.append(source)
        elif (place := rng.randrange(seen)) < POOL:
            pool[place] = source
    return pool


def _draw_set(kind: str, pool: list[Source], count: int, rng: random.Random) -> list[Query]:
    if kind == "year":
        pool = [source for source in pool if source[1] is not None]
    if not pool:
        return []
    attempts = (_DRAWERS[kind](pool, rng) for _ in range(count * 50))
    queries = [query for query in attempts if query is not None]
    return queries[:count]


def _words(text: str) -> list[str]:
    return list(
        dict.fromkeys(word.lower() for word in WORD.findall(text) if len(word) >= LEAST_LETTERS)
    )


def _any(pool: list[Source], rng: random.Random) -> Query | None:
    """Draw each word from a paragraph of its own."""
    words = [_words(rng.choice(pool)[0]) for _ in range(rng.randint(1, 4))]
    drawn = tuple(dict.fromkeys(rng.choice(found) for found in words if found))
    return Query("words", drawn) if drawn else None


def _all(pool: list[Source], rng: random.Random) -> Query | None:
    found, size = _words(rng.choice(pool)[0]), rng.randint(2, 3)
    return Query("all", tuple(rng.sample(found, size))) if len(found) >= size else None


def _phrase(pool: list[Source], rng: random.Random) -> Query | None:
    found = PHRASES[rng.randint(2, 3)].findall(rng.choice(pool)[0])
    return Query("phrase", tuple(rng.choice(found).lower().split())) if found else None


def _year(pool: list[Source], rng: random.Random) -> Query | None:
    text, year = rng.choice(pool)
    found, size, reach = _words(text), rng.randint(1, 3), rng.randint(0, 10)
    if year is None or len(found) < size:
        return None
    return Query("year", tuple(rng.sample(found, size)), (year - reach, year + reach))


def _prefix(pool: list[Source], rng: random.Random) -> Query | None:
    found = [word for word in _words(rng.choice(pool)[0]) if len(word) > PREFIX_LETTERS]
    return Query("prefix", (rng.choice(found)[:PREFIX_LETTERS],)) if found else None


_DRAWERS: dict[str, Callable[[list[Source], random.Random], Query | None]] = {
    "words": _any,
    "all": _all,
    "phrase": _phrase,
    "year": _year,
    "prefix": _prefix,
}

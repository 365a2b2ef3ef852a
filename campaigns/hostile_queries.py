"""Put random and grammar-made queries to an index, and report whatever is not an answer.

    python -m campaigns.hostile_queries INDEX [--count N] [--seconds S] [--seed SEED]

A query may be answered or refused with a QueryError; anything else is a fault, and so is
one that takes longer than the bound. It prints how many were asked, the slowest, and the
faults; the exit status is 1 where there is any.
"""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import archivesearch
from archivesearch.analysis.tokenizer import split_words

BOUND = 2.0
"""Seconds of processor time that no query may take."""

SIGNS = [
    *('"', "(", ")", "[", "]", "*", "?", "~", "^", "=", ":", "-", "+", "$", "'", "’", ".", ","),
    *("AND", "OR", "NOT", " ", "  ", "\t", "\n", "\0", "\x1b[2J", "\u202e", "\ufeff", "\ud800"),
    *("~5", "~2", "~99", "^3", "^0.5", "..", " TO ", "中国", "é", "e\u0301", "ı", "ß", "🦊", "\\"),
    *("http://", "C++", "U.$.", "%", "#", "&", "<b>", "{", "}", "/", "|", "!", "١٩٩٠"),
]
FIELDS = "text title section org label repeated year mentions lang page author".split()
YEARS = "1990,1990-2003,1990..2003,-1990,1990-,1980s,[1990 TO 2000],[* TO 2000],9999,0,abc".split(
    ","
)


def words_of(archive: archivesearch.Archive, source: random.Random) -> list[str]:
    """Return words that the archive has, frequent ones among them, and some that it has not."""
    pages = archive.pages()
    found: Counter[str] = Counter()
    for page in source.sample(pages, min(len(pages), 40)):
        for passage in archive.passages(page):
            found.update(split_words(passage.text))
    rare = source.sample(sorted(found), min(len(found), 2000))
    return [*(word for word, _ in found.most_common(100)), *rare, "qwzx", "x" * 300, "a" * 65]


def queries(words: Sequence[str], source: random.Random) -> Iterator[str]:
    """Yield queries without end: well formed ones, damaged ones, and noise."""
    while True:
        kind = source.random()
        if kind < 0.6:
            yield tree(words, source, 3)
        elif kind < 0.8:
            yield damaged(tree(words, source, 3), source)
        else:
            length = source.choice((1, 3, 8, 30, 120))
            yield "".join(
                source.choice((source.choice(SIGNS), source.choice(words), chr(any_code(source))))
                for _ in range(source.randint(1, length))
            )


def any_code(source: random.Random) -> int:
    """Return a code point, most of them small."""
    return source.choice(
        (source.randrange(128), source.randrange(0x3000), source.randrange(0x110000))
    )


def tree(words: Sequence[str], source: random.Random, depth: int) -> str:
    """Return a well formed query, or one that is nearly so."""
    if depth == 0 or source.random() < 0.4:
        return leaf(words, source)
    parts = [tree(words, source, depth - 1) for _ in range(source.randint(1, 4))]
    joined = source.choice((" ", " ", " AND ", " OR ", " NOT ", " AND NOT ")).join(parts)
    return source.choice((f"({joined})", joined, f"({joined})^{source.randint(0, 9)}"))


def leaf(words: Sequence[str], source: random.Random) -> str:
    """Return a word, a phrase, a pattern, a field with something in it."""
    word = source.choice(words)
    several = " ".join(source.choices(words, k=source.randint(1, 5)))
    made = source.choice(
        (
            *(word, word, word, f'"{several}"', f'"{several}"~{source.choice((1, 5, 50, 999))}'),
            *(f"{word}*", f"{word[:2]}*", f"{word[:1]}*", f"*{word[-2:]}", "*", f"{word[:1]}?*"),
            *(f"{word}~", f"{word}~2", f"={word}", f'="{several}"', f"{word}^2", f"*{word[1:2]}*"),
            *(
                f"year:{source.choice(YEARS)}",
                f"mentions:{source.choice(YEARS)}",
                "lang:en",
                "page:*a*",
            ),
        )
    )
    if source.random() < 0.15:
        return f"{source.choice(FIELDS)}:{made}"
    return made


def damaged(query: str, source: random.Random) -> str:
    """Return a query with some characters taken out, doubled, or put in."""
    letters = list(query)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(letters) + 1)
        letters[at : at + source.randint(0, 2)] = source.choice(([], [source.choice(SIGNS)]))
    return "".join(letters)


def options(source: random.Random) -> dict[str, Any]:
    """Return options of a search, mostly none."""
    if source.random() < 0.8:
        return {}
    chosen: tuple[dict[str, Any], ...] = (
        {"group_by": source.choice(("page", "section", "org"))},
        {"sort": source.choice(("year", "-year", "place"))},
        {"facets": ("org", "year", "lang")},
        {"year": (1900, 1990)},
        {"offset": 95, "limit": 20},
        {"lang": source.choice(("en", "fr", "xx"))},
    )
    return source.choice(chosen)


def main() -> int:
    """Ask until the count or the time is reached; 0 when there was no fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    source = random.Random(args.seed)
    asked = refused = faults = 0
    slowest: list[tuple[float, str]] = []
    end = time.monotonic() + args.seconds
    with archivesearch.open(args.index) as archive:
        made = queries(words_of(archive, source), source)
        while asked < args.count and time.monotonic() < end:
            query, chosen = next(made), options(source)
            asked += 1
            started = time.process_time()
            try:
                archive.search(query, **chosen)
            except archivesearch.QueryError:
                refused += 1
            except Exception:  # noqa: BLE001 - whatever it is, it is a fault
                faults += 1
                print(f"fault: {query!r} {chosen}\n{traceback.format_exc(limit=-4)}", flush=True)
            took = time.process_time() - started
            slowest = sorted([*slowest, (took, query)], reverse=True)[:5]
            if took > BOUND:
                faults += 1
                print(f"slow, {took:.2f} s: {query!r} {chosen}", flush=True)
            if asked % 20_000 == 0:
                print(f"{asked:,} asked, slowest {slowest[0][0]:.2f} s", flush=True)
    print(f"{asked:,} queries asked, {refused:,} refused, {faults} faults")
    for took, query in slowest:
        print(f"  {took:.3f} s  {query[:100]!r}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

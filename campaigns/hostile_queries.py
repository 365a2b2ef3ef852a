"""Hostile queries: search an index with random, well-formed and damaged queries.

A query must be answered or refused with a QueryError, within a time limit.
Anything else is a fault and is printed at once. A summary with the slowest
queries comes last. The exit status is 1 if there is a fault.
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

# A query that takes more CPU time is a fault.
LIMIT_SECONDS = 2.0
EXAMPLES = """\
examples:
  python -m campaigns.hostile_queries index
  python -m campaigns.hostile_queries index --count 1000000 --seconds 3600 --seed 7
"""
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


def draw_words(archive: archivesearch.Archive, rng: random.Random) -> list[str]:
    """Return frequent and other words of an archive, and a few that it does not have."""
    pages = archive.pages()
    counts: Counter[str] = Counter()
    for page in rng.sample(pages, min(len(pages), 40)):
        for passage in archive.passages(page):
            counts.update(split_words(passage.text))
    others = rng.sample(sorted(counts), min(len(counts), 2000))
    return [*(word for word, _ in counts.most_common(100)), *others, "qwzx", "x" * 300, "a" * 65]


def generate_queries(words: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Yield queries without end: 60 % well formed, 20 % damaged, 20 % noise."""
    while True:
        kind = rng.random()
        if kind < 0.6:
            yield tree(words, rng, 3)
        elif kind < 0.8:
            yield damage(tree(words, rng, 3), rng)
        else:
            length = rng.choice((1, 3, 8, 30, 120))
            yield "".join(
                rng.choice((rng.choice(SIGNS), rng.choice(words), chr(code_point(rng))))
                for _ in range(rng.randint(1, length))
            )


def code_point(rng: random.Random) -> int:
    """Return a random code point, mostly a small one."""
    return rng.choice((rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x110000)))


def tree(words: Sequence[str], rng: random.Random, depth: int) -> str:
    """Return a well formed query of up to `depth` levels of operators."""
    if depth == 0 or rng.random() < 0.4:
        return leaf(words, rng)
    parts = [tree(words, rng, depth - 1) for _ in range(rng.randint(1, 4))]
    joined = rng.choice((" ", " ", " AND ", " OR ", " NOT ", " AND NOT ")).join(parts)
    return rng.choice((f"({joined})", joined, f"({joined})^{rng.randint(0, 9)}"))


def leaf(words: Sequence[str], rng: random.Random) -> str:
    """Return a word, a phrase, a pattern or a filter, at times in a field."""
    word = rng.choice(words)
    phrase = " ".join(rng.choices(words, k=rng.randint(1, 5)))
    query = rng.choice(
        (
            *(word, word, word, f'"{phrase}"', f'"{phrase}"~{rng.choice((1, 5, 50, 999))}'),
            *(f"{word}*", f"{word[:2]}*", f"{word[:1]}*", f"*{word[-2:]}", "*", f"{word[:1]}?*"),
            *(f"{word}~", f"{word}~2", f"={word}", f'="{phrase}"', f"{word}^2", f"*{word[1:2]}*"),
            *(
                f"year:{rng.choice(YEARS)}",
                f"mentions:{rng.choice(YEARS)}",
                "lang:en",
                "page:*a*",
            ),
        )
    )
    if rng.random() < 0.15:
        return f"{rng.choice(FIELDS)}:{query}"
    return query


def damage(query: str, rng: random.Random) -> str:
    """Return a query with characters removed, replaced by signs, or inserted."""
    letters = list(query)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(letters) + 1)
        letters[at : at + rng.randint(0, 2)] = rng.choice(([], [rng.choice(SIGNS)]))
    return "".join(letters)


def search_options(rng: random.Random) -> dict[str, Any]:
    """Return keyword arguments of a search, mostly none."""
    if rng.random() < 0.8:
        return {}
    choices: tuple[dict[str, Any], ...] = (
        {"group_by": rng.choice(("page", "section", "org"))},
        {"sort": rng.choice(("year", "-year", "place"))},
        {"facets": ("org", "year", "lang")},
        {"year": (1900, 1990)},
        {"offset": 95, "limit": 20},
        {"lang": rng.choice(("en", "fr", "xx"))},
    )
    return rng.choice(choices)


def main() -> int:
    """Search until `--count` or `--seconds` is reached; return 0, or 1 if there is a fault."""
    args = _parser().parse_args()
    rng = random.Random(args.seed)
    count = refused = faults = 0
    slowest: list[tuple[float, str]] = []
    end = time.monotonic() + args.seconds
    with archivesearch.open(args.index) as archive:
        queries = generate_queries(draw_words(archive, rng), rng)
        while count < args.count and time.monotonic() < end:
            query, options = next(queries), search_options(rng)
            count += 1
            start = time.process_time()
            try:
                archive.search(query, **options)
            except archivesearch.QueryError:
                refused += 1
            except Exception:  # noqa: BLE001 - any other error is a fault
                faults += 1
                print(f"fault: {query!r} {options}\n{traceback.format_exc(limit=-4)}", flush=True)
            seconds = time.process_time() - start
            slowest = sorted([*slowest, (seconds, query)], reverse=True)[:5]
            if seconds > LIMIT_SECONDS:
                faults += 1
                print(f"slow, {seconds:.2f} s: {query!r} {options}", flush=True)
            if count % 20_000 == 0:
                print(f"{count:,} queries, slowest {slowest[0][0]:.2f} s", flush=True)
    print(f"{count:,} queries, {refused:,} refused, {faults:,} faults; the slowest:")
    for seconds, query in slowest:
        print(f"  {seconds:.3f} s  {query[:100]!r}")
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m campaigns.hostile_queries",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("index", metavar="INDEX", type=Path, help="the folder of an index")
    add("--count", metavar="N", type=int, default=10_000, help="end after N queries (10000)")
    add(
        "--seconds",
        metavar="S",
        type=float,
        default=float("inf"),
        help="end after S seconds (no limit)",
    )
    add("--seed", metavar="N", type=int, default=0, help="another seed makes other queries (0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""What a reader may have meant to type, in the archive's own words."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import islice, product
from operator import or_

import numpy as np

from archivesearch.analysis.analyzer import fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import is_cjk
from archivesearch.analysis.tokenizer import words as words_of
from archivesearch.search.request import WordList

# A word that fewer passages have may be a slip, if a word like it is so many times as
# frequent; a long word may have two letters wrong.
_FEW = 3
_TIMES = 10
_LONG = 8
_SHORTEST = 4
_CHOICES = 3
_TRIES = 6
_SIGNS = frozenset('=*?~:^"')
_OPERATORS = frozenset(("AND", "OR", "NOT", "TO"))


def completions(words: WordList, start: str, limit: int) -> list[tuple[str, int]]:
    """Return the most frequent words that begin so, each with how many passages have it."""
    folded = spelling_key(start)
    first = bisect_left(words.forms, folded)
    last = bisect_left(words.forms, folded + "\U0010ffff")
    found = zip(words.forms[first:last], words.passage_counts[first:last], strict=True)
    return sorted((pair for pair in found if pair[1]), key=lambda pair: (-pair[1], pair[0]))[:limit]


def corrections(
    words: WordList, word: str, limit: int = _CHOICES, *, only_rare: bool = True
) -> list[tuple[str, int]]:
    """Return words of the archive that a word may be a slip for, the likeliest first.

    None is returned that is hardly more frequent, and with `only_rare` none at all of a
    word that is not rare: of 3,623 words that at least three passages have, 100 have a
    neighbour 50 times as frequent, and of 40 of these, looked at by eye, five were slips.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA  # slow to import, and seldom needed

    wanted = strip_accents(fold(word))
    if len(wanted) < _SHORTEST or is_cjk(word) or not word[0].isalpha():
        return []
    known = _count(words, spelling_key(word))
    if only_rare and known >= _FEW:
        return []
    distance = 2 if len(wanted) >= _LONG else 1
    few = _with_such_letters(words, wanted, distance)
    near = process.extract(
        wanted,
        [words.forms[at] for at in few],
        scorer=OSA.distance,
        score_cutoff=distance,
        limit=200,
    )
    choices = [
        (spelled, words.passage_counts[few[at]], how_far)
        for spelled, how_far, at in near
        if how_far and words.passage_counts[few[at]] >= max(known * _TIMES, 1)
    ]
    # the first letter is seldom wrong, and of two words as like the more frequent is meant
    choices.sort(key=lambda one: (one[2] + (one[0][:1] != wanted[:1]), -one[1], one[0]))
    return [(text, count) for text, count, _ in choices[:limit]]


def suggestion(query: str, words: WordList, finds: Callable[[str], int], least: int) -> str | None:
    """Return a query with slips mended that finds more than `least`; None if there is none.

    `finds` says how much a query finds.
    """
    places = list(_plain_places(query))
    choices = [[text, *(c for c, _ in corrections(words, text))] for text, _ in places]
    if all(len(ways) < 2 for ways in choices):
        return None
    ways = islice(product(*(ways[1:] or ways for ways in choices)), _TRIES)
    for way in ways:
        mended = query
        for (text, start), new in reversed(list(zip(places, way, strict=True))):
            if new != text:
                mended = mended[:start] + _like(text, new) + mended[start + len(text) :]
        if finds(mended) > least:
            return mended
    return None


def _with_such_letters(words: WordList, wanted: str, distance: int) -> list[int]:
    """Return the places of the words that may differ from one by so many letters at most.

    Each change takes a letter away, or brings one, or both.
    """
    if not words.forms:
        return []
    own = np.uint64(reduce(or_, (1 << (ord(letter) & 63) for letter in wanted)))
    more = np.bitwise_count(words.letter_masks & ~own) <= distance
    found: list[int] = (
        (more & (np.bitwise_count(own & ~words.letter_masks) <= distance)).nonzero()[0].tolist()
    )
    return found


def _count(words: WordList, folded: str) -> int:
    at = bisect_left(words.forms, folded)
    is_there = at < len(words.forms) and words.forms[at] == folded
    return words.passage_counts[at] if is_there else 0


def _plain_places(query: str) -> Iterator[tuple[str, int]]:
    """Yield the words of a query that stand in it as they are, and where."""
    for word, start, end in words_of(query):
        around = query[max(start - 1, 0) : start] + query[end : end + 1]
        if word not in _OPERATORS and not _SIGNS.intersection(around.replace('"', "")):
            yield word, start


def _like(old: str, new: str) -> str:
    """Return a word with capitals as another has them."""
    if len(old) > 1 and old.isupper():
        return new.upper()
    return new.capitalize() if old[:1].isupper() else new

"""Spelling correction and completion, with the words of the archive as the dictionary."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import islice, product
from operator import or_

import numpy as np

from archivesearch.analysis.analyzer import fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import is_cjk, words
from archivesearch.search.request import WordList

# A word that fewer passages have is rare, and may be a slip for a word that is at least
# `_MIN_RATIO` times as frequent.
_RARE = 3
_MIN_RATIO = 10
# A word with fewer letters has too many neighbours; a long one may have two wrong letters.
_MIN_LENGTH = 4
_LONG = 8
# How many corrections of a word are tried, and how many corrected queries.
_MAX_CHOICES = 3
_MAX_QUERIES = 6
_GRAMMAR_SIGNS = frozenset('=*?~:^"')
_OPERATORS = frozenset(("AND", "OR", "NOT", "TO"))


def completions(word_list: WordList, start: str, limit: int) -> list[tuple[str, int]]:
    """Return the most frequent words that begin with `start`.

    Each is a word and the number of passages that have it.
    """
    key = spelling_key(start)
    first = bisect_left(word_list.forms, key)
    last = bisect_left(word_list.forms, key + "\U0010ffff")
    pairs = zip(word_list.forms[first:last], word_list.passage_counts[first:last], strict=True)
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: (-pair[1], pair[0]))[:limit]


def corrections(
    word_list: WordList, word: str, limit: int = _MAX_CHOICES, *, only_rare: bool = True
) -> list[tuple[str, int]]:
    """Return words of the archive that a word may be a slip for, the likeliest first.

    Each is a word and the number of passages that have it. It must be much more frequent
    than `word`. With `only_rare`, a word that is not rare has no corrections. Of 3,623 words
    that three or more passages have, 100 have a neighbour 50 times as frequent. Of 40 such
    words, looked at by eye, only five were slips.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA  # slow to import, and few searches need it

    letters = strip_accents(fold(word))
    if len(letters) < _MIN_LENGTH or is_cjk(word) or not word[0].isalpha():
        return []
    passages = _passage_count(word_list, spelling_key(word))
    if only_rare and passages >= _RARE:
        return []
    distance = 2 if len(letters) >= _LONG else 1
    candidates = _candidates(word_list, letters, distance)
    neighbours = process.extract(
        letters,
        [word_list.forms[index] for index in candidates],
        scorer=OSA.distance,
        score_cutoff=distance,
        limit=200,
    )
    choices = [
        (form, word_list.passage_counts[candidates[index]], edits)
        for form, edits, index in neighbours
        if edits and word_list.passage_counts[candidates[index]] >= max(passages * _MIN_RATIO, 1)
    ]
    # a wrong first letter is rare, so it counts as an edit more; then the frequent word wins
    choices.sort(key=lambda c: (c[2] + (c[0][:1] != letters[:1]), -c[1], c[0]))
    return [(form, count) for form, count, _ in choices[:limit]]


def suggestion(
    query: str, word_list: WordList, count_matches: Callable[[str], int], total: int
) -> str | None:
    """Return a corrected query with more matches than `total`, or None if there is none.

    `count_matches` returns the number of matches of a query.
    """
    plain = list(_plain_words(query))
    choices = [[word, *(form for form, _ in corrections(word_list, word))] for word, _ in plain]
    if all(len(forms) < 2 for forms in choices):
        return None
    # a word with corrections is always replaced; the others stay
    combinations = product(*(forms[1:] or forms for forms in choices))
    for combination in islice(combinations, _MAX_QUERIES):
        corrected = query
        for (word, start), form in reversed(list(zip(plain, combination, strict=True))):
            if form != word:
                end = start + len(word)
                corrected = corrected[:start] + _capitalize_like(word, form) + corrected[end:]
        if count_matches(corrected) > total:
            return corrected
    return None


def _candidates(word_list: WordList, letters: str, distance: int) -> list[int]:
    """Return the indexes of the words that may be within an edit distance of a word.

    Only the sets of letters are compared. An edit removes a letter, adds one, or does both.
    So each word has at most `distance` letters that the other one lacks.
    """
    if not word_list.forms:
        return []
    mask = np.uint64(reduce(or_, (1 << (ord(letter) & 63) for letter in letters)))
    differences = np.maximum(
        np.bitwise_count(word_list.letter_masks & ~mask),
        np.bitwise_count(mask & ~word_list.letter_masks),
    )
    indexes: list[int] = (differences <= distance).nonzero()[0].tolist()
    return indexes


def _passage_count(word_list: WordList, form: str) -> int:
    """Return how many passages have a form, 0 if none has it."""
    index = bisect_left(word_list.forms, form)
    is_there = index < len(word_list.forms) and word_list.forms[index] == form
    return word_list.passage_counts[index] if is_there else 0


def _plain_words(query: str) -> Iterator[tuple[str, int]]:
    """Yield the words of a query that no grammar sign touches, each with its start.

    Quotation marks do not count as signs here: the words of a phrase are plain.
    """
    for word, start, end in words(query):
        neighbours = query[max(start - 1, 0) : start] + query[end : end + 1]
        if word not in _OPERATORS and not _GRAMMAR_SIGNS.intersection(neighbours.replace('"', "")):
            yield word, start


def _capitalize_like(model: str, word: str) -> str:
    """Return a word with the capitals of another: `REVOLT` or `Revolt` for `revolt`."""
    if len(model) > 1 and model.isupper():
        return word.upper()
    return word.capitalize() if model[:1].isupper() else word

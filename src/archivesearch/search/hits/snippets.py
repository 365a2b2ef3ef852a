"""Which parts of a text to show: the windows that show the marked words best."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from archivesearch.analysis.analyzer import fold
from archivesearch.analysis.sentences import DEFAULT_SPLITTER, SentenceSplitter
from archivesearch.model.passages import Span

SNIPPET_LENGTH = 280
# More windows, for words that the first one lacks, and how long each may be.
MORE = 2
MORE_LENGTH = 140

# Words that are worth a window of their own have so many letters, are in capitals or not of
# letters alone, and are marked no more often than this.
_TELLING = 5
_SELDOM = 3
_STEM = 6

_SPACE = re.compile(r"\s")


def best_window(
    text: str,
    marks: Sequence[Span],
    length: int = SNIPPET_LENGTH,
    sentences: SentenceSplitter = DEFAULT_SPLITTER,
) -> Span:
    """Return the span of a text, at most `length` long, that shows the marked words best.

    The best window has the most different words, those that are marked seldom counting
    more, then the most words. It begins and ends with a sentence where one does so near,
    and cuts no word that is not itself too long.
    """
    if len(text) <= length:
        return 0, len(text)
    first, last = _densest(text, marks, length) if marks else (0, 0)
    start = _start(text, first, length - (last - first), sentences)
    end = min(start + length, len(text))
    if end < len(text):
        end = _end(text, start, max(last, start), end, sentences)
    return start, end


def extracts(
    text: str, marks: Sequence[Span], shown: Span, sentences: SentenceSplitter = DEFAULT_SPLITTER
) -> tuple[Span, ...]:
    """Return further windows, for marked words that a window does not show, in order."""
    start, end = shown
    if not marks or (start <= marks[0][0] and marks[-1][1] <= end):
        return ()
    windows = [shown]
    keys = [_key(text, mark) for mark in marks]
    often = Counter(keys)
    for _ in range(MORE):
        there = {
            key
            for first, last in windows
            for key, (start, end) in zip(keys, marks, strict=True)
            if first <= start and end <= last
        }
        missing = [
            mark
            for key, mark in zip(keys, marks, strict=True)
            if key not in there
            and (len(key) >= _TELLING or not key.isalpha() or text[slice(*mark)].isupper())
            and often[key] <= _SELDOM
        ]
        if not missing:
            break
        found = _clear(text, best_window(text, missing, MORE_LENGTH, sentences), missing, windows)
        if found is None:
            break
        windows.append(found)
    return tuple(sorted(windows[1:]))


def clip_marks(marks: Sequence[Span], shown: Span) -> tuple[Span, ...]:
    """Return the marks that lie in a window, as spans of the window."""
    start, end = shown
    if start == 0 and (not marks or marks[-1][1] <= end):
        return tuple(marks)
    return tuple(
        [(max(a, start) - start, min(b, end) - start) for a, b in marks if b > start and a < end]
    )


def _key(text: str, mark: Span) -> str:
    """What the forms of a word have in common, as far as its letters tell."""
    return _first_letters(text[slice(*mark)])


@lru_cache(4096)
def _first_letters(word: str) -> str:
    return fold(word)[:_STEM]


def _clear(text: str, found: Span, marks: Sequence[Span], windows: Sequence[Span]) -> Span | None:
    """Keep a window off the others; None where nothing marked would be left in it."""
    start, end = found
    for first, last in windows:
        if start < last and end > first:
            start, end = (last, end) if start >= first else (start, first)
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    end -= len(inside) - len(inside.rstrip())
    if end <= start or not any(start <= a and b <= end for a, b in marks):
        return None
    return start, end


def _densest(text: str, marks: Sequence[Span], length: int) -> Span:
    """The marks that fit in a window together: the most telling words, then the most."""
    if marks[-1][1] - marks[0][0] <= length:
        return marks[0][0], marks[-1][1]
    keys = [_key(text, mark) for mark in marks]
    often = Counter(keys)
    best = (marks[0][0], min(marks[0][1], marks[0][0] + length))
    most = (0.0, 0)
    inside: Counter[str] = Counter()
    told = 0.0
    left = 0
    for right, (_, end) in enumerate(marks):
        inside[keys[right]] += 1
        if inside[keys[right]] == 1:
            told += 1 / often[keys[right]]
        while end - marks[left][0] > length and left < right:
            inside[keys[left]] -= 1
            if not inside[keys[left]]:
                told -= 1 / often[keys[left]]
            left += 1
        score = (round(told, 9), right - left + 1)
        if score > most and end - marks[left][0] <= length:
            best, most = (marks[left][0], end), score
    return best


def _start(text: str, first: int, room: int, sentences: SentenceSplitter) -> int:
    """Where a window starts that must hold what begins at `first`, with `room` to spare.

    At the start of the sentence, if no more than two thirds of the room go before it,
    else at a word some way before it.
    """
    earliest = max(0, first - room * 2 // 3)
    starts = sentences.starts(text, earliest, first)
    if starts and starts[-1] <= first:
        return starts[-1]
    if earliest == 0:
        return 0
    earliest = max(0, first - room // 3)
    space = _SPACE.search(text, earliest, first)
    return space.end() if space else first


def _end(text: str, start: int, least: int, end: int, sentences: SentenceSplitter) -> int:
    """Where a window ends: with a sentence in its last third, else with a word."""
    earliest = max(least, start + (end - start) * 2 // 3)
    starts = sentences.starts(text, earliest, min(end + 1, len(text)))
    if starts:
        cut = len(text[: starts[-1]].rstrip())
        if start < cut and earliest <= cut <= end:
            return cut
    return max(_word_end(text, start, end), least)


def _word_end(text: str, start: int, end: int) -> int:
    """The last end of a word in a window; the end of the window in one long word."""
    if text[end].isspace():
        return end
    cut = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
    return cut if cut > (start + end) // 2 else end

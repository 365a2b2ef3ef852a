"""Snippets: the windows of a text that show its marked words best.

A window is a span of the text. `Hit.snippet` is the best window, `Hit.extracts` are further
windows with words that the snippet does not show.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from archivesearch.analysis.analyzer import fold
from archivesearch.analysis.sentences import DEFAULT_SPLITTER, SentenceSplitter
from archivesearch.model.passages import Span

SNIPPET_LENGTH = 280
_MAX_EXTRACTS = 2
_EXTRACT_LENGTH = 140

# A word is worth an extract if it is not marked too often, and has a number of letters, is
# in capitals, or has other characters than letters.
_MAX_MARKS_OF_WORD = 3
_MIN_LETTERS = 5
# Words that begin with the same letters count as forms of one word.
_PREFIX_LENGTH = 6

_SPACE = re.compile(r"\s")


def best_window(
    text: str,
    marks: Sequence[Span],
    length: int = SNIPPET_LENGTH,
    sentences: SentenceSplitter = DEFAULT_SPLITTER,
) -> Span:
    """Return the span of a text, at most `length` long, that shows the marked words best.

    The best window shows the most different words, where a word counts more the fewer
    marks it has; among these windows it shows the most marks. It begins and ends at the
    edge of a sentence if one is near, else at the edge of a word. Only a word that is too
    long for the window is cut.
    """
    if len(text) <= length:
        return 0, len(text)
    first, last = _densest(text, marks, length) if marks else (0, 0)
    start = _window_start(text, first, length - (last - first), sentences)
    end = min(start + length, len(text))
    if end < len(text):
        end = _window_end(text, start, max(last, start), end, sentences)
    return start, end


def extracts(
    text: str,
    marks: Sequence[Span],
    snippet: Span,
    sentences: SentenceSplitter = DEFAULT_SPLITTER,
) -> tuple[Span, ...]:
    """Return further windows, in order, with marked words that the snippet does not show."""
    start, end = snippet
    if not marks or (start <= marks[0][0] and marks[-1][1] <= end):
        return ()
    windows = [snippet]
    prefixes = [_prefix(text, mark) for mark in marks]
    counts = Counter(prefixes)
    for _ in range(_MAX_EXTRACTS):
        shown = {
            prefix
            for first, last in windows
            for prefix, (start, end) in zip(prefixes, marks, strict=True)
            if first <= start and end <= last
        }
        missing = [
            mark
            for prefix, mark in zip(prefixes, marks, strict=True)
            if prefix not in shown
            and (
                len(prefix) >= _MIN_LETTERS or not prefix.isalpha() or text[slice(*mark)].isupper()
            )
            and counts[prefix] <= _MAX_MARKS_OF_WORD
        ]
        if not missing:
            break
        window = best_window(text, missing, _EXTRACT_LENGTH, sentences)
        if (window_apart := _avoid(text, window, missing, windows)) is None:
            break
        windows.append(window_apart)
    return tuple(sorted(windows[1:]))


def clip_marks(marks: Sequence[Span], window: Span) -> tuple[Span, ...]:
    """Return the marks in a window, counted from its start, each cut off at its edges.

    >>> clip_marks([(0, 4), (10, 14), (18, 24)], (10, 20))
    ((0, 4), (8, 10))
    """
    start, end = window
    if start == 0 and (not marks or marks[-1][1] <= end):
        return tuple(marks)
    return tuple(
        [(max(a, start) - start, min(b, end) - start) for a, b in marks if b > start and a < end]
    )


def _prefix(text: str, mark: Span) -> str:
    """Return the first letters of a marked word, which its forms have in common."""
    return _first_letters(text[slice(*mark)])


@lru_cache(4096)
def _first_letters(word: str) -> str:
    return fold(word)[:_PREFIX_LENGTH]


def _avoid(text: str, window: Span, marks: Sequence[Span], windows: Sequence[Span]) -> Span | None:
    """Return a window cut so that it overlaps no other; None if no mark is left in it."""
    start, end = window
    for first, last in windows:
        if start < last and end > first:
            start, end = (last, end) if start >= first else (start, first)
    shown = text[start:end]
    start += len(shown) - len(shown.lstrip())
    end -= len(shown) - len(shown.rstrip())
    if end <= start or not any(start <= a and b <= end for a, b in marks):
        return None
    return start, end


def _densest(text: str, marks: Sequence[Span], length: int) -> Span:
    """Return the span, from mark to mark, of the best marks that fit in a window together.

    A window slides over the marks. Each different word in it adds 1, divided by the number
    of all marks of the word, to its score. Of equal windows the one with more marks wins.

    Example: of the words `a a b a a a c a`, a window with `a b a` has the score 1/6 + 1/1.
    """
    if marks[-1][1] - marks[0][0] <= length:
        return marks[0][0], marks[-1][1]
    prefixes = [_prefix(text, mark) for mark in marks]
    counts = Counter(prefixes)
    best = (marks[0][0], min(marks[0][1], marks[0][0] + length))
    best_score = (0.0, 0)
    inside: Counter[str] = Counter()
    weight = 0.0
    left = 0
    for right, (_, end) in enumerate(marks):
        inside[prefixes[right]] += 1
        if inside[prefixes[right]] == 1:
            weight += 1 / counts[prefixes[right]]
        while end - marks[left][0] > length and left < right:
            inside[prefixes[left]] -= 1
            if not inside[prefixes[left]]:
                weight -= 1 / counts[prefixes[left]]
            left += 1
        score = (round(weight, 9), right - left + 1)
        if score > best_score and end - marks[left][0] <= length:
            best, best_score = (marks[left][0], end), score
    return best


def _window_start(text: str, first: int, room: int, sentences: SentenceSplitter) -> int:
    """Return where a window starts whose marks start at `first`.

    `room` is how much longer the window is than its marks. The window starts with their
    sentence if that uses up to two thirds of the room. Else it starts with a word that is
    up to a third of the room before them.
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


def _window_end(
    text: str, start: int, marks_end: int, end: int, sentences: SentenceSplitter
) -> int:
    """Return where a window ends: with the last sentence in its last third, else with a word.

    It is never before the end of its marks.
    """
    earliest = max(marks_end, start + (end - start) * 2 // 3)
    starts = sentences.starts(text, earliest, min(end + 1, len(text)))
    if starts:
        sentence_end = len(text[: starts[-1]].rstrip())
        if start < sentence_end and earliest <= sentence_end <= end:
            return sentence_end
    return max(_last_word_end(text, start, end), marks_end)


def _last_word_end(text: str, start: int, end: int) -> int:
    """Return the last end of a word in a window; `end` if a long word goes beyond it."""
    if text[end].isspace():
        return end
    space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
    return space if space > (start + end) // 2 else end

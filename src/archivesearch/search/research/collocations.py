"""Collocations: the words near a query's words, ranked by log-likelihood ratio."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.model.passages import Passage, Span
from archivesearch.model.research import Collocate

_MIN_COUNT = 2  # fewer occurrences near a word say nothing about it
# A word with a larger share of all words says nothing either. A small archive counts as if
# it had `_MIN_WORD_COUNT` words.
_MAX_SHARE = 0.01
_MIN_WORD_COUNT = 20_000


def collocates(
    marked_passages: Iterable[tuple[Passage, Sequence[Span]]],
    analyzer: Analyzer,
    term_counts: Mapping[str, int],
    word_count: int,
    *,
    window: int,
) -> list[Collocate]:
    """Return the words that are near marked words more often than by chance, the best first.

    `marked_passages` have the spans of their marks. `term_counts` says how often each term
    occurs in all texts, `word_count` how many words these have. `window` is how many words
    on either side are near. The forms of a word are counted together, under the most
    frequent one. Numbers and very frequent words are left out.
    """
    near: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for passage, marks in marked_passages:
        tokens = list(analyzer.tokens(passage.text, passage.lang))
        starts = {start for start, _ in marks}
        marked = [token.position for token in tokens if token.start in starts]
        for token in tokens:
            if _is_near(token.position, marked, window):
                near[token.term] += 1
                form = passage.text[token.start : token.end].casefold()
                forms.setdefault(token.term, Counter())[form] += 1
    near_total = near.total()
    result = []
    for term, count in near.items():
        if term_counts.get(term, 0) > _MAX_SHARE * max(word_count, _MIN_WORD_COUNT):
            continue
        expected = near_total * term_counts.get(term, count) / max(word_count, 1)
        if count >= _MIN_COUNT and count > expected and not term.isdigit():
            score = _log_likelihood(
                count, near_total, max(term_counts.get(term, 0), count), word_count
            )
            form = min(forms[term].items(), key=lambda pair: (-pair[1], pair[0]))[0]
            result.append(Collocate(form, count, expected, score))
    return sorted(result, key=lambda collocate: (-collocate.score, collocate.word))


def _is_near(position: int, marked: Sequence[int], window: int) -> bool:
    """Whether a position is not marked and is within the window of a marked one.

    `marked` are positions in ascending order.
    """
    index = bisect_left(marked, position)
    after, before = marked[index : index + 1], marked[index - 1 : index] if index else ()
    return position not in after and any(abs(position - m) <= window for m in (*before, *after))


def _log_likelihood(both: int, near: int, occurrences: int, word_count: int) -> float:
    """Return Dunning's log-likelihood ratio of a word and nearness.

    `both` counts the word's occurrences near marked words, `near` all words there, and
    `occurrences` all those of the word.
    """
    from nltk.metrics.association import BigramAssocMeasures  # slow to import, and seldom needed

    # no cell of the contingency table may be 0, however small the archive is
    total = max(word_count, near + occurrences - both + 1)
    return float(BigramAssocMeasures.likelihood_ratio(both, (near, occurrences), total))

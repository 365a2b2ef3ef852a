"""Words that keep company with others: how often, and how unlikely that is by chance."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.model.passages import Passage, Span
from archivesearch.model.research import Collocate

# Fewer say nothing about a word; nor does what is more than so much of all text.
_LEAST = 2
_COMMON = 0.01
_SMALL = 20_000


def collocates(
    found: Iterable[tuple[Passage, Sequence[Span]]],
    analyzer: Analyzer,
    occurrences: Mapping[str, int],
    total: int,
    *,
    window: int,
) -> list[Collocate]:
    """Return the words that stand near marked ones more often than by chance, the best first.

    `found` are passages with their marked spans; `occurrences` says how often each term
    is in all texts, which have `total` words; `window` is how many words on either side
    count as near. The forms of a word count together and go by the most frequent. Numbers, and
    words that are everywhere, are left out.
    """
    near: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for passage, marks in found:
        tokens = list(analyzer.tokens(passage.text, passage.lang))
        starts = {start for start, _ in marks}
        places = [token.position for token in tokens if token.start in starts]
        for token in tokens:
            if _is_near(token.position, places, window):
                near[token.term] += 1
                word = passage.text[token.start : token.end]
                forms.setdefault(token.term, Counter())[word.casefold()] += 1
    places_near = near.total()
    result = []
    for term, count in near.items():
        if occurrences.get(term, 0) > _COMMON * max(total, _SMALL) or term.isdigit():
            continue
        expected = places_near * occurrences.get(term, count) / max(total, 1)
        if count >= _LEAST and count > expected:
            score = _likelihood(count, places_near, max(occurrences.get(term, 0), count), total)
            word = min(forms[term].items(), key=lambda pair: (-pair[1], pair[0]))[0]
            result.append(Collocate(word, count, expected, score))
    return sorted(result, key=lambda one: (-one.score, one.word))


def _is_near(position: int, places: Sequence[int], window: int) -> bool:
    """Whether a position is none of some ascending places, and one of them is near it."""
    at = bisect_left(places, position)
    after, before = places[at : at + 1], places[at - 1 : at] if at else ()
    return position not in after and any(abs(position - one) <= window for one in (*before, *after))


def _likelihood(both: int, near: int, word: int, total: int) -> float:
    """Return Dunning's log-likelihood ratio of a word's being near."""
    from nltk.metrics.association import BigramAssocMeasures  # slow to import, and seldom needed

    # all cells of the table must hold something, however small the archive
    whole = max(total, near + word - both + 1)
    return float(BigramAssocMeasures.likelihood_ratio(both, (near, word), whole))

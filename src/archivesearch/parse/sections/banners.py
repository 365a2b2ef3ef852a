"""Banner detection: the spans of a paragraph that repeat a banner of the archive."""

import re
from functools import lru_cache

from archivesearch.model.passages import Span

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")


def banner_spans(text: str, banners: tuple[str, ...]) -> tuple[Span, ...]:
    """Return the spans of the sentences of banners in a text, adjacent ones joined.

    Single sentences count, because pages shorten a banner or join it to their first line.
    Case and white space do not count.
    """
    pattern = _pattern(banners)
    if pattern is None:
        return ()
    spans: list[Span] = []
    for match in pattern.finditer(text):
        start, end = match.span()
        if spans and not text[spans[-1][1] : start].strip():
            start = spans.pop()[0]
        spans.append((start, end))
    return tuple(spans)


@lru_cache(maxsize=16)
def _pattern(banners: tuple[str, ...]) -> re.Pattern[str] | None:
    sentences = {s for banner in banners for s in _SENTENCE_END.split(banner) if s.strip()}
    if not sentences:
        return None
    longest_first = sorted(sentences, key=lambda s: (-len(s), s))
    alternatives = (r"\s+".join(map(re.escape, s.split())) for s in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)

"""Which sentences of a paragraph are the archive's banner and not the page's own words."""

import re
from functools import lru_cache

from archivesearch.model.passages import Span

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")


def banner_spans(text: str, banners: tuple[str, ...]) -> tuple[Span, ...]:
    """Return the spans of a text that say what one of the banners says.

    Banners are compared sentence by sentence, since pages shorten them or glue them to
    their first line; case and white space do not count.
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

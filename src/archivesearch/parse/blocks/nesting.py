"""Markup nested deeper than any browser shows it, made shallow before it is parsed.

For each new block the HTML standard looks through all that are open, so that the time for
100,000 of them, one in another, grows with their square: 36 seconds for one page of half
a megabyte. Browsers open no more than 512.
"""

import re

_CONTAINER = re.compile(
    r"<(/?)(?:div|ul|ol|dl|dir|menu|blockquote|center|section|article|aside|nav|main|header"
    r"|footer|fieldset|details|figure|address)\b[^<>]*>",
    re.IGNORECASE,
)
_SUSPICIOUS, _SHORTEST_TAG = 10_000, 3
_DEEPEST = 512


def limit_nesting(markup: str) -> str:
    """Return markup in which containers that lie too deep are paragraphs instead."""
    if len(markup) < _SUSPICIOUS * _SHORTEST_TAG or markup.count("<") < _SUSPICIOUS:
        return markup
    depth = 0

    def kept(tag: re.Match[str]) -> str:
        nonlocal depth
        if not tag[1]:
            depth += 1
            return tag[0] if depth <= _DEEPEST else "<p>"
        depth = max(depth - 1, 0)
        return tag[0] if depth < _DEEPEST else "<p>"

    return _CONTAINER.sub(kept, markup)

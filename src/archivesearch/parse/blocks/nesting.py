"""Nesting limit: markup with more than 512 nested containers is flattened before parsing.

For each new block an HTML parser looks through all open elements. With 100,000 nested ones
the time is quadratic: 36 seconds for a page of half a megabyte. Browsers open at most 512.
"""

import re

_CONTAINER = re.compile(
    r"<(/?)(?:div|ul|ol|dl|dir|menu|blockquote|center|section|article|aside|nav|main|header"
    r"|footer|fieldset|details|figure|address)\b[^<>]*>",
    re.IGNORECASE,
)
# Markup with fewer tags is fast to parse, however nested; the shortest tag has 3 characters.
_MIN_TAGS, _SHORTEST_TAG = 10_000, 3
_MAX_DEPTH = 512


def limit_nesting(markup: str) -> str:
    """Return markup with `<p>` for each container tag that is nested too deep."""
    if len(markup) < _MIN_TAGS * _SHORTEST_TAG or markup.count("<") < _MIN_TAGS:
        return markup
    depth = 0

    def flatten(tag: re.Match[str]) -> str:
        nonlocal depth
        if not tag[1]:
            depth += 1
            return tag[0] if depth <= _MAX_DEPTH else "<p>"
        depth = max(depth - 1, 0)
        return tag[0] if depth < _MAX_DEPTH else "<p>"

    return _CONTAINER.sub(flatten, markup)

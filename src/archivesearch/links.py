"""Addresses that scroll a browser to a paragraph."""

from urllib.parse import quote

from archivesearch.model import Passage

_FRAGMENT_WORDS = 8


def link(passage: Passage) -> str | None:
    """Return the address of a passage: its page's, with a fragment of its first words."""
    if passage.url is None:
        return None
    line = passage.text.split("\n", 1)[0]
    start = " ".join(line.split(" ")[:_FRAGMENT_WORDS])
    # a hyphen, a comma and an ampersand mean something in a text fragment
    fragment = quote(start, safe="").replace("-", "%2D")
    return f"{passage.url}#:~:text={fragment}"

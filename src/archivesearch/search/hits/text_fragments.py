"""Text fragment links: URLs that make a browser scroll to a paragraph.

Such a URL ends in `#:~:text=` and the first words of the paragraph. A short first line may
well be elsewhere on the page too, as a heading is in a table of contents. Then the words
before or after it are added as context. A browser uses the first fragment that it finds.
"""

from urllib.parse import quote

from archivesearch.model.passages import Passage

# How many words a fragment has. They are of one line, since browsers match no text across
# a <br>. With fewer than `_MIN_WORDS`, context is added.
_MAX_WORDS = 12
_MIN_WORDS = 10
_CONTEXT_WORDS = 3


def needs_context(passage: Passage) -> bool:
    """Whether the first line of a paragraph is too short to identify it on its page."""
    return len(_first_line(passage.text)) < _MIN_WORDS


def link(
    passage: Passage, before: Passage | None = None, after: Passage | None = None
) -> str | None:
    """Return the link to a passage; None if it has no URL.

    `before` and `after` are its neighbours on the page.
    """
    if passage.url is None:
        return None
    start = _encode(_first_line(passage.text)[:_MAX_WORDS])
    if not start:
        return passage.url
    fragments = []
    if needs_context(passage):
        if prefix := _encode(_words_before(passage, before)[-_CONTEXT_WORDS:]):
            fragments.append(f"text={prefix}-,{start}")
        if suffix := _encode(_words_after(passage, after)[:_CONTEXT_WORDS]):
            fragments.append(f"text={start},-{suffix}")
    fragments.append(f"text={start}")
    separator = ":~:" if "#" in passage.url else "#:~:"
    return f"{passage.url}{separator}{'&'.join(fragments)}"


def _words_before(passage: Passage, before: Passage | None) -> list[str]:
    """Return the words right before a passage: of its label, its neighbour or its heading."""
    if passage.label:
        return f"{passage.label}:".split()
    if before and (before.section, before.org) == (passage.section, passage.org):
        return before.text.rsplit("\n", 1)[-1].split()
    return passage.section.split() if passage.section != passage.text else []


def _words_after(passage: Passage, after: Passage | None) -> list[str]:
    """Return the words after a passage's first line: its own, or those of its neighbour."""
    lines = passage.text.strip().split("\n", 1)
    if len(lines) > 1:
        return _first_line(lines[1])
    if after is None:
        return []
    if (after.section, after.org) != (passage.section, passage.org):
        return after.section.split()
    return f"{after.label}:".split() if after.label else _first_line(after.text)


def _first_line(text: str) -> list[str]:
    return text.strip().split("\n", 1)[0].split()


def _encode(words: list[str]) -> str:
    """Return words percent-encoded, with hyphens and commas, which separate in a fragment."""
    text = " ".join(words).encode("utf-8", "replace")
    return quote(text, safe="").replace("-", "%2D")

"""Addresses that scroll a browser to a paragraph.

They end in a text fragment: the first words of the paragraph, which the browser looks
for. Where these are few, they may well stand elsewhere on the page too, as a heading does
in a list of contents; then what stands before or after them is named as well. A browser
takes the first of several fragments that it finds.
"""

from urllib.parse import quote

from archivesearch.model.passages import Passage

# How many words are looked for, in one line, as a browser finds no words across a <br>;
# with fewer the place is told by its neighbours too.
_WORDS = 12
_FEW = 10
_CONTEXT = 3


def needs_context(passage: Passage) -> bool:
    """Whether a paragraph begins with a line so short that its neighbours are to be named."""
    return len(_first_line(passage.text)) < _FEW


def link(
    passage: Passage, before: Passage | None = None, after: Passage | None = None
) -> str | None:
    """Return the address of a passage, given its neighbours on the page; None without one."""
    if passage.url is None:
        return None
    start = _encoded(_first_line(passage.text)[:_WORDS])
    if not start:
        return passage.url
    found = []
    if needs_context(passage):
        if prefix := _encoded(_words_before(passage, before)[-_CONTEXT:]):
            found.append(f"text={prefix}-,{start}")
        if suffix := _encoded(_words_after(passage, after)[:_CONTEXT]):
            found.append(f"text={start},-{suffix}")
    found.append(f"text={start}")
    mark = ":~:" if "#" in passage.url else "#:~:"
    return f"{passage.url}{mark}{'&'.join(found)}"


def _words_before(passage: Passage, before: Passage | None) -> list[str]:
    """The words that stand right before a passage, as far as they are known."""
    if passage.label:
        return f"{passage.label}:".split()
    if before and (before.section, before.org) == (passage.section, passage.org):
        return before.text.rsplit("\n", 1)[-1].split()
    return passage.section.split() if passage.section != passage.text else []


def _words_after(passage: Passage, after: Passage | None) -> list[str]:
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


def _encoded(words: list[str]) -> str:
    """Words as they stand in a fragment, where a hyphen and a comma mean something."""
    text = " ".join(words).encode("utf-8", "replace")
    return quote(text, safe="").replace("-", "%2D")

"""Front matter: the lines between the name of an organization and its first paragraph.

They are its publication, its address and its price, in that order and each optional. A line
of another kind, or out of order, ends the front matter.
"""

from collections.abc import Sequence

from archivesearch.parse.sections.front_matter_words import (
    ADDRESS_PATTERN,
    PRICE_PATTERN,
    PUBLICATION_PATTERN,
)

PUBLICATION, ADDRESS, PRICE = range(3)  # in the order in which they follow each other

_MAX_LINE = 110


def line_kind(line: str) -> int | None:
    """Return PUBLICATION, ADDRESS or PRICE if a line is certainly one, else None."""
    if len(line) > _MAX_LINE or not line:
        return None
    if PRICE_PATTERN.match(line):
        return PRICE
    if ADDRESS_PATTERN.match(line) and not _is_sentence(line):
        return ADDRESS
    if PUBLICATION_PATTERN.match(line) and not _is_sentence(line):
        return PUBLICATION
    return None


def leading_kinds(lines: Sequence[str], *, labelled: bool) -> list[int]:
    """Return the kinds of the lines below a name, up to the first that is no front matter.

    `labelled` says that a label follows the lines. Then all of them are front matter: lines
    above the first address or price are the publication, and lines between two address lines
    are part of the address.
    """
    kinds = [line_kind(line) for line in lines]
    if labelled:
        addresses = [number for number, kind in enumerate(kinds) if kind == ADDRESS]
        first = next((n for n, kind in enumerate(kinds) if kind in (ADDRESS, PRICE)), len(lines))
        for number, kind in enumerate(kinds):
            if kind is None and number < first:
                kinds[number] = PUBLICATION
            elif kind is None and addresses and addresses[0] < number < addresses[-1]:
                kinds[number] = ADDRESS
    leading: list[int] = []
    for kind in kinds:
        if kind is None or (leading and kind < leading[-1]):
            break
        leading.append(kind)
    return leading


def _is_sentence(line: str) -> bool:
    """Whether a line ends as a sentence and has more words than an address."""
    return line.endswith((".", "!", "?")) and len(line.split()) > 9

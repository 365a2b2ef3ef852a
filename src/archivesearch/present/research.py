"""Concordances, collocations, trends and suggestions as text for a terminal."""

from collections.abc import Iterator

from archivesearch.model.research import Collocations, Concordance, Suggestions, Trends
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import quantity
from archivesearch.present.screen import Screen
from archivesearch.present.width import align_left, align_right, cut_position, text_width

_BAR = 30
_ID = 32


def concordance_text(found: Concordance, screen: Screen, width: int | None = None) -> str:
    """Return a line for each place, what matches one below the other, and the id behind."""
    lines = [screen.render([(_headline(found.paragraphs, found.query), "strong")])]
    marks = 0 if screen.color else 4
    ids = min(max((text_width(line.id) for line in found.lines), default=0), _ID)
    match = max((text_width(line.match) for line in found.lines), default=0)
    match = min(match, screen.columns // 3)
    if width is None:
        room = (screen.columns - ids - match - marks - 4) // 2
    else:
        sides = (side for line in found.lines for side in (line.left, line.right))
        room = min(width, max(map(text_width, sides), default=0))
    room = max(room, 10)
    if found.lines:
        lines.append("")
    for line in found.lines:
        before = _end(one_line(line.left), room) + (" " if line.left.endswith(" ") else "")
        middle = one_line(line.match)
        rest = max(room + match - text_width(middle), 10)
        after = one_line(line.right)
        after = (" " if line.right.startswith(" ") else "") + after[: cut_position(after, rest)]
        lines.append(
            screen.render(
                [
                    (align_right(before, room + 1), ""),
                    *screen.marked(middle, [(0, len(middle))]),
                    (align_left(after, rest + 1), ""),
                    ("  " + one_line(line.id), "faint"),
                ]
            )
        )
    return "\n".join(lines)


def _headline(paragraphs: int, query: str) -> str:
    if not paragraphs:
        return f"No paragraph matches {one_line(query)}".rstrip()
    return quantity(paragraphs, "paragraph")


def _end(text: str, width: int) -> str:
    """The end of a text, in whole words where it can be, that fits a width."""
    while text_width(text) > width:
        _, space, rest = text.partition(" ")
        text = rest if space else text[1:]
    return text


def collocations_text(found: Collocations, screen: Screen) -> str:
    """Return the words with how often they stand there, and how often they would by chance."""
    lines = [screen.render([(_headline(found.paragraphs, found.query), "strong")])]
    if not found.words:
        return lines[0]
    lines += ["", screen.render([("count  expected     score  word", "faint")])]
    for one in found.words:
        lines.append(
            screen.render(
                [
                    (f"{one.count:>5,}  {one.expected:>8,.1f}  {one.score:>8,.1f}  ", ""),
                    (one_line(one.word), "strong"),
                ]
            )
        )
    return "\n".join(lines)


def trends_text(found: Trends, screen: Screen, by: str = "year") -> str:
    """Return years with their counts, absolute and in a thousand paragraphs, and a bar."""
    total = sum(one.count for one in found)
    lines = [screen.render([(_headline(total, found.query), "strong")])]
    if not total:
        return lines[0]
    lines += ["", screen.render([("           count       of  per 1,000", "faint")])]
    lines += _years(found, screen, by)
    return "\n".join(lines)


def _years(found: Trends, screen: Screen, by: str) -> Iterator[str]:
    most = max(one.share for one in found)
    room = max(min(_BAR, screen.columns - 46), 0)
    for one in found:
        name = "undated" if one.year is None else f"{one.year}{'s' if by == 'decade' else ''}"
        bar = "#" * round(room * one.share / most)
        yield screen.render(
            [
                (f"{name:<8}{one.count:>8,} {one.paragraphs:>8,}  {1000 * one.share:>9,.1f}  ", ""),
                (bar, "count"),
            ]
        ).rstrip()


def suggestions_text(found: Suggestions, screen: Screen) -> str:
    """Return words that begin so and words that may be meant, with their paragraphs."""
    lines: list[str] = []
    for head, words in (
        ("words that begin so", found.completions),
        ("words spelled like it", found.corrections),
    ):
        if words:
            lines += [""] if lines else []
            lines.append(screen.render([(head, "strong")]))
            lines += [f"{count:>8,}  {one_line(word)}" for word, count in words]
    return "\n".join(lines) or f"No word of the archive is like {one_line(found.text)}."

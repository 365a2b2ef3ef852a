"""Concordances, collocations, trends and suggestions as text."""

from collections.abc import Iterator

from archivesearch.model.research import Collocations, Concordance, Suggestions, Trends
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import quantity
from archivesearch.present.screen import Screen
from archivesearch.present.width import align_left, align_right, cut_position, text_width

_MAX_BAR = 30
_MAX_ID_WIDTH = 32
_MIN_SIDE = 10


def concordance_text(concordance: Concordance, screen: Screen, width: int | None = None) -> str:
    """Return a line for each match, with the matches in one column and the ID at the end.

    `width` is the number of columns on each side of the match, by default as many as fit.
    """
    lines = [_headline(concordance.paragraphs, concordance.query, screen)]
    asterisks = 0 if screen.color else 4
    id_width = min(
        max((text_width(line.id) for line in concordance.lines), default=0), _MAX_ID_WIDTH
    )
    match_width = max((text_width(line.match) for line in concordance.lines), default=0)
    match_width = min(match_width, screen.columns // 3)
    if width is None:
        side = (screen.columns - id_width - match_width - asterisks - 4) // 2
    else:
        texts = (text for line in concordance.lines for text in (line.left, line.right))
        side = min(width, max(map(text_width, texts), default=0))
    side = max(side, _MIN_SIDE)
    if concordance.lines:
        lines.append("")
    for line in concordance.lines:
        before = _last_words(one_line(line.left), side) + (" " if line.left.endswith(" ") else "")
        match = one_line(line.match)
        rest = max(side + match_width - text_width(match), _MIN_SIDE)
        after = one_line(line.right)
        after = (" " if line.right.startswith(" ") else "") + after[: cut_position(after, rest)]
        lines.append(
            screen.render(
                [
                    (align_right(before, side + 1), ""),
                    *screen.marked(match, [(0, len(match))]),
                    (align_left(after, rest + 1), ""),
                    ("  " + one_line(line.id), "faint"),
                ]
            )
        )
    return "\n".join(lines)


def collocations_text(collocations: Collocations, screen: Screen) -> str:
    """Return a line for each word: its count, the count expected by chance, and its score."""
    headline = _headline(collocations.paragraphs, collocations.query, screen)
    if not collocations.words:
        return headline
    header = screen.render([("count  expected     score  word", "faint")])
    rows = (
        screen.render(
            [
                (f"{word.count:>5,}  {word.expected:>8,.1f}  {word.score:>8,.1f}  ", ""),
                (one_line(word.word), "strong"),
            ]
        )
        for word in collocations.words
    )
    return "\n".join([headline, "", header, *rows])


def trends_text(trends: Trends, screen: Screen, by: str = "year") -> str:
    """Return a line for each year: matches, all paragraphs, matches in a thousand, a bar."""
    total = sum(trend.count for trend in trends)
    headline = _headline(total, trends.query, screen)
    if not total:
        return headline
    header = screen.render([("           count       of  per 1,000", "faint")])
    return "\n".join([headline, "", header, *_year_lines(trends, screen, by)])


def suggestions_text(suggestions: Suggestions, screen: Screen) -> str:
    """Return completions and corrections of a word, each with its number of paragraphs."""
    text = one_line(suggestions.text)
    lines: list[str] = []
    for head, words in (
        (f"words that begin with {text}", suggestions.completions),
        (f"words spelled like {text}", suggestions.corrections),
    ):
        if words:
            lines += [""] if lines else []
            lines.append(screen.render([(head, "strong")]))
            lines += [f"{count:>8,}  {one_line(word)}" for word, count in words]
    return "\n".join(lines) or f"No word of the archive is like {text}."


def _headline(paragraphs: int, query: str, screen: Screen) -> str:
    none = f"No paragraph matches {one_line(query)}".rstrip()
    return screen.render([(quantity(paragraphs, "paragraph") if paragraphs else none, "strong")])


def _last_words(text: str, width: int) -> str:
    """Return the end of a text that fits a width: whole words, or the end of a long one."""
    while text_width(text) > width:
        _, space, rest = text.partition(" ")
        text = rest if space else text[1:]
    return text


def _year_lines(trends: Trends, screen: Screen, by: str) -> Iterator[str]:
    max_share = max(trend.share for trend in trends)
    bar_width = max(min(_MAX_BAR, screen.columns - 46), 0)
    ending = "s" if by == "decade" else ""
    for trend in trends:
        name = "undated" if trend.year is None else f"{trend.year}{ending}"
        counts = f"{trend.count:>8,} {trend.paragraphs:>8,}  {1000 * trend.share:>9,.1f}"
        bar = "#" * round(bar_width * trend.share / max_share)
        yield screen.render([(f"{name:<8}{counts}  ", ""), (bar, "count")]).rstrip()

"""Search results as text: a headline, the hits or groups, and the facets."""

import re
from collections.abc import Iterable, Iterator

from archivesearch.model.passages import Span
from archivesearch.model.results import Group, Hit, Results
from archivesearch.present.clean import one_line
from archivesearch.present.facets import facet_lines
from archivesearch.present.markup import SEPARATOR, TextRun
from archivesearch.present.numbers import duration, quantity
from archivesearch.present.screen import Screen
from archivesearch.present.width import text_width, truncate

INDENT = 4
_MAX_COPIES = 3
_NOUNS = {None: "paragraph", "page": "page", "section": "section", "org": "organization"}
_NUMBER_OR_REMARK = re.compile(r"[(\[].*[)\]]|^[\W\d]+|\W+$")


def results_text(
    results: Results, screen: Screen, *, offset: int = 0, group_by: str | None = None
) -> str:
    """Return the answer to a query; ranks begin after `offset`.

    1 paragraph · 3.2 ms

    1.  Socialist Workers Party · Comments · 2003 · A guide to the parties
        The party greets Fidel **Castro** as a friend of Cuba.
        lists/parties.html#12  8.31  http://www.example.org/lists/parties.html
    """
    lines = [_headline(results, screen, offset, group_by)]
    if results.suggestion:
        lines.append(
            screen.render([("Did you mean: ", ""), (one_line(results.suggestion), "strong")])
        )
    if group_by:
        for rank, group in enumerate(results.groups, offset + 1):
            lines += ["", *_group_lines(group, rank, screen, group_by)]
    else:
        for rank, hit in enumerate(results.hits, offset + 1):
            lines += ["", *_hit_lines(hit, f"{rank}.", screen)]
    if any(results.facets.values()):
        lines += ["", *facet_lines(results.facets, screen)]
    return "\n".join(lines)


def _headline(results: Results, screen: Screen, offset: int, group_by: str | None) -> str:
    """Return the total, the part of it that is shown, and the time of the search."""
    noun = _NOUNS[group_by]
    shown = len(results.groups) if group_by else len(results.hits)
    total = quantity(results.total, noun)
    if not results.total_exact:
        total = f"at least {total}"
    if results.folded:
        total += f", {results.folded:,} of them {'copies' if results.folded > 1 else 'a copy'}"
    if shown and (offset or shown < results.total - results.folded):
        last = f"–{offset + shown:,}" if shown > 1 else ""
        total = f"{offset + 1:,}{last} of {total}"
    elif not results.total:
        total = f"No {noun} matches {one_line(results.query)}".rstrip()
    time = duration(results.took_ms / 1000)
    total = truncate(total, screen.columns - 12)
    return screen.render([(total, "strong"), SEPARATOR, (time, "faint")])


def _group_lines(group: Group, rank: int, screen: Screen, group_by: str) -> Iterator[str]:
    """Yield a group's key with its count, and its hits below."""
    key = one_line(group.key) or f"no {_NOUNS[group_by]}"
    heading: list[TextRun] = [
        (key, "strong"),
        (f"  {quantity(group.count, 'paragraph')}", "faint"),
    ]
    if group_by == "page" and group.hits and (title := one_line(group.hits[0].title)):
        heading += [SEPARATOR, (title, "")]
    margin = _margin(f"{rank}.")
    yield from screen.block(
        heading, first=[(margin, "count")], indent=len(margin), columns=screen.columns
    )
    for hit in group.hits:
        yield from _hit_lines(hit, "-", screen, omit=group_by)


def _hit_lines(hit: Hit, bullet: str, screen: Screen, omit: str = "") -> Iterator[str]:
    """Yield a hit's heading, snippet and extracts, its ID and score, and its explanation."""
    margin = _margin(bullet)
    indent = len(margin)
    yield from screen.block(
        _with_separators(_heading_parts(hit, omit, screen.columns - indent)),
        first=[(margin, "count")],
        indent=indent,
        columns=screen.columns,
    )
    yield from screen.block(_snippet_runs(hit, screen), indent=indent)
    for span in hit.extracts:
        yield from screen.block(_extract_runs(hit, span, screen), indent=indent)
    yield from _id_lines(hit, screen, indent)
    for share in hit.explanation:
        where = f" in {share.field}" if share.field else ""
        times = f" × {share.weight:.2f}" if share.weight != 1.0 else ""
        yield screen.render(
            [(" " * indent + f"{share.score:>8.2f}  {one_line(share.what)}{where}{times}", "faint")]
        )


def _margin(bullet: str) -> str:
    return bullet.ljust(INDENT - 1) + " "


def _heading_parts(hit: Hit, omit: str, columns: int) -> Iterator[TextRun]:
    """Yield organization, section, label, year and title, each name once.

    `omit` is the field that the hits are grouped by. A title that repeats the section is
    left out, and so is a section that repeats the organization.
    """
    org, section, title = one_line(hit.org), one_line(hit.section), one_line(hit.title)
    max_width = max(columns * 3 // 4, 72)
    names: set[str] = set()
    parts = (
        (org, "strong", "org"),
        (section, "" if org else "strong", "section"),
        (one_line(hit.label), "", ""),
        (str(hit.year or ""), "count", ""),
        (title, "" if org or section else "strong", "page"),
    )
    for text, style, kind in parts:
        name = _name(text) or text
        if text and name not in names and (kind != omit or not kind):
            yield truncate(text, max_width), style
        names.add(name)


def _name(text: str) -> str:
    """Return the name in a heading: `3. "Workers Party" (defunct).` has `workers party`."""
    while text != (text := _NUMBER_OR_REMARK.sub("", text)):
        pass
    return text.casefold()


def _with_separators(parts: Iterable[TextRun]) -> list[TextRun]:
    return [run for part in parts for run in (SEPARATOR, part)][1:]


def _snippet_runs(hit: Hit, screen: Screen) -> list[TextRun]:
    """Return the snippet with its matches marked, and `…` at an end that cuts the text."""
    snippet = hit.snippet.replace("\n", " ")
    runs = screen.marked(snippet, hit.snippet_highlights)
    if hit.snippet in hit.text:
        if not hit.text.startswith(hit.snippet):
            runs.insert(0, ("… ", "faint"))
        if not hit.text.endswith(hit.snippet):
            runs.append(("\N{NO-BREAK SPACE}…", "faint"))
    return runs


def _extract_runs(hit: Hit, span: Span, screen: Screen) -> list[TextRun]:
    """Return another part of the text with its matches marked, and `…` around it."""
    start, end = span
    highlights = [(max(a, start) - start, min(b, end) - start) for a, b in hit.highlights]
    runs = screen.marked(hit.text[start:end].replace("\n", " "), highlights)
    return [
        ("… " if start else "", "faint"),
        *runs,
        ("\N{NO-BREAK SPACE}…" if end < len(hit.text) else "", "faint"),
    ]


def _id_lines(hit: Hit, screen: Screen, indent: int) -> Iterator[str]:
    """Yield the ID and the score, the URL if there is room for it, and the copies."""
    line = f"{one_line(hit.id)}  {hit.score:.2f}"
    url = one_line(hit.url or "")
    if url and indent + text_width(f"{line}  {url}") <= screen.columns:
        line += f"  {url}"
    yield screen.render([(" " * indent, ""), (line, "faint")])
    if hit.copies:
        more = len(hit.copies) - _MAX_COPIES
        copies = ", ".join(map(one_line, hit.copies[:_MAX_COPIES])) + (
            f" and {more:,} more" if more > 0 else ""
        )
        yield from screen.block([(f"also {copies}", "faint")], indent=indent)

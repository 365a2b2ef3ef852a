"""Search results as text for a terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence

from archivesearch.model.passages import Span
from archivesearch.model.results import Group, Hit, Results
from archivesearch.present.clean import one_line
from archivesearch.present.facets import facet_lines
from archivesearch.present.markup import TextRun
from archivesearch.present.numbers import duration, quantity
from archivesearch.present.screen import Screen
from archivesearch.present.width import text_width, truncate

INDENT = 4
SEPARATOR: TextRun = (" · ", "faint")
_BESIDE_A_NAME = re.compile(r"[(\[].*[)\]]|^[\W\d]+|\W+$")


def results_text(
    results: Results, screen: Screen, *, offset: int = 0, group_by: str | None = None
) -> str:
    """Return results as lines of text: a headline, the hits or groups, the facets."""
    lines = [headline(results, screen, offset, group_by)]
    if results.suggestion:
        lines.append(
            screen.render([("Did you mean: ", ""), (one_line(results.suggestion), "strong")])
        )
    if group_by:
        for rank, group in enumerate(results.groups, offset + 1):
            lines += ["", *group_lines(group, rank, screen, group_by)]
    else:
        for rank, hit in enumerate(results.hits, offset + 1):
            lines += ["", *hit_lines(hit, f"{rank}.", screen)]
    if any(results.facets.values()):
        lines += ["", *facet_lines(results.facets, screen)]
    return "\n".join(lines)


def headline(results: Results, screen: Screen, offset: int, group_by: str | None) -> str:
    """Say how much matched, which part of it follows, and how long it took."""
    things = ("organization" if group_by == "org" else group_by) or "paragraph"
    shown = len(results.groups) if group_by else len(results.hits)
    total = quantity(results.total, things)
    if not results.total_exact:
        total = f"at least {total}"
    if results.folded:
        total += f", {results.folded:,} of them {'copies' if results.folded > 1 else 'a copy'}"
    if shown and (offset or shown < results.total - results.folded):
        last = f"–{offset + shown:,}" if shown > 1 else ""
        total = f"{offset + 1:,}{last} of {total}"
    elif not results.total:
        query = one_line(results.query)
        total = f"No {things} matches {query}" if query else f"No {things} matches"
    columns = screen.columns - 12
    took = duration(results.took_ms / 1000)
    return screen.render([(truncate(total, columns), "strong"), SEPARATOR, (took, "faint")])


def group_lines(group: Group, rank: int, screen: Screen, group_by: str) -> Iterator[str]:
    """Yield a group's heading with its count, and its hits under it."""
    count = f"  {quantity(group.count, 'paragraph')}"
    number = f"{rank}.".ljust(INDENT - 1) + " "
    key = one_line(group.key) or f"no {_GROUP_NAMES[group_by]}"
    title = one_line(group.hits[0].title) if group_by == "page" and group.hits else ""
    yield from screen.block(
        [(key, "strong"), (count, "faint"), *([SEPARATOR, (title, "")] if title else [])],
        first=[(number, "count")],
        indent=len(number),
        columns=screen.columns,
    )
    for hit in group.hits:
        yield from hit_lines(hit, "-", screen, omit=group_by)


_GROUP_NAMES = {"page": "page", "section": "section", "org": "organization"}


def hit_lines(hit: Hit, mark: str, screen: Screen, omit: str = "") -> Iterator[str]:
    """Yield what a hit is about, its snippet, and the id by which `show` finds it."""
    first = mark.ljust(INDENT - 1) + " "
    indent = len(first)
    yield from screen.block(
        _joined(hit_parts(hit, omit, screen.columns - indent)),
        first=[(first, "count")],
        indent=indent,
        columns=screen.columns,
    )
    yield from screen.block(snippet_runs(hit, screen), indent=indent)
    for span in hit.extracts:
        yield from screen.block(extract_runs(hit, span, screen), indent=indent)
    yield from _foot(hit, screen, indent)
    for share in hit.explanation:
        where = f" in {share.field}" if share.field else ""
        times = f" × {share.weight:.2f}" if share.weight != 1.0 else ""
        yield screen.render(
            [(" " * indent + f"{share.score:>8.2f}  {one_line(share.what)}{where}{times}", "faint")]
        )


def hit_parts(hit: Hit, omit: str, columns: int) -> Iterator[TextRun]:
    """Yield organization, section, label, year and title, without saying a thing twice."""
    org, section, title = one_line(hit.org), one_line(hit.section), one_line(hit.title)
    widest = max(columns * 3 // 4, 72)
    said: set[str] = set()
    parts = (
        (org, "strong", "org"),
        (section, "" if org else "strong", "section"),
        (one_line(hit.label), "", ""),
        (str(hit.year or ""), "count", ""),
        (title, "" if org or section else "strong", "page"),
    )
    for text, style, kind in parts:
        name = _name(text) or text
        if text and name not in said and (kind != omit or not kind):
            yield truncate(text, widest), style
        said.add(name)


def _name(text: str) -> str:
    """Return what two texts have in common that are one name, numbered or explained."""
    while text != (text := _BESIDE_A_NAME.sub("", text)):
        pass
    return text.casefold()


def snippet_runs(hit: Hit, screen: Screen) -> list[TextRun]:
    """Return the snippet with its matches marked, and `…` where the text goes on."""
    snippet = hit.snippet.replace("\n", " ")
    runs = screen.marked(snippet, hit.snippet_highlights)
    if hit.snippet in hit.text:
        if not hit.text.startswith(hit.snippet):
            runs.insert(0, ("… ", "faint"))
        if not hit.text.endswith(hit.snippet):
            runs.append(("\N{NO-BREAK SPACE}…", "faint"))
    return runs


def extract_runs(hit: Hit, span: Span, screen: Screen) -> list[TextRun]:
    """Return a further part of the text with its matches marked, and `…` around it."""
    start, end = span
    marks = [(max(a, start) - start, min(b, end) - start) for a, b in hit.highlights]
    runs = screen.marked(hit.text[start:end].replace("\n", " "), marks)
    return [
        ("… " if start else "", "faint"),
        *runs,
        ("\N{NO-BREAK SPACE}…" if end < len(hit.text) else "", "faint"),
    ]


def _foot(hit: Hit, screen: Screen, indent: int) -> Iterator[str]:
    runs = [(one_line(hit.id), "faint"), (f"  {hit.score:.2f}", "faint")]
    address = one_line(hit.url or "")
    width = sum(text_width(text) for text, _ in runs)
    if address and indent + width + 2 + text_width(address) <= screen.columns:
        runs.append((f"  {address}", "faint"))
    yield screen.render([(" " * indent, ""), *runs])
    if hit.copies:
        more = len(hit.copies) - 3
        copies = ", ".join(map(one_line, hit.copies[:3])) + (
            f" and {more:,} more" if more > 0 else ""
        )
        yield from screen.block([(f"also {copies}", "faint")], indent=indent)


def _joined(parts: Iterable[TextRun]) -> Sequence[TextRun]:
    runs: list[TextRun] = []
    for part in parts:
        runs += [SEPARATOR, part] if runs else [part]
    return runs

"""A page out of the index, or some passages of it, as text."""

from collections.abc import Iterator, Sequence

from archivesearch.model.pages import PageInfo
from archivesearch.model.passages import Passage
from archivesearch.present.clean import clean, one_line
from archivesearch.present.markup import TextRun, styled_runs
from archivesearch.present.screen import Screen

_SEPARATOR: TextRun = (" · ", "faint")


def page_text(page: PageInfo, passages: Sequence[Passage], screen: Screen, focus: str = "") -> str:
    """Return what is known of a page and the given passages under their headings.

    The passage whose id is `focus` is pointed at by a `>` in the margin.
    """
    lines = [*page_head(page, screen)]
    gutter = len(str(max((_number(passage) for passage in passages), default=0))) + 4
    heading: tuple[str, str] | None = None
    for passage in passages:
        if heading != (passage.section, passage.org):
            heading = passage.section, passage.org
            lines += ["", *_heading(passage, screen)]
        number = str(_number(passage)).rjust(gutter - 4)
        margin = ("> " if passage.id == focus else "  ") + number + "  "
        lines += passage_lines(passage, screen, margin)
    return "\n".join(lines)


def page_head(page: PageInfo, screen: Screen) -> Iterator[str]:
    """Yield a page's title, place, address, date and encoding."""
    if page.title:
        yield from screen.block([(one_line(page.title), "strong")])
    yield from screen.block([(one_line(page.page), "")], columns=screen.columns)
    if page.url and page.url != page.page:
        yield from screen.block([(one_line(page.url), "faint")], columns=screen.columns)
    for same in page.same:
        yield from screen.block([(f"also {one_line(same.page)}", "faint")], columns=screen.columns)
    year = f"{page.year} ({page.year_source})" if page.year else "no year"
    if page.second_year:
        year += f", or {page.second_year} ({page.second_source})"
    encoding = page.encoding + (f" ({page.encoding_source})" if page.encoding_source else "")
    date = page.date if page.date != str(page.year) else ""
    parts = [year, date, page.author, page.lang, encoding]
    known = [one_line(part) for part in parts if part]
    yield from screen.block([(" · ".join(known), "faint")], columns=screen.columns)


def passage_lines(passage: Passage, screen: Screen, margin: str) -> list[str]:
    """Return one passage beside its margin, its label first, what is repeated faint."""
    text = styled_runs(passage.text, passage.repeated, "faint")
    body: list[TextRun] = [(clean(piece), style) for piece, style in text]
    if passage.label:
        body.insert(0, (f"{one_line(passage.label)}: ", "strong"))
    style = "mark" if margin.startswith(">") else "faint"
    return screen.block(body, first=[(margin, style)], indent=len(margin))


def _heading(passage: Passage, screen: Screen) -> list[str]:
    section, org = one_line(passage.section), one_line(passage.org)
    line: list[TextRun] = [(section, "strong")] if section else []
    if org and org.casefold() != section.casefold():
        line += [_SEPARATOR, (org, "")] if line else [(org, "strong")]
    return screen.block(line) if line else []


def _number(passage: Passage) -> int:
    return int(passage.id.rpartition("#")[2])

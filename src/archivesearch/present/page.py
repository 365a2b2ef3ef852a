"""An indexed page, or some of its passages, as text."""

from collections.abc import Iterator, Sequence

from archivesearch.model.pages import PageInfo
from archivesearch.model.passages import Passage
from archivesearch.present.clean import one_line
from archivesearch.present.markup import SEPARATOR, TextRun, paragraph_runs
from archivesearch.present.screen import Screen


def page_text(page: PageInfo, passages: Sequence[Passage], screen: Screen, focus: str = "") -> str:
    """Return the facts of a page, and passages with their numbers below their headings.

    A `>` in the margin points at the passage with the ID `focus`.
    """
    lines = list(_facts(page, screen))
    number_width = len(str(max(map(_number, passages), default=0)))
    heading: tuple[str, str] | None = None
    for passage in passages:
        if heading != (passage.section, passage.org):
            heading = passage.section, passage.org
            lines += ["", *_heading_lines(passage, screen)]
        pointer = "> " if passage.id == focus else "  "
        margin = f"{pointer}{_number(passage):>{number_width}}  "
        lines += _passage_lines(passage, screen, margin)
    return "\n".join(lines)


def _facts(page: PageInfo, screen: Screen) -> Iterator[str]:
    """Yield the title, name and URL of a page, its other names, its date and encoding."""
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
    facts = [year, date, page.author, page.lang, encoding]
    text = " · ".join(one_line(fact) for fact in facts if fact)
    yield from screen.block([(text, "faint")], columns=screen.columns)


def _heading_lines(passage: Passage, screen: Screen) -> list[str]:
    """Return the heading and the organization of a passage's section, if they differ."""
    section, org = one_line(passage.section), one_line(passage.org)
    line: list[TextRun] = [(section, "strong")] if section else []
    if org and org.casefold() != section.casefold():
        line += [SEPARATOR, (org, "")] if line else [(org, "strong")]
    return screen.block(line) if line else []


def _passage_lines(passage: Passage, screen: Screen, margin: str) -> list[str]:
    body = paragraph_runs(passage.label, passage.text, passage.repeated)
    style = "mark" if margin.startswith(">") else "faint"
    return screen.block(body, first=[(margin, style)], indent=len(margin))


def _number(passage: Passage) -> int:
    return int(passage.id.rpartition("#")[2])

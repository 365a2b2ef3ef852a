"""A parsed page as text: its facts, and its sections with their paragraphs."""

from collections.abc import Iterator

from archivesearch.model.pages import Dating, Page, Paragraph, Section
from archivesearch.present.clean import clean, one_line
from archivesearch.present.markup import TextRun, paragraph_runs
from archivesearch.present.numbers import quantity
from archivesearch.present.screen import Screen

_NAME_WIDTH = 13


def inspection_text(page: Page, screen: Screen) -> str:
    """Return the facts of a page, one a line, and all text of its sections."""
    lines = list(_facts(page, screen))
    for section in page.sections:
        lines += ["", *_section_lines(section, screen)]
    return "\n".join(lines)


def _facts(page: Page, screen: Screen) -> Iterator[str]:
    paragraphs = sum(len(section.paragraphs) for section in page.sections)
    organizations = {section.org for section in page.sections if section.org}
    counts = (
        quantity(len(page.sections), "section"),
        quantity(len(organizations), "organization"),
        quantity(paragraphs, "paragraph"),
    )
    facts = {
        "page": page.page,
        "url": page.url or "",
        "title": page.title or "(none)",
        "encoding": f"{page.encoding} (by {page.encoding_source})"
        if page.encoding_source
        else page.encoding,
        "language": page.lang or "(unknown)",
        "year": _year(page.dating),
        "date": page.dating.date,
        "author": page.dating.author,
        "captured": page.captured or "",
        "sha256": page.sha256,
        "contents": ", ".join(counts),
    }
    for name, value in facts.items():
        if value:
            yield from _fact(name, value, screen, 0)


def _year(dating: Dating) -> str:
    if dating.year is None:
        return "(none)"
    year = f"{dating.year} (by {dating.source})"
    if dating.second_year is not None:
        year += f"; {dating.second_year} (by {dating.second_source})"
    return year


def _section_lines(section: Section, screen: Screen) -> Iterator[str]:
    """Yield a section's heading, the facts of its organization, and its paragraphs."""
    heading = one_line(section.heading)
    yield from screen.block([(heading or "(no heading)", "strong" if heading else "faint")])
    facts = {
        "organization": section.org,
        "aliases": ", ".join(section.aliases),
        "publication": section.publication,
        "address": section.address,
        "price": section.price,
    }
    for name, value in facts.items():
        if value:
            yield from _fact(name, value, screen, 2)
    for number, paragraph in enumerate(section.paragraphs, 1):
        yield from _paragraph_lines(paragraph, number, screen)


def _paragraph_lines(paragraph: Paragraph, number: int, screen: Screen) -> list[str]:
    margin = f"{number:>4}  "
    body = paragraph_runs(paragraph.label, paragraph.text, paragraph.repeated)
    notes = []
    if paragraph.years_mentioned:
        notes.append("mentions " + ", ".join(map(str, paragraph.years_mentioned)))
    if paragraph.repeated:
        notes.append("repeats " + quantity(len(paragraph.repeated), "sentence"))
    if notes:
        body.append((f"  [{'; '.join(notes)}]", "faint"))
    return screen.block(body, first=[(margin, "faint")], indent=len(margin))


def _fact(name: str, value: str, screen: Screen, indent: int) -> list[str]:
    first: TextRun = (" " * indent + name.ljust(_NAME_WIDTH), "faint")
    return screen.block(
        [(clean(value), "")],
        first=[first],
        indent=indent + _NAME_WIDTH,
        columns=screen.columns,
    )

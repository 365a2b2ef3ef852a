"""What the ingester sees in one page, as text."""

from collections.abc import Iterator

from archivesearch.model.pages import Dating, Page, Paragraph, Section
from archivesearch.present.clean import clean, one_line
from archivesearch.present.markup import TextRun, styled_runs
from archivesearch.present.numbers import quantity
from archivesearch.present.screen import Screen

_NAMES = 13


def inspection_text(page: Page, screen: Screen) -> str:
    """Return a page's title, date and why, encoding, and its sections with all their text."""
    lines = list(_head(page, screen))
    for section in page.sections:
        lines += ["", *section_lines(section, screen)]
    return "\n".join(lines)


def _head(page: Page, screen: Screen) -> Iterator[str]:
    paragraphs = sum(len(section.paragraphs) for section in page.sections)
    orgs = len({section.org for section in page.sections if section.org})
    counts = (
        quantity(len(page.sections), "section"),
        quantity(orgs, "organization"),
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
        "has": ", ".join(counts),
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


def section_lines(section: Section, screen: Screen) -> Iterator[str]:
    """Yield a section's heading, what is known of its organization, and its paragraphs."""
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
        yield from _paragraph(paragraph, number, screen)


def _paragraph(paragraph: Paragraph, number: int, screen: Screen) -> list[str]:
    margin = f"{number:>4}  "
    body: list[TextRun] = [
        (clean(piece), style)
        for piece, style in styled_runs(paragraph.text, paragraph.repeated, "faint")
    ]
    if paragraph.label:
        body.insert(0, (f"{one_line(paragraph.label)}: ", "strong"))
    notes = []
    if paragraph.years_mentioned:
        notes.append("mentions " + ", ".join(map(str, paragraph.years_mentioned)))
    if paragraph.repeated:
        notes.append("repeats " + quantity(len(paragraph.repeated), "sentence"))
    if notes:
        body.append((f"  [{'; '.join(notes)}]", "faint"))
    return screen.block(body, first=[(margin, "faint")], indent=len(margin))


def _fact(name: str, value: str, screen: Screen, indent: int) -> list[str]:
    first: TextRun = (" " * indent + name.ljust(_NAMES), "faint")
    return screen.block(
        [(clean(value), "")],
        first=[first],
        indent=indent + _NAMES,
        columns=screen.columns,
    )

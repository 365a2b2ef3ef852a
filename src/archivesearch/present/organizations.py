"""Organizations of an archive as text: a table with their counts and aliases."""

from collections.abc import Iterator, Sequence

from archivesearch.model.reports import Organization
from archivesearch.present.clean import one_line
from archivesearch.present.markup import TextRun
from archivesearch.present.numbers import quantity
from archivesearch.present.screen import Screen

_COUNTS = ("pages", "sections", "paragraphs")


def organizations_text(organizations: Sequence[Organization], screen: Screen) -> str:
    """Return a line for each organization: its counts, its name, and other names in brackets.

    pages  sections  paragraphs  organization
        2         2       1,234  Socialist Workers Party (SWP)
    """
    if not organizations:
        return "No section of this archive is about an organization."
    headline = screen.render([(quantity(len(organizations), "organization"), "strong")])
    return "\n".join([headline, "", *_rows(organizations, screen)])


def _rows(organizations: Sequence[Organization], screen: Screen) -> Iterator[str]:
    header = "  ".join(_COUNTS) + "  "
    yield screen.render([(f"{header}organization", "faint")])
    for organization in organizations:
        counts = (organization.pages, organization.sections, organization.paragraphs)
        cells = [f"{count:,}".rjust(len(name)) for count, name in zip(counts, _COUNTS, strict=True)]
        name: list[TextRun] = [(one_line(organization.name), "strong")]
        if organization.aliases:
            name.append((f" ({', '.join(map(one_line, organization.aliases))})", ""))
        yield from screen.block(
            name,
            first=[("  ".join(cells) + "  ", "")],
            indent=len(header),
            columns=max(screen.columns, len(header) + 20),
        )

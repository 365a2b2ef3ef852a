"""The organizations of an archive as a table."""

from collections.abc import Iterator, Sequence

from archivesearch.model.reports import Organization
from archivesearch.present.clean import one_line
from archivesearch.present.markup import TextRun
from archivesearch.present.numbers import quantity
from archivesearch.present.screen import Screen

_HEADS = ("pages", "sections", "paragraphs")


def organizations_text(organizations: Sequence[Organization], screen: Screen) -> str:
    """Return each organization with its counts, and its other names in brackets."""
    if not organizations:
        return "No section of this archive is about an organization."
    head = screen.render([(quantity(len(organizations), "organization"), "strong")])
    return "\n".join([head, "", *_rows(organizations, screen)])


def _rows(organizations: Sequence[Organization], screen: Screen) -> Iterator[str]:
    heads = "  ".join(_HEADS) + "  "
    yield screen.render([(f"{heads}organization", "faint")])
    for organization in organizations:
        counts = (organization.pages, organization.sections, organization.paragraphs)
        cells = [f"{count:,}".rjust(len(name)) for count, name in zip(counts, _HEADS, strict=True)]
        name: list[TextRun] = [(one_line(organization.name), "strong")]
        if organization.aliases:
            name.append((f" ({', '.join(map(one_line, organization.aliases))})", ""))
        yield from screen.block(
            name,
            first=[("  ".join(cells) + "  ", "")],
            indent=len(heads),
            columns=max(screen.columns, len(heads) + 20),
        )

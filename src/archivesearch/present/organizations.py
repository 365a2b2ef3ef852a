"""The organizations of an archive as a table."""

from collections.abc import Sequence

from archivesearch.model import Organization
from archivesearch.present.clean import one_line
from archivesearch.present.counts import counted
from archivesearch.present.screen import Screen
from archivesearch.present.tables import table_lines


def organizations_text(organizations: Sequence[Organization], screen: Screen) -> str:
    """Return each organization with its counts and its other names."""
    if not organizations:
        return "No section of this archive is about an organization."
    heads = ("organization", "pages", "sections", "paragraphs", "also known as")
    rows = [
        (
            one_line(organization.name),
            organization.pages,
            organization.sections,
            organization.paragraphs,
            ", ".join(map(one_line, organization.aliases)),
        )
        for organization in organizations
    ]
    head = screen.render([(counted(len(organizations), "organization"), "strong")])
    return "\n".join([head, "", *table_lines(heads, rows, screen)])

"""The command `archivesearch orgs`."""

import click

import archivesearch
from archivesearch.cli.options import color_option, examples, format_option, index_option
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.present.as_json import json_bytes, organizations_json
from archivesearch.present.organizations import organizations_text

EXAMPLES = examples(
    "archivesearch orgs",
    "archivesearch orgs --format json",
)


@click.command(epilog=EXAMPLES)
@format_option("text", "json")
@index_option
@color_option
def orgs(*, output_format: str, index: str, color: bool | None) -> None:
    """List the organizations that have sections, with their other names and their counts."""
    with archivesearch.open(index) as archive:
        organizations = archive.organizations()
    if output_format == "json":
        write_bytes(json_bytes(organizations_json(organizations)))
    else:
        terminal = screen(color=color)
        write(organizations_text(organizations, terminal), color=terminal.color)

"""Filter options: five options that narrow every command with a query."""

import click

from archivesearch.cli.arguments import text_value
from archivesearch.cli.completers import complete_organization
from archivesearch.cli.options import Command, add_options
from archivesearch.cli.years import year_range


def filter_options(command: Command) -> Command:
    """Add `--org`, `--section`, `--year`, `--mentions` and `--lang`."""
    return add_options(
        command,
        click.option(
            "--org",
            metavar="NAME",
            callback=text_value,
            shell_complete=complete_organization,
            help="Only sections about this organization, under any of its names.",
        ),
        click.option(
            "--section",
            metavar="WORDS",
            callback=text_value,
            help="Only sections with this phrase in the heading.",
        ),
        click.option(
            "--year",
            metavar="YEARS",
            callback=year_range,
            help="Only pages of these years: 1990, 1990-2003, 1990- or -2003.",
        ),
        click.option(
            "--mentions",
            metavar="YEARS",
            callback=year_range,
            help="Only paragraphs that mention one of these years.",
        ),
        click.option(
            "--lang",
            metavar="CODE",
            callback=text_value,
            help="Only pages in this language, such as en.",
        ),
    )

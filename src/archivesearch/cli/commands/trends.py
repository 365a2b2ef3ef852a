"""The command `archivesearch trends`."""

from typing import Any

import click

import archivesearch
from archivesearch.cli.arguments import query_argument
from archivesearch.cli.failures import show_query_errors
from archivesearch.cli.filter_options import filter_options
from archivesearch.cli.options import color_option, examples, format_option, index_option
from archivesearch.cli.output import screen, write, write_bytes, write_notes
from archivesearch.present.as_json import json_bytes, trends_json
from archivesearch.present.research import trends_text

EXAMPLES = examples(
    "archivesearch trends strike",
    "archivesearch trends '\"surplus value\"' --by decade",
    'archivesearch trends castro --org "Socialist Workers Party" --format json',
)


@click.command(epilog=EXAMPLES)
@query_argument
@filter_options
@click.option(
    "--by",
    "period",
    type=click.Choice(("year", "decade")),
    default="year",
    show_default=True,
    help="Count by year or by decade.",
)
@format_option("text", "json")
@index_option
@color_option
def trends(
    *, query: str, period: str, output_format: str, index: str, color: bool | None, **options: Any
) -> None:
    """Count the paragraphs that match QUERY in each year, and all paragraphs of that year.

    The years are those of the pages. Years without any paragraph are left out.
    """
    with show_query_errors(query), archivesearch.open(index) as archive:
        counts = archive.trends(query, by=period, **options)
    write_notes(counts.notes)
    if output_format == "json":
        write_bytes(json_bytes(trends_json(counts)))
    else:
        terminal = screen(color=color)
        write(trends_text(counts, terminal, period), color=terminal.color)

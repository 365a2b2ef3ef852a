"""The command `archivesearch kwic`."""

from typing import Any

import click

import archivesearch
from archivesearch.cli.arguments import query_argument
from archivesearch.cli.failures import show_query_errors
from archivesearch.cli.filter_options import filter_options
from archivesearch.cli.options import (
    color_option,
    examples,
    format_option,
    index_option,
    limit_option,
    offset_option,
)
from archivesearch.cli.output import screen, write, write_bytes, write_notes
from archivesearch.present.as_json import json_bytes, record_json
from archivesearch.present.research import concordance_text

EXAMPLES = examples(
    "archivesearch kwic castro",
    "archivesearch kwic '\"surplus value\"' --sort right --width 40",
    "archivesearch kwic strike --year 1990-2003 --format json",
)


@click.command(epilog=EXAMPLES)
@query_argument
@filter_options
@click.option(
    "--sort",
    type=click.Choice(("place", "left", "right")),
    default="place",
    show_default=True,
    help="Keep the order of the archive, or sort by the words before or after the match.",
)
@click.option(
    "--width",
    metavar="N",
    type=click.IntRange(min=0),
    help="Print N characters on each side of the match.  [default: as many as fit]",
)
@limit_option("lines", 50)
@offset_option("lines")
@format_option("text", "json")
@index_option
@color_option
def kwic(
    *,
    query: str,
    width: int | None,
    output_format: str,
    index: str,
    color: bool | None,
    **options: Any,
) -> None:
    """Print each match of QUERY between the words before and after it.

    This is a concordance (keyword in context): one match a line, and all matches in one
    column.
    """
    terminal = screen(color=color)
    with show_query_errors(query), archivesearch.open(index) as archive:
        concordance = archive.kwic(query, width=60 if width is None else width, **options)
    write_notes(concordance.notes)
    if output_format == "json":
        write_bytes(json_bytes(record_json(concordance)))
    else:
        write(concordance_text(concordance, terminal, width), color=terminal.color)

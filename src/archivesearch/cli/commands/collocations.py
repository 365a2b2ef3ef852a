"""The command `archivesearch collocations`."""

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
)
from archivesearch.cli.output import screen, write, write_bytes, write_notes
from archivesearch.present.as_json import json_bytes, record_json
from archivesearch.present.research import collocations_text

EXAMPLES = examples(
    "archivesearch collocations party",
    "archivesearch collocations castro --window 3 --limit 10",
    "archivesearch collocations strike --lang en --format json",
)


@click.command(epilog=EXAMPLES)
@query_argument
@filter_options
@click.option(
    "--window",
    metavar="N",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Count the N words before and the N words after each match.",
)
@limit_option("words", 20)
@format_option("text", "json")
@index_option
@color_option
def collocations(
    *, query: str, output_format: str, index: str, color: bool | None, **options: Any
) -> None:
    """Print the words that often stand near the matches of QUERY.

    First come the words that are least likely to stand there by chance, by their
    log-likelihood ratio. Words that are common everywhere are left out.
    """
    with show_query_errors(query), archivesearch.open(index) as archive:
        collocates = archive.collocations(query, **options)
    write_notes(collocates.notes)
    if output_format == "json":
        write_bytes(json_bytes(record_json(collocates)))
    else:
        terminal = screen(color=color)
        write(collocations_text(collocates, terminal), color=terminal.color)

"""The command `archivesearch trends`."""

from typing import Any

import click

import archivesearch
from archivesearch.cli.failures import show_query_errors
from archivesearch.cli.filter_options import filter_options
from archivesearch.cli.options import (
    color_option,
    decode_argument,
    examples,
    format_option,
    index_option,
)
from archivesearch.cli.output import screen, write, write_bytes, write_notes
from archivesearch.present.as_json import json_bytes, trends_json
from archivesearch.present.research import trends_text

EXAMPLES = examples(
    "archivesearch trends strike",
    "archivesearch trends '\"surplus value\"' --by decade",
    'archivesearch trends castro --org "Socialist Workers Party" --format json',
)


@click.command(epilog=EXAMPLES)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@filter_options
@click.option(
    "--by",
    type=click.Choice(("year", "decade")),
    default="year",
    show_default=True,
    help="Count by year or by ten years.",
)
@format_option("text", "json")
@index_option
@color_option
def trends(
    *, words: tuple[str, ...], by: str, form: str, index: str, color: bool | None, **options: Any
) -> None:
    """Print how many paragraphs QUERY matches in each year, and of how many.

    The years are those of the pages. Years without any paragraph are left out.
    """
    query = decode_argument(" ".join(words))
    with show_query_errors(query), archivesearch.open(index) as archive:
        found = archive.trends(query, by=by, **options)
    write_notes(found.notes)
    if form == "json":
        write_bytes(json_bytes(trends_json(found)))
        return
    terminal = screen(color=color)
    write(trends_text(found, terminal, by), color=terminal.color)

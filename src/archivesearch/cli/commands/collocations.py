"""The command `archivesearch collocations`."""

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
from archivesearch.present.as_json import json_bytes, record_json
from archivesearch.present.research import collocations_text

EXAMPLES = examples(
    "archivesearch collocations party",
    "archivesearch collocations castro --window 3 --limit 10",
    "archivesearch collocations strike --lang en --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@filter_options
@click.option(
    "--window",
    metavar="N",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="So many words to either side count as company.",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Words to print.",
)
@format_option("text", "json")
@index_option
@color_option
def collocations(
    *, words: tuple[str, ...], form: str, index: str, color: bool | None, **options: Any
) -> None:
    """Print the words that keep company with those that QUERY finds.

    The words that can be there by chance the least come first, by the log-likelihood
    ratio; words that are everywhere are left out.
    """
    query = decode_argument(" ".join(words))
    with show_query_errors(query), archivesearch.open(index) as archive:
        found = archive.collocations(query, **options)
    write_notes(found.notes)
    if form == "json":
        write_bytes(json_bytes(record_json(found)))
        return
    terminal = screen(color=color)
    write(collocations_text(found, terminal), color=terminal.color)

"""The command `archivesearch kwic`."""

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
from archivesearch.present.research import concordance_text

EXAMPLES = examples(
    "archivesearch kwic castro",
    "archivesearch kwic '\"surplus value\"' --sort right --width 40",
    "archivesearch kwic strike --year 1990-2003 --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@filter_options
@click.option(
    "--sort",
    type=click.Choice(("place", "left", "right")),
    default="place",
    show_default=True,
    help="As they stand in the archive, or by the words before or after.",
)
@click.option(
    "--width",
    metavar="N",
    type=click.IntRange(min=0),
    help="Characters on either side.  [default: as many as fit]",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="Lines to print.",
)
@click.option(
    "--offset",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Lines to leave out at the top.",
)
@format_option("text", "json")
@index_option
@color_option
def kwic(
    *,
    words: tuple[str, ...],
    width: int | None,
    form: str,
    index: str,
    color: bool | None,
    **options: Any,
) -> None:
    """Print each place where QUERY matches, with what stands around it.

    Keyword in context: the words that match stand one below the other.
    """
    query = decode_argument(" ".join(words))
    terminal = screen(color=color)
    with show_query_errors(query), archivesearch.open(index) as archive:
        found = archive.kwic(query, width=60 if width is None else width, **options)
    write_notes(found.notes)
    if form == "json":
        write_bytes(json_bytes(record_json(found)))
    else:
        write(concordance_text(found, terminal, width), color=terminal.color)

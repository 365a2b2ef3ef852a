"""The command `archivesearch export`."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

import archivesearch
from archivesearch.cli.failures import show_query_errors
from archivesearch.cli.filter_options import filter_options
from archivesearch.cli.options import decode_argument, examples, format_option, index_option
from archivesearch.cli.output import write_bytes, write_notes
from archivesearch.model.results import Hit
from archivesearch.present.as_csv import csv_bytes
from archivesearch.present.as_json import hit_json, json_lines

EXAMPLES = examples(
    "archivesearch export castro > castro.jsonl",
    "archivesearch export 'strike AND year:1990s' --format csv > strikes.csv",
    "archivesearch export '*' --org ISO",
)

_AT_A_TIME = 256


@click.command(epilog=EXAMPLES)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@filter_options
@format_option("jsonl", "csv")
@index_option
def export(*, words: tuple[str, ...], form: str, index: str, **options: Any) -> None:
    """Print every paragraph that QUERY matches, in the order of the archive.

    However many there are, they are read and written a few at a time.
    """
    query = decode_argument(" ".join(words))
    with show_query_errors(query), archivesearch.open(index) as archive:
        head = True
        matches = archive.matches(query, **options)
        for some in _batches(matches):
            if head:
                write_notes(matches.notes)
            if form == "csv":
                write_bytes(csv_bytes(some, header=head))
            else:
                write_bytes(json_lines(map(hit_json, some)))
            head = False


def _batches(hits: Iterator[Hit]) -> Iterator[list[Hit]]:
    """Yield hits in lists, an empty one where there are none at all."""
    yield list(islice(hits, _AT_A_TIME))
    while some := list(islice(hits, _AT_A_TIME)):
        yield some

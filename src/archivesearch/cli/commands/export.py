"""The command `archivesearch export`."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

import archivesearch
from archivesearch.cli.arguments import query_argument
from archivesearch.cli.failures import show_query_errors
from archivesearch.cli.filter_options import filter_options
from archivesearch.cli.options import examples, format_option, index_option
from archivesearch.cli.output import write_bytes, write_notes
from archivesearch.model.results import Hit
from archivesearch.present.as_csv import csv_bytes
from archivesearch.present.as_json import hit_json, json_lines

EXAMPLES = examples(
    "archivesearch export castro > castro.jsonl",
    "archivesearch export 'strike AND year:1990s' --format csv > strikes.csv",
    "archivesearch export '*' --org ISO",
)

_BATCH_SIZE = 256


@click.command(epilog=EXAMPLES)
@query_argument
@filter_options
@format_option("jsonl", "csv")
@index_option
def export(*, query: str, output_format: str, index: str, **options: Any) -> None:
    """Print every paragraph that matches QUERY, in the order of the archive.

    An export of any size needs little memory: paragraphs are printed as they are read.
    """
    with show_query_errors(query), archivesearch.open(index) as archive:
        matches = archive.matches(query, **options)
        for number, hits in enumerate(_batches(matches)):
            if number == 0:
                write_notes(matches.notes)
            if output_format == "csv":
                write_bytes(csv_bytes(hits, header=number == 0))
            else:
                write_bytes(json_lines(map(hit_json, hits)))


def _batches(hits: Iterator[Hit]) -> Iterator[list[Hit]]:
    """Yield hits in lists; if there are none, one empty list."""
    yield list(islice(hits, _BATCH_SIZE))
    while batch := list(islice(hits, _BATCH_SIZE)):
        yield batch

"""The command `archivesearch search`."""

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

EXAMPLES = examples(
    "archivesearch search peasant war",
    "archivesearch search '\"surplus value\" NOT profit' --year 1900-1920",
    'archivesearch search castro --org "Socialist Workers Party" --facet year',
    "archivesearch search strike --group page --format json",
    "archivesearch search congress --explain --limit 3",
    "archivesearch search -- -ism",
)


@click.command(epilog=EXAMPLES)
@query_argument
@filter_options
@limit_option("hits or groups", 10)
@offset_option("hits or groups")
@click.option(
    "--sort",
    type=click.Choice(("score", "year", "-year", "place")),
    default="score",
    show_default=True,
    help="Best first, oldest first, newest first, or in the order of the archive.",
)
@click.option(
    "--group",
    "group_by",
    type=click.Choice(("page", "section", "org")),
    help="Group the hits by page, section or organization.",
)
@click.option(
    "--facet",
    "facets",
    multiple=True,
    type=click.Choice(("org", "section", "year", "lang", "page", "family")),
    help="Count the matches by this field (family: a page's top folder); you may repeat it.",
)
@click.option("--explain", is_flag=True, help="Print the parts of each hit's score.")
@format_option("text", "json", "jsonl", "csv")
@index_option
@color_option
def search(
    *, query: str, output_format: str, index: str, color: bool | None, **options: Any
) -> None:
    """Find the paragraphs that match QUERY, and print the best first.

    A paragraph matches if it has any of the words. Paragraphs with more of the words,
    nearer together, come first. A query may have AND, OR, NOT, "a phrase", "words near"~5,
    (groups), field:word, pre*, fuzzy~ and =exact. Put it in single quotes, so that
    your shell changes nothing, and put -- before a query that begins with a dash.
    """
    if options["facets"] and output_format in ("jsonl", "csv"):
        raise click.UsageError("--facet works only with --format text or json.")
    if options["explain"] and output_format == "csv":
        raise click.UsageError("--explain works only with --format text, json or jsonl.")
    offset, group_by = options["offset"], options["group_by"]
    with show_query_errors(query), archivesearch.open(index) as archive:
        results = archive.search(query, **options)
    write_notes(results.notes)
    # Each format imports its own module, so that a search starts fast.
    if output_format == "json":
        from archivesearch.present.as_json import json_bytes, results_json

        write_bytes(json_bytes(results_json(results, grouped=group_by is not None)))
    elif output_format == "jsonl":
        from archivesearch.present.as_json import hit_lines_json, json_lines

        write_bytes(json_lines(hit_lines_json(results)))
    elif output_format == "csv":
        from archivesearch.present.as_csv import all_hits, csv_bytes

        write_bytes(csv_bytes(all_hits(results)))
    else:
        from archivesearch.present.results import results_text

        terminal = screen(color=color)
        text = results_text(results, terminal, offset=offset, group_by=group_by)
        write(text, color=terminal.color)

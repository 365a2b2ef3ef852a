"""The command `archivesearch search`."""

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

EXAMPLES = examples(
    "archivesearch search peasant war",
    "archivesearch search '\"surplus value\" NOT profit' --year 1900-1920",
    'archivesearch search castro --org "Socialist Workers Party" --facet year',
    "archivesearch search strike --group page --format json",
    "archivesearch search congress --explain --limit 3",
    "archivesearch search -- -ism",
)


@click.command(epilog=EXAMPLES)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@filter_options
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Hits, or groups, to print.",
)
@click.option(
    "--offset",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Hits, or groups, to leave out at the top.",
)
@click.option(
    "--sort",
    type=click.Choice(("score", "year", "-year", "place")),
    default="score",
    show_default=True,
    help="Best first, oldest first, newest first, or as they stand in the archive.",
)
@click.option(
    "--group",
    "group_by",
    type=click.Choice(("page", "section", "org")),
    help="Put the hits of one page, section or organization together.",
)
@click.option(
    "--facet",
    "facets",
    multiple=True,
    type=click.Choice(("org", "section", "year", "lang", "page", "family")),
    help="Count the matching paragraphs by this (family: a page's top folder); may be given again.",
)
@click.option("--explain", is_flag=True, help="Say of each hit what its score is the sum of.")
@format_option("text", "json", "jsonl", "csv")
@index_option
@color_option
def search(
    *, words: tuple[str, ...], form: str, index: str, color: bool | None, **options: Any
) -> None:
    """Find the paragraphs that QUERY matches and show the best first.

    Paragraphs that have any of the words match; those with more of them, nearer
    together, come first. AND, OR, NOT, "a phrase", "words near"~5, (groups), field:word,
    pre*, fuzzy~ and =exact say more precisely what is meant. Put what the shell would take
    apart into single quotes, and -- before a query that begins with a dash.
    """
    if options["facets"] and form in ("jsonl", "csv"):
        raise click.UsageError("--facet goes with --format text or json.")
    if options["explain"] and form == "csv":
        raise click.UsageError("--explain goes with --format text, json or jsonl.")
    query = decode_argument(" ".join(words))
    offset, group_by = options["offset"], options["group_by"]
    with show_query_errors(query), archivesearch.open(index) as archive:
        results = archive.search(query, **options)
    write_notes(results.notes)
    if form == "json":
        from archivesearch.present.as_json import json_bytes, results_json

        write_bytes(json_bytes(results_json(results, grouped=group_by is not None)))
    elif form == "jsonl":
        from archivesearch.present.as_json import hit_lines_json, json_lines

        write_bytes(json_lines(hit_lines_json(results)))
    elif form == "csv":
        from archivesearch.present.as_csv import all_hits, csv_bytes

        write_bytes(csv_bytes(all_hits(results)))
    else:
        from archivesearch.present.results import results_text

        terminal = screen(color=color)
        lines = results_text(results, terminal, offset=offset, group_by=group_by)
        write(lines, color=terminal.color)

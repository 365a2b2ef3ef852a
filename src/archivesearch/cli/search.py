"""The command `archivesearch search`."""

from typing import Any

import click

import archivesearch
from archivesearch.cli.arguments import readable, text
from archivesearch.cli.completing import organization_names
from archivesearch.cli.failures import failure
from archivesearch.cli.options import color_option, examples, format_option, index_option
from archivesearch.cli.streams import write, write_bytes
from archivesearch.cli.terminal import screen
from archivesearch.cli.years import years
from archivesearch.errors import QueryError
from archivesearch.present.as_json import encoded, encoded_lines, hit_lines_json, results_json
from archivesearch.present.clean import one_line
from archivesearch.present.hits import results_text

EXAMPLES = examples(
    "archivesearch search peasant war",
    "archivesearch search '\"surplus value\" NOT profit' --year 1900-1920",
    'archivesearch search castro --org "Socialist Workers Party" --facet year',
    "archivesearch search strike --group page --format json",
    "archivesearch search -- -ism",
)


@click.command(epilog=EXAMPLES)
@click.argument("words", nargs=-1, required=True, metavar="QUERY...")
@click.option(
    "--org",
    metavar="NAME",
    callback=text,
    shell_complete=organization_names,
    help="Only sections about this organization, by any of its names.",
)
@click.option(
    "--section",
    metavar="WORDS",
    callback=text,
    help="Only sections with these words in the heading.",
)
@click.option(
    "--year", metavar="YEARS", callback=years, help="Only pages of 1990, 1990-2003, 1990- or -2003."
)
@click.option(
    "--mentions", metavar="YEARS", callback=years, help="Only paragraphs that speak of these years."
)
@click.option(
    "--lang", metavar="CODE", callback=text, help="Only pages in this language, such as en."
)
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
    type=click.Choice(("org", "section", "year", "lang", "page")),
    help="Count the matching paragraphs by this; may be given again.",
)
@format_option("text", "json", "jsonl")
@index_option
@color_option
def search(
    *, words: tuple[str, ...], form: str, index: str, color: bool | None, **options: Any
) -> None:
    """Find the paragraphs that QUERY matches and show the best first.

    Paragraphs that have any of the words match; those with more of them, nearer
    together, come first. AND, OR, NOT, "a phrase", "words near"~5, (groups), field:word,
    pre*, fuzzy~ and =exact narrow it. Put what the shell would take apart into single
    quotes, and -- before a query that begins with a dash.
    """
    query = readable(" ".join(words))
    offset, group_by = options["offset"], options["group_by"]
    try:
        with archivesearch.open(index) as archive:
            results = archive.search(query, **options)
    except QueryError as error:
        raise failure(error, query) from error
    for note in results.notes:
        click.echo(f"archivesearch: {one_line(note)}", err=True)
    if form == "json":
        write_bytes(encoded(results_json(results, grouped=group_by is not None)))
    elif form == "jsonl":
        write_bytes(encoded_lines(hit_lines_json(results)))
    else:
        terminal = screen(color=color)
        lines = results_text(results, terminal, offset=offset, group_by=group_by)
        write(lines, color=terminal.color)

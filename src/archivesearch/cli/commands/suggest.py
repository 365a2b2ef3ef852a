"""The command `archivesearch suggest`."""

import click

import archivesearch
from archivesearch.cli.options import (
    color_option,
    decode_argument,
    examples,
    format_option,
    index_option,
)
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.present.as_json import json_bytes, record_json
from archivesearch.present.research import suggestions_text

EXAMPLES = examples(
    "archivesearch suggest revol",
    "archivesearch suggest socalist --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("word")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Words of each kind to print.",
)
@format_option("text", "json")
@index_option
@color_option
def suggest(*, word: str, limit: int, form: str, index: str, color: bool | None) -> None:
    """Print words of the archive that begin like WORD, and words that it may be a slip for.

    Each stands behind the number of paragraphs that have it in just this form.
    """
    if not word.strip():
        raise click.BadParameter("a word is expected.", param_hint="'WORD'")
    with archivesearch.open(index) as archive:
        found = archive.suggest(decode_argument(word), limit=limit)
    if form == "json":
        write_bytes(json_bytes(record_json(found)))
        return
    terminal = screen(color=color)
    write(suggestions_text(found, terminal), color=terminal.color)

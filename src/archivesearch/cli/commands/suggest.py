"""The command `archivesearch suggest`."""

import click

import archivesearch
from archivesearch.cli.arguments import decode_argument
from archivesearch.cli.options import (
    color_option,
    examples,
    format_option,
    index_option,
    limit_option,
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
@limit_option("words of each kind", 10)
@format_option("text", "json")
@index_option
@color_option
def suggest(*, word: str, limit: int, output_format: str, index: str, color: bool | None) -> None:
    """Print words of the archive that begin with WORD, and words that are spelled like it.

    Before each word stands the number of paragraphs that have it in exactly this form.
    """
    if not word.strip():
        raise click.BadParameter("it is empty; give a word.", param_hint="'WORD'")
    with archivesearch.open(index) as archive:
        suggestions = archive.suggest(decode_argument(word), limit=limit)
    if output_format == "json":
        write_bytes(json_bytes(record_json(suggestions)))
    else:
        terminal = screen(color=color)
        write(suggestions_text(suggestions, terminal), color=terminal.color)

"""The command `archivesearch stats`."""

import click

import archivesearch
from archivesearch.cli.options import color_option, examples, format_option, index_option
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.present.as_json import json_bytes, stats_json
from archivesearch.present.statistics import stats_text

EXAMPLES = examples(
    "archivesearch stats",
    "archivesearch stats --index example --format json",
)


@click.command(epilog=EXAMPLES)
@format_option("text", "json")
@index_option
@color_option
def stats(*, output_format: str, index: str, color: bool | None) -> None:
    """Print the numbers of pages, sections and paragraphs, by year, language and encoding."""
    with archivesearch.open(index) as archive:
        counts = archive.stats()
    if output_format == "json":
        write_bytes(json_bytes(stats_json(counts)))
    else:
        terminal = screen(color=color)
        write(stats_text(counts, terminal), color=terminal.color)

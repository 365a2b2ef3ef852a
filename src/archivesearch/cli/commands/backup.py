"""The command `archivesearch backup`."""

import click

import archivesearch
from archivesearch.cli.options import examples, format_option, index_option
from archivesearch.cli.output import write, write_bytes
from archivesearch.present.as_json import backup_json, json_bytes
from archivesearch.present.verification import backup_text

EXAMPLES = examples(
    "archivesearch backup /media/disk/index-of-may",
    "archivesearch backup copy --index example --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("target", metavar="TARGET", type=click.Path(readable=False))
@index_option
@format_option("text", "json")
def backup(*, target: str, index: str, output_format: str) -> None:
    """Copy an index to TARGET, a new or empty folder, and verify the copy.

    Others may search the index meanwhile, and even rebuild it. The copy is an ordinary
    index.
    """
    if not target:
        raise click.BadParameter("the name is empty; name a folder.", param_hint="TARGET")
    result = archivesearch.backup(index, target)
    if output_format == "json":
        write_bytes(json_bytes(backup_json(result)))
    else:
        write(backup_text(result, target))

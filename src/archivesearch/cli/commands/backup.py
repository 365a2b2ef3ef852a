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
def backup(*, target: str, index: str, form: str) -> None:
    """Copy an index to TARGET, an empty or a new folder, and verify the copy.

    Others may search the index meanwhile, and one may be writing: the copy is of what was
    in force. It is an index like any other.
    """
    if not target:
        raise click.BadParameter("the name of a folder is expected.", param_hint="TARGET")
    done = archivesearch.backup(index, target)
    if form == "json":
        write_bytes(json_bytes(backup_json(done)))
        return
    write(backup_text(done, target))

"""The command `archivesearch verify`."""

from pathlib import Path

import click

import archivesearch
from archivesearch.cli.build_options import config_option, sources_argument
from archivesearch.cli.failures import Failure
from archivesearch.cli.options import examples, format_option, index_option
from archivesearch.cli.output import write, write_bytes
from archivesearch.directory.manifest import read_manifest
from archivesearch.errors import IndexDamaged
from archivesearch.present.as_json import json_bytes, verification_json
from archivesearch.present.verification import verification_text, verification_verdict

EXAMPLES = examples(
    "archivesearch verify",
    "archivesearch verify corpus --index example --format json",
)


@click.command(epilog=EXAMPLES)
@sources_argument
@index_option
@config_option(", if it was given when the index was built.")
@format_option("text", "json")
def verify(*, sources: tuple[str, ...], index: str, config: str | None, form: str) -> None:
    """Prove that an index is whole, and that it matches its SOURCEs.

    Every byte is read and compared with its checksum, every rule of the format is looked
    at, and the pages are compared with those of the SOURCEs: by default, of those that the
    index names, where they are in the current folder. Exit status 1 says that the index is
    damaged, or does not match.
    """
    found = archivesearch.verify(index, sources or _beside(index), config=config)
    if form == "json":
        write_bytes(json_bytes(verification_json(found)))
    else:
        write(verification_text(found, index))
    if not (found.whole and found.current):
        raise Failure(verification_verdict(found, index))


def _beside(index: str) -> tuple[str, ...]:
    """Return the sources of an index, if all of them are in the current folder."""
    try:
        sources = read_manifest(Path(index)).sources
    except IndexDamaged:
        return ()
    return sources if all(Path(source).exists() for source in sources) else ()

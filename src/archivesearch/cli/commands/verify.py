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
@config_option()
@format_option("text", "json")
def verify(*, sources: tuple[str, ...], index: str, config: str | None, output_format: str) -> None:
    """Check that an index is undamaged, and that it matches its SOURCEs.

    Every byte is compared with its checksum, and every rule of the format is checked. Then
    the pages are compared with those of the SOURCEs. Without SOURCEs, the command looks for
    them by name in the current folder. The exit status is 1 if the index is damaged or does
    not match.
    """
    result = archivesearch.verify(index, sources or _local_sources(index), config=config)
    if output_format == "json":
        write_bytes(json_bytes(verification_json(result)))
    else:
        write(verification_text(result, index))
    if not (result.whole and result.current):
        raise Failure(verification_verdict(result, index))


def _local_sources(index: str) -> tuple[str, ...]:
    """Return the sources of an index if all of them are in the current folder, else none."""
    try:
        sources = read_manifest(Path(index)).sources
    except IndexDamaged:
        return ()
    return sources if all(Path(source).exists() for source in sources) else ()

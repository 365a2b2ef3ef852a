"""The command `archivesearch update`."""

from pathlib import Path
from typing import Any

import click

import archivesearch
from archivesearch.cli.build_options import build_options, default_sources
from archivesearch.cli.build_report import write_report
from archivesearch.cli.failures import Failure
from archivesearch.cli.options import examples
from archivesearch.cli.output import write
from archivesearch.cli.progress import show_progress
from archivesearch.directory.manifest import read_manifest
from archivesearch.errors import IndexMissing
from archivesearch.present.reports import changes_text

EXAMPLES = examples(
    "archivesearch update",
    "archivesearch update ~/mirror/www.example.org --index example",
)


@click.command(epilog=EXAMPLES)
@build_options()
def update(
    *,
    sources: tuple[str, ...],
    index: str,
    output_format: str,
    report_file: Path | None,
    **options: Any,
) -> None:
    """Update an index, parsing only new and changed pages.

    The result is the index that "rebuild" would build, byte for byte. Name the SOURCEs that
    the index was built from. Without SOURCEs, the command looks for them by name in the
    current folder. If a SOURCE is gone or has no pages left, this is an error, and the index
    stays as it was.
    """
    with show_progress(index) as meter:
        report = archivesearch.update(
            sources or _sources_of(index), index, progress=meter, **options
        )
    write_report(report, meter, index, output_format, report_file)
    if output_format == "text":
        write(changes_text(report))


def _sources_of(index: str) -> tuple[str, ...]:
    """Return the names of the sources that an index was built from."""
    try:
        sources = read_manifest(Path(index)).sources
    except IndexMissing:
        sources = ()
    for source in sources:
        if not Path(source).exists():
            raise Failure(
                f"{index} was built from {source}, which is not in this folder; "
                "name all sources of the index"
            )
    return sources or default_sources()

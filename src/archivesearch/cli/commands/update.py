"""The command `archivesearch update`."""

from pathlib import Path

import click

import archivesearch
from archivesearch.cli.build_options import (
    config_option,
    default_sources,
    jobs_option,
    memory_option,
    sources_argument,
)
from archivesearch.cli.build_report import report_option, write_report
from archivesearch.cli.failures import Failure
from archivesearch.cli.options import examples, format_option, index_option
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
@sources_argument
@index_option
@jobs_option
@memory_option
@config_option(", if it was given when the index was built.")
@report_option
@format_option("text", "json")
def update(
    *,
    sources: tuple[str, ...],
    index: str,
    jobs: int,
    memory: int,
    config: str | None,
    report_file: Path | None,
    form: str,
) -> None:
    """Bring an index up to date, parsing only the pages that are new or have changed.

    The result is what "rebuild" would give, byte for byte. The SOURCEs must be those that
    the index was built from; the default are folders and files of their names, looked for in
    the current folder. A SOURCE that is gone, or has no pages left, is an error: the index stays
    as it was.
    """
    with show_progress(index) as progress:
        report = archivesearch.update(
            sources or _known(index),
            index,
            jobs=jobs,
            memory=memory,
            config=config,
            progress=progress,
        )
    write_report(report, progress, index, form, report_file)
    if form == "text":
        write(changes_text(report))


def _known(index: str) -> tuple[str, ...]:
    """Return the sources that an index was built from, by their names."""
    try:
        sources = read_manifest(Path(index)).sources
    except IndexMissing:
        sources = ()
    for source in sources:
        if not Path(source).exists():
            raise Failure(
                f"there is no {source} here, of which {index} was built; name all its sources"
            )
    return sources or default_sources()

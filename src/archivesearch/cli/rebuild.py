"""The command `archivesearch rebuild`."""

import time
from pathlib import Path

import click

import archivesearch
from archivesearch.cli.building import (
    bundled,
    config_option,
    jobs_option,
    memory_option,
    sources_argument,
)
from archivesearch.cli.failures import Interrupted
from archivesearch.cli.options import examples, format_option, index_option
from archivesearch.cli.progress import watched
from archivesearch.cli.streams import write, write_bytes
from archivesearch.present.as_json import encoded, report_json
from archivesearch.present.reports import full_report, report_text, skipped_lines

EXAMPLES = examples(
    "archivesearch rebuild",
    "archivesearch rebuild ~/mirror/www.example.org --index example",
    "archivesearch rebuild list.html letters/ --jobs 4 --config archive.toml",
    "archivesearch rebuild crawl-1.warc.gz crawl-2.warc.gz mirror.zip --report report.txt",
)


def in_a_folder(ctx: click.Context, parameter: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file in a folder that there is not, before the work and not after it."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}.", ctx, parameter)
    return file


@click.command(epilog=EXAMPLES)
@sources_argument
@index_option
@jobs_option
@memory_option
@config_option(".  [default: archivesearch.toml beside the pages]")
@click.option(
    "--report",
    "report_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=in_a_folder,
    help="Write what was skipped, and why, to a file; as JSON where its name ends in .json.",
)
@format_option("text", "json")
def rebuild(
    *,
    sources: tuple[str, ...],
    index: str,
    jobs: int,
    memory: int,
    config: str | None,
    report_file: Path | None,
    form: str,
) -> None:
    """Build a fresh index from the SOURCEs, and then put it in the place of the old one.

    A SOURCE is a folder of pages, an archive (zip, tar, WARC, ARC, WACZ) or a single page;
    the default is the folder "corpus".
    The old index answers until the new one is whole. Pages that cannot be indexed are
    named with the reason on standard error.
    """
    begun = time.perf_counter()
    try:
        with watched() as progress:
            report = archivesearch.rebuild(
                sources or bundled(),
                index,
                jobs=jobs,
                memory=memory,
                config=config,
                progress=progress,
            )
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted; nothing was changed in {index}") from error
    seconds = time.perf_counter() - begun
    if report_file is not None:
        report_file.write_bytes(
            encoded(report_json(report, seconds, progress.bytes))
            if report_file.suffix.lower() == ".json"
            else full_report(report, index, seconds, progress.bytes).encode()
        )
    if form == "json":
        write_bytes(encoded(report_json(report, seconds, progress.bytes)))
        return
    for line in skipped_lines(report):
        click.echo(line, err=True)
    write(report_text(report, index, seconds, progress.bytes))

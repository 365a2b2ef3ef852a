"""The command `archivesearch rebuild`."""

import os
import time
from pathlib import Path

import click

import archivesearch
from archivesearch.cli.failures import Failure, Interrupted
from archivesearch.cli.options import examples, format_option, index_option
from archivesearch.cli.progress import watched
from archivesearch.cli.streams import write, write_bytes
from archivesearch.present.as_json import encoded, report_json
from archivesearch.present.reports import full_report, report_text, skipped_lines

CORPUS = "corpus"

EXAMPLES = examples(
    "archivesearch rebuild",
    "archivesearch rebuild ~/mirror/www.example.org --index example",
    "archivesearch rebuild list.html letters/ --jobs 4 --config archive.toml",
    "archivesearch rebuild crawl-1.warc.gz crawl-2.warc.gz mirror.zip --report report.txt",
)


def named(
    ctx: click.Context, parameter: click.Parameter, sources: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a source without a name, which would mean all that lies where one stands."""
    if "" in sources:
        raise click.BadParameter("the name of a folder or page is expected.", ctx, parameter)
    return sources


def in_a_folder(ctx: click.Context, parameter: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file in a folder that there is not, before the work and not after it."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}.", ctx, parameter)
    return file


@click.command(epilog=EXAMPLES)
@click.argument(
    "sources", nargs=-1, metavar="[SOURCE]...", type=click.Path(readable=False), callback=named
)
@index_option
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=None,
    help="Processes that read pages.  [default: as many as there are processors]",
)
@click.option(
    "--memory",
    metavar="MB",
    type=click.IntRange(min=1),
    default=256,  # as `archivesearch.rebuild` has it, which --help does not wait for
    help="Megabytes for the passages that are being sorted.",
    show_default=True,
)
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(readable=False),
    help="The archive's own file.  [default: archivesearch.toml beside the pages]",
)
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
    jobs: int | None,
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
                jobs=jobs or processors(),
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


def bundled() -> tuple[str, ...]:
    """Return the source where none is named."""
    if not Path(CORPUS).exists():
        raise Failure(f"no source is given, and there is no folder {CORPUS} here; name a source")
    return (CORPUS,)


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

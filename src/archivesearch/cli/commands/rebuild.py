"""The command `archivesearch rebuild`."""

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
from archivesearch.cli.options import examples, format_option, index_option
from archivesearch.cli.progress import show_progress

EXAMPLES = examples(
    "archivesearch rebuild",
    "archivesearch rebuild ~/mirror/www.example.org --index example",
    "archivesearch rebuild list.html letters/ --jobs 4 --config archive.toml",
    "archivesearch rebuild crawl-1.warc.gz crawl-2.warc.gz mirror.zip --report report.txt",
)


@click.command(epilog=EXAMPLES)
@sources_argument
@index_option
@jobs_option
@memory_option
@config_option(".  [default: archivesearch.toml beside the pages]")
@report_option
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
    with show_progress(index) as progress:
        report = archivesearch.rebuild(
            sources or default_sources(),
            index,
            jobs=jobs,
            memory=memory,
            config=config,
            progress=progress,
        )
    write_report(report, progress, index, form, report_file)

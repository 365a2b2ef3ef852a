"""The command `archivesearch rebuild`."""

from pathlib import Path
from typing import Any

import click

import archivesearch
from archivesearch.cli.build_options import build_options, default_sources
from archivesearch.cli.build_report import write_report
from archivesearch.cli.options import examples
from archivesearch.cli.progress import show_progress

EXAMPLES = examples(
    "archivesearch rebuild",
    "archivesearch rebuild ~/mirror/www.example.org --index example",
    "archivesearch rebuild list.html letters/ --jobs 4 --config archive.toml",
    "archivesearch rebuild crawl-1.warc.gz crawl-2.warc.gz mirror.zip --report report.txt",
)


@click.command(epilog=EXAMPLES)
@build_options("archivesearch.toml beside the pages")
def rebuild(
    *,
    sources: tuple[str, ...],
    index: str,
    output_format: str,
    report_file: Path | None,
    **options: Any,
) -> None:
    """Build a new index from the SOURCEs, and replace the old one when it is complete.

    A SOURCE is a folder of pages, an archive (zip, tar, WARC, ARC, WACZ) or a single page.
    The default is the folder "corpus".
    The old index answers until the new one is complete. Pages that cannot be indexed are
    listed with the reason on standard error.
    """
    with show_progress(index) as meter:
        report = archivesearch.rebuild(
            sources or default_sources(), index, progress=meter, **options
        )
    write_report(report, meter, index, output_format, report_file)

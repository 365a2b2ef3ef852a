"""How `rebuild` and `update` end: with what they did, and everything skipped and why."""

from pathlib import Path

import click

from archivesearch.cli.options import Command
from archivesearch.cli.output import write, write_bytes
from archivesearch.cli.progress import ProgressMeter
from archivesearch.model.reports import Report
from archivesearch.present.as_json import json_bytes, report_json
from archivesearch.present.reports import full_report_text, report_text, skipped_lines


def report_option(command: Command) -> Command:
    """Add `--report`."""
    return click.option(
        "--report",
        "report_file",
        metavar="FILE",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=_in_a_folder,
        help="Write what was skipped, and why, to a file; as JSON where its name ends in .json.",
    )(command)


def write_report(
    report: Report, progress: ProgressMeter, index: str, form: str, file: Path | None
) -> None:
    """Tell what was done, and write it to the file."""
    seconds, size = progress.seconds, progress.bytes
    if file is not None:
        file.write_bytes(
            json_bytes(report_json(report, seconds, size))
            if file.suffix.lower() == ".json"
            else full_report_text(report, index, seconds, size).encode()
        )
    if form == "json":
        write_bytes(json_bytes(report_json(report, seconds, size)))
        return
    for line in skipped_lines(report, index):
        click.echo(line, err=True)
    write(report_text(report, index, seconds, size))


def _in_a_folder(ctx: click.Context, parameter: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file in a folder that there is not, before the work and not after it."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}.", ctx, parameter)
    return file

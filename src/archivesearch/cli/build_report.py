"""Build report of `rebuild` and `update`: printed, and written to a file."""

from pathlib import Path

import click

from archivesearch.cli.output import write, write_bytes
from archivesearch.cli.progress import ProgressMeter
from archivesearch.model.reports import Report
from archivesearch.present.as_json import json_bytes, report_json
from archivesearch.present.reports import full_report_text, report_text, skipped_lines


def write_report(
    report: Report, meter: ProgressMeter, index: str, output_format: str, file: Path | None
) -> None:
    """Print a report, and write the full report to `file`, as JSON if it ends in `.json`.

    In the format `text`, skipped pages go to standard error, the counts to standard output.
    """
    seconds, size = meter.seconds, meter.bytes
    if file is not None:
        file.write_bytes(
            json_bytes(report_json(report, seconds, size))
            if file.suffix.lower() == ".json"
            else full_report_text(report, index, seconds, size).encode()
        )
    if output_format == "json":
        write_bytes(json_bytes(report_json(report, seconds, size)))
    else:
        for line in skipped_lines(report, index):
            click.echo(line, err=True)
        write(report_text(report, index, seconds, size))

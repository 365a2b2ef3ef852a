"""What a rebuild did, as text."""

from collections.abc import Iterator

from archivesearch.model import Report
from archivesearch.present.clean import one_line
from archivesearch.present.counts import counted, duration

SKIPPED_SHOWN = 20


def report_text(report: Report, index: str, seconds: float, size: int) -> str:
    """Return what was indexed, what was not, and how fast it went."""
    pages = counted(report.indexed, "page")
    if report.indexed != report.read:
        pages = f"{report.indexed:,} of {counted(report.read, 'page')}"
    speed = f", {size / 1e6 / seconds:.1f} MB/s" if size and seconds > 0 else ""
    counts = ", ".join(
        (
            counted(report.sections, "section"),
            counted(report.paragraphs, "paragraph"),
            counted(report.organizations, "organization"),
        )
    )
    lines = [f"Indexed {pages} into {one_line(index)} in {duration(seconds)}{speed}", f"  {counts}"]
    left_out = [
        counted(len(report.skipped), "page") + " skipped" if report.skipped else "",
        counted(report.other_files, "other file") if report.other_files else "",
    ]
    if any(left_out):
        lines.append("  " + ", ".join(filter(None, left_out)))
    return "\n".join(lines)


def skipped_lines(report: Report) -> Iterator[str]:
    """Yield one line for each page that was skipped, and how many more there are."""
    for skipped in report.skipped[:SKIPPED_SHOWN]:
        yield f"skipped {one_line(skipped.page)}: {one_line(skipped.reason)}"
    more = len(report.skipped) - SKIPPED_SHOWN
    if more > 0:
        yield f"and {more:,} more (--format json lists them all)"

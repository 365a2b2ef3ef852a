"""Build reports as text: counts, notices, and skipped pages with their reasons."""

from collections.abc import Iterator

from archivesearch.model.reports import Report
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import data_size, duration, quantity

MAX_SKIPPED_LINES = 20
_MAX_REASONS = 3
_MIN_BYTES_FOR_SPEED = 1_000_000  # with fewer bytes, most of the time is the program's start


def report_text(report: Report, index: str, seconds: float, size: int) -> str:
    """Return the counts of a build, two or three lines; `size` is the bytes that it read.

    Indexed 2 of 3 pages into index in 4.0 s, 2.5 MB/s
      5 sections, 40 paragraphs, 1 organization
      1 page skipped, 9 other files
    """
    read = report.read - report.no_pages
    pages = quantity(report.indexed, "page")
    if report.indexed != read:
        pages = f"{report.indexed:,} of {quantity(read, 'page')}"
    speed = f", {data_size(round(size / seconds))}/s" if size >= _MIN_BYTES_FOR_SPEED else ""
    counts = ", ".join(
        (
            quantity(report.sections, "section"),
            quantity(report.paragraphs, "paragraph"),
            quantity(report.organizations, "organization"),
        )
    )
    lines = [f"Indexed {pages} into {one_line(index)} in {duration(seconds)}{speed}", f"  {counts}"]
    skipped = _pages_skipped(report)
    omitted = [
        quantity(report.same, "page") + " the same as another" if report.same else "",
        quantity(skipped, "page") + " skipped" if skipped else "",
        quantity(report.no_pages, "other record") if report.no_pages else "",
        quantity(report.other_files, "other file") if report.other_files else "",
    ]
    if any(omitted):
        lines.append("  " + ", ".join(filter(None, omitted)))
    return "\n".join(lines)


def changes_text(report: Report) -> str:
    """Return the counts of an update: `  2 pages parsed, 47 unchanged, 1 removed`."""
    return (
        f"  {quantity(report.parsed, 'page')} parsed, {report.unchanged:,} unchanged, "
        f"{report.removed:,} removed"
    )


def skipped_lines(report: Report, index: str) -> Iterator[str]:
    """Yield a line for each notice and each skipped page, at most MAX_SKIPPED_LINES.

    Two more lines give the number of the others, the most frequent reasons, and the file
    with the full list.
    """
    lines = [*_notice_lines(report), *_page_lines(report)]
    yield from lines[:MAX_SKIPPED_LINES]
    more = len(report.notices) + _pages_skipped(report) - min(len(lines), MAX_SKIPPED_LINES)
    if more > 0:
        of_pages = {page.reason for page in report.skipped if page.is_page}
        counts = [item for item in report.reasons.items() if item[0] in of_pages][:_MAX_REASONS]
        reasons = "; ".join(f"{one_line(reason)} ({n:,})" for reason, n in counts)
        yield f"and {more:,} more" + (f"; most frequent reasons: {reasons}" if reasons else "")
        yield f"{one_line(index)}/*/skipped.json has the full list; --report FILE writes it too"


def full_report_text(report: Report, index: str, seconds: float, size: int) -> str:
    """Return the counts, all notices, the reasons with counts, and the skipped pages."""
    parts = [report_text(report, index, seconds, size)]
    if report.notices:
        parts.append("\n".join(_notice_lines(report)))
    if report.reasons:
        width = max(len(f"{number:,}") for number in report.reasons.values())
        counts = (f"{n:>{width},}  {one_line(reason)}" for reason, n in report.reasons.items())
        parts.append("\n".join(("Skipped, by reason:", *counts)))
    if report.skipped:
        lines = (
            f"{one_line(skipped.page)}: {one_line(skipped.reason)}" for skipped in report.skipped
        )
        parts.append("\n".join(("Skipped, one by one:", *lines)))
    more = sum(report.reasons.values()) - len(report.skipped)
    if more:
        parts.append(f"and {more:,} more, which are only counted")
    return "\n\n".join(parts) + "\n"


def _pages_skipped(report: Report) -> int:
    return sum(report.reasons.values()) - report.no_pages


def _notice_lines(report: Report) -> Iterator[str]:
    for notice in report.notices:
        yield f"note on {one_line(notice.page)}: {one_line(notice.text)}"


def _page_lines(report: Report) -> Iterator[str]:
    for skipped in report.skipped:
        if skipped.is_page:
            yield f"skipped {one_line(skipped.page)}: {one_line(skipped.reason)}"

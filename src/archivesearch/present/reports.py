"""What a rebuild or an update did, as text."""

from collections.abc import Iterator

from archivesearch.model.reports import Report
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import data_size as amount
from archivesearch.present.numbers import duration, quantity

MAX_SKIPPED_LINES = 20
_REASONS_SHOWN = 3
_WORTH_A_SPEED = 1_000_000  # bytes; with fewer it is the start of the program that is timed


def report_text(report: Report, index: str, seconds: float, size: int) -> str:
    """Return what was indexed, what was not, and how fast it went."""
    read = report.read - report.no_pages
    pages = quantity(report.indexed, "page")
    if report.indexed != read:
        pages = f"{report.indexed:,} of {quantity(read, 'page')}"
    speed = f", {amount(round(size / seconds))}/s" if size >= _WORTH_A_SPEED else ""
    counts = ", ".join(
        (
            quantity(report.sections, "section"),
            quantity(report.paragraphs, "paragraph"),
            quantity(report.organizations, "organization"),
        )
    )
    lines = [f"Indexed {pages} into {one_line(index)} in {duration(seconds)}{speed}", f"  {counts}"]
    pages_skipped = sum(report.reasons.values()) - report.no_pages
    left_out = [
        quantity(report.same, "page") + " the same as others" if report.same else "",
        quantity(pages_skipped, "page") + " skipped" if pages_skipped else "",
        quantity(report.no_pages, "other record") if report.no_pages else "",
        quantity(report.other_files, "other file") if report.other_files else "",
    ]
    if any(left_out):
        lines.append("  " + ", ".join(filter(None, left_out)))
    return "\n".join(lines)


def changes_text(report: Report) -> str:
    """Return how much had to be parsed."""
    return (
        f"  {quantity(report.parsed, 'page')} parsed, {report.unchanged:,} unchanged, "
        f"{report.removed:,} removed"
    )


def skipped_lines(report: Report, index: str) -> Iterator[str]:
    """Yield a line for each notice and each page that was skipped; of many only the first.

    The others are counted, with the commonest reasons, and it is said where all of them are.
    """
    lines = [*_notices(report), *_pages(report)]
    yield from lines[:MAX_SKIPPED_LINES]
    pages = sum(report.reasons.values()) - report.no_pages
    more = len(report.notices) + pages - min(len(lines), MAX_SKIPPED_LINES)
    if more > 0:
        of_pages = {page.reason for page in report.skipped if page.is_page}
        reasons = [(n, why) for why, n in report.reasons.items() if why in of_pages]
        told = "; ".join(f"{n:,}: {one_line(why)}" for n, why in reasons[:_REASONS_SHOWN])
        yield f"and {more:,} more" + (f"; in all {told}" if told else "")
        yield f"{one_line(index)}/*/skipped.json names all that is skipped; so does --report FILE"


def full_report_text(report: Report, index: str, seconds: float, size: int) -> str:
    """Return all that there is to say: counts, notices, and all that was skipped, with reasons."""
    parts = [report_text(report, index, seconds, size)]
    if report.notices:
        parts.append("\n".join(_notices(report)))
    if report.reasons:
        width = max(len(f"{number:,}") for number in report.reasons.values())
        counts = (f"{n:>{width},}  {one_line(reason)}" for reason, n in report.reasons.items())
        parts.append("\n".join(("Skipped, by reason:", *counts)))
    if report.skipped:
        everything = (
            f"{one_line(skipped.page)}: {one_line(skipped.reason)}" for skipped in report.skipped
        )
        parts.append("\n".join(("Skipped, one by one:", *everything)))
    more = sum(report.reasons.values()) - len(report.skipped)
    if more:
        parts.append(f"and {more:,} more, which are counted alone")
    return "\n\n".join(parts) + "\n"


def _notices(report: Report) -> Iterator[str]:
    for notice in report.notices:
        yield f"note on {one_line(notice.page)}: {one_line(notice.text)}"


def _pages(report: Report) -> Iterator[str]:
    for skipped in report.skipped:
        if skipped.is_page:
            yield f"skipped {one_line(skipped.page)}: {one_line(skipped.reason)}"

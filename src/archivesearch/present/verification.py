"""Results of `verify` and `backup` as text."""

from collections.abc import Iterator, Sequence

from archivesearch.model.reports import Backup, Verification
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import data_size, quantity

MAX_ENTRIES = 20


def verification_text(result: Verification, index: str) -> str:
    """Return a line on all files, and a line for each damaged file and each differing page."""
    lines = [
        f"Checked {quantity(result.files, 'file')} of {one_line(index)}, {data_size(result.bytes)}"
    ]
    lines += _entry_lines("damaged", [f"{p.file}: {p.what}" for p in result.problems])
    if result.sources:
        for kind in ("missing", "changed", "new"):
            lines += _entry_lines(kind, getattr(result, kind))
    else:
        lines.append("  not compared with its sources; name them to compare")
    if result.whole and result.current:
        sources = ", ".join(map(one_line, result.sources))
        lines.append("The index is undamaged" + (f" and matches {sources}" if sources else ""))
    return "\n".join(lines)


def verification_verdict(result: Verification, index: str) -> str:
    """Return one line: the fault of the index and the remedy."""
    if not result.whole:
        return f"the index in {index} is damaged; rebuild it, or use a backup"
    return (
        f"the index in {index} does not match its sources: {quantity(len(result.missing), 'page')} "
        f"missing in the sources, {len(result.changed):,} changed, {len(result.new):,} new; "
        "update the index"
    )


def backup_text(result: Backup, target: str) -> str:
    """Return one line: the number and the size of the files, and the folder of the copy."""
    return (
        f"Copied {quantity(result.files, 'file')}, {data_size(result.bytes)}, "
        f"to {one_line(target)} and verified the copy"
    )


def _entry_lines(kind: str, entries: Sequence[str]) -> Iterator[str]:
    for entry in entries[:MAX_ENTRIES]:
        yield f"  {kind} {one_line(entry)}"
    if len(entries) > MAX_ENTRIES:
        yield f"  and {len(entries) - MAX_ENTRIES:,} more {kind} (--format json lists all)"

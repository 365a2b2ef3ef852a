"""What `verify` found and `backup` copied, as text."""

from collections.abc import Iterator, Sequence

from archivesearch.model.reports import Backup, Verification
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import data_size, quantity

MAX_ENTRIES = 20


def verification_text(found: Verification, index: str) -> str:
    """Return what was looked at, and each thing that is wrong, one to a line."""
    lines = [
        f"Looked at {quantity(found.files, 'file')} of {one_line(index)}, {data_size(found.bytes)}"
    ]
    lines += _listed("damaged", [f"{p.file}: {p.what}" for p in found.problems])
    if found.sources:
        for kind in ("missing", "changed", "new"):
            lines += _listed(kind, getattr(found, kind))
    else:
        lines.append("  not compared with any sources; name them to do so")
    if found.whole and found.current:
        matched = ", and the pages are those of " + ", ".join(found.sources)
        lines.append(f"All is well{one_line(matched) if found.sources else ''}")
    return "\n".join(lines)


def verification_verdict(found: Verification, index: str) -> str:
    """Return in one line what is wrong as a whole, and what to do."""
    if not found.whole:
        return f"the index in {index} is damaged; rebuild it, or take a backup in its place"
    return (
        f"the index in {index} does not match its sources ({len(found.missing):,} pages missing "
        f"there, {len(found.changed):,} changed, {len(found.new):,} new); update it"
    )


def backup_text(done: Backup, target: str) -> str:
    """Return what was copied."""
    return (
        f"Copied {quantity(done.files, 'file')}, {data_size(done.bytes)}, to {one_line(target)}; "
        "the copy is whole"
    )


def _listed(kind: str, entries: Sequence[str]) -> Iterator[str]:
    for entry in entries[:MAX_ENTRIES]:
        yield f"  {kind} {one_line(entry)}"
    if len(entries) > MAX_ENTRIES:
        yield f"  and {len(entries) - MAX_ENTRIES:,} more {kind} (--format json lists them all)"

"""Hits as CSV, one row each."""

import csv
import io
from collections.abc import Iterable, Iterator

from archivesearch.model.results import Hit, Results
from archivesearch.present.clean import clean

COLUMNS = (
    *("id", "score", "page", "url", "title", "org", "section", "label", "year", "date"),
    *("author", "lang", "years_mentioned", "text", "snippet", "link", "copies"),
)


def csv_bytes(hits: Iterable[Hit], *, header: bool = True) -> bytes:
    """Return rows in UTF-8, below a row with the names of the columns.

    A cell with several values has spaces between them: `1976 1980`.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if header:
        writer.writerow(COLUMNS)
    for hit in hits:
        writer.writerow([_cell(getattr(hit, name)) for name in COLUMNS])
    return buffer.getvalue().encode()


def all_hits(results: Results) -> Iterator[Hit]:
    """Yield the hits of an answer, then the hits of its groups, group by group."""
    yield from results.hits
    for group in results.groups:
        yield from group.hits


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(map(_cell, value))
    return clean(str(value))

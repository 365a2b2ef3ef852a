"""Years as they are written in a query: one, a decade, or from one to another."""

import re

from archivesearch.analysis.analyzer import year_term
from archivesearch.errors import QueryError
from archivesearch.query.nodes.patterns import YearRange

_SPAN = re.compile(r"(?P<start>\d{1,4})?(?P<to>\.\.|-)(?P<end>\d{1,4})?")
_YEAR = re.compile(r"\d{1,4}")
_DECADE = re.compile(r"(\d{3}0)s")


def parse_years(
    text: str, option: str, position: int | None = None
) -> tuple[int | None, int | None]:
    """Read `1990`, `1980s`, `1990..2003`, `1990-2003`, `1990-` or `-2003` as first and last."""
    if _YEAR.fullmatch(text):
        return int(text), int(text)
    if decade := _DECADE.fullmatch(text):
        return int(decade[1]), int(decade[1]) + 9
    span = _SPAN.fullmatch(text)
    if not span or not (span["start"] or span["end"]):
        raise QueryError(
            f"{option} takes a year or a range such as 1990, 1980s or 1990-2003, not '{text}'",
            position,
        )
    first, last = (int(span[end]) if span[end] else None for end in ("start", "end"))
    if first is not None and last is not None and first > last:
        raise QueryError(f"{option} takes the earlier year first, not '{text}'", position)
    return first, last


def year_range(field: str, first: int | None, last: int | None, boost: float = 1.0) -> YearRange:
    """Return a tree that finds the years from one to another, both of them included."""
    start, end = (None if year is None else year_term(year) for year in (first, last))
    return YearRange(field, start, end, boost=boost)

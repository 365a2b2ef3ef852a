"""Year ranges in queries: a year, a decade, or a first and a last year."""

import re

from archivesearch.errors import QueryError

_RANGE = re.compile(r"(?P<start>\d{1,4})?(?P<to>\.\.|-)(?P<end>\d{1,4})?")
_YEAR = re.compile(r"\d{1,4}")
_DECADE = re.compile(r"(\d{3}0)s")


def parse_years(
    text: str, option: str, position: int | None = None
) -> tuple[int | None, int | None]:
    """Return the first and the last year of a range; None for an open end.

    Ranges are `1990`, `1980s`, `1990..2003`, `1990-2003`, `1990-` and `-2003`. Raises
    QueryError, which names the `option` and the `position`, for any other text.
    """
    if _YEAR.fullmatch(text):
        return int(text), int(text)
    if decade := _DECADE.fullmatch(text):
        return int(decade[1]), int(decade[1]) + 9
    match = _RANGE.fullmatch(text)
    if not match or not (match["start"] or match["end"]):
        raise QueryError(
            f"{option} takes a year or a range such as 1990, 1980s or 1990-2003, not '{text}'",
            position,
        )
    first, last = (int(match[end]) if match[end] else None for end in ("start", "end"))
    if first is not None and last is not None and first > last:
        raise QueryError(f"{option} takes the earlier year first, not '{text}'", position)
    return first, last

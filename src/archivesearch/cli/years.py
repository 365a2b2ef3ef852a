"""Year ranges as values of options: 1990, 1990-2003, 1990- or -2003."""

import re

import click

# One year, or the first and the last year of a range; None leaves an end open.
Years = int | tuple[int | None, int | None]

_YEARS = re.compile(r"([0-9]{4})?(?:([-–])([0-9]{4})?)?")


def year_range(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Years | None:
    """Return the years of an option's value, and refuse anything else (a callback for click).

    `1990` gives 1990, `1990-2003` gives (1990, 2003) and `1990-` gives (1990, None).
    """
    if value is None:
        return None
    match = _YEARS.fullmatch(value.strip())
    first, dash, last = match.groups() if match else (None, None, None)
    if not (first or last):
        message = f"'{value}' is not a year; write 1990, 1990-2003, 1990- or -2003."
        raise click.BadParameter(message, ctx, parameter)
    start, end = (int(year) if year else None for year in (first, last))
    if not dash:
        return start
    if start is not None and end is not None and start > end:
        message = f"'{value}' ends before it begins; write {end}-{start}."
        raise click.BadParameter(message, ctx, parameter)
    return start, end

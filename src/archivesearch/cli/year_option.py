"""Years as they are written on the command line."""

import re

import click

Years = int | tuple[int | None, int | None]

_YEARS = re.compile(r"([0-9]{4})?([-–])?([0-9]{4})?")


def years(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Years | None:
    """Read `1990`, `1990-2003`, `1990-` or `-2003`; anything else is wrong usage."""
    if value is None:
        return None
    match = _YEARS.fullmatch(value.strip())
    first, dash, last = match.groups() if match else (None, None, None)
    if not (first or last):
        message = f"'{value}' is no year; write 1990, 1990-2003, 1990- or -2003."
        raise click.BadParameter(message, ctx, parameter)
    start, end = (int(year) if year else None for year in (first, last))
    if not dash and start is not None:
        return start
    if start is not None and end is not None and start > end:
        message = f"'{value}' begins after its end; write {end}-{start}."
        raise click.BadParameter(message, ctx, parameter)
    return start, end

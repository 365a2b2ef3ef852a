"""The options that narrow what a command looks at, the same for all."""

import re
from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

from archivesearch.cli.completers import complete_organization
from archivesearch.cli.options import text

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

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


_OPTIONS = (
    click.option(
        "--org",
        metavar="NAME",
        callback=text,
        shell_complete=complete_organization,
        help="Only sections about this organization, by any of its names.",
    ),
    click.option(
        "--section",
        metavar="WORDS",
        callback=text,
        help="Only sections with these words, in a row, in the heading.",
    ),
    click.option(
        "--year",
        metavar="YEARS",
        callback=years,
        help="Only pages of 1990, 1990-2003, 1990- or -2003.",
    ),
    click.option(
        "--mentions",
        metavar="YEARS",
        callback=years,
        help="Only paragraphs that speak of these years.",
    ),
    click.option(
        "--lang", metavar="CODE", callback=text, help="Only pages in this language, such as en."
    ),
)


def filter_options(command: Decorated) -> Decorated:
    """Add `--org`, `--section`, `--year`, `--mentions` and `--lang`."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)

"""The options that narrow what a command looks at, the same for all."""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

from archivesearch.cli.arguments import text
from archivesearch.cli.completers import organization_names
from archivesearch.cli.year_option import years

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--org",
        metavar="NAME",
        callback=text,
        shell_complete=organization_names,
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


def narrowing_options(command: Decorated) -> Decorated:
    """Add `--org`, `--section`, `--year`, `--mentions` and `--lang`."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)

"""Which screen results are written on."""

import os
import shutil
import sys
from collections.abc import Iterable

import click

from archivesearch.present.clean import one_line
from archivesearch.present.screen import Screen


def screen(*, color: bool | None = None) -> Screen:
    """Return the screen that standard output is; `color` decides where it is not None."""
    return Screen(shutil.get_terminal_size().columns, colored() if color is None else color)


def colored() -> bool:
    """Say whether standard output is a terminal on which colours are welcome."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    # a program that is started without a standard output has none
    return sys.stdout is not None and sys.stdout.isatty()


def tell(notes: Iterable[str]) -> None:
    """Print what a reader must know of an answer, beside it."""
    for note in notes:
        click.echo(f"archivesearch: {one_line(note)}", err=True)

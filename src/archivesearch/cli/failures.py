"""What goes wrong, told in a line on standard error and an exit status."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from archivesearch.errors import ArchiveSearchError, QueryError
from archivesearch.present.clean import one_line
from archivesearch.present.width import cut_position, text_width

EXPECTED_ERRORS = (ArchiveSearchError, OSError, KeyboardInterrupt, RecursionError, MemoryError)
"""What a user can cause; all else is a fault of the program and keeps its traceback."""

_AROUND = 60


class Failure(click.ClickException):
    """A failure in words for the user, shown as one line after the program's name."""

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.details = details

    def show(self, file: Any = None) -> None:
        """Write the line, and below it the details if there are any."""
        lines = (f"archivesearch: {one_line(self.message)}", *self.details)
        click.echo("\n".join(lines), file=file or sys.stderr)


class Interrupted(Failure):
    """The user has pressed Ctrl-C; the status is that of a process ended by SIGINT."""

    exit_code = 130

    def __init__(self, message: str = "interrupted") -> None:
        super().__init__(message)

    def show(self, file: Any = None) -> None:
        """Write the line, on a terminal below the ^C that stands there."""
        if file is None and sys.stderr.isatty():
            click.echo(err=True)
        super().show(file)


def as_failure(error: BaseException, query: str = "") -> Failure:
    """Return an expected exception as a failure; `query` is what a position refers to."""
    if isinstance(error, QueryError) and error.position is not None:
        return Failure(str(error), details=caret_lines(query, error.position))
    if isinstance(error, ArchiveSearchError):
        return Failure(str(error))
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    if isinstance(error, OSError):
        return Failure(_system(error))
    if isinstance(error, RecursionError):
        return Failure("the query is nested too deeply; try it with fewer brackets")
    return Failure("there is not enough memory for this")


@contextmanager
def show_query_errors(query: str) -> Iterator[None]:
    """Show the place in a query that an error names."""
    try:
        yield
    except QueryError as error:
        raise as_failure(error, query) from error


def caret_lines(query: str, position: int) -> tuple[str, ...]:
    """Return a query, or the part of it around a position, over a caret under that place."""
    if not query:
        return ()
    before, after = one_line(f"{query[:position]}x")[:-1], one_line(query[position:])
    if text_width(before) > _AROUND:
        before = "…" + before[-(_AROUND // 2) :]
    after = after[: cut_position(after, _AROUND // 2)] if after else ""
    return f"  {before}{after}", "  " + " " * text_width(before) + "^"


def _system(error: OSError) -> str:
    reason = error.strerror or str(error)
    name = f": {error.filename}" if error.filename is not None else ""
    if error.errno == errno.ENOSPC:
        return f"{reason}{name}; make room and try again"
    return f"{reason}{name}"

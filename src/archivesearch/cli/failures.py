"""Failures of a command: one line on standard error, and an exit status."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from archivesearch.errors import ArchiveSearchError, QueryError
from archivesearch.present.clean import one_line
from archivesearch.present.width import cut_position, text_width

# Errors that a user can cause. All others are bugs and keep their traceback.
EXPECTED_ERRORS = (ArchiveSearchError, OSError, KeyboardInterrupt, RecursionError, MemoryError)

_MAX_COLUMNS = 60  # before the caret; of a longer query only the last 30 are printed


class Failure(click.ClickException):
    """An error for the user, printed as one line after the program's name."""

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.details = details

    def show(self, file: Any = None) -> None:
        """Print the line, and the details below it."""
        lines = (f"archivesearch: {one_line(self.message)}", *self.details)
        click.echo("\n".join(lines), file=file or sys.stderr)


class Interrupted(Failure):
    """Ctrl-C, with the exit status of a process that SIGINT ended."""

    exit_code = 130

    def __init__(self, message: str = "interrupted") -> None:
        super().__init__(message)

    def show(self, file: Any = None) -> None:
        """Print the line; on a terminal, below the `^C`."""
        if file is None and sys.stderr.isatty():
            click.echo(err=True)
        super().show(file)


@contextmanager
def show_query_errors(query: str) -> Iterator[None]:
    """Turn a QueryError into a failure that points at its position in the query."""
    try:
        yield
    except QueryError as error:
        raise as_failure(error, query) from error


def as_failure(error: BaseException, query: str = "") -> Failure:
    """Return one of EXPECTED_ERRORS as a failure; `query` is the text of a QueryError."""
    if isinstance(error, QueryError) and error.position is not None:
        return Failure(str(error), details=caret_lines(query, error.position))
    if isinstance(error, ArchiveSearchError):
        return Failure(str(error))
    if isinstance(error, KeyboardInterrupt):
        return Interrupted()
    if isinstance(error, OSError):
        return Failure(_os_error_message(error))
    if isinstance(error, RecursionError):
        return Failure("the query is nested too deeply; use fewer brackets")
    return Failure("there is not enough memory")


def caret_lines(query: str, position: int) -> tuple[str, ...]:
    r"""Return two lines: the query, or its part around `position`, and a caret below it.

    >>> print(*caret_lines('peasant "war', 8), sep="\n")
      peasant "war
              ^
    """
    if not query:
        return ()
    before, after = one_line(f"{query[:position]}x")[:-1], one_line(query[position:])
    if text_width(before) > _MAX_COLUMNS:
        before = "…" + before[-(_MAX_COLUMNS // 2) :]
    after = after[: cut_position(after, _MAX_COLUMNS // 2)] if after else ""
    return f"  {before}{after}", "  " + " " * text_width(before) + "^"


def _os_error_message(error: OSError) -> str:
    reason = error.strerror or str(error)
    name = f": {error.filename}" if error.filename is not None else ""
    if error.errno == errno.ENOSPC:
        return f"{reason}{name}; free some space and try again"
    return f"{reason}{name}"

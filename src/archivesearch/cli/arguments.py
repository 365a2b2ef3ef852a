"""Text arguments: the query of a command, and bytes that the locale cannot decode."""

import re

import click

from archivesearch.cli.options import Command

_NOT_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def query_argument(command: Command) -> Command:
    """Add the argument `QUERY...`, whose words become one string."""
    return click.argument(
        "query",
        nargs=-1,
        required=True,
        metavar="QUERY...",
        callback=lambda _, __, words: decode_argument(" ".join(words)),
    )(command)


def text_value(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the value of an option as valid text (a callback for click)."""
    return value and decode_argument(value)


def decode_argument(argument: str) -> str:
    r"""Return an argument of the command line as valid text.

    Python keeps a byte that the locale cannot decode as a lone surrogate. These bytes are
    read as UTF-8, or else as windows-1252.

    >>> decode_argument("caf\udce9")
    'café'
    """
    if argument.isascii():
        return argument
    data = _NOT_BYTES.sub("\N{REPLACEMENT CHARACTER}", argument).encode(errors="surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")

"""Words of the command line as text, whatever bytes they came in."""

import re

import click

_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def readable(argument: str) -> str:
    """Return an argument whose bytes the locale could not decode, as UTF-8 or windows-1252."""
    if argument.isascii():
        return argument
    data = _NO_BYTES.sub("\N{REPLACEMENT CHARACTER}", argument).encode(errors="surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


def text(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Return the value of an option as readable text."""
    return value and readable(value)

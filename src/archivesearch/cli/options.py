"""Options that several commands share."""

import os
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from archivesearch import __version__

DEFAULT_INDEX = "index"
INDEX_VARIABLE = "ARCHIVESEARCH_INDEX"

Command = TypeVar("Decorated", bound=Callable[..., Any])


def inherited(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return an option's value, or the one that was given before the command's name."""
    name = parameter.name
    if value is None and ctx.parent is not None and name is not None:
        return ctx.parent.params.get(name)
    return value


def _index(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("the name of a folder is expected.", ctx, parameter)
    if ctx.parent is None:
        return value
    return inherited(ctx, parameter, value) or os.environ.get(INDEX_VARIABLE) or DEFAULT_INDEX


def index_option(command: Command) -> Command:
    """Add `--index`, which may stand before or after the command's name."""
    return click.option(
        "--index",
        metavar="DIR",
        callback=_index,
        shell_complete=_folders,
        help=f"Folder of the index.  [env var: {INDEX_VARIABLE}; default: {DEFAULT_INDEX}]",
    )(command)


def color_option(command: Command) -> Command:
    """Add `--color` and `--no-color`, which may stand before or after the command's name."""
    return click.option(
        "--color/--no-color",
        default=None,
        callback=inherited,
        help="Colours, or none.  [default: on a terminal, unless NO_COLOR is set]",
    )(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Add `--format` with the given choices, the first of them the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How to print.",
    )


def examples(*lines: str) -> str:
    """Return the lines that close a command's help, each kept as it is."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def version_option(command: Command) -> Command:
    """Add `--version`."""
    return click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_version,
        help="Print the version and leave.",
    )(command)


def _version(ctx: click.Context, _: click.Parameter, asked: Any) -> None:
    if not asked or ctx.resilient_parsing:
        return
    click.echo(f"archivesearch {__version__}")
    ctx.exit()


def _folders(*_: Any) -> list[Any]:
    from click.shell_completion import CompletionItem

    return [CompletionItem("", type="dir")]


_NO_BYTES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def decode_argument(argument: str) -> str:
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
    return value and decode_argument(value)

"""Options that several commands share, and the examples at the end of their help."""

import os
from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

from archivesearch import __version__

DEFAULT_INDEX = "index"
INDEX_VARIABLE = "ARCHIVESEARCH_INDEX"

# The function of a command, which a decorator gives options.
Command = TypeVar("Command", bound=Callable[..., Any])


def add_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Add options to a command, in the order in which its help lists them."""
    return reduce(lambda function, option: option(function), reversed(options), command)


def index_option(command: Command) -> Command:
    """Add `--index`, which may stand before or after the command's name."""
    return click.option(
        "--index",
        metavar="DIR",
        callback=_index,
        shell_complete=_complete_folder,
        help=f"Folder of the index.  [env var: {INDEX_VARIABLE}; default: {DEFAULT_INDEX}]",
    )(command)


def color_option(command: Command) -> Command:
    """Add `--color` and `--no-color`, which may stand before or after the command's name."""
    return click.option(
        "--color/--no-color",
        default=None,
        callback=_inherit,
        help="Use colours or not.  [default: on a terminal, unless NO_COLOR is set]",
    )(command)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Add `--format` with these choices; the first one is the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Format of the output.",
    )


def limit_option(noun: str, default: int) -> Callable[[Command], Command]:
    """Add `--limit`, the greatest number of `things` to print."""
    return click.option(
        "--limit",
        metavar="N",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        help=f"Print at most N {noun}.",
    )


def offset_option(noun: str) -> Callable[[Command], Command]:
    """Add `--offset`, the number of `things` to skip."""
    return click.option(
        "--offset",
        metavar="N",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help=f"Skip the first N {noun}.",
    )


def version_option(command: Command) -> Command:
    """Add `--version`."""
    return click.option(
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_print_version,
        help="Print the version and exit.",
    )(command)


def examples(*lines: str) -> str:
    """Return the lines under the heading "Examples:", for the end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def _inherit(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return the option's value, or else the value before the command's name."""
    name = parameter.name
    if value is None and ctx.parent is not None and name is not None:
        return ctx.parent.params.get(name)
    return value


def _index(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("the name is empty; name a folder.", ctx, parameter)
    if ctx.parent is None:
        return value
    return _inherit(ctx, parameter, value) or os.environ.get(INDEX_VARIABLE) or DEFAULT_INDEX


def _complete_folder(*_: Any) -> list[Any]:
    from click.shell_completion import CompletionItem

    return [CompletionItem("", type="dir")]


def _print_version(ctx: click.Context, _: click.Parameter, requested: Any) -> None:
    if not requested or ctx.resilient_parsing:
        return
    click.echo(f"archivesearch {__version__}")
    ctx.exit()

"""What the commands that read sources share: which sources, and how they are read."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from archivesearch.cli.failures import Failure
from archivesearch.cli.options import Command

DEFAULT_SOURCE = "corpus"


def sources_argument(command: Command) -> Command:
    """Add the sources, of which there may be none."""
    return click.argument(
        "sources", nargs=-1, metavar="[SOURCE]...", type=click.Path(readable=False), callback=_named
    )(command)


def config_option(told: str) -> Callable[[Command], Command]:
    """Add `--config`; `told` says when it is needed, or what is used without it."""
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(readable=False),
        help=f"The archive's own file{told}",
    )


def jobs_option(command: Command) -> Command:
    """Add `--jobs`, which is as many as there are processors if it is not given."""
    return click.option(
        "--jobs",
        metavar="N",
        type=click.IntRange(min=1),
        callback=lambda _, __, jobs: jobs or _processors(),
        help="Processes that read and index pages.  [default: as many as there are processors]",
    )(command)


def memory_option(command: Command) -> Command:
    """Add `--memory`."""
    return click.option(
        "--memory",
        metavar="MB",
        type=click.IntRange(min=1),
        default=256,  # as `archivesearch.rebuild` has it, which --help does not wait for
        show_default=True,
        help="Megabytes for the passages that are being sorted.",
    )(command)


def default_sources() -> tuple[str, ...]:
    """Return the source where none is named."""
    if not Path(DEFAULT_SOURCE).exists():
        raise Failure(
            f"no source is given, and there is no folder {DEFAULT_SOURCE} here; name a source"
        )
    return (DEFAULT_SOURCE,)


def _named(
    ctx: click.Context, parameter: click.Parameter, sources: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a source without a name, which would mean all that lies where one stands."""
    if "" in sources:
        raise click.BadParameter("the name of a folder or page is expected.", ctx, parameter)
    return sources


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

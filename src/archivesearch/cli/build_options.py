"""Options of the commands that read sources: `rebuild`, `update` and `verify`."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from archivesearch.cli.failures import Failure
from archivesearch.cli.options import Command, add_options, format_option, index_option

DEFAULT_SOURCE = "corpus"


def build_options(default_config: str = "") -> Callable[[Command], Command]:
    """Add the sources and all options of `rebuild` and `update`."""
    return lambda command: add_options(
        command,
        sources_argument,
        index_option,
        jobs_option,
        memory_option,
        config_option(default_config),
        report_option,
        format_option("text", "json"),
    )


def sources_argument(command: Command) -> Command:
    """Add the argument `[SOURCE]...`: none, one or several sources."""
    return click.argument(
        "sources",
        nargs=-1,
        metavar="[SOURCE]...",
        type=click.Path(readable=False),
        callback=_refuse_empty_names,
    )(command)


def jobs_option(command: Command) -> Command:
    """Add `--jobs`; the default is the number of processors."""
    return click.option(
        "--jobs",
        metavar="N",
        type=click.IntRange(min=1),
        callback=lambda _, __, jobs: jobs or _processor_count(),
        help="Read and index pages in N processes.  [default: the number of processors]",
    )(command)


def memory_option(command: Command) -> Command:
    """Add `--memory`."""
    return click.option(
        "--memory",
        metavar="MB",
        type=click.IntRange(min=1),
        default=256,  # the default of `archivesearch.rebuild`, which is slow to import
        show_default=True,
        help="Megabytes of memory for sorting paragraphs.",
    )(command)


def config_option(default: str = "") -> Callable[[Command], Command]:
    """Add `--config`; its help names the `default` file, or else the need for one."""
    ending = f".  [default: {default}]" if default else "; needed if you gave it to rebuild."
    return click.option(
        "--config",
        metavar="FILE",
        type=click.Path(readable=False),
        help=f"File with the archive's settings{ending}",
    )


def report_option(command: Command) -> Command:
    """Add `--report`."""
    return click.option(
        "--report",
        "report_file",
        metavar="FILE",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=_refuse_missing_folder,
        help="Write a full report to FILE: as JSON if its name ends in .json, otherwise as text.",
    )(command)


def default_sources() -> tuple[str, ...]:
    """Return the sources of a command without SOURCE. Raises Failure if there is no `corpus`."""
    if not Path(DEFAULT_SOURCE).exists():
        raise Failure(
            f"no source is given, and there is no folder {DEFAULT_SOURCE} here; "
            "name a folder of pages, an archive or a page"
        )
    return (DEFAULT_SOURCE,)


def _refuse_empty_names(
    ctx: click.Context, parameter: click.Parameter, sources: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a source without a name, which would mean the whole current folder."""
    if "" in sources:
        raise click.BadParameter("the name is empty; name a folder or a file.", ctx, parameter)
    return sources


def _refuse_missing_folder(
    ctx: click.Context, parameter: click.Parameter, file: Path | None
) -> Path | None:
    """Refuse a file in a missing folder before the build, not after it."""
    if file is not None and not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}.", ctx, parameter)
    return file


def _processor_count() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

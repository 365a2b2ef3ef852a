"""Shell completion: names of organizations and pages from the index."""

import os
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

import click

import archivesearch
from archivesearch.errors import ArchiveSearchError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from archivesearch.archive import Archive

COMPLETION_VARIABLE = "_ARCHIVESEARCH_COMPLETE"
MAX_ITEMS = 200
_SPECIAL_CHARACTER = re.compile(r"([^\w@%+=:,./-])")


def complete_organization(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Return organizations with a name or an alias that begins with `incomplete`."""
    prefix = incomplete.casefold()
    return _items(
        ctx,
        lambda archive: (
            organization.name
            for organization in archive.organizations()
            if any(
                name.casefold().startswith(prefix)
                for name in (organization.name, *organization.aliases)
            )
        ),
    )


def complete_page(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Return pages with a name that begins with `incomplete`."""
    return _items(ctx, lambda archive: archive.pages(incomplete))


def _items(
    ctx: click.Context, names: "Callable[[Archive], Iterable[str]]"
) -> "list[CompletionItem]":
    """Return the first names of an archive; none if its index cannot be read."""
    from click.shell_completion import CompletionItem

    try:
        with archivesearch.open(ctx.params.get("index") or "index") as archive:
            return [CompletionItem(_escape(name)) for name in islice(names(archive), MAX_ITEMS)]
    except (ArchiveSearchError, OSError):
        return []


def _escape(name: str) -> str:
    r"""Return a name for the command line; bash inserts it without quotes.

    In bash, `Workers Party` becomes `Workers\\ Party`; other shells quote it themselves.
    """
    if os.environ.get(COMPLETION_VARIABLE) == "bash_complete":
        return _SPECIAL_CHARACTER.sub(r"\\\\\1", name)
    return name

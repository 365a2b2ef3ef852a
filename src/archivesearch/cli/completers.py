"""Names out of the index for completion in a shell."""

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

import archivesearch
from archivesearch.errors import ArchiveSearchError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMPLETION_VARIABLE = "_ARCHIVESEARCH_COMPLETE"
MAX_ITEMS = 200
_SPECIAL = re.compile(r"([^\w@%+=:,./-])")


def complete_organization(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Return the organizations whose name, or another name of theirs, begins so."""
    folded = incomplete.casefold()
    try:
        with archivesearch.open(ctx.params.get("index") or "index") as archive:
            return _items(
                organization.name
                for organization in archive.organizations()
                if any(
                    name.casefold().startswith(folded)
                    for name in (organization.name, *organization.aliases)
                )
            )
    except (ArchiveSearchError, OSError):
        return []


def complete_page(
    ctx: click.Context, _: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Return the pages whose paths begin so."""
    try:
        with archivesearch.open(ctx.params.get("index") or "index") as archive:
            return _items(archive.pages(incomplete))
    except (ArchiveSearchError, OSError):
        return []


def _items(names: Iterable[str]) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(_escaped(name)) for name, _ in zip(names, range(MAX_ITEMS), strict=False)
    ]


def _escaped(name: str) -> str:
    """Return a name as the shell wants it: bash puts it into the line as it is."""
    if os.environ.get(COMPLETION_VARIABLE) == "bash_complete":
        return _SPECIAL.sub(r"\\\\\1", name)
    return name

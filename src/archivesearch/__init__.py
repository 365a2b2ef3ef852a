"""Full-text search for archived websites.

    archivesearch.rebuild(["corpus"], "index")
    with archivesearch.open("index") as archive:
        results = archive.search("castro", org="Socialist Workers Party")

What is imported here is loaded when it is first used, so that importing stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archivesearch.archive import Archive, open, parse_page, rebuild, update
    from archivesearch.config import Config
    from archivesearch.errors import (
        ArchiveSearchError,
        ConfigError,
        IndexBusy,
        IndexDamaged,
        IndexMissing,
        IndexProblem,
        IndexVersion,
        QueryError,
        SourceError,
    )
    from archivesearch.model import (
        Dating,
        Group,
        Hit,
        Notice,
        Organization,
        Page,
        PageInfo,
        Paragraph,
        Passage,
        Progress,
        Report,
        Results,
        Section,
        Skipped,
        Stats,
    )

__version__ = "0.1.0"

_HOME = {
    **dict.fromkeys(("Archive", "open", "parse_page", "rebuild", "update"), "archive"),
    "Config": "config",
    **dict.fromkeys(
        (
            "ArchiveSearchError",
            "ConfigError",
            "IndexBusy",
            "IndexDamaged",
            "IndexMissing",
            "IndexProblem",
            "IndexVersion",
            "QueryError",
            "SourceError",
        ),
        "errors",
    ),
    **dict.fromkeys(
        (
            "Dating",
            "Group",
            "Hit",
            "Notice",
            "Organization",
            "Page",
            "PageInfo",
            "Paragraph",
            "Passage",
            "Progress",
            "Report",
            "Results",
            "Section",
            "Skipped",
            "Stats",
        ),
        "model",
    ),
}

__all__ = [
    "Archive",
    "ArchiveSearchError",
    "Config",
    "ConfigError",
    "Dating",
    "Group",
    "Hit",
    "IndexBusy",
    "IndexDamaged",
    "IndexMissing",
    "IndexProblem",
    "IndexVersion",
    "Notice",
    "Organization",
    "Page",
    "PageInfo",
    "Paragraph",
    "Passage",
    "Progress",
    "QueryError",
    "Report",
    "Results",
    "Section",
    "Skipped",
    "SourceError",
    "Stats",
    "open",
    "parse_page",
    "rebuild",
    "update",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'archivesearch' has no attribute '{name}'")
    return getattr(import_module(f"archivesearch.{_HOME[name]}"), name)

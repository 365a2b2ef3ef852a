"""Full-text search for archived websites.

    archivesearch.rebuild(["corpus"], "index")
    with archivesearch.open("index") as archive:
        results = archive.search("castro", org="Socialist Workers Party")

What is imported here is loaded when it is first used, so that importing stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archivesearch.archive import Archive, backup, open, parse_page, rebuild, update, verify
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
        Backup,
        Collocate,
        Collocations,
        Concordance,
        Dating,
        Group,
        Hit,
        Line,
        Matches,
        Notice,
        Organization,
        Page,
        PageInfo,
        Paragraph,
        Passage,
        Problem,
        Progress,
        Report,
        Results,
        Section,
        Share,
        Skipped,
        Stats,
        Suggestions,
        Trend,
        Trends,
        Verification,
    )

__version__ = "0.1.0"

_HOME = {
    **dict.fromkeys(
        ("Archive", "backup", "open", "parse_page", "rebuild", "update", "verify"), "archive"
    ),
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
            "Collocate",
            "Collocations",
            "Concordance",
            "Line",
            "Matches",
            "Share",
            "Suggestions",
            "Trend",
            "Trends",
            "Backup",
            "Dating",
            "Group",
            "Hit",
            "Notice",
            "Organization",
            "Page",
            "PageInfo",
            "Paragraph",
            "Passage",
            "Problem",
            "Progress",
            "Report",
            "Results",
            "Section",
            "Skipped",
            "Stats",
            "Verification",
            "Verification",
        ),
        "model",
    ),
}

__all__ = [
    "Archive",
    "ArchiveSearchError",
    "Backup",
    "Collocate",
    "Collocations",
    "Concordance",
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
    "Line",
    "Matches",
    "Notice",
    "Organization",
    "Page",
    "PageInfo",
    "Paragraph",
    "Passage",
    "Problem",
    "Progress",
    "QueryError",
    "Report",
    "Results",
    "Section",
    "Share",
    "Skipped",
    "SourceError",
    "Stats",
    "Suggestions",
    "Trend",
    "Trends",
    "Verification",
    "backup",
    "open",
    "parse_page",
    "rebuild",
    "update",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'archivesearch' has no attribute '{name}'")
    return getattr(import_module(f"archivesearch.{_HOME[name]}"), name)

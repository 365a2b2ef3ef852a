"""Full-text search for archived websites.

    archivesearch.rebuild(["corpus"], "index")
    with archivesearch.open("index") as archive:
        results = archive.search("castro", org="Socialist Workers Party")

Importing the package is cheap: each name below is loaded when it is first used.
"""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archivesearch.archive import Archive, open
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
    from archivesearch.indexing.backup import backup
    from archivesearch.indexing.indexer import rebuild, update
    from archivesearch.indexing.parsing.single_page import parse_page
    from archivesearch.indexing.verify import verify
    from archivesearch.model.pages import (
        Dating,
        Notice,
        Page,
        PageInfo,
        Paragraph,
        Section,
        Skipped,
    )
    from archivesearch.model.passages import Passage
    from archivesearch.model.reports import (
        Backup,
        Organization,
        Problem,
        Progress,
        Report,
        Stats,
        Verification,
    )
    from archivesearch.model.research import (
        Collocate,
        Collocations,
        Concordance,
        Line,
        Matches,
        Suggestions,
        Trend,
        Trends,
    )
    from archivesearch.model.results import Group, Hit, Results, Share

__version__ = "0.1.0"

# Python warns of Whoosh's escape sequences when it first compiles that package. Not every
# installer compiles, and then a user would see 30 lines of it before the first answer.
for _category in (SyntaxWarning, DeprecationWarning):
    warnings.filterwarnings("ignore", category=_category, module=r".*\bwhoosh\b")

_MODULES = {
    "Archive": "archive",
    "open": "archive",
    "Config": "config",
    "backup": "indexing.backup",
    "parse_page": "indexing.parsing.single_page",
    **dict.fromkeys(("rebuild", "update"), "indexing.indexer"),
    "verify": "indexing.verify",
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
    **dict.fromkeys(("Group", "Hit", "Results", "Share"), "model.results"),
    **dict.fromkeys(
        ("Dating", "Notice", "Page", "PageInfo", "Paragraph", "Section", "Skipped"), "model.pages"
    ),
    "Passage": "model.passages",
    **dict.fromkeys(
        ("Backup", "Organization", "Problem", "Progress", "Report", "Stats", "Verification"),
        "model.reports",
    ),
    **dict.fromkeys(
        (
            *("Collocate", "Collocations", "Concordance", "Line", "Matches"),
            *("Suggestions", "Trend", "Trends"),
        ),
        "model.research",
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
    """Import the module of a public name, on its first use."""
    if name not in _MODULES:
        raise AttributeError(f"module 'archivesearch' has no attribute '{name}'")
    return getattr(import_module(f"archivesearch.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names, for completion and `help`, before they are imported."""
    return sorted({*globals(), *__all__})

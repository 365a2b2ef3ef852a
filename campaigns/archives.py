"""Archives of the campaigns: their pages, edits, and all answers of an index."""

import json
import shutil
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import archivesearch

CORPUS = Path(__file__).parents[1] / "corpus"
QUERIES = (
    "party",
    "castro cuba",
    '"workers party"',
    '"party congress"~5',
    "revol* NOT war",
    "organisaton~",
    "title:letter",
    "year:[1980 TO 2000] press",
)
# Files of an index that belong to no generation and stay between builds.
PERMANENT_FILES = {".lock", ".parsed"}


def copy_pages(folder: Path, arguments: Namespace) -> Path:
    """Copy `arguments.pages` bundled pages and their settings to a folder, and return it."""
    paths = sorted(path for path in CORPUS.rglob("*.htm*") if path.is_file())
    step = max(1, len(paths) // arguments.pages)
    for path in [*paths[::step][: arguments.pages], CORPUS / "archivesearch.toml"]:
        copy = folder / path.relative_to(CORPUS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return folder


def tries(arguments: Namespace) -> Iterator[int]:
    """Yield the numbers of the tries from 0, until `--times` or `--seconds` is reached."""
    end = time.monotonic() + arguments.seconds
    for number in range(arguments.times):
        if time.monotonic() > end:
            return
        yield number


def edit_pages(site: Path, number: int) -> None:
    """Add a page, change one and remove one, so that each number gives other pages."""
    for old in site.glob("edited*.html"):
        old.unlink()
    (site / f"edited{number}.html").write_text(
        f"<title>Edit {number}</title><p>Castro and the party, edit {number}.</p>"
    )
    (site / "editable.html").write_text(f"<title>Changed</title><p>Party letter {number}.</p>")


def answers(index: Path) -> dict[str, Any]:
    """Return all answers of an index: hits with scores and texts, statistics, pages."""
    with archivesearch.open(index) as archive:
        results: dict[str, Any] = {
            query: [
                (hit.id, hit.score, hit.text, hit.title, hit.org, hit.year)
                for hit in archive.search(query, limit=20, facets=("org", "year"))
            ]
            for query in QUERIES
        }
        results["stats"] = repr(archive.stats())
        results["organizations"] = repr(archive.organizations())
        results["pages"] = archive.pages()
    return results


def generation(index: Path) -> str:
    """Return the name of the generation in force."""
    name: str = json.loads((index / "manifest.json").read_text())["generation"]
    return name


def is_tidy(index: Path) -> bool:
    """Return whether an index has no remains of interrupted builds."""
    names = {path.name for path in index.iterdir()}
    return names - PERMANENT_FILES == {"manifest.json", generation(index)}

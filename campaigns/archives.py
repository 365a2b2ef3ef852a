"""What campaigns work on: pages, and all that an index answers about them."""

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
BESIDE = {".lock", ".parsed"}


def pages(folder: Path, arguments: Namespace) -> Path:
    """Copy as many of the bundled pages as are asked for, and their settings, to a folder."""
    found = sorted(path for path in CORPUS.rglob("*.htm*") if path.is_file())
    step = max(1, len(found) // arguments.pages)
    for path in [*found[::step][: arguments.pages], CORPUS / "archivesearch.toml"]:
        copy = folder / path.relative_to(CORPUS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return folder


def tries(arguments: Namespace) -> Iterator[int]:
    """Count tries, as many as are asked for and there is time for."""
    end = time.monotonic() + arguments.seconds
    for number in range(arguments.times):
        if time.monotonic() > end:
            return
        yield number


def edit(site: Path, number: int) -> None:
    """Add a page, change one and remove one, so that each number gives other pages."""
    for old in site.glob("edited*.html"):
        old.unlink()
    (site / f"edited{number}.html").write_text(
        f"<title>Edit {number}</title><p>Castro and the party, edit {number}.</p>"
    )
    (site / "editable.html").write_text(f"<title>Changed</title><p>Party letter {number}.</p>")


def answers(index: Path) -> dict[str, Any]:
    """Return all that an index answers: hits with scores and texts, counts, pages."""
    with archivesearch.open(index) as archive:
        found: dict[str, Any] = {
            query: [
                (hit.id, hit.score, hit.text, hit.title, hit.org, hit.year)
                for hit in archive.search(query, limit=20, facets=("org", "year"))
            ]
            for query in QUERIES
        }
        found["stats"] = repr(archive.stats())
        found["organizations"] = repr(archive.organizations())
        found["pages"] = archive.pages()
    return found


def generation(index: Path) -> str:
    """Return the name of the generation in force."""
    name: str = json.loads((index / "manifest.json").read_text())["generation"]
    return name


def is_tidy(index: Path) -> bool:
    """Whether nothing is left of builds that did not end."""
    return {path.name for path in index.iterdir()} - BESIDE == {"manifest.json", generation(index)}

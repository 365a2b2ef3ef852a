"""Parsing the corpus: what it costs, beside the least that reading a page can cost."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

import archivesearch
from archivesearch.errors import ArchiveSearchError
from archivesearch.model import Page, Passage, passages
from benchmark import corpus


@dataclass(slots=True)
class Figures:
    """Counts and times of one pass over the pages; bytes are of HTML and of UTF-8 text."""

    pages: int = 0
    skipped: int = 0
    html_bytes: int = 0
    paragraphs: int = 0
    text_bytes: int = 0
    dated: int = 0
    parse_seconds: float = 0.0
    lexbor_seconds: float = 0.0


def prepare(folder: Path, file: Path) -> dict[str, Any]:
    """Parse every page of a folder, write its passages to a file, return the figures."""
    figures = Figures()
    names = tuple(field.name for field in fields(Passage))
    corpus.write(_passages(folder, figures), names, file)
    return asdict(figures)


def _passages(folder: Path, figures: Figures) -> Iterator[Passage]:
    for path in corpus.html_files(folder):
        page = _parsed(path, figures)
        if page is None:
            figures.skipped += 1
            continue
        figures.pages += 1
        for passage in passages(page):
            figures.paragraphs += 1
            figures.text_bytes += len(passage.text.encode())
            figures.dated += passage.year is not None
            yield passage


def _parsed(path: Path, figures: Figures) -> Page | None:
    """Parse one page, and time it beside lexbor's own text; both read the file again."""
    size = len(path.read_bytes())
    start = time.perf_counter()
    tree = LexborHTMLParser(path.read_bytes())
    if tree.body is not None:
        tree.body.text()
    middle = time.perf_counter()
    try:
        page = archivesearch.parse_page(path)
    except ArchiveSearchError:
        return None
    figures.lexbor_seconds += middle - start
    figures.parse_seconds += time.perf_counter() - middle
    figures.html_bytes += size
    return page

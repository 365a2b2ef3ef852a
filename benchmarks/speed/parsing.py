"""Parsing speed, beside the time that lexbor alone takes for the same pages."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from archivesearch.config import Config
from archivesearch.indexing.dedup.deduplicator import Deduplicated
from archivesearch.indexing.fingerprints.fingerprints import fingerprints
from archivesearch.indexing.parsing.page_spool import PageSpool
from archivesearch.indexing.parsing.parse_task import chunk_of_pages
from archivesearch.model.pages import Page, Paragraph, RawPage, Section, Skipped, passages
from archivesearch.model.passages import Passage
from archivesearch.parse.language import detect_language
from archivesearch.parse.page import parse
from archivesearch.sources.source import open_sources
from benchmarks.speed import corpus


@dataclass(slots=True)
class Figures:
    """Counts and times of one pass over the pages; `text_bytes` are of UTF-8.

    All times are CPU seconds. `parse_seconds` do not include `language_seconds`, which
    language detection takes; `compare_seconds` are those of deduplication.
    """

    pages: int = 0
    skipped: int = 0
    page_bytes: int = 0
    paragraphs: int = 0
    text_bytes: int = 0
    dated: int = 0
    parse_seconds: float = 0.0
    lexbor_seconds: float = 0.0
    language_seconds: float = 0.0
    compare_seconds: float = 0.0
    copies: int = 0


def prepare(folder: Path, file: Path) -> dict[str, Any]:
    """Parse every page of a folder, write its passages to a file, return the figures."""
    figures = Figures()
    detect_language(
        "", [Section(paragraphs=(Paragraph("a" * 99),))], ("en",)
    )  # loads what it needs
    fingerprints(["b"])
    names = tuple(field.name for field in fields(Passage))
    corpus.write(_passages(folder, figures), names, file)
    return asdict(figures)


def page_count(folder: Path) -> int:
    """Return how many pages a folder has."""
    (source,) = open_sources([folder])
    return sum(not entry.problem for entry in source.listing.entries)


def laid_out(folder: Path, target: Path, *, limit: int | None, copies: int) -> Path:
    """Return a folder with `copies` of `limit` of a folder's pages."""
    (source,) = open_sources([folder])
    pages = [entry.location for entry in source.listing.entries if not entry.problem]
    return corpus.lay_out(pages, source.path, target, limit=limit, copies=copies)


def _passages(folder: Path, figures: Figures) -> Iterator[Passage]:
    """Yield the passages of a folder's pages, counting them on the way."""
    (source,) = open_sources([folder])
    with TemporaryDirectory() as spool_folder, PageSpool(Path(spool_folder)) as spool:
        for raw in source.pages():
            page = _parsed(raw, source.config, figures) if isinstance(raw, RawPage) else raw
            if not isinstance(page, Page):
                figures.skipped += 1
                continue
            figures.pages += 1
            start = time.process_time()
            spool.add(chunk_of_pages([page]))
            figures.compare_seconds += time.process_time() - start
            for passage in passages(page):
                figures.paragraphs += 1
                figures.text_bytes += len(passage.text.encode())
                figures.dated += passage.year is not None
                yield passage
        start = time.process_time()
        deduplicated = Deduplicated(spool)
        for _ in deduplicated:
            pass
        figures.compare_seconds += time.process_time() - start
        figures.copies = sum(len(group) - 1 for group in deduplicated.copies)


def _parsed(raw: RawPage, config: Config, figures: Figures) -> Page | Skipped:
    """Parse one page, and time it beside lexbor's own text of the same bytes."""
    start = time.process_time()
    tree = LexborHTMLParser(raw.data)
    if tree.body is not None:
        tree.body.text()
    middle = time.process_time()
    page = parse(raw, config)
    end = time.process_time()
    if isinstance(page, Page):
        detect_language("", page.sections, config.languages)  # once more, to be timed
    language_seconds = time.process_time() - end
    figures.lexbor_seconds += middle - start
    figures.language_seconds += language_seconds
    figures.parse_seconds += end - middle - language_seconds
    figures.page_bytes += len(raw.data)
    return page

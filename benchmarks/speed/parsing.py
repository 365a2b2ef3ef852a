"""Parsing of the corpus: its CPU time, compared with lexbor's bare text of the same bytes."""

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
    """Counts of one pass over the pages, and CPU seconds of its steps.

    `text_bytes` counts UTF-8; `dated` counts paragraphs with a year; `copies` counts pages.
    `parse_seconds` does not include `language_seconds`, the detection of languages.
    `compare_seconds` is the search for repeated sentences and copies among all pages.
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
    """Parse every page of a folder, write the passages to a file, return the figures."""
    figures = Figures()
    # The first call of each loads modules and models, which the figures leave out.
    detect_language("", [Section(paragraphs=(Paragraph("a" * 99),))], ("en",))
    fingerprints(["b"])
    names = tuple(field.name for field in fields(Passage))
    corpus.write_paragraphs(_passages(folder, figures), names, file)
    return asdict(figures)


def page_count(folder: Path) -> int:
    """Return the number of pages in a folder."""
    (source,) = open_sources([folder])
    return sum(not entry.problem for entry in source.listing.entries)


def copy_pages(folder: Path, target: Path, *, limit: int | None, copies: int) -> Path:
    """Copy pages of a folder as `corpus.copy_pages` does; return the folder of the copies."""
    (source,) = open_sources([folder])
    pages = [entry.location for entry in source.listing.entries if not entry.problem]
    return corpus.copy_pages(pages, source.path, target, limit=limit, copies=copies)


def _passages(folder: Path, figures: Figures) -> Iterator[Passage]:
    """Yield the passages of a folder's pages, and add to the figures."""
    (source,) = open_sources([folder])
    with TemporaryDirectory() as work, PageSpool(Path(work)) as spool:
        for raw in source.pages():
            page = _parse(raw, source.config, figures) if isinstance(raw, RawPage) else raw
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


def _parse(raw: RawPage, config: Config, figures: Figures) -> Page | Skipped:
    """Parse one page; add the seconds of this, of lexbor and of its language to the figures."""
    start = time.process_time()
    tree = LexborHTMLParser(raw.data)
    if tree.body is not None:
        tree.body.text()
    lexbor_end = time.process_time()
    page = parse(raw, config)
    end = time.process_time()
    if isinstance(page, Page):
        detect_language("", page.sections, config.languages)  # again, to time it
    language_seconds = time.process_time() - end
    figures.lexbor_seconds += lexbor_end - start
    figures.language_seconds += language_seconds
    figures.parse_seconds += end - lexbor_end - language_seconds
    figures.page_bytes += len(raw.data)
    return page

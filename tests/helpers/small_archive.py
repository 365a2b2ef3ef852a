"""Small archives for tests: pages, sources, indexes and readers."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import archivesearch
from archivesearch.analysis.analyzer import Analyzer
from archivesearch.config import Config
from archivesearch.indexing.parsing.page_records import deserialize
from archivesearch.indexing.parsing.parse_task import Item, PageTask, ParsedPage
from archivesearch.indexing.parsing.parser_pool import SECONDS_PER_PAGE, parse_in_order
from archivesearch.indexing.workers.worker_pool import WorkerPool
from archivesearch.model.pages import Notice, Page, RawPage, Skipped
from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.search.execution.index_reader import ColumnarEngine, ColumnarReader

PARTIES = """<html lang=en><head><title>A guide to the parties</title></head><body>
<p>This list was made for readers who ask who is who.</p>
<h2>Socialist Workers Party (SWP)</h2>
<p>Self-Description: We greet the workers of Cuba.</p>
<p>Comments: The party greets Fidel Castro as a friend, and has done so since 1976.</p>
<h2>Workers World Party (WWP)</h2>
<p>Comments: It left the Socialist Workers Party in 1959. Castro is a friend of theirs too.</p>
</body></html>"""
LETTER = """<html lang=en><head><title>A letter</title></head><body><h1>A letter</h1>
<p>May 12, 1994</p><p>Has Castro ever written about the peasant war?</p></body></html>"""
REPORT = """<html lang=fr><head><title>Un rapport</title></head><body><h1>Un rapport</h1>
<p>June 3, 2001</p><p>Castro parle de la guerre des paysans.</p></body></html>"""
PAGES = {"lists/parties.html": PARTIES, "letters/1994.html": LETTER, "reports/2001.htm": REPORT}


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder, create it if needed, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def build_index(tmp_path: Path, files: Mapping[str, str | bytes], **options: Any) -> Path:
    """Write files into a new folder, build an index of it, and return the index."""
    index = tmp_path / "index"
    archivesearch.rebuild([write_files(tmp_path / "site", files)], index, **options)
    return index


def html_page(*paragraphs: str, title: str = "Page") -> str:
    """Return an HTML page with these paragraphs, which have no markup of their own."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    return f"<html lang=en><head><title>{title}</title></head><body>\n{body}</body></html>"


def page_tasks(
    raws: Iterable[RawPage | Skipped | Notice], config: Config | None = None
) -> Iterator[tuple[Item, Config]]:
    """Yield pages as items for the parsers, each with its configuration."""
    config = config or Config()
    for raw in raws:
        yield (PageTask(raw, len(raw.data), bytes(20)) if isinstance(raw, RawPage) else raw), config


def parse_pages(
    items: Iterable[tuple[Item, Config]], jobs: int = 1, seconds: float = SECONDS_PER_PAGE
) -> Iterator[tuple[Page | Skipped | Notice, int]]:
    """Parse pages in workers; yield the result of each, with its size."""
    with WorkerPool(jobs) as pool:
        for chunk in parse_in_order(items, pool, seconds):
            for outcome, size in chunk.outcomes:
                page = deserialize(outcome.data) if isinstance(outcome, ParsedPage) else outcome
                yield page, size


def passage(text: str = "", number: int = 0, **values: Any) -> Passage:
    """Return a passage with some fields set, the others empty."""
    page = values.pop("page", f"{number:04}.html")
    fields: dict[str, Any] = {
        "id": f"{page}#1",
        "page": page,
        "url": None,
        "title": "",
        "org": "",
        "section": "",
        "label": "",
        "year": None,
        "year_source": "",
        "date": "",
        "author": "",
        "lang": "en",
        "years_mentioned": (),
        "text": text,
        "repeated": (),
    }
    return Passage(**{**fields, **values})


def open_reader(
    folder: Path, passages: Iterable[Passage], analyzer: Analyzer, copies: CopyGroups = ()
) -> ColumnarReader:
    """Build an index of passages in a new folder, and return its reader."""
    folder.mkdir(parents=True)
    engine = ColumnarEngine()
    engine.build(folder, [list(passages)], analyzer, copies)
    return engine.open(folder, analyzer)

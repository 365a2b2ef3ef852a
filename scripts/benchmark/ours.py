"""archivesearch itself: its engine's build alone, and its whole search."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import archivesearch
from archivesearch import config
from archivesearch.analysis import Analyzer
from archivesearch.engines.columnar import ColumnarEngine
from archivesearch.model.passages import Passage
from benchmark.engine import LIMIT, Options
from benchmark.queries import Query


class Engine:
    """The engine that a rebuild uses, and an archive that a rebuild has written."""

    kinds = frozenset({"words", "all", "phrase", "year", "prefix"})

    def __init__(self, options: Options) -> None:
        settings = config.beside(Path(options.folder))
        self.analyzer = Analyzer(settings.languages, settings.variants)
        self.threads = options.threads
        self.archive: archivesearch.Archive

    def record(self, values: dict[str, Any]) -> Passage:
        """Return the passage itself."""
        return Passage(**values)

    def build(self, records: Iterable[Passage], directory: Path) -> None:
        """Hand the passages to the engine page by page, as a rebuild does."""
        pages = _pages(records)
        ColumnarEngine().build(directory, pages, self.analyzer, jobs=self.threads)

    def open(self, directory: Path) -> None:
        """Open an archive; unlike its peers', not what `build` wrote but a rebuild."""
        self.archive = archivesearch.open(directory)

    def answer(self, query: Query) -> int:
        """Search as a program does: text, highlights and snippets, and the exact total."""
        results = self.archive.search(_written(query), limit=LIMIT, year=query.years)
        for hit in results:
            _ = hit.id, hit.page, hit.title, hit.text, hit.highlights, hit.snippet
        return len(results)


def _pages(records: Iterable[Passage]) -> Iterator[list[Passage]]:
    return (list(passages) for _, passages in groupby(records, attrgetter("page")))


def _written(query: Query) -> str:
    if query.kind == "prefix":
        return f"{query.words[0]}*"
    if query.kind == "phrase":
        return f'"{" ".join(query.words)}"'
    return (" AND " if query.kind == "all" else " ").join(query.words)

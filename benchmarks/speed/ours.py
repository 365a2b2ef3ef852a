"""archivesearch: the build of its engine alone, and its whole search."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import starmap
from operator import attrgetter
from pathlib import Path
from typing import Any

import archivesearch
from archivesearch import config
from archivesearch.analysis.analyzer import Analyzer
from archivesearch.indexing.workers.worker_pool import WorkerPool
from archivesearch.model.passages import Passage
from archivesearch.search.execution.index_reader import ColumnarEngine
from benchmarks.speed.engine import LIMIT, Options
from benchmarks.speed.queries import Query

_SIZE = 3_000_000
_VALUES = attrgetter(*(field.name for field in fields(Passage)))


class Engine:
    """The engine that a rebuild uses, and an archive that a rebuild has written."""

    kinds = frozenset({"words", "all", "phrase", "year", "prefix"})

    def __init__(self, options: Options) -> None:
        settings = config.load_beside(Path(options.folder))
        self.analyzer = Analyzer(settings.languages, settings.variants)
        self.threads = options.threads
        self.archive: archivesearch.Archive

    def record(self, values: dict[str, Any]) -> Passage:
        """Return the passage itself."""
        return Passage(**values)

    def build(self, records: Iterable[Passage], directory: Path) -> None:
        """Hand the passages to the engine some megabytes at a time, as a rebuild does."""
        with WorkerPool(self.threads) as pool:
            ColumnarEngine().build(directory, _batches(records), self.analyzer, pool=pool)

    def open(self, directory: Path) -> None:
        """Open an archive; unlike its peers', not what `build` wrote but a rebuild."""
        self.archive = archivesearch.open(directory)

    def answer(self, query: Query) -> int:
        """Search as a program does: text, highlights and snippets, and the exact total."""
        results = self.archive.search(_written(query), limit=LIMIT, year=query.years)
        for hit in results:
            _ = hit.id, hit.page, hit.title, hit.text, hit.highlights, hit.snippet
        return len(results)


class _Batch(list[Passage]):
    """Passages that go to another process as plain values, which takes less than as objects."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _batch, (list(map(_VALUES, self)),)


def _batch(values: Iterable[tuple[Any, ...]]) -> _Batch:
    return _Batch(starmap(Passage, values))


def _batches(records: Iterable[Passage]) -> Iterator[_Batch]:
    batch, size = _Batch(), 0
    for passage in records:
        batch.append(passage)
        size += len(passage.text)
        if size >= _SIZE:
            yield batch
            batch, size = _Batch(), 0
    yield batch


def _written(query: Query) -> str:
    if query.kind == "prefix":
        return f"{query.words[0]}*"
    if query.kind == "phrase":
        return f'"{" ".join(query.words)}"'
    return (" AND " if query.kind == "all" else " ").join(query.words)

"""archivesearch: the build of its columnar engine, and its whole search."""

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
from benchmarks.speed.queries import Query, default_syntax

_BATCH_CHARACTERS = 3_000_000
_values_of = attrgetter(*(field.name for field in fields(Passage)))


class Engine:
    """The columnar engine for `build`, and a rebuilt archive for `answer`."""

    kinds = frozenset({"words", "all", "phrase", "year", "prefix"})

    def __init__(self, options: Options) -> None:
        settings = config.load_beside(Path(options.folder))
        self.analyzer = Analyzer(settings.languages, settings.variants)
        self.threads = options.threads
        self.archive: archivesearch.Archive

    def record(self, values: dict[str, Any]) -> Passage:
        """Return the passage."""
        return Passage(**values)

    def build(self, records: Iterable[Passage], directory: Path) -> None:
        """Index the passages in batches of some megabytes, as a rebuild does."""
        with WorkerPool(self.threads) as pool:
            ColumnarEngine().build(directory, _batches(records), self.analyzer, pool=pool)

    def open(self, directory: Path) -> None:
        """Open a rebuilt archive, not the index of `build`."""
        self.archive = archivesearch.open(directory)

    def answer(self, query: Query) -> int:
        """Search as a program does, with text, highlights, snippets and the exact total."""
        results = self.archive.search(default_syntax(query), limit=LIMIT, year=query.years)
        for hit in results:
            _ = hit.id, hit.page, hit.title, hit.text, hit.highlights, hit.snippet
        return len(results)


class _Batch(list[Passage]):
    """Passages that are pickled as tuples of values, which is faster than as objects."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (list(map(_values_of, self)),)


def _unpickle(rows: Iterable[tuple[Any, ...]]) -> _Batch:
    return _Batch(starmap(Passage, rows))


def _batches(records: Iterable[Passage]) -> Iterator[_Batch]:
    batch, characters = _Batch(), 0
    for passage in records:
        batch.append(passage)
        characters += len(passage.text)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = _Batch(), 0
    yield batch

"""What an engine must do to be measured, and which engines there are."""

import importlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from benchmarks.speed.queries import Query

LIMIT = 10
OURS = "archivesearch"


class Record(NamedTuple):
    """What every peer stores of a paragraph; `year` is None where the page has none."""

    id: str
    page: str
    title: str
    text: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of all engines alike.

    `folder` holds the pages. `fields` are those whose words the peers index and search;
    with `totals` they also count all matches, as archivesearch always does. `threads` is
    how many threads or processes a build may use.
    """

    folder: str = ""
    fields: tuple[str, ...] = ("text",)
    totals: bool = False
    threads: int = 1


class Engine(Protocol):
    """One search engine: builds an index of paragraphs, opens it and answers from it.

    `kinds` are the query sets it can answer; `record` makes what `build` takes out of a
    passage's values by name.
    """

    kinds: frozenset[str]

    def __init__(self, options: Options) -> None: ...

    def record(self, values: dict[str, Any]) -> Any:
        """Return the paragraph in the form that `build` takes; this is not measured."""

    def build(self, records: Iterable[Any], directory: Path) -> None:
        """Write an index of all records into an empty directory, ready to be opened."""

    def open(self, directory: Path) -> None:
        """Open what `build` wrote."""

    def answer(self, query: Query) -> int:
        """Search, fetch the best ten documents with their snippets; return how many."""


def peer_record(values: dict[str, Any]) -> Record:
    """Return what every peer stores of a passage."""
    return Record(*(values[name] for name in Record._fields))


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an engine is found: its module, the packages it needs, how to install them."""

    module: str
    needs: tuple[str, ...]
    install: str
    about: str


BENCH_EXTRA = "pip install -e .[bench]"
ENGINES = {
    OURS: Entry("ours", ("archivesearch",), "pip install -e .", "this project"),
    "whoosh": Entry(
        "stock_whoosh", ("whoosh",), "pip install -e .", "stock Whoosh, TEXT(StemmingAnalyzer)"
    ),
    "sqlite": Entry(
        "sqlite_fts", ("sqlite3",), "a Python whose sqlite3 has FTS5", "SQLite FTS5, porter"
    ),
    "tantivy": Entry("tantivy_py", ("tantivy",), BENCH_EXTRA, "tantivy-py, en_stem"),
    "bm25s": Entry(
        "bm25s_numpy", ("bm25s", "Stemmer"), BENCH_EXTRA, "bm25s, numpy backend, PyStemmer"
    ),
}


def absent(name: str) -> str:
    """Return how to install what an engine needs, or `""` where all of it is there."""
    entry = ENGINES[name]
    found = all(importlib.util.find_spec(package) for package in entry.needs)
    return "" if found else entry.install


def make(name: str, options: Options) -> Engine:
    """Import an engine's module and return the engine, ready to build or to open."""
    module = importlib.import_module(f"benchmarks.speed.{ENGINES[name].module}")
    engine: Engine = module.Engine(options)
    return engine

"""Engines: the protocol of a measured engine, and the table of all engines."""

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
    """The stored values of a paragraph, the same for every peer; `year` may be None."""

    id: str
    page: str
    title: str
    text: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Options:
    """Options of all engines.

    `folder` holds the pages. Peers index and search `fields`; with `totals` they also count
    all matches, as archivesearch always does. A build may use `threads` threads or processes.
    """

    folder: str = ""
    fields: tuple[str, ...] = ("text",)
    totals: bool = False
    threads: int = 1


class Engine(Protocol):
    """A search engine: it builds an index of paragraphs, opens it and answers queries.

    `kinds` names the query sets that it can answer.
    """

    kinds: frozenset[str]

    def __init__(self, options: Options) -> None: ...

    def record(self, values: dict[str, Any]) -> Any:
        """Return the record that `build` takes of a passage's values; this is not measured."""

    def build(self, records: Iterable[Any], directory: Path) -> None:
        """Write an index of all records into an empty directory, ready to be opened."""

    def open(self, directory: Path) -> None:
        """Open the index of a directory."""

    def answer(self, query: Query) -> int:
        """Search, fetch the best ten documents with snippets; return the number fetched."""


def peer_record(values: dict[str, Any]) -> Record:
    """Return the stored values of a passage."""
    return Record(*(values[name] for name in Record._fields))


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """The module of an engine, the packages that it imports, and how to install them."""

    module: str
    packages: tuple[str, ...]
    install: str
    about: str


BENCH_EXTRA = "pip install -e .[bench]"
ENGINES = {
    OURS: EngineInfo("ours", ("archivesearch",), "pip install -e .", "this project"),
    "whoosh": EngineInfo(
        "stock_whoosh", ("whoosh",), "pip install -e .", "stock Whoosh, TEXT(StemmingAnalyzer)"
    ),
    "sqlite": EngineInfo(
        "sqlite_fts", ("sqlite3",), "a Python whose sqlite3 has FTS5", "SQLite FTS5, porter"
    ),
    "tantivy": EngineInfo("tantivy_py", ("tantivy",), BENCH_EXTRA, "tantivy-py, en_stem"),
    "bm25s": EngineInfo(
        "bm25s_numpy", ("bm25s", "Stemmer"), BENCH_EXTRA, "bm25s, numpy backend, PyStemmer"
    ),
}


def install_hint(name: str) -> str:
    """Return how to install an engine, or `""` if all its packages are installed."""
    info = ENGINES[name]
    return "" if all(map(importlib.util.find_spec, info.packages)) else info.install


def make_engine(name: str, options: Options) -> Engine:
    """Import the module of an engine and return the engine."""
    module = importlib.import_module(f"benchmarks.speed.{ENGINES[name].module}")
    engine: Engine = module.Engine(options)
    return engine

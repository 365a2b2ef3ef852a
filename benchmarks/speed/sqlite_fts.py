"""SQLite FTS5 with its porter tokenizer, from the standard library."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from benchmarks.speed.engine import LIMIT, Options, Record, peer_record
from benchmarks.speed.queries import Query

FILE = "index.sqlite"
COLUMNS = ("id", "page", "title", "text", "year")
JOINS = {"words": " OR ", "year": " OR ", "all": " AND "}


class Engine:
    """An FTS5 table of all columns; the columns that are not searched are UNINDEXED."""

    kinds = frozenset({"words", "all", "phrase", "year", "prefix"})
    record = staticmethod(peer_record)

    def __init__(self, options: Options) -> None:
        self.options = options
        self.connection: sqlite3.Connection

    def build(self, records: Iterable[Record], directory: Path) -> None:
        """Insert all paragraphs in one transaction."""
        searched = self.options.fields
        columns = ", ".join(c if c in searched else f"{c} UNINDEXED" for c in COLUMNS)
        with sqlite3.connect(directory / FILE) as connection:
            connection.execute(f"CREATE VIRTUAL TABLE p USING fts5({columns}, tokenize=porter)")
            connection.executemany("INSERT INTO p VALUES (?, ?, ?, ?, ?)", records)
        connection.close()

    def open(self, directory: Path) -> None:
        """Connect to the database."""
        self.connection = sqlite3.connect(directory / FILE)

    def answer(self, query: Query) -> int:
        """Select the ten best rows by rank with snippets."""
        where, values = "p MATCH ?", [_match(query), *(query.years or ())]
        if query.years:
            where += " AND year BETWEEN ? AND ?"
        snippet = f"snippet(p, {COLUMNS.index('text')}, '<b>', '</b>', '…', 30)"
        rows = self.connection.execute(
            f"SELECT id, page, title, text, {snippet} FROM p WHERE {where} "
            f"ORDER BY rank LIMIT {LIMIT}",
            values,
        ).fetchall()
        if self.options.totals:
            self.connection.execute(f"SELECT count(*) FROM p WHERE {where}", values).fetchone()
        return len(rows)


def _match(query: Query) -> str:
    if query.kind == "prefix":
        return f"{query.words[0]}*"
    if query.kind == "phrase":
        return f'"{" ".join(query.words)}"'
    return JOINS[query.kind].join(f'"{word}"' for word in query.words)

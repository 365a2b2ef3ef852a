"""Tantivy, the Rust engine, through tantivy-py, with its English stemmer."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.speed.engine import LIMIT, Options, Record, peer_record
from benchmarks.speed.queries import Query

HEAP_BYTES = 512_000_000
STORED = ("id", "page", "title", "text")


class Engine:
    """A tantivy index of stored fields; fields that are not searched are stored as bytes."""

    kinds = frozenset({"words", "all", "phrase", "year", "prefix"})
    record = staticmethod(peer_record)

    def __init__(self, options: Options) -> None:
        self.options = options
        self.index: Any
        self.searcher: Any

    def _schema(self) -> Any:
        builder = tantivy.SchemaBuilder()
        for name in STORED:
            if name in self.options.fields:
                builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
            else:
                builder.add_bytes_field(name, stored=True)
        builder.add_integer_field("year", indexed=True, fast=True)
        return builder.build()

    def build(self, records: Iterable[Record], directory: Path) -> None:
        """Add all paragraphs, commit, and wait for the merges."""
        index = tantivy.Index(self._schema(), path=str(directory))
        writer = index.writer(HEAP_BYTES, self.options.threads)
        searched, document = self.options.fields, tantivy.Document
        for record in records:
            values = {
                name: value if name in searched else value.encode()
                for name, value in zip(STORED, record[:4], strict=True)
            }
            if record.year is not None:
                writer.add_document(document(year=record.year, **values))
            else:
                writer.add_document(document(**values))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, directory: Path) -> None:
        """Open the index and a searcher."""
        self.index = tantivy.Index.open(str(directory))
        self.index.reload()
        self.searcher = self.index.searcher()

    def answer(self, query: Query) -> int:
        """Parse, search, and fetch ten documents with a snippet of each."""
        parsed = self._parse(query)
        hits = self.searcher.search(parsed, LIMIT, count=self.options.totals).hits
        snippets = tantivy.SnippetGenerator.create(self.searcher, parsed, self.index.schema, "text")
        for _score, address in hits:
            document = self.searcher.doc(address)
            for name in STORED:
                document.get_first(name)
            snippet = snippets.snippet_from_doc(document)
            snippet.fragment()
            snippet.highlighted()
        return len(hits)

    def _parse(self, query: Query) -> Any:
        fields = list(self.options.fields)
        if query.kind == "prefix":
            return self._prefix(query.words[0], fields)
        words = " ".join(query.words)
        if query.kind == "all":
            words = " AND ".join(query.words)
        elif query.kind == "phrase":
            words = f'"{words}"'
        elif query.years:
            words = f"+({words}) +year:[{query.years[0]} TO {query.years[1]}]"
        return self.index.parse_query(words, fields)

    def _prefix(self, letters: str, fields: list[str]) -> Any:
        """Return a query by regular expression; the syntax has no prefix of a single word."""
        schema, should = self.index.schema, tantivy.Occur.Should
        parts = [tantivy.Query.regex_query(schema, name, f"{letters}.*") for name in fields]
        return tantivy.Query.boolean_query([(should, part) for part in parts])

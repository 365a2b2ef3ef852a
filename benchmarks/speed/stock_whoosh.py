"""Stock Whoosh 2.7.4, with its own storage, analyzer and ranking."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.speed.engine import LIMIT, Options, Record, peer_record
from benchmarks.speed.queries import Query, default_syntax

# The project's type stubs of Whoosh have only the parts that the project uses, so these
# modules are imported untyped.
analysis: Any = import_module("whoosh.analysis")
fields: Any = import_module("whoosh.fields")
files: Any = import_module("whoosh.index")
qparser: Any = import_module("whoosh.qparser")
tree: Any = import_module("whoosh.query")


class Engine:
    """A Whoosh index as in Whoosh's documentation: stored TEXT(StemmingAnalyzer())."""

    kinds = frozenset({"words", "all", "phrase", "year", "prefix"})
    record = staticmethod(peer_record)

    def __init__(self, options: Options) -> None:
        self.options = options
        self.searcher: Any
        self.parser: Any

    def _schema(self) -> Any:
        analyzer = analysis.StemmingAnalyzer()
        columns = {
            name: fields.TEXT(analyzer, stored=True)
            if name in self.options.fields
            else fields.STORED
            for name in ("id", "page", "title", "text")
        }
        return fields.Schema(**columns, year=fields.NUMERIC(int))

    def build(self, records: Iterable[Record], directory: Path) -> None:
        """Add all paragraphs with the ordinary writer."""
        threads = self.options.threads
        index = files.create_in(str(directory), self._schema())
        writer = index.writer(procs=threads) if threads > 1 else index.writer()
        for record in records:
            values = record._asdict()
            if record.year is None:
                del values["year"]
            writer.add_document(**values)
        writer.commit()
        index.close()

    def open(self, directory: Path) -> None:
        """Open the index, a searcher and a query parser."""
        index = files.open_dir(str(directory))
        self.searcher = index.searcher()
        self.parser = qparser.MultifieldParser(
            list(self.options.fields), index.schema, group=qparser.OrGroup
        )

    def answer(self, query: Query) -> int:
        """Parse, search, and fetch ten documents with highlights."""
        years = tree.NumericRange("year", *query.years) if query.years else None
        results = self.searcher.search(
            self.parser.parse(default_syntax(query)), limit=LIMIT, filter=years
        )
        for hit in results:
            hit.fields()
            hit.highlights("text")
        if self.options.totals:
            len(results)
        return int(results.scored_length())

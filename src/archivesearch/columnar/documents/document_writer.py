"""What passages share, kept once, and the rest of them in columns.

A page's title, address and date stand in the table of pages, a heading and its
organization in the table of sections.
"""

import json
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from archivesearch.columnar.documents.text_store import TextWriter
from archivesearch.columnar.passage_columns import PAGE_FIELDS, PassageColumns, SharedFields
from archivesearch.columnar.storage.array_files import Array, ArrayWriter, narrow
from archivesearch.columnar.storage.string_table import to_utf8, write_strings

_COLUMNS = ("section", "label", "years", "repeated", "year_values", "repeated_values")


class DocumentWriter:
    """Takes passages in order and writes their tables and texts; `aside` is for what waits."""

    def __init__(self, aside: Path) -> None:
        self._texts = TextWriter(aside)
        self._pages: list[bytes] = []
        self._page_years = array("q")
        self._page_langs = array("q")
        self._page_firsts = array("q")
        self._last: SharedFields | None = None
        self._page_sections: dict[tuple[str, str], int] = {}
        self._sections: list[bytes] = []
        self._section_pages = array("q")
        self._section_orgs = array("q")
        self._labels: dict[str, int] = {"": 0}
        self._orgs: dict[str, int] = {"": 0}
        self._langs: dict[str, int] = {}
        self._columns: dict[str, list[Array]] = {name: [] for name in _COLUMNS}
        self._headings: list[Array] = []
        self._count = 0

    def add(self, stretch: PassageColumns) -> None:
        """Take the next passages."""
        self._texts.add(stretch.texts)
        labels = self._labels
        sections = [
            self._section(row, stretch.first + start)
            for row, start in zip(stretch.shared, stretch.shared_starts.tolist(), strict=True)
        ]
        numbers = [labels.setdefault(row.label, len(labels)) for row in stretch.shared]
        for name, values in (
            ("section", stretch.per_passage(np.array(sections))),
            ("label", stretch.per_passage(np.array(numbers))),
            ("years", stretch.years.counts),
            ("repeated", stretch.repeated.counts // 2),
            ("year_values", stretch.years.values),
            ("repeated_values", stretch.repeated.values),
        ):
            self._columns[name].append(narrow(values))
        self._headings.append(stretch.is_heading)
        self._count += len(stretch)

    def close(self) -> None:
        """Let go of what waits."""
        self._texts.close()

    def finish(self, writer: ArrayWriter) -> None:
        """Write what has been gathered."""
        while self._columns:  # what is written is let go
            name, parts = self._columns.popitem()
            writer.append(f"documents.{name}", _joined(parts, np.uint8))
        headings = np.packbits(_joined(self._headings, bool), bitorder="little")
        writer.append("documents.headings", headings)
        for name, values in (
            ("sections.page", self._section_pages),
            ("sections.org", self._section_orgs),
            ("pages.first", self._page_firsts + array("q", [self._count])),
            ("pages.year", self._page_years),
            ("pages.lang", self._page_langs),
        ):
            writer.append(name, narrow(np.array(values, np.int64)))
        write_strings(writer, "pages", self._pages)
        write_strings(writer, "sections", self._sections)
        self._pages.clear()
        self._sections.clear()
        for name, table in (
            ("labels", self._labels),
            ("orgs", self._orgs),
            ("langs", self._langs),
        ):
            write_strings(writer, name, [to_utf8(value) for value in table])
        self._texts.finish(writer)

    def _section(self, row: SharedFields, first: int) -> int:
        """Return the number of a row's section, having entered it and its page if they are new.

        `first` is the row's first passage.
        """
        if self._last is None or row[: len(PAGE_FIELDS)] != self._last[: len(PAGE_FIELDS)]:
            self._add_page(row, first)
        self._last = row
        number = self._page_sections.get((row.section, row.org))
        if number is None:
            number = self._page_sections[row.section, row.org] = len(self._sections)
            self._sections.append(json.dumps(row.section).encode())
            self._section_pages.append(len(self._pages) - 1)
            self._section_orgs.append(self._orgs.setdefault(row.org, len(self._orgs)))
        return number

    def _add_page(self, row: SharedFields, first: int) -> None:
        known = [(other.page, other.url, other.shift) for other in row.same]
        self._pages.append(json.dumps([*row[: len(PAGE_FIELDS) - 1], known]).encode())
        self._page_firsts.append(first)
        self._page_years.append(row.year or 0)
        self._page_langs.append(self._langs.setdefault(row.lang, len(self._langs)))
        self._page_sections = {}


def _joined(parts: Sequence[Array], dtype: type) -> Array:
    """Return parts of a column end to end, in the narrowest type that holds them all."""
    return np.concatenate([np.empty(0, dtype), *parts])

"""Document writer: writes the stored fields of passages as tables and columns.

The fields of a page are a row of the table `pages`; a heading and its organization are a
row of the table `sections`. So each is written once, however many passages share it.
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
    """Writes passages in order. `temp_folder` has their texts until `finish`."""

    def __init__(self, temp_folder: Path) -> None:
        self._texts = TextWriter(temp_folder)
        self._pages: list[bytes] = []
        self._page_years = array("q")
        self._page_langs = array("q")
        self._page_firsts = array("q")
        self._last_fields: SharedFields | None = None
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

    def add(self, passages: PassageColumns) -> None:
        """Add the next passages."""
        self._texts.add(passages.texts)
        labels = self._labels
        sections = [
            self._section(fields, passages.first + start)
            for fields, start in zip(passages.shared, passages.shared_starts.tolist(), strict=True)
        ]
        numbers = [labels.setdefault(fields.label, len(labels)) for fields in passages.shared]
        for name, values in (
            ("section", passages.per_passage(np.array(sections))),
            ("label", passages.per_passage(np.array(numbers))),
            ("years", passages.years.counts),
            ("repeated", passages.repeated.counts // 2),
            ("year_values", passages.years.values),
            ("repeated_values", passages.repeated.values),
        ):
            self._columns[name].append(narrow(values))
        self._headings.append(passages.is_heading)
        self._count += len(passages)

    def close(self) -> None:
        """Close the temporary file of texts."""
        self._texts.close()

    def finish(self, writer: ArrayWriter) -> None:
        """Write the arrays of all passages; the writer is of no use afterwards."""
        while self._columns:  # each column is freed when it is written
            name, chunks = self._columns.popitem()
            writer.append(f"documents.{name}", _concatenate(chunks, np.uint8))
        headings = np.packbits(_concatenate(self._headings, bool), bitorder="little")
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

    def _section(self, fields: SharedFields, first: int) -> int:
        """Return the number of a section; the section and its page are added if they are new.

        `first` is the number of the first passage with these fields.
        """
        page = fields[: len(PAGE_FIELDS)]
        if self._last_fields is None or page != self._last_fields[: len(PAGE_FIELDS)]:
            self._add_page(fields, first)
        self._last_fields = fields
        number = self._page_sections.get((fields.section, fields.org))
        if number is None:
            number = self._page_sections[fields.section, fields.org] = len(self._sections)
            self._sections.append(json.dumps(fields.section).encode())
            self._section_pages.append(len(self._pages) - 1)
            self._section_orgs.append(self._orgs.setdefault(fields.org, len(self._orgs)))
        return number

    def _add_page(self, fields: SharedFields, first: int) -> None:
        same = [(other.page, other.url, other.shift) for other in fields.same]
        self._pages.append(json.dumps([*fields[: len(PAGE_FIELDS) - 1], same]).encode())
        self._page_firsts.append(first)
        self._page_years.append(fields.year or 0)
        self._page_langs.append(self._langs.setdefault(fields.lang, len(self._langs)))
        self._page_sections = {}


def _concatenate(chunks: Sequence[Array], dtype: type) -> Array:
    """Return the chunks of a column as one array, in the narrowest type that holds them all."""
    return np.concatenate([np.empty(0, dtype), *chunks])

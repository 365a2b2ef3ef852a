"""Document store: reads the stored fields of passages, and the columns for facets and sorting."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from archivesearch.columnar.documents.text_store import TextStore
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, VerifiedArrays, offsets
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy
from archivesearch.model.passages import Passage, SamePage, family

_CACHED_PAGES = 256
_CACHED_FIELDS = 8
_YEAR_LIMIT = 10_000


class PageRow(NamedTuple):
    """A row of the table `pages`: its values in their order in the JSON, and `pages.first`.

    `same` has `[page, url, shift]` for each page that is a duplicate of this one. `first`
    is the number of the page's first passage; 0 if only the JSON is read.
    """

    page: str
    url: str | None
    title: str
    year: int | None
    year_source: str
    date: str
    author: str
    lang: str
    same: Sequence[Any]
    first: int = 0


class DocumentStore:
    """The passages of a segment, by number from 0.

    Everything is verified before it is returned: a block of texts by its own checksum at
    each reading, every other array by its CRC-32 at its first use.
    """

    def __init__(self, folder: ArrayFolder) -> None:
        arrays = VerifiedArrays(folder)
        for column, limit in (
            ("documents.section", len(arrays["sections.ends"])),
            ("documents.label", len(arrays["labels.ends"])),
            ("sections.page", len(arrays["pages.ends"])),
            ("sections.org", len(arrays["orgs.ends"])),
            ("pages.lang", len(arrays["langs.ends"])),
            ("pages.year", _YEAR_LIMIT),
        ):
            if len(arrays[column]) and int(arrays[column].max()) >= limit:
                raise IndexDamaged(f"{column}.bin: beyond the end of its table")
        self._arrays = arrays
        self._pages = StringTable(arrays, "pages")
        self._sections = StringTable(arrays, "sections")
        self._labels = StringTable(arrays, "labels")
        self._orgs = StringTable(arrays, "orgs")
        self._texts = TextStore(arrays, folder["texts.bytes"])
        self._shared_headings = cached_method(_CACHED_PAGES, self._read_shared_headings)
        self._page = cached_method(_CACHED_PAGES, self._read_page)
        self._value_ranges = cached_method(_CACHED_FIELDS, self._read_value_ranges)
        self._list_starts = cached_method(_CACHED_FIELDS, self._read_list_starts)

    def __len__(self) -> int:
        return len(self._arrays["documents.section"])

    def passage(self, number: int) -> Passage:
        """Return a passage. Raises IndexDamaged if its text is damaged."""
        return self.passages([number])[0]

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages, in the order of `numbers`. Raises IndexDamaged if a text is damaged."""
        arrays = self._arrays
        indices = np.array(numbers, np.int64)
        sections = self.sections_of(indices)
        columns = (
            numbers,
            self._texts.take(indices),
            sections.tolist(),
            arrays["sections.page"][sections].tolist(),
            arrays["sections.org"][sections].tolist(),
            arrays["documents.label"][indices].tolist(),
            self._lists("years", "year_values", indices),
            self._lists("repeated", "repeated_values", indices, 2),
        )
        passages = []
        for number, text, section, page_number, org, label, years, repeated in zip(
            *columns, strict=True
        ):
            page = self._page(page_number)
            passages.append(
                Passage(
                    id=f"{page.page}#{number - page.first + 1}",
                    page=page.page,
                    url=page.url,
                    title=page.title,
                    org=self.org_name(org),
                    section=self._heading(section),
                    label=self._label(label),
                    year=page.year,
                    year_source=page.year_source,
                    date=page.date,
                    author=page.author,
                    lang=page.lang,
                    years_mentioned=tuple(years),
                    text=text,
                    repeated=_pairs(repeated) if repeated else (),
                    same=tuple([SamePage(*values) for values in page.same]),
                )
            )
        return passages

    def id_of(self, number: int) -> str:
        """Return the ID of a passage, without reading its text."""
        section = int(self._arrays["documents.section"][number])
        page = self._page(int(self._arrays["sections.page"][section]))
        return f"{page.page}#{number - page.first + 1}"

    def text(self, number: int) -> str:
        """Return the text of a passage."""
        return self._texts[number]

    def field_reader(self, name: str) -> Callable[[int], str]:
        """Return a function from a passage's number to the text of one of its fields.

        `name` is `text`, `title`, `section`, `org` or `label`.
        """
        if name == "text":
            return self.text
        if name == "label":
            return lambda number: self._label(int(self._arrays["documents.label"][number]))
        return lambda number: self._section_field(name, int(self.sections_of(number)))

    def _section_field(self, name: str, section: int) -> str:
        """Return the heading of a section, the name of its organization or its page's title."""
        if name == "section":
            return self._heading(section)
        if name == "org":
            return self.org_name(int(self._arrays["sections.org"][section]))
        return str(self._page(int(self._arrays["sections.page"][section])).title)

    def pages_of(self, numbers: Array) -> Array:
        """Return the number of each passage's page."""
        return self._arrays["sections.page"][self.sections_of(numbers)]

    def sections_of(self, numbers: "Array | int") -> Array:
        """Return the number of each passage's section."""
        return self._arrays["documents.section"][numbers]

    def orgs_of(self, numbers: Array) -> Array:
        """Return the number of each passage's organization; 0 is none."""
        return self._arrays["sections.org"][self.sections_of(numbers)]

    def years_of(self, numbers: Array) -> Array:
        """Return the year of each passage; 0 is none."""
        return self._arrays["pages.year"][self.pages_of(numbers)]

    def langs_of(self, numbers: Array) -> Array:
        """Return the number of each passage's language."""
        return self._arrays["pages.lang"][self.pages_of(numbers)]

    def value_ranges(self, name: str) -> tuple[Array, Array]:
        """Return the ranges of neighbouring passages that have the same value of a field.

        Two int64 arrays: the start of each range, and last the end of the last; and the value
        of each range. For passages 0 and 1 of page 0 and passage 2 of page 1, the ranges of
        `page` are `[0, 2, 3]` and `[0, 1]`.
        """
        return self._value_ranges(name)

    def _read_value_ranges(self, name: str) -> tuple[Array, Array]:
        if name == "org":
            starts, sections = self.value_ranges("section")
            return starts, self._arrays["sections.org"][sections].astype(np.int64)
        if name == "section":
            sections = self._arrays["documents.section"]
            changes = np.flatnonzero(sections[1:] != sections[:-1]) + 1
            starts = np.concatenate(([0], changes, [len(sections)]) if len(sections) else ([0],))
            return starts, sections[starts[:-1]].astype(np.int64)
        if name == "page":
            return self._arrays["pages.first"].astype(np.int64), np.arange(self.page_count())
        starts, _ = self.value_ranges("page")
        if name == "family":
            return starts, self._families[0]
        return starts, self._arrays[f"pages.{name}"].astype(np.int64)

    def value_count(self, name: str) -> int:
        """Return a number above all value numbers of a field; a year is its own number."""
        tables = {"section": self._sections, "org": self._orgs, "page": self._pages}
        if name in tables:
            return len(tables[name])
        return int(self.value_ranges(name)[1].max(initial=-1)) + 1

    def is_heading(self, numbers: Array) -> Array:
        """Return for each passage whether its text is its section's heading or its page's title."""
        packed = self._arrays["documents.headings"]
        mask: Array = packed[numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1 == 1
        return mask

    def families_of(self, numbers: Array) -> Array:
        """Return the number of each passage's family: the top folder of its page."""
        return self._families[0][self.pages_of(numbers)]

    def family_name(self, number: int) -> str:
        """Return the name of a family of pages."""
        return self._families[1][number]

    @lazy
    def _families(self) -> tuple[Array, list[str]]:
        """The number of each page's family, int64; and the names of the families."""
        numbers: dict[str, int] = {}
        pages = (family(str(json.loads(page)[0])) for page in self._pages)
        by_page = [numbers.setdefault(name, len(numbers)) for name in pages]
        return np.array(by_page, np.int64), list(numbers)

    def page_name(self, page: int) -> str:
        """Return the name of a page."""
        return str(self._page(page).page)

    def page_count(self) -> int:
        """Return the number of pages."""
        return len(self._pages)

    def section_name(self, section: int) -> str:
        """Return a unique name for a section: `PAGE § HEADING` or `PAGE § HEADING § ORG`."""
        page_number = int(self._arrays["sections.page"][section])
        org = self.org_name(int(self._arrays["sections.org"][section]))
        heading = self._heading(section)
        name = f"{self.page_name(page_number)} § {heading or org}"
        if heading and org and heading in self._shared_headings(page_number):
            return f"{name} § {org}"
        return name

    def _read_shared_headings(self, page: int) -> frozenset[str]:
        """Return the headings that several sections of a page share, each with its organization."""
        pages = self._arrays["sections.page"]
        key = pages.dtype.type(page)  # see `range_index`
        first, end = (int(np.searchsorted(pages, key, side)) for side in ("left", "right"))
        counts = Counter(self._sections.between(first, end))
        return frozenset(json.loads(heading) for heading, n in counts.items() if n > 1)

    def org_name(self, org: int) -> str:
        """Return the name of an organization; `""` for number 0."""
        return from_utf8(self._orgs[org]) if org else ""

    def _heading(self, section: int) -> str:
        return str(json.loads(from_utf8(self._sections[section])))

    def _label(self, label: int) -> str:
        return from_utf8(self._labels[label]) if label else ""

    def lang_name(self, lang: int) -> str:
        """Return the code of a language."""
        return from_utf8(StringTable(self._arrays, "langs")[lang])

    def _read_page(self, page: int) -> PageRow:
        values = json.loads(from_utf8(self._pages[page]))
        return PageRow._make((*values, int(self._arrays["pages.first"][page])))

    def _lists(self, counts: str, values: str, numbers: Array, width: int = 1) -> list[list[int]]:
        """Return the list of integers of each passage.

        `counts` and `values` name the two arrays; a count stands for `width` values each.
        """
        lists: list[list[int]] = [[] for _ in range(len(numbers))]
        for index in self._arrays[f"documents.{counts}"][numbers].nonzero()[0].tolist():
            number = int(numbers[index])
            first, end = (self._list_starts(counts)[number : number + 2] * width).tolist()
            lists[index] = self._arrays[f"documents.{values}"][first:end].tolist()
        return lists

    def _read_list_starts(self, counts: str) -> Array:
        return offsets(self._arrays[f"documents.{counts}"])


def _pairs(flat: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(flat[::2], flat[1::2], strict=True))

"""Passages as they are shown: their texts, and the rest in columns and tables."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from archivesearch.columnar.documents.text_store import TextStore
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, VerifiedArrays, offsets
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.errors import IndexDamaged
from archivesearch.lazy import cached_method, lazy
from archivesearch.model.passages import Passage, SamePage, family

_CACHED_PAGES = 256
_FACETS = 8
_YEARS = 10_000


class DocumentStore:
    """The passages of a segment, by number.

    All that is shown has been seen to be what was written: the texts block by block, the
    tables whole.
    """

    def __init__(self, folder: ArrayFolder) -> None:
        arrays = VerifiedArrays(folder)
        for column, most in (
            ("documents.section", len(arrays["sections.ends"])),
            ("documents.label", len(arrays["labels.ends"])),
            ("sections.page", len(arrays["pages.ends"])),
            ("sections.org", len(arrays["orgs.ends"])),
            ("pages.lang", len(arrays["langs.ends"])),
            ("pages.year", _YEARS),
        ):
            if len(arrays[column]) and int(arrays[column].max()) >= most:
                raise IndexDamaged(f"{column}.bin: beyond the end of its table")
        self._arrays = arrays
        self._pages = StringTable(arrays, "pages")
        self._sections = StringTable(arrays, "sections")
        self._labels = StringTable(arrays, "labels")
        self._orgs = StringTable(arrays, "orgs")
        self._texts = TextStore(arrays, folder["texts.bytes"])
        self._shared_headings = cached_method(_CACHED_PAGES, self._read_shared_headings)
        self._page = cached_method(_CACHED_PAGES, self._read_page)
        self.value_runs = cached_method(_FACETS, self._read_runs)
        """Return where runs of passages with one value of a field begin, and the values."""

    def __len__(self) -> int:
        return len(self._arrays["documents.section"])

    def passage(self, number: int) -> Passage:
        """Return a passage. Raises IndexDamaged where its text is not what was written."""
        return self.passages([number])[0]

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages. Raises IndexDamaged where a text is not what was written."""
        arrays = self._arrays
        wanted = np.array(numbers, np.int64)
        sections = self.sections_of(wanted)
        columns = (
            numbers,
            self._texts.take(wanted),
            sections.tolist(),
            arrays["sections.page"][sections].tolist(),
            arrays["sections.org"][sections].tolist(),
            arrays["documents.label"][wanted].tolist(),
            self._lists("years", "year_values", wanted),
            self._lists("repeated", "repeated_values", wanted, 2),
        )
        found = []
        for number, text, section, page_number, org, label, years, repeated in zip(
            *columns, strict=True
        ):
            page, url, title, year, year_source, date, author, lang, same, first = self._page(
                page_number
            )
            found.append(
                Passage(
                    id=f"{page}#{number - first + 1}",
                    page=page,
                    url=url,
                    title=title,
                    org=self.org_name(org),
                    section=json.loads(from_utf8(self._sections[section])),
                    label=self._label(label),
                    year=year,
                    year_source=year_source,
                    date=date,
                    author=author,
                    lang=lang,
                    years_mentioned=tuple(years),
                    text=text,
                    repeated=_pairs(repeated) if repeated else (),
                    same=tuple([SamePage(*values) for values in same]),
                )
            )
        return found

    def id_of(self, number: int) -> str:
        """Return the id of a passage."""
        section = int(self._arrays["documents.section"][number])
        page, *_, first = self._page(int(self._arrays["sections.page"][section]))
        return f"{page}#{number - first + 1}"

    def text(self, number: int) -> str:
        """Return the text of a passage."""
        return self._texts[number]

    def field_reader(self, name: str) -> Callable[[int], str]:
        """Return what gives the text of a field of a passage by the passage's number."""
        if name == "text":
            return self.text
        if name == "label":
            return lambda number: self._label(int(self._arrays["documents.label"][number]))
        return lambda number: self._above(name, int(self.sections_of(number)))

    def _above(self, name: str, section: int) -> str:
        """Return the heading of a section, its organization or the title of its page."""
        if name == "section":
            return str(json.loads(from_utf8(self._sections[section])))
        if name == "org":
            return self.org_name(int(self._arrays["sections.org"][section]))
        return str(self._page(int(self._arrays["sections.page"][section]))[2])

    def pages_of(self, numbers: Array) -> Array:
        """Return the number of the page of each passage."""
        return self._arrays["sections.page"][self.sections_of(numbers)]

    def sections_of(self, numbers: "Array | int") -> Array:
        """Return the number of the section of each passage."""
        return self._arrays["documents.section"][numbers]

    def orgs_of(self, numbers: Array) -> Array:
        """Return the number of the organization of each passage; 0 is none."""
        return self._arrays["sections.org"][self.sections_of(numbers)]

    def years_of(self, numbers: Array) -> Array:
        """Return the year of each passage; 0 is none."""
        return self._arrays["pages.year"][self.pages_of(numbers)]

    def langs_of(self, numbers: Array) -> Array:
        """Return the number of the language of each passage."""
        return self._arrays["pages.lang"][self.pages_of(numbers)]

    def _read_runs(self, name: str) -> tuple[Array, Array]:
        """Return where runs of passages with one value of a field begin, and the values.

        There is one place more than values: where the last run ends.
        """
        if name == "org":
            starts, of = self.value_runs("section")
            return starts, self._arrays["sections.org"][of].astype(np.int64)
        if name == "section":
            sections: Array = self._arrays["documents.section"]
            new = np.flatnonzero(sections[1:] != sections[:-1]) + 1
            starts = np.concatenate(([0], new, [len(sections)]) if len(sections) else ([0],))
            return starts, sections[starts[:-1]].astype(np.int64)
        if name == "page":
            return self._arrays["pages.first"].astype(np.int64), np.arange(self.page_count())
        starts, _ = self.value_runs("page")
        if name == "family":
            return starts, self._families[0]
        return starts, self._arrays[f"pages.{name}"].astype(np.int64)

    def value_count(self, name: str) -> int:
        """Return how many values a field has; years go by themselves."""
        tables = {"section": self._sections, "org": self._orgs, "page": self._pages}
        if name in tables:
            return len(tables[name])
        return int(self.value_runs(name)[1].max(initial=-1)) + 1

    def is_heading(self, numbers: Array) -> Array:
        """Return for each passage whether its text is the heading or the title above it."""
        packed = self._arrays["documents.headings"]
        found: Array = packed[numbers >> 3] >> (numbers & 7).astype(np.uint8) & 1 == 1
        return found

    def families_of(self, numbers: Array) -> Array:
        """Return the number of the family of each passage's page."""
        return self._families[0][self.pages_of(numbers)]

    def family_name(self, number: int) -> str:
        """Return the name of a family of pages."""
        return self._families[1][number]

    @lazy
    def _families(self) -> tuple[Array, list[str]]:
        """The family of each page as a number, and the names of the families."""
        numbers: dict[str, int] = {}
        pages = (family(str(json.loads(page)[0])) for page in self._pages)
        of_pages = [numbers.setdefault(name, len(numbers)) for name in pages]
        return np.array(of_pages, np.int64), list(numbers)

    def page_name(self, page: int) -> str:
        """Return the path of a page."""
        return str(self._page(page)[0])

    def page_count(self) -> int:
        """Return how many pages there are."""
        return len(self._pages)

    def section_name(self, section: int) -> str:
        """Return what a section goes by, unlike any other of its page."""
        page_number = int(self._arrays["sections.page"][section])
        org = self.org_name(int(self._arrays["sections.org"][section]))
        heading = json.loads(from_utf8(self._sections[section]))
        name = f"{self.page_name(page_number)} § {heading or org}"
        if heading and org and heading in self._shared_headings(page_number):
            return f"{name} § {org}"
        return name

    def _read_shared_headings(self, page: int) -> frozenset[str]:
        """Return the headings that several sections of a page have, being about several orgs."""
        pages = self._arrays["sections.page"]
        own = pages.dtype.type(page)  # or numpy would convert all of the array
        first, last = (int(np.searchsorted(pages, own, side)) for side in ("left", "right"))
        counts = Counter(self._sections.between(first, last))
        return frozenset(json.loads(heading) for heading, n in counts.items() if n > 1)

    def org_name(self, org: int) -> str:
        """Return the name of an organization."""
        return from_utf8(self._orgs[org]) if org else ""

    def _label(self, label: int) -> str:
        return from_utf8(self._labels[label]) if label else ""

    def lang_name(self, lang: int) -> str:
        """Return the code of a language."""
        return from_utf8(StringTable(self._arrays, "langs")[lang])

    def page_range(self, page: int) -> range:
        """Return the numbers of a page's passages."""
        first, last = self._arrays["pages.first"][page : page + 2].tolist()
        return range(first, last)

    def _read_page(self, page: int) -> tuple[Any, ...]:
        return (*json.loads(from_utf8(self._pages[page])), int(self._arrays["pages.first"][page]))

    def _lists(self, counts: str, values: str, wanted: Array, each: int = 1) -> list[list[int]]:
        """Return the values of passages in a column that has any number of them."""
        there = self._arrays[f"documents.{counts}"][wanted]
        found: list[list[int]] = [[] for _ in range(len(wanted))]
        for at in there.nonzero()[0].tolist():
            starts = self._starts(counts)
            number = wanted[at]
            first, last = int(starts[number]) * each, int(starts[number + 1]) * each
            found[at] = self._arrays[f"documents.{values}"][first:last].tolist()
        return found

    def _starts(self, counts: str) -> Array:
        key = f"_{counts}_starts"
        if key not in self.__dict__:
            self.__dict__[key] = offsets(self._arrays[f"documents.{counts}"])
        found: Array = self.__dict__[key]
        return found


def _pairs(flat: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(flat[::2], flat[1::2], strict=True))

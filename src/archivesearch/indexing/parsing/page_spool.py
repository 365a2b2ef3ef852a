"""Pages that wait on disk until all have been seen, and their fingerprints as columns.

What many pages repeat and what is a copy of what can only be told of an archive as a
whole. Its pages are put aside meanwhile, so that memory does not grow with them.
"""

import os
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.fingerprints import BANDS, COLUMN_TYPES
from archivesearch.indexing.parsing.page_records import deserialize
from archivesearch.indexing.parsing.parse_task import ParsedChunk, ParsedPage
from archivesearch.model.pages import Page, paragraphs

# Pages that are kept at hand while their passages are compared: neighbours have the same
# copies, and a magazine's issue is asked for again and again.
_AT_HAND = 64
# With what stands between words, and rather more than less: in German there are six or seven.
_CHARACTERS_A_WORD = 7


class PageSpool:
    """Pages in the order in which they were added, in files of a folder of their own.

    Passages are numbered from 0 through all pages; `first` is the number of each page's
    first passage, with one value more for the end, `names` what each page goes by.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages: BinaryIO = (folder / "pages").open("xb+")
        self._files = {name: (folder / name).open("xb+") for name in COLUMN_TYPES}
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._ends: list[int] = [0]
        self.passage_offsets: list[int] = [0]
        self.names: list[str] = []
        self.page = lru_cache(_AT_HAND)(self._read)

    def __len__(self) -> int:
        return len(self.names)

    def add(self, chunk: ParsedChunk) -> None:
        """Put the pages of a chunk aside."""
        before = self.passage_offsets[-1]
        for found, _ in chunk.outcomes:
            if isinstance(found, ParsedPage):
                self.passage_offsets.append(self.passage_offsets[-1] + found.passage_count)
                self.names.append(found.page)
                self._ends.append(self._ends[-1] + self._pages.write(found.data))
        if chunk.fingerprints:
            prints = replace(
                chunk.fingerprints, owners=chunk.fingerprints.owners + np.uint32(before)
            )
            for name, file in self._files.items():
                file.write(getattr(prints, name))
        self._pages.flush()  # so that they can be read

    @property
    def path(self) -> Path:
        """The file that holds the pages."""
        return self._folder / "pages"

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return self._ends[-1]

    def byte_range(self, number: int) -> tuple[int, int]:
        """Return where a page begins in that file, and where it ends."""
        return self._ends[number], self._ends[number + 1]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a column of the fingerprints of all pages, once all have been added.

        It is mapped from disk; what is changed in it is changed in memory alone.

        They are those of Fingerprints, with `owners` numbered through all pages.
        """
        if name not in self._columns:
            self._files[name].flush()
            path = self._folder / name
            size = path.stat().st_size
            values = (
                np.memmap(path, COLUMN_TYPES[name], "c")
                if size
                else np.empty(0, COLUMN_TYPES[name])
            )
            self._columns[name] = values.reshape(-1, BANDS) if name == "bands" else values
        return self._columns[name]

    def read_column(self, name: str, at: slice) -> npt.NDArray[Any]:
        """Return a part of such a column without mapping it into memory."""
        file, kind = self._files[name], np.dtype(COLUMN_TYPES[name])
        file.flush()
        size, start = (at.stop - at.start) * kind.itemsize, at.start * kind.itemsize
        return np.frombuffer(bytearray(os.pread(file.fileno(), size, start)), kind)

    def unit_slice(self, start: int, end: int) -> slice:
        """Return where in their columns the units of some pages are."""
        return slice(int(self._units[start]), int(self._units[min(end, len(self))]))

    def page_of(self, passages: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the number of the page of each passage, or of one."""
        pages: npt.NDArray[np.int64] = np.searchsorted(self._starts, passages, "right") - 1
        return pages

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        return np.array(self.passage_offsets, np.int64)

    @cached_property
    def _units(self) -> npt.NDArray[np.int64]:
        """Where the units of each page begin, and where the last ones end."""
        owners = self.column("owners")
        return np.searchsorted(owners, self._starts.astype(owners.dtype))

    def release(self, *names: str) -> None:
        """Let go of columns that are not needed any more, and of the memory they take."""
        for name in names:
            self._columns.pop(name, None)

    def sample_texts(self, characters: int) -> list[str]:
        """Return what passages from all over the archive say, of so many characters at most."""
        words = int(self.column("lengths").sum())
        step = words * _CHARACTERS_A_WORD // characters + 1
        texts: list[str] = []
        pages = groupby(
            range(0, self.passage_offsets[-1], step), lambda number: int(self.page_of(number))
        )
        for page, numbers in pages:
            said = [paragraph.text for _, paragraph in paragraphs(self._read(page))]
            for number in numbers:
                texts.append(said[number - self.passage_offsets[page]][:characters])
                characters -= len(texts[-1])
        return texts

    def temporary_file(self) -> BinaryIO:
        """Return a file to put something aside in, which is gone when it is closed."""
        return TemporaryFile(dir=self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in (self._pages, *self._files.values()):
            file.close()

    def _read(self, number: int) -> Page:
        return read_page(self._pages.fileno(), *self.byte_range(number))


def read_page(file: int, start: int, end: int) -> Page:
    """Return the page between two places in an open file of gathered ones."""
    return deserialize(os.pread(file, end - start, start))

"""Page spool: all parsed pages in files on disk, with their fingerprints as columns.

Boilerplate and near-duplicates can be found only when all pages are parsed. Until then
the spool keeps the pages, so that memory does not grow with the archive.
"""

import os
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from archivesearch.indexing.fingerprints.fingerprints import COLUMN_TYPES
from archivesearch.indexing.fingerprints.minhash import BANDS
from archivesearch.indexing.parsing.page_records import deserialize
from archivesearch.indexing.parsing.parse_task import ParsedChunk, ParsedPage
from archivesearch.model.pages import Page, paragraphs

# Pages in the cache while their passages are compared: neighbours have the same copies,
# and the page of a magazine's whole issue is read again and again.
_CACHED_PAGES = 64
# Spaces and punctuation included, and rather too many: German has six or seven.
_CHARACTERS_PER_WORD = 7


class PageSpool:
    """Pages in the order in which they were added, in files of an empty folder.

    Passages are numbered from 0 through all pages. Page n has the passages from
    `passage_offsets[n]` to `passage_offsets[n + 1]`; `names` are the pages' names. Two
    pages of three passages and one passage have the offsets 0, 3, 4. `page(n)` returns a
    page, from a small cache if it was read lately.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages: BinaryIO = (folder / "pages").open("xb+")
        self._files = {name: (folder / name).open("xb+") for name in COLUMN_TYPES}
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._byte_offsets: list[int] = [0]
        self.passage_offsets: list[int] = [0]
        self.names: list[str] = []
        self.page = lru_cache(_CACHED_PAGES)(self._read)

    def __len__(self) -> int:
        return len(self.names)

    def add(self, chunk: ParsedChunk) -> None:
        """Append the pages of a chunk and their fingerprints."""
        first_passage = self.passage_offsets[-1]
        for outcome, _ in chunk.outcomes:
            if isinstance(outcome, ParsedPage):
                self.passage_offsets.append(self.passage_offsets[-1] + outcome.passage_count)
                self.names.append(outcome.page)
                self._byte_offsets.append(self.size + self._pages.write(outcome.data))
        if chunk.fingerprints:
            columns = replace(
                chunk.fingerprints, owners=chunk.fingerprints.owners + np.uint32(first_passage)
            )
            for name, file in self._files.items():
                file.write(getattr(columns, name))
        self._pages.flush()  # so that they can be read

    @property
    def path(self) -> Path:
        """The file of the serialized pages."""
        return self._folder / "pages"

    @property
    def size(self) -> int:
        """The size of that file in bytes."""
        return self._byte_offsets[-1]

    def byte_range(self, page: int) -> tuple[int, int]:
        """Return where a page begins in that file, and where it ends."""
        return self._byte_offsets[page], self._byte_offsets[page + 1]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a column of the Fingerprints of all pages; call it once all are added.

        `owners` are numbered through all pages. The column is mapped from disk,
        copy-on-write: a change to it stays in memory and is gone after `release`.
        """
        if name not in self._columns:
            self._files[name].flush()
            path, kind = self._folder / name, COLUMN_TYPES[name]
            is_empty = not path.stat().st_size  # which mmap refuses
            values = np.empty(0, kind) if is_empty else np.memmap(path, kind, "c")
            self._columns[name] = values.reshape(-1, BANDS) if name == "bands" else values
        return self._columns[name]

    def read_column(self, name: str, part: slice) -> npt.NDArray[Any]:
        """Return a copy of a part of a column as it is on disk, without mapping the column."""
        file, kind = self._files[name], np.dtype(COLUMN_TYPES[name])
        file.flush()
        size, start = (part.stop - part.start) * kind.itemsize, part.start * kind.itemsize
        return np.frombuffer(bytearray(os.pread(file.fileno(), size, start)), kind)

    def release(self, *names: str) -> None:
        """Unmap columns that are not needed any more, which frees their memory."""
        for name in names:
            self._columns.pop(name, None)

    def unit_slice(self, start: int, end: int) -> slice:
        """Return which rows of the columns are the units of the pages from `start` to `end`."""
        return slice(int(self._unit_offsets[start]), int(self._unit_offsets[min(end, len(self))]))

    def page_of(self, passages: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the number of the page of each passage, or of one passage."""
        return np.searchsorted(self._first_passages, passages, "right") - 1

    def sample_texts(self, characters: int) -> list[str]:
        """Return texts of passages from all over the archive, of `characters` at most in all."""
        words = int(self.column("lengths").sum())
        step = words * _CHARACTERS_PER_WORD // characters + 1
        texts: list[str] = []
        sample = range(0, self.passage_offsets[-1], step)
        for page, numbers in groupby(sample, lambda number: int(self.page_of(number))):
            page_texts = [paragraph.text for _, paragraph in paragraphs(self._read(page))]
            for number in numbers:
                texts.append(page_texts[number - self.passage_offsets[page]][:characters])
                characters -= len(texts[-1])
        return texts

    def temporary_file(self) -> BinaryIO:
        """Return an empty file in the spool's folder, which is deleted when it is closed."""
        return TemporaryFile(dir=self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self._pages, *self._files.values()):
            file.close()

    @cached_property
    def _first_passages(self) -> npt.NDArray[np.int64]:
        return np.array(self.passage_offsets, np.int64)

    @cached_property
    def _unit_offsets(self) -> npt.NDArray[np.int64]:
        """The row of the first unit of each page, and the number of all units."""
        owners = self.column("owners")
        return np.searchsorted(owners, self._first_passages.astype(owners.dtype))

    def _read(self, number: int) -> Page:
        return read_page(self._pages.fileno(), *self.byte_range(number))


def read_page(file: int, start: int, end: int) -> Page:
    """Return the page between two offsets of a spool's open file of pages."""
    return deserialize(os.pread(file, end - start, start))

"""Pages that wait on disk until all have been seen, and their fingerprints as columns.

What many pages repeat and what is a copy of what can only be told of an archive as a
whole. Its pages are put aside meanwhile, so that memory does not grow with them.
"""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec
import numpy as np
import numpy.typing as npt

from archivesearch.model import Page
from archivesearch.parse.fingerprints import BANDS, COLUMNS, fingerprinted, unpacked

# Pages that are kept at hand while their passages are compared: neighbours have the same
# copies, and a magazine's issue is asked for again and again.
_AT_HAND = 64

_PLAIN = b"\0"  # with which no pickle begins
_PAGES = msgspec.msgpack.Decoder(Page)


class Gathered:
    """Pages in the order in which they were added, in files of a folder of their own.

    Passages are numbered from 0 through all pages; `first` is the number of each page's
    first passage, with one value more for the end, `names` what each page goes by.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages: BinaryIO = (folder / "pages").open("xb+")
        self._files = {name: (folder / name).open("xb") for name in COLUMNS}
        self._columns: dict[str, npt.NDArray[Any]] = {}
        self._ends: list[int] = [0]
        self.first: list[int] = [0]
        self._first: npt.NDArray[np.int64] | None = None
        self._units: list[int] = [0]
        self.names: list[str] = []
        self.page = lru_cache(_AT_HAND)(self._read)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Page]:
        """Yield all pages, in order."""
        return map(self._read, range(len(self)))

    def add(self, page: Page) -> None:
        """Put a page aside."""
        page = page if page.fingerprints else fingerprinted(page)
        prints = unpacked(page.fingerprints)
        first = self.first[-1]
        prints = replace(prints, owners=prints.owners + np.uint32(first))
        for name, file in self._files.items():
            file.write(getattr(prints, name).tobytes())
        self.first.append(first + len(prints.lengths))
        self._units.append(self._units[-1] + len(prints.units))
        self.names.append(page.page)
        self._ends.append(self._ends[-1] + self._pages.write(_packed(page)))

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return a column of the fingerprints of all pages, once all have been added.

        It is mapped from disk; what is changed in it is changed in memory alone.

        They are those of Fingerprints, with `owners` numbered through all pages.
        """
        if name not in self._columns:
            self._files[name].flush()
            path = self._folder / name
            size = path.stat().st_size
            values = np.memmap(path, COLUMNS[name], "c") if size else np.empty(0, COLUMNS[name])
            self._columns[name] = values.reshape(-1, BANDS) if name == "bands" else values
        return self._columns[name]

    def units_between(self, start: int, end: int) -> slice:
        """Return where in their columns the units of some pages are."""
        return slice(self._units[start], self._units[min(end, len(self))])

    def page_of(self, passages: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the number of the page of each passage, or of one."""
        if self._first is None:
            self._first = np.array(self.first)
        pages: npt.NDArray[np.int64] = np.searchsorted(self._first, passages, "right") - 1
        return pages

    def scratch(self) -> BinaryIO:
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
        start, end = self._ends[number : number + 2]
        self._pages.seek(start)
        return _unpacked(self._pages.read(end - start))


def _packed(page: Page) -> bytes:
    """Return a page as bytes, without its fingerprints, which have columns of their own."""
    bare = replace(page, fingerprints=b"")
    try:
        return _PLAIN + msgspec.msgpack.encode(bare)
    except UnicodeEncodeError:  # lone surrogates, which a page may have
        return pickle.dumps(bare, -1)


def _unpacked(data: bytes) -> Page:
    """Return a page that was packed. It is read by this process alone, from its own file."""
    if data.startswith(_PLAIN):
        return _PAGES.decode(memoryview(data)[len(_PLAIN) :])
    page: Page = pickle.loads(data)  # noqa: S301 - it is our own
    return page

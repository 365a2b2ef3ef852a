"""The corpus: pages laid out as asked, and their paragraphs, parsed once for all engines.

The paragraphs stand in one file that each process reads as a stream, so that an engine's
peak memory is its own.
"""

import itertools
import marshal
import re
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

BATCH = 1000
CONFIG = "archivesearch.toml"

_BETWEEN_TAGS = re.compile(rb">[^<]+")
_LONG_WORD = re.compile(rb"(?<![&#\w])[A-Za-z]{5,}(?![\w;])")


def lay_out(
    pages: Sequence[Path], folder: Path, target: Path, *, limit: int | None, copies: int
) -> Path:
    """Return a folder with `copies` of `limit` of a folder's pages, evenly chosen.

    Beyond the first copy a quarter of all long words are changed, so that no paragraph is
    its own duplicate. The folder itself is returned where nothing has to be changed.
    """
    if copies == 1 and (limit is None or limit >= len(pages)):
        return folder
    kept = min(limit or len(pages), len(pages))
    for page in [pages[i * len(pages) // kept] for i in range(kept)]:
        data = page.read_bytes()
        for copy in range(copies):
            place = target / (f"copy{copy}" if copy else "") / page.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(changed(data, copy) if copy else data)
    if (folder / CONFIG).is_file():
        shutil.copy(folder / CONFIG, target / CONFIG)
    return target


def changed(data: bytes, copy: int) -> bytes:
    """Return a page whose text has other words in place of a quarter of the long ones."""

    def other(word: re.Match[bytes]) -> bytes:
        is_changed = zlib.crc32(word[0].lower(), copy) % 4 == 0
        return word[0] + bytes([ord("a") + copy % 26]) * 2 if is_changed else word[0]

    return _BETWEEN_TAGS.sub(lambda run: _LONG_WORD.sub(other, run[0]), data)


class Feed:
    """The paragraphs of a file as a stream, in the form `make` gives them.

    `make` takes a dict of a passage's values by name.
    """

    def __init__(self, file: Path, make: Callable[[dict[str, Any]], Any]) -> None:
        self.file = file
        self.make = make

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self._batches())

    def _batches(self) -> Iterator[list[Any]]:
        with self.file.open("rb") as source:
            names = marshal.load(source)  # noqa: S302 (this run wrote it)
            while batch := marshal.load(source):  # noqa: S302
                yield [self.make(dict(zip(names, values, strict=True))) for values in batch]


def write(passages: Iterable[Any], names: tuple[str, ...], file: Path) -> None:
    """Write passages as a file that Feed reads; `names` are their attributes."""
    values_of = attrgetter(*names)
    stream = map(values_of, passages)
    with file.open("wb") as out:
        marshal.dump(names, out)
        while batch := list(itertools.islice(stream, BATCH)):
            marshal.dump(batch, out)
        marshal.dump([], out)

"""Corpus of a run: copies of the pages, and one file of their paragraphs for all engines.

Each process reads the paragraphs as a stream, so an engine's peak memory is its own.
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

_TEXT = re.compile(rb">[^<]+")
_LONG_WORD = re.compile(rb"(?<![&#\w])[A-Za-z]{5,}(?![\w;])")


def copy_pages(
    pages: Sequence[Path], folder: Path, target: Path, *, limit: int | None, copies: int
) -> Path:
    """Copy `limit` evenly chosen pages of a folder `copies` times to `target`; return the target.

    From the second copy on, a quarter of the long words are changed, so that no paragraph is a
    duplicate of another. Return the folder itself if one copy of all pages is asked for.
    """
    if copies == 1 and (limit is None or limit >= len(pages)):
        return folder
    count = min(limit or len(pages), len(pages))
    for page in [pages[i * len(pages) // count] for i in range(count)]:
        data = page.read_bytes()
        for copy in range(copies):
            path = target / (f"copy{copy}" if copy else "") / page.relative_to(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(change_words(data, copy) if copy else data)
    if (folder / CONFIG).is_file():
        shutil.copy(folder / CONFIG, target / CONFIG)
    return target


def change_words(data: bytes, copy: int) -> bytes:
    """Return a page with two letters added to a quarter of its long words.

    The number of the copy chooses the letters and the words. A word is changed everywhere or
    nowhere: in copy 3, either each "party" becomes "partydd", or none does.
    """

    def change(word: re.Match[bytes]) -> bytes:
        is_changed = zlib.crc32(word[0].lower(), copy) % 4 == 0
        return word[0] + bytes([ord("a") + copy % 26]) * 2 if is_changed else word[0]

    return _TEXT.sub(lambda text: _LONG_WORD.sub(change, text[0]), data)


class ParagraphReader:
    """Paragraphs of a file as an iterable that reads the file anew each time.

    `convert` makes an item of the values of a passage, a dict by name.
    """

    def __init__(self, file: Path, convert: Callable[[dict[str, Any]], Any]) -> None:
        self.file = file
        self.convert = convert

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain.from_iterable(self._batches())

    def _batches(self) -> Iterator[list[Any]]:
        with self.file.open("rb") as source:
            names = marshal.load(source)  # noqa: S302 (this run wrote it)
            while batch := marshal.load(source):  # noqa: S302
                yield [self.convert(dict(zip(names, values, strict=True))) for values in batch]


def write_paragraphs(passages: Iterable[Any], names: tuple[str, ...], file: Path) -> None:
    """Write the attributes `names` of passages to a file for ParagraphReader."""
    values_of = attrgetter(*names)
    rows = map(values_of, passages)
    with file.open("wb") as out:
        marshal.dump(names, out)
        while batch := list(itertools.islice(rows, BATCH)):
            marshal.dump(batch, out)
        marshal.dump([], out)

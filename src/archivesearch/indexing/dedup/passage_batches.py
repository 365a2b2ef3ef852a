"""Pages that wait on disk, handed on as passages: in this process or in another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archivesearch.indexing.dedup.boilerplate_spans import PageMarks, Repeats, marked
from archivesearch.indexing.parsing.page_spool import page_between
from archivesearch.model.passages import Passage, SamePage


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page in the file of gathered ones: where it is, its marks, and pages known as this one."""

    start: int
    end: int
    marks: PageMarks | None
    same: tuple[SamePage, ...]


@dataclass(frozen=True, slots=True)
class PageBatch:
    """The passages of some pages, which are read when they are asked for."""

    path: Path
    pages: Sequence[Waiting]
    repeats: Repeats
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Passage]:
        """Yield the passages, in order."""
        with self.path.open("rb") as file:
            for page in self.pages:
                found = marked(
                    page_between(file.fileno(), page.start, page.end), page.marks, self.repeats
                )
                if page.same:
                    found = (replace(passage, same=page.same) for passage in found)
                yield from found

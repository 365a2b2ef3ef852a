"""Pages that wait on disk, handed on as passages: in this process or in another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archivesearch.indexing.dedup.boilerplate_spans import (
    BoilerplateUnits,
    PageBoilerplate,
    passages_with_boilerplate,
)
from archivesearch.indexing.parsing.page_spool import read_page
from archivesearch.model.passages import Passage, SamePage


@dataclass(frozen=True, slots=True)
class SpooledPage:
    """A page in the file of gathered ones: where it is, its marks, and pages known as this one."""

    start: int
    end: int
    boilerplate: PageBoilerplate | None
    same: tuple[SamePage, ...]


@dataclass(frozen=True, slots=True)
class PassageBatch:
    """The passages of some pages, which are read when they are asked for."""

    path: Path
    pages: Sequence[SpooledPage]
    boilerplate: BoilerplateUnits
    passage_count: int

    def __len__(self) -> int:
        return self.passage_count

    def __iter__(self) -> Iterator[Passage]:
        """Yield the passages, in order."""
        with self.path.open("rb") as file:
            for page in self.pages:
                found = passages_with_boilerplate(
                    read_page(file.fileno(), page.start, page.end),
                    page.boilerplate,
                    self.boilerplate,
                )
                if page.same:
                    found = (replace(passage, same=page.same) for passage in found)
                yield from found

"""Passage batches: the passages of spooled pages, read by the process that indexes them."""

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
    """A page in the spool's file: its byte range, its boilerplate, and the pages equal to it."""

    start: int
    end: int
    boilerplate: PageBoilerplate | None
    same: tuple[SamePage, ...]


@dataclass(frozen=True, slots=True)
class PassageBatch:
    """The passages of some pages. A batch is small when it is sent to another process.

    `path` is the spool's file; the pages are read when the batch is iterated.
    """

    path: Path
    pages: Sequence[SpooledPage]
    boilerplate: BoilerplateUnits
    passage_count: int

    def __len__(self) -> int:
        return self.passage_count

    def __iter__(self) -> Iterator[Passage]:
        """Yield the passages, in order."""
        with self.path.open("rb") as file:
            for spooled in self.pages:
                passages = passages_with_boilerplate(
                    read_page(file.fileno(), spooled.start, spooled.end),
                    spooled.boilerplate,
                    self.boilerplate,
                )
                if spooled.same:
                    passages = (replace(passage, same=spooled.same) for passage in passages)
                yield from passages

"""How far a rebuild has come, drawn on standard error where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archivesearch.model import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress


class Watcher:
    """What a rebuild reports to; it remembers the bytes that were read."""

    def __init__(self) -> None:
        self.bytes = 0

    def __call__(self, progress: Progress) -> None:
        """Take note of how far the rebuild has come."""
        self.bytes = max(self.bytes, progress.bytes)


class DrawingWatcher(Watcher):
    """A watcher that draws a bar."""

    def __init__(self, bar: "RichProgress") -> None:
        super().__init__()
        self.bar = bar
        self.task = bar.add_task("starting", total=None)

    def __call__(self, progress: Progress) -> None:
        """Draw how far the rebuild has come."""
        super().__call__(progress)
        self.bar.update(
            self.task,
            description=progress.stage,
            completed=progress.pages,
            total=progress.total,
        )


@contextmanager
def watched() -> Iterator[Watcher]:
    """Give a watcher that draws on a terminal and vanishes when the work is done."""
    if not sys.stderr.isatty():
        yield Watcher()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield DrawingWatcher(bar)

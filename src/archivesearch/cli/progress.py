"""How far a rebuild has come, on standard error: drawn on a terminal, told elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from archivesearch.model.reports import Progress
from archivesearch.present.counts import duration

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw on."""


class Watcher:
    """What a rebuild reports to; it remembers the bytes that were read."""

    def __init__(self) -> None:
        self.bytes = 0
        self.began = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Take note of how far the rebuild has come."""
        self.bytes = max(self.bytes, progress.bytes)

    def speed(self) -> str:
        """Return how fast pages have been read so far."""
        seconds = time.monotonic() - self.began
        return f"{self.bytes / 1e6 / seconds:.1f} MB/s" if seconds > 0 else ""


class TellingWatcher(Watcher):
    """A watcher that writes a line now and then."""

    def __init__(self, every: float = EVERY) -> None:
        super().__init__()
        self.every = every
        self.told = self.began
        self.stage, self.stage_began = "", self.began

    def __call__(self, progress: Progress) -> None:
        """Write how far the rebuild has come, if it is time."""
        super().__call__(progress)
        now = time.monotonic()
        if progress.stage != self.stage:
            self.stage, self.stage_began = progress.stage, now
        if now - self.told >= self.every:
            self.told = now
            click.echo(self.line(progress, now - self.stage_began), err=True)

    def line(self, progress: Progress, seconds: float) -> str:
        """Return what there is to say after so many seconds of a stage."""
        pages = f"{progress.pages:,} pages"
        parts = [pages, self.speed()]
        if progress.total is not None:
            parts[0] = f"{progress.pages:,} of {progress.total:,} pages"
        if progress.skipped:
            parts.append(f"{progress.skipped:,} skipped")
        if progress.total and progress.pages and seconds >= 1:
            left = seconds / progress.pages * (progress.total - progress.pages)
            parts.append(f"{duration(max(left, 0))} left")
        return f"{progress.stage}: {', '.join(filter(None, parts))}"


class DrawingWatcher(Watcher):
    """A watcher that draws a bar."""

    def __init__(self, bar: "RichProgress") -> None:
        super().__init__()
        self.bar = bar
        self.stage = ""
        self.task = bar.add_task("starting", total=None, speed="", skipped="")

    def __call__(self, progress: Progress) -> None:
        """Draw how far the rebuild has come; each stage begins a new bar."""
        super().__call__(progress)
        if progress.stage != self.stage:
            self.stage = progress.stage
            self.bar.reset(self.task, description=progress.stage)
        self.bar.update(
            self.task,
            completed=progress.pages,
            total=progress.total,
            speed=self.speed(),
            skipped=f"{progress.skipped:,} skipped" if progress.skipped else "",
        )


@contextmanager
def watched() -> Iterator[Watcher]:
    """Give a watcher that draws on a terminal and vanishes when the work is done."""
    if not sys.stderr.isatty():
        yield TellingWatcher()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("pages"),
        TextColumn("{task.fields[speed]}", markup=False),
        TextColumn("{task.fields[skipped]}", markup=False),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield DrawingWatcher(bar)

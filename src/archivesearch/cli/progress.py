"""How far a rebuild has come, on standard error: drawn on a terminal, told elsewhere."""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from threading import Event, Thread

import click

from archivesearch.cli.failures import Interrupted
from archivesearch.model.reports import Progress
from archivesearch.present.numbers import quantity, whole_duration

LINE_INTERVAL = 10.0
"""Seconds between two lines where there is no terminal to draw on."""

_WINDOW = 30  # seconds, after which what was faster or slower is forgotten
_LEAST_BAR, _MOST_BAR = 8, 40
_FOR_CTRL_C = 3  # columns left free: `^C` must not begin a line of its own


class ProgressMeter:
    """What a rebuild reports to, and what is to be said of it; `clock` gives seconds.

    Reports come in one thread while another one may ask.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.latest = Progress(0, None, 0, 0, "listing")
        self._clock = clock
        self._begun = self._stage_begun = clock()
        self._marks = deque([(self._begun, self.latest)])

    def __call__(self, progress: Progress) -> None:
        """Take note of how far the rebuild has come; at each stage all begins anew."""
        now = self._clock()
        if progress.stage != self.latest.stage:
            self._stage_begun = now
            self._marks = deque([(now, progress)], maxlen=_WINDOW)
        elif now - self._marks[-1][0] >= 1:
            self._marks.append((now, progress))
        self.latest = progress

    @property
    def bytes(self) -> int:
        """How many bytes of pages have been read."""
        return self.latest.bytes

    @property
    def seconds(self) -> float:
        """How long the work has taken until now."""
        return self._clock() - self._begun

    def parts(self) -> dict[str, str]:
        """Return what there is to say of the stage by name: `pages`, `speed`, `skipped`, `time`.

        Speed and time left are those of the last half minute.
        """
        latest, now = self.latest, self._clock()
        began, first = self._marks[0]
        seconds, done, size = now - began, latest.pages - first.pages, latest.bytes - first.bytes
        pages = speed = left = ""
        if latest.total is None:
            left = (
                f"{whole_duration(now - self._stage_begun)} so far"
                if now - self._stage_begun >= 1
                else ""
            )
        else:
            pages = f"{latest.pages:,} of {quantity(latest.total, 'page')}"
            if seconds >= 1 and done > 0 and latest.pages < latest.total:
                left = (
                    f"{whole_duration(ceil(seconds / done * (latest.total - latest.pages)))} left"
                )
            if seconds >= 1 and size >= 50_000 * seconds:
                speed = f"{size / seconds / 1e6:.1f} MB/s"
        skipped = f"{latest.skipped:,} skipped" if latest.skipped else ""
        found = {"pages": pages, "speed": speed, "skipped": skipped, "time": left}
        return {name: text for name, text in found.items() if text}

    def line(self) -> str:
        """Return all there is to say of the stage."""
        said = ", ".join(self.parts().values())
        return f"{self.latest.stage}: {said}" if said else self.latest.stage

    def shortened(self, columns: int) -> str:
        """Return as much of what there is to say as so many columns have room for."""
        said = self.parts()
        for dispensable in ("", "speed", "skipped", "time", "pages"):
            said.pop(dispensable, None)
            if len(text := "  ".join(said.values())) <= columns:
                return text
        return ""


@contextmanager
def show_progress(index: str) -> Iterator[ProgressMeter]:
    """Give a watcher, and show what it knows while the work on an index goes on."""
    watcher = ProgressMeter()
    try:
        with _drawn(watcher) if _is_terminal() else write_progress_lines(watcher):
            yield watcher
    except KeyboardInterrupt as error:
        # the new index may be in its place already, and the rest is clearing away
        what = (
            f"{index} holds the old index or the new one, whole"
            if watcher.latest.stage == "saving"
            else f"nothing was changed in {index}"
        )
        raise Interrupted(f"interrupted; {what}") from error


@contextmanager
def write_progress_lines(watcher: ProgressMeter, interval: float = LINE_INTERVAL) -> Iterator[None]:
    """Write a line now and then, also while nothing is reported."""
    ended = Event()

    def tell() -> None:
        while not ended.wait(interval):
            with suppress(OSError, ValueError):  # nobody reads it any more
                click.echo(watcher.line(), err=True)

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _drawn(watcher: ProgressMeter) -> Iterator[None]:
    """Draw a bar, which vanishes when the work is done."""
    from rich.console import Console
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    console = Console(stderr=True)

    def drawing() -> Table:
        latest, room = watcher.latest, console.width - _FOR_CTRL_C
        said = watcher.shortened(room - len(latest.stage) - 2)
        bar = min(room - len(latest.stage) - len(said) - 4, _MOST_BAR)
        shown = ProgressBar(latest.total, latest.pages, bar, pulse=latest.total is None)
        table = Table.grid(padding=(0, 2))
        if bar >= _LEAST_BAR:
            table.add_row(latest.stage, shown, said)
        else:
            table.add_row(latest.stage, said)
        return table

    with Live(get_renderable=drawing, console=console, transient=True, refresh_per_second=10):
        yield


def _is_terminal() -> bool:
    """Say whether standard error is a terminal on which a line can be drawn anew."""
    # a program that is started without a standard error has none
    if sys.stderr is None or os.environ.get("TERM") == "dumb":
        return False
    return sys.stderr.isatty()

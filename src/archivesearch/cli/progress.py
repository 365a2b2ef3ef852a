"""Progress of a build on standard error: a bar on a terminal, otherwise lines of text."""

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

# Seconds between two lines if standard error is no terminal.
LINE_INTERVAL = 10.0

_MAX_SAMPLES = 30  # one a second: speed and time left are those of the last half minute
_MIN_BAR, _MAX_BAR = 8, 40
_COLUMNS_FOR_CTRL_C = 3  # otherwise `^C` would begin a new line


class ProgressMeter:
    """Receives the progress of a build, and estimates its speed and the time left.

    `clock` returns seconds. One thread may report while another one reads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.latest = Progress(0, None, 0, 0, "listing")
        self._clock = clock
        self._start = self._stage_start = clock()
        self._samples = deque([(self._start, self.latest)])

    def __call__(self, progress: Progress) -> None:
        """Store the progress; a new stage has new samples."""
        now = self._clock()
        if progress.stage != self.latest.stage:
            self._stage_start = now
            self._samples = deque([(now, progress)], maxlen=_MAX_SAMPLES)
        elif now - self._samples[-1][0] >= 1:
            self._samples.append((now, progress))
        self.latest = progress

    @property
    def bytes(self) -> int:
        """Bytes of pages read so far."""
        return self.latest.bytes

    @property
    def seconds(self) -> float:
        """Seconds since the start of the build."""
        return self._clock() - self._start

    def line(self) -> str:
        """Return one line: `reading: 50 of 200 pages, 1.5 MB/s, 3 skipped, 30 s left`."""
        parts = ", ".join(self.parts().values())
        return f"{self.latest.stage}: {parts}" if parts else self.latest.stage

    def short_line(self, columns: int) -> str:
        """Return the parts that fit into `columns`; speed and skipped pages go first."""
        parts = self.parts()
        for name in ("", "speed", "skipped", "time", "pages"):
            parts.pop(name, None)
            if len(text := "  ".join(parts.values())) <= columns:
                return text
        return ""

    def parts(self) -> dict[str, str]:
        """Return the parts of a line by name: `pages`, `speed`, `skipped`, `time`.

        A part without a value is left out.
        """
        latest, now = self.latest, self._clock()
        start, first = self._samples[0]
        seconds, done, size = now - start, latest.pages - first.pages, latest.bytes - first.bytes
        stage_seconds = now - self._stage_start
        pages = speed = remaining = ""
        if latest.total is None:
            remaining = f"{whole_duration(stage_seconds)} so far" if stage_seconds >= 1 else ""
        else:
            pages = f"{latest.pages:,} of {quantity(latest.total, 'page')}"
            if seconds >= 1 and done > 0 and latest.pages < latest.total:
                left = ceil(seconds / done * (latest.total - latest.pages))
                remaining = f"{whole_duration(left)} left"
            if seconds >= 1 and size >= 50_000 * seconds:
                speed = f"{size / seconds / 1e6:.1f} MB/s"
        skipped = f"{latest.skipped:,} skipped" if latest.skipped else ""
        parts = {"pages": pages, "speed": speed, "skipped": skipped, "time": remaining}
        return {name: text for name, text in parts.items() if text}


@contextmanager
def show_progress(index: str) -> Iterator[ProgressMeter]:
    """Show the progress of a build of `index`; the build reports to the meter.

    Ctrl-C raises Interrupted; its message tells the state of the index.
    """
    meter = ProgressMeter()
    try:
        with _draw_bar(meter) if _is_terminal() else write_progress_lines(meter):
            yield meter
    except KeyboardInterrupt as error:
        # While saving, the new index may already be the current one.
        state = (
            f"{index} holds either the complete old index or the complete new one"
            if meter.latest.stage == "saving"
            else f"nothing was changed in {index}"
        )
        raise Interrupted(f"interrupted; {state}") from error


@contextmanager
def write_progress_lines(meter: ProgressMeter, interval: float = LINE_INTERVAL) -> Iterator[None]:
    """Write a line every `interval` seconds, also without new reports."""
    end = Event()

    def write_lines() -> None:
        while not end.wait(interval):
            with suppress(OSError, ValueError):  # standard error is closed
                click.echo(meter.line(), err=True)

    thread = Thread(target=write_lines, daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@contextmanager
def _draw_bar(meter: ProgressMeter) -> Iterator[None]:
    """Draw a bar, and erase it at the end."""
    from rich.console import Console
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    console = Console(stderr=True)

    def draw() -> Table:
        latest, columns = meter.latest, console.width - _COLUMNS_FOR_CTRL_C
        text = meter.short_line(columns - len(latest.stage) - 2)
        width = min(columns - len(latest.stage) - len(text) - 4, _MAX_BAR)
        bar = ProgressBar(latest.total, latest.pages, width, pulse=latest.total is None)
        table = Table.grid(padding=(0, 2))
        if width >= _MIN_BAR:
            table.add_row(latest.stage, bar, text)
        else:
            table.add_row(latest.stage, text)
        return table

    with Live(get_renderable=draw, console=console, transient=True, refresh_per_second=10):
        yield


def _is_terminal() -> bool:
    """Whether standard error is a terminal that can erase a line."""
    # sys.stderr is None in a program that was started without a standard error.
    if sys.stderr is None or os.environ.get("TERM") == "dumb":
        return False
    return sys.stderr.isatty()

"""Growth: builds and queries of archivesearch from an eighth of a corpus to four copies of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.speed import machine
from benchmarks.speed.engine import OURS
from benchmarks.speed.measure import Run, Say, Settings
from benchmarks.speed.parsing import page_count
from benchmarks.speed.report import MB, align_columns

Values = dict[str, Any]
KIND = "words"
# Steps as (divisor, copies): (8, 1) takes an eighth of the pages, (1, 4) all of them four times.
STEPS = {"1/8": (8, 1), "1/4": (4, 1), "1/2": (2, 1), "1": (1, 1), "2": (1, 2), "4": (1, 4)}
WHOLE = "1"


def measure(
    folder: Path, work: Path, settings: Settings, say: Say, steps: Sequence[str] = tuple(STEPS)
) -> Values:
    """Measure each step as a run of its own, and return all of it as plain values.

    Raises WorkerError if the pages cannot be parsed.
    """
    result: Values = {"machine": machine.describe(), "settings": asdict(settings), "steps": {}}
    pages = page_count(folder)
    for name in steps:
        divisor, copies = STEPS[name]
        say(f"{name} of the corpus")
        step_settings = replace(
            settings,
            engines=(OURS,),
            kinds=(KIND,),
            cold=0,
            limit_pages=max(1, pages // divisor),
            copies=copies,
        )
        run = Run(folder, work / name.replace("/", "-"), step_settings, say)
        run.work.mkdir()
        values = run.measure()
        result["steps"][name] = {
            "corpus": values["corpus"],
            "rebuild": values["rebuild"],
            "build": values["builds"].get(OURS),
            "words": values["queries"].get(KIND, {}).get(OURS),
            "failed": values["failed"],
        }
        run.clear()
    return result


def table(result: Values) -> str:
    """Return the table of growth, ending with a newline."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Values) -> Iterator[str]:
    whole = result["steps"][WHOLE]
    rows = []
    for name, step in result["steps"].items():
        if not (step["build"] and step["words"] and whole["build"] and whole["words"]):
            yield f"failed: {name}: {step['failed']}"
            continue
        build, text = step["build"], step["corpus"]["text_bytes"] / MB
        size = text / (whole["corpus"]["text_bytes"] / MB)
        cpu = build["cpu_seconds"] / text
        rows.append(
            (
                name,
                f"{step['corpus']['paragraphs']:,}",
                f"{text:.1f}",
                f"{build['seconds']:.2f}",
                f"{build['cpu_seconds']:.2f}",
                f"{1000 * cpu:.0f}",
                f"{cpu / _cpu_per_megabyte(whole):.2f}",
                f"{build['peak_bytes'] / MB:.0f}",
                f"{build['peak_bytes'] / whole['build']['peak_bytes']:.2f}",
                f"{build['index_bytes'] / MB:.1f}",
                f"{step['words']['p95']:.2f}",
                f"{step['words']['p95'] / whole['words']['p95'] / size**0.5:.2f}",
            )
        )
    time_heads = ("build s", "CPU s", "CPU ms/MB", "/ whole")
    more_heads = ("peak MB", "/ whole", "index MB", "words p95 ms", "/ whole / sqrt(size)")
    heads = ("of the corpus", "paragraphs", "MB", *time_heads, *more_heads)
    yield from align_columns(heads, rows)


def _cpu_per_megabyte(step: Values) -> float:
    """Return the CPU seconds of a build per megabyte of text."""
    return float(step["build"]["cpu_seconds"] / (step["corpus"]["text_bytes"] / MB))

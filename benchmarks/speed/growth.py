"""How archivesearch grows: builds and queries from an eighth of a corpus to four copies of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.speed import machine
from benchmarks.speed.engine import OURS
from benchmarks.speed.measure import Run, Say, Settings
from benchmarks.speed.parsing import page_count
from benchmarks.speed.report import MB, laid_out

Values = dict[str, Any]
KIND = "words"
# What of the corpus is taken: its part, and how often.
STEPS = {"1/8": (8, 1), "1/4": (4, 1), "1/2": (2, 1), "1": (1, 1), "2": (1, 2), "4": (1, 4)}
WHOLE = "1"


def measure(
    folder: Path, work: Path, settings: Settings, say: Say, steps: Sequence[str] = tuple(STEPS)
) -> Values:
    """Measure each step as a run of its own, and return all of it as plain values.

    Raises WorkerError where the pages cannot be parsed or a build fails.
    """
    result: Values = {"machine": machine.facts(), "settings": asdict(settings), "steps": {}}
    pages = page_count(folder)
    for name in steps:
        part, copies = STEPS[name]
        say(f"{name} of the corpus")
        taken = replace(
            settings,
            engines=(OURS,),
            kinds=(KIND,),
            cold=0,
            limit_pages=max(1, pages // part),
            copies=copies,
        )
        run = Run(folder, work / name.replace("/", "-"), taken, say)
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
    cells = []
    for name, step in result["steps"].items():
        if not (step["build"] and step["words"] and whole["build"] and whole["words"]):
            yield f"failed: {name}: {step['failed']}"
            continue
        build, text = step["build"], step["corpus"]["text_bytes"] / MB
        size = text / (whole["corpus"]["text_bytes"] / MB)
        cpu = build["cpu_seconds"] / text
        cells.append(
            (
                name,
                f"{step['corpus']['paragraphs']:,}",
                f"{text:.1f}",
                f"{build['seconds']:.2f}",
                f"{build['cpu_seconds']:.2f}",
                f"{1000 * cpu:.0f}",
                f"{cpu / _pace(whole):.2f}",
                f"{build['peak_bytes'] / MB:.0f}",
                f"{build['peak_bytes'] / whole['build']['peak_bytes']:.2f}",
                f"{build['index_bytes'] / MB:.1f}",
                f"{step['words']['p95']:.2f}",
                f"{step['words']['p95'] / whole['words']['p95'] / size**0.5:.2f}",
            )
        )
    heads = ("of the corpus", "paragraphs", "MB", "build s", "CPU s", "CPU ms/MB", "/ whole")
    more = ("peak MB", "/ whole", "index MB", "words p95 ms", "/ whole / sqrt(size)")
    yield from laid_out((*heads, *more), cells)


def _pace(whole: Values) -> float:
    """Return the CPU seconds for a megabyte of the whole corpus."""
    return float(whole["build"]["cpu_seconds"] / (whole["corpus"]["text_bytes"] / MB))

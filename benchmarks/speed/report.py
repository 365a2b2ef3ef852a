"""The table of one run, for people; 80 to 100 columns of plain text."""

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.speed.engine import ENGINES
from benchmarks.speed.queries import SETS, WARM_UP

Values = dict[str, Any]
MB = 1_000_000


def table(result: Values) -> str:
    """Return the whole report on a run, ending with a newline."""
    parts = (_head, _absences, _pages, _whole, _builds, _queries, _cold_starts)
    blocks = ("\n".join(part(result)).strip() for part in parts)
    return "\n\n".join(filter(None, blocks)) + "\n"


def _head(result: Values) -> Iterator[str]:
    machine, corpus, settings = result["machine"], result["corpus"], result["settings"]
    options = settings["options"]
    versions = {name: v for name, v in machine["packages"].items() if v != "not installed"}
    yield (
        f"{machine['cores']} cores, {machine['system']}, load {machine['load']}; "
        f"Python {machine['python']}, SQLite {machine['sqlite']}"
    )
    yield ", ".join(f"{name} {version}" for name, version in versions.items())
    yield (
        f"{corpus['pages']:,} pages ({corpus['skipped']} skipped), "
        f"{corpus['page_bytes'] / MB:.1f} MB; {corpus['paragraphs']:,} paragraphs, "
        f"{corpus['text_bytes'] / MB:.1f} MB of text"
    )
    yield (
        f"seed {settings['seed']}; builds: {options['threads']} thread(s), median of "
        f"{settings['builds']}; queries: {settings['queries']} a set after {WARM_UP} uncounted, "
        f"median of {settings['repeat']}"
    )
    yield (
        f"peers search {' and '.join(options['fields'])}, and "
        f"{'count' if options['totals'] else 'do not count'} all matches; archivesearch does"
    )


def _absences(result: Values) -> Iterator[str]:
    for name, how in result["absent"].items():
        yield f"absent: {name} ({ENGINES[name].about}); to install it: {how}"
    for what, why in result["failed"].items():
        yield f"failed: {what}: {why}"


def _pages(result: Values) -> Iterator[str]:
    """Tell the cost of the parse alone, and of the rebuild as a user sees it."""
    corpus, rebuild = result["corpus"], result["rebuild"]
    size = corpus["page_bytes"] / MB
    rows = [("lexbor, text of the body", *_pace(corpus["lexbor_seconds"], corpus["pages"], size))]
    rows += [("archivesearch, parse", *_pace(corpus["parse_seconds"], corpus["pages"], size))]
    for name, key in (("languages", "language"), ("repeats and copies", "compare")):
        rows += [
            (f"archivesearch, {name}", *_pace(corpus[f"{key}_seconds"], corpus["pages"], size))
        ]
    if rebuild:
        rows += [("archivesearch, rebuild", *_pace(rebuild["seconds"], rebuild["pages"], size))]
    yield from laid_out(("from pages", "seconds", "pages/s", "MB of pages/s"), rows)
    if corpus["lexbor_seconds"]:
        yield f"parse / lexbor: {result['ratios']['parse']:.2f}"
        yield f"languages, repeats and copies / parse: {result['ratios']['compare']:.2f}"
    if rebuild:
        peak = rebuild["peak_bytes"] / MB
        yield f"peak memory of the largest process of the rebuild: {peak:.0f} MB"


def _pace(seconds: float, pages: int, size: float) -> tuple[str, str, str]:
    return f"{seconds:.2f}", f"{pages / seconds:.0f}", f"{size / seconds:.1f}"


def _whole(result: Values) -> Iterator[str]:
    """Tell the rebuild as a command with all cores, beside other programs for the same."""
    whole = result["whole"]
    if not whole:
        return
    size, ratios = result["corpus"]["page_bytes"] / MB, result["ratios"]["whole"]
    rows = []
    for name, values in whole["rows"].items():
        if "error" in values:
            rows.append((name, "failed", values["error"]))
            continue
        seconds, peak = values["seconds"], values["peak_bytes"]
        row = (name, f"{seconds:.2f}", f"{values['cpu_seconds']:.2f}", f"{size / seconds:.1f}")
        rows.append((*row, f"{peak / MB:.0f}" if peak else "unseen", *_ratios(ratios, name)))
    heads = ("from pages, as a command", "seconds", "CPU s", "MB/s", "peak MB of all")
    yield from laid_out((*heads, "ours/peer: s", "CPU", "memory"), rows)
    for name, how in whole["absent"].items():
        yield f"absent: {name}; to install it: {how}"
    growth = whole["growth"]
    if growth["ratio"]:
        few, many = (peak / MB for peak in growth["peak_bytes"])
        yield (
            f"peak of all processes with four times the pages: {many:.0f} MB, "
            f"{growth['ratio']:.2f} times the {few:.0f} MB before"
        )


def _builds(result: Values) -> Iterator[str]:
    if not result["builds"]:
        return
    heads = ("build from paragraphs", "seconds", "CPU s", "MB/s", "peak MB", "index MB")
    text, ratios = result["corpus"]["text_bytes"] / MB, result["ratios"]["builds"]
    rows = []
    for name, values in result["builds"].items():
        seconds = values["seconds"]
        peak, index = values["peak_bytes"] / MB, values["index_bytes"] / MB
        row = (name, f"{seconds:.2f}", f"{values['cpu_seconds']:.2f}", f"{text / seconds:.1f}")
        rows.append((*row, f"{peak:.0f}", f"{index:.1f}", *_ratios(ratios, name)))
    yield from laid_out((*heads, "ours/peer: s", "CPU", "memory", "size"), rows)


def _queries(result: Values) -> Iterator[str]:
    heads = (
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "CPU ms",
        "no hit",
        "ours/peer: p50",
        "p95",
        "p99",
        "CPU",
    )
    for kind, engines in result["queries"].items():
        ratios = result["ratios"]["queries"].get(kind, {})
        rows = []
        for name, values in engines.items():
            times = [f"{values[p]:.2f}" for p in ("p50", "p95", "p99", "cpu_ms")]
            rows.append((name, *times, str(values["empty"]), *_ratios(ratios, name)))
        yield f"{kind}: {SETS[kind]}"
        yield from laid_out(("", *heads), rows)
        yield from _doubts(engines)
        yield ""


def _doubts(engines: dict[str, Values]) -> Iterator[str]:
    """Every query holds words that occur: an engine that misses many is not to be trusted."""
    for name, values in engines.items():
        if values["empty"] * 10 > values["queries"]:
            yield f"  doubtful: {name} found nothing for {values['empty']} of {values['queries']}"


def _cold_starts(result: Values) -> Iterator[str]:
    rows = []
    for name, values in result["cold_start"].items():
        if "error" in values:
            rows.append((name, "failed", "", "", values["error"]))
            continue
        times = f"{values['ms']:.0f}", f"{values['beside_ms']:.0f}", f"{values['ratio']:.2f}"
        rows.append((name, *times, values["beside"]))
    if rows:
        yield from laid_out(("a new process", "ms", "beside", "ratio", "of"), rows)


def _ratios(ratios: dict[str, Values], name: str) -> tuple[str, ...]:
    return tuple(f"{value:.2f}" for value in ratios.get(name, {}).values())


def laid_out(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Lay cells out in columns, the first to the left and the others to the right."""
    cells = [heads, *rows]
    width = [max(len(row[i]) for row in cells if i < len(row)) for i in range(len(heads))]
    for row in cells:
        first, *others = row
        line = [
            first.ljust(width[0]),
            *(c.rjust(w) for c, w in zip(others, width[1:], strict=False)),
        ]
        yield "  ".join(line).rstrip()

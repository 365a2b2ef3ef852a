"""Report of a run: tables of plain text, 80 to 100 columns wide."""

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.speed.engine import ENGINES
from benchmarks.speed.queries import SETS, WARM_UP

Values = dict[str, Any]
MB = 1_000_000


def table(result: Values) -> str:
    """Return the whole report of a run, ending with a newline."""
    sections = (_header, _missing, _pages, _programs, _builds, _queries, _cold_starts)
    blocks = ("\n".join(section(result)).strip() for section in sections)
    return "\n\n".join(filter(None, blocks)) + "\n"


def _header(result: Values) -> Iterator[str]:
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


def _missing(result: Values) -> Iterator[str]:
    for name, hint in result["absent"].items():
        yield f"absent: {name} ({ENGINES[name].about}); to install it: {hint}"
    for name, error in result["failed"].items():
        yield f"failed: {name}: {error}"


def _pages(result: Values) -> Iterator[str]:
    """Yield the table of parsing and its parts, and of `archivesearch.rebuild`."""
    corpus, rebuild = result["corpus"], result["rebuild"]
    size = corpus["page_bytes"] / MB
    steps = (
        ("lexbor, text of the body", "lexbor_seconds"),
        ("archivesearch, parse", "parse_seconds"),
        ("archivesearch, languages", "language_seconds"),
        ("archivesearch, repeats and copies", "compare_seconds"),
    )
    rows = [(name, *_speed_cells(corpus[key], corpus["pages"], size)) for name, key in steps]
    if rebuild:
        cells = _speed_cells(rebuild["seconds"], rebuild["pages"], size)
        rows.append(("archivesearch, rebuild", *cells))
    yield from align_columns(("from pages", "seconds", "pages/s", "MB of pages/s"), rows)
    if corpus["lexbor_seconds"]:
        yield f"parse / lexbor: {result['ratios']['parse']:.2f}"
        yield f"languages, repeats and copies / parse: {result['ratios']['compare']:.2f}"
    if rebuild:
        peak = rebuild["peak_bytes"] / MB
        yield f"peak memory of the largest process of the rebuild: {peak:.0f} MB"


def _speed_cells(seconds: float, pages: int, size: float) -> tuple[str, str, str]:
    """Return the cells of seconds, pages a second and megabytes a second."""
    return f"{seconds:.2f}", f"{pages / seconds:.0f}", f"{size / seconds:.1f}"


def _programs(result: Values) -> Iterator[str]:
    """Yield the table of the rebuild as a command, by each program."""
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
        rows.append((*row, f"{peak / MB:.0f}" if peak else "unseen", *_ratio_cells(ratios, name)))
    heads = ("from pages, as a command", "seconds", "CPU s", "MB/s", "peak MB of all")
    yield from align_columns((*heads, "ours/peer: s", "CPU", "memory"), rows)
    for name, hint in whole["absent"].items():
        yield f"absent: {name}; to install it: {hint}"
    growth = whole["growth"]
    if growth["ratio"]:
        small, large = (peak / MB for peak in growth["peak_bytes"])
        yield (
            f"peak of all processes with four times the pages: {large:.0f} MB, "
            f"{growth['ratio']:.2f} times the {small:.0f} MB before"
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
        rows.append((*row, f"{peak:.0f}", f"{index:.1f}", *_ratio_cells(ratios, name)))
    yield from align_columns((*heads, "ours/peer: s", "CPU", "memory", "size"), rows)


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
            rows.append((name, *times, str(values["empty"]), *_ratio_cells(ratios, name)))
        yield f"{kind}: {SETS[kind]}"
        yield from align_columns(("", *heads), rows)
        yield from _warnings(engines)
        yield ""


def _warnings(engines: dict[str, Values]) -> Iterator[str]:
    """Yield a line for each engine that finds nothing for more than a tenth of the queries.

    All words of the queries occur in the paragraphs, so its times are not to be trusted.
    """
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
        yield from align_columns(("a new process", "ms", "beside", "ratio", "of"), rows)


def _ratio_cells(ratios: dict[str, Values], name: str) -> tuple[str, ...]:
    return tuple(f"{value:.2f}" for value in ratios.get(name, {}).values())


def align_columns(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield lines with the first column aligned left and the others right.

    A row may have fewer cells than there are heads.
    """
    lines = [heads, *rows]
    widths = [max(len(row[i]) for row in lines if i < len(row)) for i in range(len(heads))]
    for first, *rest in lines:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=False)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()

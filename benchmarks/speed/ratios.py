"""Ratios of our figures to each peer's: below 1, archivesearch is faster or smaller."""

from typing import Any

from benchmarks.speed.asking import PERCENTILES
from benchmarks.speed.engine import OURS

Values = dict[str, Any]
BUILD_FIGURES = ("seconds", "cpu_seconds", "peak_bytes", "index_bytes")
WHOLE_FIGURES = ("seconds", "cpu_seconds", "peak_bytes")
QUERY_FIGURES = (*(f"p{percent}" for percent in PERCENTILES), "cpu_ms")


def of(result: Values) -> Values:
    """Return all ratios of a run, by what was measured, peer and figure."""
    queries = {
        kind: against_peers(engines, QUERY_FIGURES) for kind, engines in result["queries"].items()
    }
    return {
        "whole": _whole(result["whole"]),
        "builds": against_peers(result["builds"], BUILD_FIGURES),
        "queries": {kind: ratios for kind, ratios in queries.items() if ratios},
        "parse": _ratio(result["corpus"], "parse_seconds", "lexbor_seconds"),
        "compare": _ratio(_beside_parsing(result["corpus"]), "more_seconds", "parse_seconds"),
        "cold_start": {
            name: values["ratio"]
            for name, values in result["cold_start"].items()
            if "ratio" in values
        },
    }


def _whole(whole: Values | None) -> dict[str, Values]:
    rows = whole["rows"] if whole else {}
    measured = {name: values for name, values in rows.items() if values.get("peak_bytes")}
    return against_peers(measured, WHOLE_FIGURES)


def against_peers(engines: dict[str, Values], figures: tuple[str, ...]) -> dict[str, Values]:
    """Return, by peer and figure, our value divided by the peer's."""
    if OURS not in engines:
        return {}
    ours = engines[OURS]
    return {
        peer: {name: ours[name] / values[name] for name in figures if values[name]}
        for peer, values in engines.items()
        if peer != OURS
    }


def _beside_parsing(corpus: Values) -> Values:
    """Return the figures of parsing with the seconds of all that compares pages and their words."""
    return {**corpus, "more_seconds": corpus["language_seconds"] + corpus["compare_seconds"]}


def _ratio(values: Values, above: str, below: str) -> float | None:
    return values[above] / values[below] if values[below] else None

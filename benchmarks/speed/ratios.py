"""Ratios of archivesearch's figures to each peer's: below 1, archivesearch is faster or smaller."""

from typing import Any

from benchmarks.speed.engine import OURS
from benchmarks.speed.query_runner import PERCENTILES

Values = dict[str, Any]
BUILD_FIGURES = ("seconds", "cpu_seconds", "peak_bytes", "index_bytes")
PROGRAM_FIGURES = ("seconds", "cpu_seconds", "peak_bytes")
QUERY_FIGURES = (*(f"p{percent}" for percent in PERCENTILES), "cpu_ms")


def compute_ratios(result: Values) -> Values:
    """Return all ratios of a run, by measurement, peer and figure."""
    queries = {
        kind: peer_ratios(engines, QUERY_FIGURES) for kind, engines in result["queries"].items()
    }
    return {
        "whole": _program_ratios(result["whole"]),
        "builds": peer_ratios(result["builds"], BUILD_FIGURES),
        "queries": {kind: ratios for kind, ratios in queries.items() if ratios},
        "parse": _ratio(result["corpus"], "parse_seconds", "lexbor_seconds"),
        "compare": _ratio(_with_more_seconds(result["corpus"]), "more_seconds", "parse_seconds"),
        "cold_start": {
            name: values["ratio"]
            for name, values in result["cold_start"].items()
            if "ratio" in values
        },
    }


def peer_ratios(engines: dict[str, Values], figures: tuple[str, ...]) -> dict[str, Values]:
    """Return, by peer and figure, archivesearch's value divided by the peer's.

    >>> engines = {"archivesearch": {"seconds": 3}, "sqlite": {"seconds": 2}}
    >>> peer_ratios(engines, ("seconds",))
    {'sqlite': {'seconds': 1.5}}
    """
    if OURS not in engines:
        return {}
    ours = engines[OURS]
    return {
        peer: {name: ours[name] / values[name] for name in figures if values[name]}
        for peer, values in engines.items()
        if peer != OURS
    }


def _program_ratios(whole: Values | None) -> dict[str, Values]:
    rows = whole["rows"] if whole else {}
    measured = {name: values for name, values in rows.items() if values.get("peak_bytes")}
    return peer_ratios(measured, PROGRAM_FIGURES)


def _with_more_seconds(corpus: Values) -> Values:
    """Add `more_seconds`: detecting languages, repeated sentences and copies together."""
    return {**corpus, "more_seconds": corpus["language_seconds"] + corpus["compare_seconds"]}


def _ratio(values: Values, dividend: str, divisor: str) -> float | None:
    return values[dividend] / values[divisor] if values[divisor] else None

"""What the figures were measured on: the machine, Python, and every version that matters."""

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("archivesearch", "numpy", "selectolax", "whoosh", "tantivy", "bm25s", "PyStemmer")


def facts() -> dict[str, Any]:
    """Return plain values that say what a run took place on; no names of hosts or paths."""
    return {
        "cores": _cores(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

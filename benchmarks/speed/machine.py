"""The machine of a run: cores, load, operating system, and versions of Python and packages."""

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGES = ("archivesearch", "numpy", "selectolax", "whoosh", "tantivy", "bm25s", "PyStemmer")


def describe() -> dict[str, Any]:
    """Return the machine and its versions as plain values, without names of hosts or paths."""
    return {
        "cores": _usable_cores(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: _installed_version(name) for name in PACKAGES},
    }


def _usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

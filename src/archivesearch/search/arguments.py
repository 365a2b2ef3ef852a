"""Whether what a program asks has the types that it must have, before anything is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from archivesearch.query.filters import Filters


def make_filters(narrowed: Mapping[str, Any]) -> Filters:
    """Return what a question is narrowed to. Raises TypeError, which names the option."""
    found = Filters(**narrowed)
    for name in ("org", "section", "lang"):
        value = getattr(found, name)
        if value is not None:
            check_string(name, value)
    for name in ("year", "mentions"):
        value = getattr(found, name)
        if not (value is None or _is_whole(value) or _is_pair(value)):
            raise TypeError(f"{name} must be a year or a pair of first and last, not {value!r:.60}")
    return found


def check_string(name: str, value: object) -> None:
    """Raise TypeError for what is no string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {value!r:.60}")


def check_integers(**values: object) -> None:
    """Raise TypeError for what is no whole number."""
    for name, value in values.items():
        if not _is_whole(value):
            raise TypeError(f"{name} must be a whole number, not {value!r:.60}")


def check_names(name: str, values: object) -> None:
    """Raise TypeError for what is no list of strings, as one string is none."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of names, not {values!r:.60}")


def _is_whole(value: object) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(year is None or _is_whole(year) for year in value)
    )

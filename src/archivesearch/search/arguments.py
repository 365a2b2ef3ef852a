"""Type checks of a caller's arguments, made before the index is read.

Each raises TypeError, with the name of the argument and a part of its value.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from archivesearch.query.filters import Filters


def make_filters(options: Mapping[str, Any]) -> Filters:
    """Return the filters that a caller gives as keyword arguments."""
    filters = Filters(**options)
    for name in ("org", "section", "lang"):
        value = getattr(filters, name)
        if value is not None:
            check_string(name, value)
    for name in ("year", "mentions"):
        value = getattr(filters, name)
        if not (value is None or _is_integer(value) or _is_pair(value)):
            raise TypeError(f"{name} must be a year or a pair of first and last, not {value!r:.60}")
    return filters


def check_string(name: str, value: object) -> None:
    """Check that a value is a string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {value!r:.60}")


def check_integers(**values: object) -> None:
    """Check that the values are whole numbers."""
    for name, value in values.items():
        if not _is_integer(value):
            raise TypeError(f"{name} must be a whole number, not {value!r:.60}")


def check_names(name: str, values: object) -> None:
    """Check that a value is an iterable of names, and not a single string."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of names, not {values!r:.60}")


def _is_integer(value: object) -> bool:
    """Whether a value is an integer, such as numpy's too, but not a bool."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(year is None or _is_integer(year) for year in value)
    )

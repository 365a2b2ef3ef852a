"""Stored values as bytes and back, without pickle: what is read can only be values.

Strings, numbers, true and false, None, bytes, lists and dictionaries are MessagePack;
what that does not tell apart, and times and decimals, are extensions of it.
"""

import datetime as dt
import decimal
from collections.abc import Callable
from typing import Any

import msgspec

from archivesearch.columnar.storage.string_table import from_utf8, to_utf8

_SMALLEST, _LARGEST = -(1 << 63), (1 << 64) - 1


def _pair(number: complex) -> list[float]:
    return [number.real, number.imag]


def _parts(delta: dt.timedelta) -> list[int]:
    return [delta.days, delta.seconds, delta.microseconds]


# Which type an extension stands for, what it is written as, and how it is made of that.
_KINDS: dict[int, tuple[type[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    1: (tuple, list, tuple),
    2: (set, list, set),
    3: (frozenset, list, frozenset),
    4: (int, hex, lambda text: int(text, 16)),
    5: (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    6: (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    7: (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    8: (dt.timedelta, _parts, lambda parts: dt.timedelta(*parts)),
    9: (decimal.Decimal, str, decimal.Decimal),
    10: (str, to_utf8, from_utf8),
    11: (complex, _pair, lambda pair: complex(*pair)),
    12: (dict, lambda values: [list(item) for item in values.items()], dict),
}
_CODES = {kind: code for code, (kind, _, _) in _KINDS.items()}


def serialize(value: Any) -> bytes:
    """Return a value as bytes. Raises TypeError for what is no plain value."""
    return msgspec.msgpack.encode(_plain(value))


def deserialize(data: bytes) -> Any:
    """Return what was packed."""
    return msgspec.msgpack.decode(data, ext_hook=_extension)


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (bool, float, bytes):
        return value
    if kind is int:
        return value if _SMALLEST <= value <= _LARGEST else _extended(value)
    if kind is str:
        return value if _is_utf8(value) else _extended(value)
    if kind is list:
        return [_plain(each) for each in value]
    if kind is dict:
        keys = [_plain(key) for key in value]
        if any(type(key) is msgspec.msgpack.Ext for key in keys):  # it cannot be a key
            return _extended(value)
        return dict(zip(keys, map(_plain, value.values()), strict=True))
    if kind in _CODES:
        return _extended(value)
    raise TypeError(
        f"a stored value cannot be of the type {kind.__module__}.{kind.__qualname__}; "
        "store what it is made of"
    )


def _extended(value: Any) -> msgspec.msgpack.Ext:
    code = _CODES[type(value)]
    return msgspec.msgpack.Ext(code, serialize(_KINDS[code][1](value)))


def _extension(code: int, data: memoryview) -> Any:
    return _KINDS[code][2](deserialize(bytes(data)))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

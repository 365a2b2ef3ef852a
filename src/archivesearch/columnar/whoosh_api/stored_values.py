"""Stored values as MessagePack, without pickle: reading them can run no code.

Strings, numbers, booleans, None, bytes, lists and dictionaries are plain MessagePack.
Its extension types are for the values that it does not have: tuples, sets, times,
decimals, complex numbers, large integers, strings with lone surrogates, and dictionaries
with such keys.
"""

import datetime as dt
import decimal
from collections.abc import Callable
from typing import Any

import msgspec

from archivesearch.columnar.storage.string_table import from_utf8, to_utf8

_MIN_INT, _MAX_INT = -(1 << 63), (1 << 64) - 1  # of MessagePack


def _complex_parts(number: complex) -> list[float]:
    return [number.real, number.imag]


def _timedelta_parts(delta: dt.timedelta) -> list[int]:
    return [delta.days, delta.seconds, delta.microseconds]


# For each extension code: the type, its conversion to a plain value, and the one back.
_EXTENSIONS: dict[int, tuple[type[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    1: (tuple, list, tuple),
    2: (set, list, set),
    3: (frozenset, list, frozenset),
    4: (int, hex, lambda text: int(text, 16)),
    5: (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    6: (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    7: (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    8: (dt.timedelta, _timedelta_parts, lambda parts: dt.timedelta(*parts)),
    9: (decimal.Decimal, str, decimal.Decimal),
    10: (str, to_utf8, from_utf8),
    11: (complex, _complex_parts, lambda pair: complex(*pair)),
    12: (dict, lambda values: [list(item) for item in values.items()], dict),
}
_CODES = {kind: code for code, (kind, _, _) in _EXTENSIONS.items()}


def serialize(value: Any) -> bytes:
    """Return a value as bytes. Raises TypeError for a value of any other type."""
    return msgspec.msgpack.encode(_to_plain(value))


def deserialize(data: bytes) -> Any:
    """Return the value of bytes that `serialize` made."""
    return msgspec.msgpack.decode(data, ext_hook=_from_extension)


def _to_plain(value: Any) -> Any:
    """Return a value with extensions in place of the values that MessagePack does not have."""
    kind = type(value)
    if value is None or kind in (bool, float, bytes):
        return value
    if kind is int:
        return value if _MIN_INT <= value <= _MAX_INT else _to_extension(value)
    if kind is str:
        return value if _is_utf8(value) else _to_extension(value)
    if kind is list:
        return [_to_plain(item) for item in value]
    if kind is dict:
        keys = [_to_plain(key) for key in value]
        if any(type(key) is msgspec.msgpack.Ext for key in keys):  # it cannot be a key
            return _to_extension(value)
        return dict(zip(keys, map(_to_plain, value.values()), strict=True))
    if kind in _CODES:
        return _to_extension(value)
    raise TypeError(
        f"a stored value cannot be of the type {kind.__module__}.{kind.__qualname__}; "
        "store what it is made of"
    )


def _to_extension(value: Any) -> msgspec.msgpack.Ext:
    code = _CODES[type(value)]
    return msgspec.msgpack.Ext(code, serialize(_EXTENSIONS[code][1](value)))


def _from_extension(code: int, data: memoryview) -> Any:
    return _EXTENSIONS[code][2](deserialize(bytes(data)))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""What is worked out when it is first asked for, and then kept."""

import weakref
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

P = ParamSpec("P")
T = TypeVar("T")


def cached_method(size: int, method: Callable[P, T]) -> Callable[P, T]:
    """Return a method of an object that keeps its last answers, as `lru_cache` does.

    It does not keep the object itself: that would be a cycle, and the files that its
    arrays are mapped from would stay open until the garbage is collected.
    """
    bound = cast("Any", method)
    free = partial(bound.__func__, weakref.proxy(bound.__self__))
    return cast("Callable[P, T]", lru_cache(size)(free))


class lazy(Generic[T]):  # noqa: N801 - it stands where a decorator does
    """What `functools.cached_property` is from Python 3.12 on.

    Before, it holds one lock for all objects of a class while it works out a value, and
    threads whose plans are nested in different ways wait for each other for ever. Here two
    threads may both work out a value; it is the same, and one of them stays.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> "lazy[T]": ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object | None, kind: type) -> "T | lazy[T]":
        if owner is None:
            return self
        value = self._make(owner)
        owner.__dict__[self._name] = value
        return value

"""Cached values: properties and methods that compute each result once."""

import weakref
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

P = ParamSpec("P")
T = TypeVar("T")


def cached_method(size: int, method: Callable[P, T]) -> Callable[P, T]:
    """Return a bound method with an `lru_cache` of `size` results.

    The cache has a weak reference to the method's object. A strong one would be a cycle: the
    mapped files of the object would stay open until a garbage collection. For example, in
    a constructor:

        self.block = cached_method(64, self._read_block)
    """
    bound = cast("Any", method)
    function = partial(bound.__func__, weakref.proxy(bound.__self__))
    return cast("Callable[P, T]", lru_cache(size)(function))


class lazy(Generic[T]):  # noqa: N801 - it is used as a decorator
    """Cached property without a lock, like `functools.cached_property` of Python 3.12.

    Before 3.12 that class holds one lock for all objects of a class while it computes a value.
    Two threads whose scorers are nested in different ways then wait for each other for ever.
    Without a lock two threads may both compute a value; both values are equal, and the later
    one stays.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "lazy[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "T | lazy[T]":
        if instance is None:
            return self
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value

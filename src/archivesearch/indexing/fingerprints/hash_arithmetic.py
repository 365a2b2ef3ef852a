"""Arithmetic on arrays of 64-bit hashes, modulo 2**64, and a fast `unique`.

A sequence of hashes is hashed as a polynomial in `FACTOR`, so that order counts.
"""

from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]
Values = TypeVar("Values", Hashes, Indices)

FACTOR = 0x9E3779B97F4A7C15
INVERSE = pow(FACTOR, -1, 1 << 64)


def mix_bits(hashes: Hashes) -> Hashes:
    """Spread the bits of hashes (the finalizer of SplitMix64), so that sums rarely collide."""
    hashes = hashes ^ (hashes >> np.uint64(30))
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes


def hash_pairs(hashes: Hashes) -> Hashes:
    """Return a hash of each value and the next one: one fewer than there are values."""
    pairs = hashes[:-1] * np.uint64(FACTOR) + hashes[1:]
    pairs ^= pairs >> np.uint64(32)
    pairs *= np.uint64(FACTOR)
    return pairs


def hash_runs(hashes: Hashes, starts: Indices) -> Hashes:
    """Return one hash for each run of values; a run ends where the next one starts.

    A value is multiplied by `FACTOR` to the power of its index. The sum of a run is divided
    by the power of its start. So equal runs have equal hashes wherever they stand.
    """
    if not len(starts):
        return np.empty(0, np.uint64)
    sums = np.add.reduceat(hashes * powers(FACTOR, 1, len(hashes)), starts)
    return mix_bits(sums * powers(INVERSE, 0, len(hashes))[starts])


def sorted_once(values: Values) -> Values:
    """Return the distinct values, sorted; np.unique takes several times as long."""
    values = np.sort(values)
    is_new = np.ones(len(values), bool)
    is_new[1:] = values[1:] != values[:-1]
    return values[is_new]


def powers(factor: int, first: int, count: int) -> Hashes:
    """Return `count` powers of a factor, from the power `first` (0 or 1) on."""
    return _power_table(factor, first, 1 << max(count - 1, 1).bit_length())[:count]


@cache
def _power_table(factor: int, first: int, size: int) -> Hashes:
    table = np.full(size, factor, np.uint64)
    table[0] = factor**first
    return np.cumprod(table, dtype=np.uint64)

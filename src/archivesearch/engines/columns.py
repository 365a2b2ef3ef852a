"""Columns: one value for each passage, as numbers in an array beside the index.

They give what terms cannot: the order of sorting, groups, facets, and which passages a
page has. A column is the list of its distinct values, in order of first appearance, and
for each passage the number of its value.
"""

import json
import sys
from array import array
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Generic, TypeVar

from archivesearch.model import Passage

V = TypeVar("V", bound="str | int | None")


class Column(Generic[V]):
    """The values of one field, one for each passage."""

    def __init__(self, values: list[V] | None = None, codes: "array[int] | None" = None) -> None:
        self.values: list[V] = values if values is not None else []
        self.codes = codes if codes is not None else array("I")
        self._code_of: dict[V, int] = {value: code for code, value in enumerate(self.values)}

    def append(self, value: V) -> None:
        """Add the value of the next passage."""
        code = self._code_of.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        self.codes.append(code)

    def __getitem__(self, number: int) -> V:
        return self.values[self.codes[number]]

    def code_of(self, value: V) -> int | None:
        """Return the number of a value; None where no passage has it."""
        return self._code_of.get(value)

    def counts(self, numbers: Iterable[int], most: int) -> tuple[tuple[V, int], ...]:
        """Count the values of some passages; the most frequent come first, absent ones not at all."""
        counted = Counter(map(self.codes.__getitem__, numbers))
        found = [(self.values[code], count) for code, count in counted.items()]
        found = [(value, count) for value, count in found if value not in ("", None)]
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most])


class Columns:
    """All columns of an index."""

    def __init__(self) -> None:
        self.page: Column[str] = Column()
        self.section: Column[str] = Column()
        self.org: Column[str] = Column()
        self.lang: Column[str] = Column()
        self.year: Column[int | None] = Column()

    def append(self, passage: Passage) -> None:
        """Add the next passage."""
        self.page.append(passage.page)
        self.section.append(section_key(passage))
        self.org.append(passage.org)
        self.lang.append(passage.lang)
        self.year.append(passage.year)

    def save(self, folder: Path) -> None:
        """Write every column to a folder."""
        for name, column in vars(self).items():
            codes = array("I", column.codes)
            if sys.byteorder == "big":
                codes.byteswap()
            (folder / f"{name}.values.json").write_text(json.dumps(column.values), encoding="ascii")
            (folder / f"{name}.codes").write_bytes(codes.tobytes())

    @classmethod
    def load(cls, folder: Path) -> "Columns":
        """Read what `save` wrote."""
        columns = cls()
        for name in vars(columns):
            codes = array("I")
            codes.frombytes((folder / f"{name}.codes").read_bytes())
            if sys.byteorder == "big":
                codes.byteswap()
            values = json.loads((folder / f"{name}.values.json").read_text(encoding="ascii"))
            setattr(columns, name, Column(values, codes))
        return columns


def section_key(passage: Passage) -> str:
    """Name the section of a passage so that no other section of the archive is so named."""
    return f"{passage.page} § {passage.section or passage.org}"

"""Is an index whole, and does it match its sources? Every byte and every rule is looked at."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from archivesearch.config import from_dict
from archivesearch.directory import (
    MANIFEST,
    Hold,
    Manifest,
    damage,
    read_manifest,
    regular_file,
    rendered,
)
from archivesearch.engines.base import Engine
from archivesearch.errors import ConfigError, IndexBusy, IndexDamaged
from archivesearch.memory import MEMORY, damaged_bytes
from archivesearch.model import (
    Notice,
    Organization,
    PageInfo,
    Problem,
    RawPage,
    Skipped,
    Stats,
    Verification,
)
from archivesearch.read.sources import Source
from archivesearch.sentences import Sentences

_ATTEMPTS = 10
_RECORDS = {"pages.jsonl": PageInfo, "organizations.json": Organization, "skipped.json": Skipped}
_SENTENCES = "sentences.json"
_UNREADABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def verify(index: Path, engine: Engine, sources: Sequence[Source] = ()) -> Verification:
    """Look at all of an index, and compare its pages with those of the sources if there are any.

    Raises IndexMissing and IndexVersion; all else that is wrong is a problem that is told.
    """
    for _ in range(_ATTEMPTS):
        try:
            manifest = read_manifest(index)
        except IndexDamaged as error:
            return Verification("", 0, 0, (Problem(MANIFEST, str(error)),))
        try:
            hold = Hold(index / manifest.generation)
        except OSError:
            if read_manifest(index).generation != manifest.generation:
                continue
            what = "the folder is missing, or is none"
            return Verification(manifest.generation, 0, 0, (Problem(manifest.generation, what),))
        try:
            return _verified(index, manifest, engine, sources)
        finally:
            hold.close()
    raise IndexBusy(f"the index in {index} is rebuilt again and again; try once more")


def _verified(
    index: Path, manifest: Manifest, engine: Engine, sources: Sequence[Source]
) -> Verification:
    found = list(problems(index, manifest, engine))
    if (what := damaged_bytes(index)) is not None:
        found.append(Problem(MEMORY, f"{what}; the next rebuild or update writes it anew"))
    missing: list[str] = []
    changed: list[str] = []
    new: list[str] = []
    if sources:
        try:
            known = _known(index / manifest.generation)
        except _UNREADABLE:
            known = {}  # told among the problems
        present: dict[str, str] = {}
        for page, checksum in _present(sources):
            # of an archive's members of one name all but the page itself are skipped
            present[page] = checksum or present.get(page, "")
        for page, checksum in present.items():
            if page not in known:
                new.append(page)
            elif known.pop(page) not in ("", checksum):
                changed.append(page)
        missing = list(known)
    return Verification(
        generation=manifest.generation,
        files=len(manifest.files),
        bytes=sum(size for size, _ in manifest.files.values()),
        problems=tuple(found),
        sources=tuple(source.name for source in sources),
        missing=tuple(missing),
        changed=tuple(changed),
        new=tuple(new),
    )


def problems(index: Path, manifest: Manifest, engine: Engine) -> Iterator[Problem]:
    """Yield what in an index is not as it was written, or not as the format says."""
    yield from _manifest_problems(index, manifest)
    broken = damage(index, manifest)
    yield from (Problem(name, what) for name, what in broken.items())
    folder = index / manifest.generation
    for path in sorted(folder.iterdir()):
        if path.name not in manifest.files:
            yield Problem(path.name, "is not named in the manifest")
    if not broken:  # or the same would be told in more words
        yield from _record_problems(folder, manifest)
        if manifest.engine == engine.name:
            for what in engine.problems(folder):
                name, _, rest = what.partition(": ")
                files = (name, f"{name}.bin", f"{name}.bytes.bin", "segment.json")
                yield Problem(next(filter(manifest.files.__contains__, files), name), rest)


def _manifest_problems(index: Path, manifest: Manifest) -> Iterator[Problem]:
    with regular_file(index / MANIFEST) as file:
        data = file.read()
    values = json.loads(data)
    values.pop("checksum")
    if data != rendered(values).encode("ascii"):
        yield Problem(MANIFEST, "is not written as it was")
    try:
        from_dict(manifest.config, MANIFEST)
    except ConfigError as error:
        yield Problem(MANIFEST, str(error))
    counts = set(manifest.counts) | {"name"}
    if counts != {field.name for field in fields(Stats)}:
        yield Problem(MANIFEST, "lacks figures, or has too many")


def _record_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with the records of pages and organizations."""
    for name, kind in _RECORDS.items():
        try:
            records = _records(folder / name)
            wanted = {field.name for field in fields(kind)}
            if not all(record.keys() == wanted for record in records):
                yield Problem(name, "lacks what it must have")
        except _UNREADABLE as error:
            yield Problem(name, f"cannot be read: {error}")
            continue
        count = {"pages.jsonl": "pages", "organizations.json": "organizations"}.get(name, "skipped")
        if manifest.counts.get(count) != len(records):
            yield Problem(name, f"has {len(records):,}, where the manifest counts others")

    try:
        with regular_file(folder / _SENTENCES) as file:
            learned = json.load(file)
        Sentences(**{name: frozenset(_of_strings(words)) for name, words in learned.items()})
    except _UNREADABLE as error:
        yield Problem(_SENTENCES, f"cannot be read: {error}")


def _of_strings(words: list[Any]) -> list[str]:
    if not all(type(word) is str for word in words):
        raise TypeError("what are no words")
    return words


def _records(path: Path) -> list[dict[str, Any]]:
    with regular_file(path) as file:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in file]
        found: list[dict[str, Any]] = json.load(file)
        return found


def _known(folder: Path) -> dict[str, str]:
    """Return the pages that the index has read; the checksum is "" where it has none."""
    known = {page["page"]: "" for page in _records(folder / "skipped.json")}
    pages = _records(folder / "pages.jsonl")
    every = (each for page in pages for each in (page, *page["same"]))
    return known | {page["page"]: page["sha256"] for page in every}


def _present(sources: Iterable[Source]) -> Iterator[tuple[str, str]]:
    """Yield the pages that sources have, with their checksums; "" where it cannot be had."""
    for source in sources:
        for raw in source.pages():
            if isinstance(raw, Notice):
                continue
            data = raw.data if isinstance(raw, RawPage) else None
            yield raw.page, "" if data is None else hashlib.sha256(data).hexdigest()

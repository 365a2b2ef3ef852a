"""Is an index whole, and does it match its sources? Every byte and every rule is looked at."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from archivesearch.analysis.sentences import SentenceSplitter
from archivesearch.config import from_dict
from archivesearch.directory.manifest import (
    MANIFEST,
    ORGANIZATIONS,
    PAGES,
    PARSE_CACHE,
    SENTENCES,
    SKIPPED,
    GenerationLock,
    Manifest,
    damaged_files,
    read_manifest,
    regular_file,
    text_with_checksum,
    with_current_generation,
)
from archivesearch.errors import ConfigError, IndexDamaged, SourceError
from archivesearch.indexing.parsing.parse_cache import cache_damage
from archivesearch.model.pages import PageInfo, RawPage, Skipped
from archivesearch.model.reports import Contents, Organization, Problem, Stats, Verification
from archivesearch.search.execution.index_reader import ENGINE
from archivesearch.sources.source import Source, open_sources

StrPath = str | os.PathLike[str]

_RECORDS = {PAGES: PageInfo, ORGANIZATIONS: Organization, SKIPPED: Skipped}
# What records of pages and an engine's tables both have.
_HELD = ("page", "url", "title", "year", "year_source", "date", "author", "lang", "paragraphs")
_UNREADABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def verify(
    index: StrPath, sources: Iterable[StrPath] = (), *, config: StrPath | None = None
) -> Verification:
    """Check every byte of an index, and compare its pages with those of its sources, if given.

    `config` is a file to use in place of those beside the sources. What is wrong is returned
    as problems. Raises IndexMissing and IndexVersion; SourceError and ConfigError for sources
    that cannot be opened or that the index was not built from.
    """
    sources = sources if isinstance(sources, str | os.PathLike) else list(sources)
    return _verify(Path(index), open_sources(sources, config) if sources else ())


def _verify(index: Path, sources: Sequence[Source]) -> Verification:
    try:
        manifest, hold = with_current_generation(
            index, lambda it: (it, GenerationLock(index / it.generation))
        )
    except IndexDamaged as error:
        return Verification("", 0, 0, (Problem(MANIFEST, str(error)),))
    except OSError:
        lost = read_manifest(index).generation
        what = "the folder is missing, or is none"
        return Verification(lost, 0, 0, (Problem(lost, what),))
    try:
        return _verified(index, manifest, sources)
    finally:
        hold.release()


def _verified(index: Path, manifest: Manifest, sources: Sequence[Source]) -> Verification:
    given = tuple(source.name for source in sources)
    if given and given != manifest.sources and max(len(given), len(manifest.sources)) > 1:
        raise SourceError(
            f"the index in {index} was built from {', '.join(manifest.sources)}, not from "
            f"{', '.join(given)}; name the same sources"
        )
    found = list(problems(index, manifest))
    if (what := cache_damage(index)) is not None:
        found.append(Problem(PARSE_CACHE, f"{what}; the next rebuild or update writes it anew"))
    missing, changed, new = _compared(index, manifest, sources) if sources else ((), (), ())
    return Verification(
        generation=manifest.generation,
        files=len(manifest.files),
        bytes=sum(size for size, _ in manifest.files.values()),
        problems=tuple(found),
        sources=tuple(source.name for source in sources),
        missing=missing,
        changed=changed,
        new=new,
    )


def problems(index: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what in an index is not as it was written, or not as the format says."""
    yield from _manifest_problems(index, manifest)
    broken = damaged_files(index, manifest)
    yield from (Problem(name, what) for name, what in broken.items())
    folder = index / manifest.generation
    for path in sorted(folder.iterdir()):
        if path.name not in manifest.files:
            yield Problem(path.name, "is not named in the manifest")
    if not broken:  # or the same would be told in more words
        found = list(_record_problems(folder))
        if manifest.engine == ENGINE.name:
            for what in ENGINE.problems(folder):
                name, _, rest = what.partition(": ")
                files = (name, f"{name}.bin", f"{name}.bytes.bin", "segment.json")
                found.append(Problem(next(filter(manifest.files.__contains__, files), name), rest))
            if not found:
                try:
                    found += _disagreements(folder, manifest, ENGINE.contents(folder))
                except _UNREADABLE as error:
                    found.append(Problem(PAGES, f"cannot be compared: {error}"))
        yield from found


def _manifest_problems(index: Path, manifest: Manifest) -> Iterator[Problem]:
    with regular_file(index / MANIFEST) as file:
        data = file.read()
    values = json.loads(data)
    values.pop("checksum")
    if data != text_with_checksum(values).encode("ascii"):
        yield Problem(MANIFEST, "is not written as it was")
    try:
        from_dict(manifest.config, MANIFEST)
    except ConfigError as error:
        yield Problem(MANIFEST, str(error))
    counts = set(manifest.counts) | {"name"}
    if counts != {field.name for field in fields(Stats)}:
        yield Problem(MANIFEST, "lacks figures, or has too many")


def _record_problems(folder: Path) -> Iterator[Problem]:
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

    try:
        with regular_file(folder / SENTENCES) as file:
            learned = json.load(file)
        SentenceSplitter(**{name: frozenset(_of_strings(words)) for name, words in learned.items()})
    except _UNREADABLE as error:
        yield Problem(SENTENCES, f"cannot be read: {error}")


def _disagreements(folder: Path, manifest: Manifest, held: Contents) -> Iterator[Problem]:
    """Yield where manifest, records and the engine's tables say different things.

    Each of them is as it should be, looked at alone.
    """
    pages, orgs, skipped = (_records(folder / name) for name in _RECORDS)
    listed = [_as_held(page) for page in pages if page["paragraphs"]]
    if listed != held.pages:
        yield Problem(PAGES, "lists other pages than the engine has")
    names = [org["name"] for org in orgs]
    if names != sorted(names, key=str.casefold) or len(set(names)) != len(names):
        yield Problem(ORGANIZATIONS, "is not sorted by names")
    if {
        org["name"]: (org["pages"], org["paragraphs"]) for org in orgs if org["paragraphs"]
    } != held.organizations:
        yield Problem(ORGANIZATIONS, "counts others than the engine has")
    for name, value in _counted(pages, orgs, held).items():
        if manifest.counts[name] != value:
            yield Problem(MANIFEST, f"its count of {name} is another than that of the files")
    same = sum(len(page["same"]) for page in pages)
    for name, least in (("duplicates", same), ("skipped", len(skipped))):
        if not (type(value := manifest.counts[name]) is int and value >= least):
            yield Problem(MANIFEST, f"its count of {name} is less than the files name")
    preferred = from_dict(manifest.config, MANIFEST).languages
    spoken = sorted({page["lang"] for page in pages})
    if tuple(manifest.languages) != tuple(dict.fromkeys((*preferred, *spoken))):
        yield Problem(MANIFEST, "its languages are others than those of the pages")


def _as_held(page: dict[str, Any]) -> dict[str, Any]:
    """Return of a record of a page what an engine's tables have, too."""
    same = [[other["page"], other["url"], other["shift"]] for other in page["same"]]
    return {name: page[name] for name in _HELD} | {"same": same}


def _counted(
    pages: list[dict[str, Any]], orgs: list[dict[str, Any]], held: Contents
) -> dict[str, Any]:
    """Return the figures that the manifest must have, so far as files tell."""
    years: Counter[int | None] = Counter()
    for page in pages:
        years[page["year"]] += page["paragraphs"]
    undated = years.pop(None, 0)
    return {
        "pages": len(pages),
        "sections": sum(page["sections"] for page in pages),
        "paragraphs": sum(page["paragraphs"] for page in pages),
        "organizations": len(orgs),
        "copies": held.copies,
        "years": {str(year): count for year, count in years.items()},
        "undated": undated,
        "languages": dict(Counter(page["lang"] for page in pages)),
        "encodings": dict(Counter(page["encoding"] for page in pages)),
    }


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


def _compared(
    index: Path, manifest: Manifest, sources: Iterable[Source]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return which pages are in the index alone, have other bytes, or are in the sources alone."""
    folder = index / manifest.generation
    try:
        skipped = {page["page"]: "" for page in _records(folder / SKIPPED)}
        known = skipped | _read(folder)
        unnamed = manifest.counts["skipped"] > len(skipped)
    except _UNREADABLE:
        known, unnamed = {}, False  # told among the problems
    present = _present(sources)
    return (
        tuple(page for page in known if page not in present),
        tuple(page for page, own in present.items() if known.get(page) not in (None, "", own)),
        tuple(page for page, own in present.items() if page not in known and (own or not unnamed)),
    )


def _read(folder: Path) -> dict[str, str]:
    """Return the pages that the index has, with their checksums."""
    pages = _records(folder / PAGES)
    return {each["page"]: each["sha256"] for page in pages for each in (page, *page["same"])}


def _present(sources: Iterable[Source]) -> dict[str, str]:
    """Return the pages that sources have, with their checksums; "" where there is none.

    Several records of a crawl may be about one page, of which one at most is the page.
    """
    present: dict[str, str] = {}
    for source in sources:
        for raw in source.pages():
            if isinstance(raw, RawPage):
                present[raw.page] = hashlib.sha256(raw.data).hexdigest()
            elif isinstance(raw, Skipped):
                present.setdefault(raw.page, "")
    return present

"""Verification: check every byte and every rule of an index, and compare it with its sources."""

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
from archivesearch.directory.files import regular_file
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

_RECORD_TYPES = {PAGES: PageInfo, ORGANIZATIONS: Organization, SKIPPED: Skipped}
# The fields of a page's record that the engine's tables have too.
_SHARED_FIELDS = "page url title year year_source date author lang paragraphs".split()
_UNREADABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def verify(
    index: StrPath, sources: Iterable[StrPath] = (), *, config: StrPath | None = None
) -> Verification:
    """Check every byte of an index, and compare its pages with those of its sources, if given.

    `config` is a file to use in place of those beside the sources. Damage is returned as
    problems. Raises IndexMissing and IndexVersion. Raises SourceError and ConfigError if the
    sources cannot be opened, or if the index was built from others.
    """
    sources = sources if isinstance(sources, str | os.PathLike) else list(sources)
    opened = open_sources(sources, config) if sources else ()
    path = Path(index)
    try:
        manifest, lock = with_current_generation(
            path, lambda manifest: (manifest, GenerationLock(path / manifest.generation))
        )
    except IndexDamaged as error:
        return Verification("", 0, 0, (Problem(MANIFEST, str(error)),))
    except OSError:
        generation = read_manifest(path).generation
        problem = Problem(generation, "the folder is missing, or is not a folder")
        return Verification(generation, 0, 0, (problem,))
    try:
        return _verify_generation(path, manifest, opened)
    finally:
        lock.release()


def _verify_generation(index: Path, manifest: Manifest, sources: Sequence[Source]) -> Verification:
    names = tuple(source.name for source in sources)
    # A single source may have another name now.
    if names and names != manifest.sources and max(len(names), len(manifest.sources)) > 1:
        raise SourceError(
            f"the index in {index} was built from {', '.join(manifest.sources)}, not from "
            f"{', '.join(names)}; name the same sources"
        )
    all_problems = list(problems(index, manifest))
    if (damage := cache_damage(index)) is not None:
        all_problems.append(
            Problem(PARSE_CACHE, f"{damage}; the next rebuild or update writes it anew")
        )
    missing, changed, new = _compare_pages(index, manifest, sources) if sources else ((), (), ())
    return Verification(
        generation=manifest.generation,
        files=len(manifest.files),
        bytes=sum(size for size, _ in manifest.files.values()),
        problems=tuple(all_problems),
        sources=names,
        missing=missing,
        changed=changed,
        new=new,
    )


def problems(index: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield the damage of an index, and the rules of its format that it breaks.

    The rules are checked only if all files have the right checksums.
    """
    yield from _manifest_problems(index, manifest)
    damage = damaged_files(index, manifest)
    yield from (Problem(name, text) for name, text in damage.items())
    folder = index / manifest.generation
    for path in sorted(folder.iterdir()):
        if path.name not in manifest.files:
            yield Problem(path.name, "is not named in the manifest")
    if not damage:
        yield from _rule_problems(folder, manifest)


def _manifest_problems(index: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield the problems of the manifest's own text, settings and figures."""
    with regular_file(index / MANIFEST) as file:
        data = file.read()
    values = json.loads(data)
    values.pop("checksum")
    if data != text_with_checksum(values).encode("ascii"):
        yield Problem(MANIFEST, "is not as it was written")
    try:
        from_dict(manifest.config, MANIFEST)
    except ConfigError as error:
        yield Problem(MANIFEST, str(error))
    if {*manifest.counts, "name"} != {field.name for field in fields(Stats)}:
        yield Problem(MANIFEST, "lacks figures, or has too many")


def _rule_problems(folder: Path, manifest: Manifest) -> list[Problem]:
    """Return the rules that are broken: by the records, then by the engine's tables.

    Records and tables are compared only if each of them breaks no rule.
    """
    broken = list(_record_problems(folder))
    if manifest.engine == ENGINE.name:
        for problem in ENGINE.problems(folder):
            name, _, text = problem.partition(": ")
            files = (name, f"{name}.bin", f"{name}.bytes.bin", "segment.json")
            file = next(filter(manifest.files.__contains__, files), name)
            broken.append(Problem(file, text))
        if not broken:
            try:
                rules = _agreement_rules(folder, manifest, ENGINE.contents(folder))
                broken += (problem for holds, problem in rules if not holds)
            except _UNREADABLE as error:
                broken.append(Problem(PAGES, f"cannot be compared: {error}"))
    return broken


def _record_problems(folder: Path) -> Iterator[Problem]:
    """Yield the files of records that cannot be read or have the wrong fields."""
    for name, record_type in _RECORD_TYPES.items():
        try:
            names = {field.name for field in fields(record_type)}
            if not all(record.keys() == names for record in _records(folder / name)):
                yield Problem(name, "lacks a field, or has an unknown one")
        except _UNREADABLE as error:
            yield Problem(name, f"cannot be read: {error}")
    try:
        with regular_file(folder / SENTENCES) as file:
            model = json.load(file)
        SentenceSplitter(**{name: frozenset(_strings(words)) for name, words in model.items()})
    except _UNREADABLE as error:
        yield Problem(SENTENCES, f"cannot be read: {error}")


def _agreement_rules(
    folder: Path, manifest: Manifest, contents: Contents
) -> Iterator[tuple[bool, Problem]]:
    """Yield the rules by which manifest, records and the engine's tables agree.

    Yields pairs: whether the rule holds, and the problem if it does not.
    """
    pages, orgs, skipped = (_records(folder / name) for name in _RECORD_TYPES)
    listed = [_shared_fields(page) for page in pages if page["paragraphs"]]
    yield listed == contents.pages, Problem(PAGES, "lists other pages than the engine has")
    names = [org["name"] for org in orgs]
    yield (
        names == sorted(names, key=str.casefold) and len(set(names)) == len(names),
        Problem(ORGANIZATIONS, "is not sorted by name"),
    )
    org_counts = {
        org["name"]: (org["pages"], org["paragraphs"]) for org in orgs if org["paragraphs"]
    }
    yield (
        org_counts == contents.organizations,
        Problem(ORGANIZATIONS, "has other counts than the engine"),
    )
    for name, value in _expected_counts(pages, orgs, contents).items():
        yield (
            manifest.counts[name] == value,
            Problem(MANIFEST, f"its count of {name} is not that of the files"),
        )
    same = sum(len(page["same"]) for page in pages)
    for name, least in (("duplicates", same), ("skipped", len(skipped))):
        yield (
            type(value := manifest.counts[name]) is int and value >= least,
            Problem(MANIFEST, f"its count of {name} is less than the files name"),
        )
    preferred = from_dict(manifest.config, MANIFEST).languages
    languages = dict.fromkeys((*preferred, *sorted({page["lang"] for page in pages})))
    yield (
        tuple(manifest.languages) == tuple(languages),
        Problem(MANIFEST, "its languages are not those of the pages"),
    )


def _shared_fields(page: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a page's record as the engine's tables have them."""
    same = [[other["page"], other["url"], other["shift"]] for other in page["same"]]
    return {name: page[name] for name in _SHARED_FIELDS} | {"same": same}


def _expected_counts(
    pages: list[dict[str, Any]], orgs: list[dict[str, Any]], contents: Contents
) -> dict[str, Any]:
    """Return the figures of the manifest that follow from the records and tables."""
    years: Counter[int | None] = Counter()
    for page in pages:
        years[page["year"]] += page["paragraphs"]
    undated = years.pop(None, 0)
    return {
        "pages": len(pages),
        "sections": sum(page["sections"] for page in pages),
        "paragraphs": sum(page["paragraphs"] for page in pages),
        "organizations": len(orgs),
        "copies": contents.copies,
        "years": {str(year): count for year, count in years.items()},
        "undated": undated,
        "languages": dict(Counter(page["lang"] for page in pages)),
        "encodings": dict(Counter(page["encoding"] for page in pages)),
    }


def _strings(words: list[Any]) -> list[str]:
    """Return the words. Raises TypeError if one is not a string."""
    if not all(type(word) is str for word in words):
        raise TypeError("a word is not a string")
    return words


def _records(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file of JSON, or of JSON lines."""
    with regular_file(path) as file:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in file]
        return json.load(file)  # type: ignore[no-any-return]


def _compare_pages(
    index: Path, manifest: Manifest, sources: Iterable[Source]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the pages that only the index has, that have other bytes, and that are new.

    A page that was skipped has no checksum in the index. A record of a source that is no
    page counts as new only if the index names all that it skipped.
    """
    folder = index / manifest.generation
    try:
        skipped = {page["page"]: "" for page in _records(folder / SKIPPED)}
        old = skipped | _indexed_checksums(folder)
        is_partial = manifest.counts["skipped"] > len(skipped)
    except _UNREADABLE:
        old, is_partial = {}, False  # one of the problems says so
    now = _source_checksums(sources)
    return (
        tuple(page for page in old if page not in now),
        tuple(page for page, digest in now.items() if old.get(page) not in (None, "", digest)),
        tuple(
            page for page, digest in now.items() if page not in old and (digest or not is_partial)
        ),
    )


def _indexed_checksums(folder: Path) -> dict[str, str]:
    """Return the pages of an index and the pages equal to them, with their checksums."""
    pages = _records(folder / PAGES)
    return {each["page"]: each["sha256"] for page in pages for each in (page, *page["same"])}


def _source_checksums(sources: Iterable[Source]) -> dict[str, str]:
    """Return the pages of sources with their checksums, and other records with "".

    Several records of a crawl may have one name, but one of them at most is a page.
    """
    checksums: dict[str, str] = {}
    for source in sources:
        for raw in source.pages():
            if isinstance(raw, RawPage):
                checksums[raw.page] = hashlib.sha256(raw.data).hexdigest()
            elif isinstance(raw, Skipped):
                checksums.setdefault(raw.page, "")
    return checksums

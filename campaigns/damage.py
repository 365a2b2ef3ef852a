"""Bytes that change, and files that are cut short or vanish."""

import random
import resource
import signal
from argparse import Namespace
from pathlib import Path
from typing import Any

import archivesearch
from campaigns.archives import QUERIES, pages, tries

_SECONDS = 30
_MEMORY = 4 << 30


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Spoil one place after another; `verify` must name it, and a search must not show it."""
    site, index = pages(folder / "site", arguments), folder / "index"
    archivesearch.rebuild([site], index)
    sound = passages(index)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGALRM, hangs)
    chance = random.Random(arguments.seed)
    paths = [path for path in sorted(index.rglob("*")) if path.is_file() and path.stat().st_size]
    broken: list[str] = []
    kinds: dict[str, int] = {}
    told = answered = 0
    for number in tries(arguments):
        path = paths[number % len(paths)]
        data = path.read_bytes()
        kind, spoiled = spoil(data, chance)
        if spoiled == data:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        write(path, spoiled)
        where = f"{path.name} of {len(data):,} bytes, {kind}"
        signal.alarm(_SECONDS)
        try:
            if not names(index, path):
                broken.append(f"verify does not name {where}")
            wrong, errors, shown = ask(index, sound, chance)
            told += errors
            answered += shown
            broken += [f"{what} ({where})" for what in wrong]
        except BaseException as error:  # noqa: BLE001 - it tells of whatever it meets
            broken.append(f"{type(error).__name__}: {error} ({where})")
            if isinstance(error, KeyboardInterrupt):
                break
        finally:
            signal.alarm(0)
        write(path, data)
    if archivesearch.verify(index).problems:
        broken.append("the index has not been put right again")
    print(
        f"{sum(kinds.values()):,} damages to {len(paths)} files: {kinds}; of the searches "
        f"{told:,} told of it, {answered:,} answered"
    )
    return broken


def spoil(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return a kind of damage, and what it leaves."""
    at = chance.randrange(len(data))
    kind = chance.choice(("bit", "bit", "bit", "byte", "zeros", "ones", "cut", "longer"))
    changed = bytearray(data)
    size = chance.choice((1, 2, 4, 8, 64, 4096))
    if kind == "bit":
        changed[at] ^= 1 << chance.randrange(8)
    elif kind == "byte":
        changed[at] = chance.randrange(256)
    elif kind in ("zeros", "ones"):
        end = min(at + size, len(data))
        changed[at:end] = (b"\0" if kind == "zeros" else b"\xff") * (end - at)
    elif kind == "cut":
        del changed[at:]
    else:
        changed += bytes(size)
    return kind, bytes(changed)


def write(path: Path, data: bytes) -> None:
    """Put a file in the place of another, so that what is mapped of that stays as it is."""
    aside = path.with_name(".aside")
    aside.write_bytes(data)
    aside.replace(path)


def names(index: Path, path: Path) -> bool:
    """Whether `verify` names a file, or says that it is of another version."""
    try:
        problems = archivesearch.verify(index).problems
    except (archivesearch.IndexVersion, archivesearch.IndexMissing):
        return path.name == "manifest.json"
    if path.name == ".parsed" and not problems:  # cut where a record ends, it is only shorter
        return True
    if path.name == ".lock":
        return True
    return path.name in {problem.file for problem in problems}


def passages(index: Path) -> dict[str, Any]:
    """Return every passage by its id, with all that is shown of it."""
    with archivesearch.open(index) as archive:
        return {
            passage.id: passage for page in archive.pages() for passage in archive.passages(page)
        }


def ask(index: Path, sound: dict[str, Any], chance: random.Random) -> tuple[list[str], int, int]:
    """Search; return what is shown and was never written, errors told, and answers."""
    wrong: list[str] = []
    told = answered = 0
    calls: list[dict[str, Any]] = [{"query": query, "limit": 5} for query in QUERIES]
    calls.append({"query": "party", "group_by": "org", "facets": ("org", "page")})
    calls.append({"query": "party", "sort": "-year", "lang": "en", "facets": ("year",)})
    try:
        archive = archivesearch.open(index)
    except archivesearch.ArchiveSearchError as error:
        return ["an error of several lines"] if "\n" in str(error) else [], 1, 0
    with archive:
        for call in chance.sample(calls, 4):
            try:
                results = archive.search(**call)
            except archivesearch.ArchiveSearchError as error:
                told += 1
                if "\n" in str(error):
                    wrong.append("an error of several lines")
                continue
            answered += 1
            hits = [*results.hits, *(hit for group in results.groups for hit in group.hits)]
            for hit in hits:
                true = sound.get(hit.id)
                names = ("text", "title", "org", "section", "label", "year", "url", "page", "lang")
                if true is None or any(getattr(hit, n) != getattr(true, n) for n in names):
                    wrong.append(f"shown as {hit.id}: {hit.text[:60]!r}")
    return wrong, told, answered


def hangs(*_: object) -> None:
    """End what does not end."""
    raise TimeoutError(f"no answer for {_SECONDS} seconds")

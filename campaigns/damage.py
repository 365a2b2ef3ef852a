"""Campaign `damage`: bytes of an index that change, and files that become shorter or longer."""

import random
import resource
import signal
from argparse import Namespace
from pathlib import Path
from typing import Any

import archivesearch
from campaigns.archives import QUERIES, copy_pages, tries

_TIMEOUT_SECONDS = 30
_MEMORY_BYTES = 4 << 30
_SHOWN = ("text", "title", "org", "section", "label", "year", "url", "page", "lang")


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Damage one place after another; return a message for each broken promise.

    `verify` must name the damaged file, and no search may show a passage that was not written.
    """
    site, index = copy_pages(folder / "site", arguments), folder / "index"
    archivesearch.rebuild([site], index)
    written = passages_by_id(index)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    signal.signal(signal.SIGALRM, raise_timeout)
    rng = random.Random(arguments.seed)
    paths = [path for path in sorted(index.rglob("*")) if path.is_file() and path.stat().st_size]
    broken: list[str] = []
    kinds: dict[str, int] = {}
    reported = answered = 0
    for number in tries(arguments):
        path = paths[number % len(paths)]
        data = path.read_bytes()
        kind, damaged = damage(data, rng)
        if damaged == data:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        replace_file(path, damaged)
        where = f"{path.name} of {len(data):,} bytes, {kind}"
        signal.alarm(_TIMEOUT_SECONDS)
        try:
            if not verify_names(index, path):
                broken.append(f"verify does not name {where}")
            problems, errors, successes = search(index, written, rng)
            reported += errors
            answered += successes
            broken += [f"{problem} ({where})" for problem in problems]
        except BaseException as error:  # noqa: BLE001 - any error here breaks a promise
            broken.append(f"{type(error).__name__}: {error} ({where})")
            if isinstance(error, KeyboardInterrupt):
                break
        finally:
            signal.alarm(0)
        replace_file(path, data)
    if archivesearch.verify(index).problems:
        broken.append("the index is damaged after its files were restored")
    print(
        f"{sum(kinds.values()):,} changes to {len(paths)} files: {kinds}; "
        f"{reported:,} searches reported the damage, {answered:,} answered"
    )
    return broken


def damage(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return a kind of damage, and the damaged bytes."""
    start = rng.randrange(len(data))
    kind = rng.choice(("bit", "bit", "bit", "byte", "zeros", "ones", "cut", "longer"))
    changed = bytearray(data)
    size = rng.choice((1, 2, 4, 8, 64, 4096))
    if kind == "bit":
        changed[start] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        changed[start] = rng.randrange(256)
    elif kind in ("zeros", "ones"):
        end = min(start + size, len(data))
        changed[start:end] = (b"\0" if kind == "zeros" else b"\xff") * (end - start)
    elif kind == "cut":
        del changed[start:]
    else:
        changed += bytes(size)
    return kind, bytes(changed)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file by a new one, so that memory maps of the old one do not change."""
    new = path.with_name(".aside")
    new.write_bytes(data)
    new.replace(path)


def verify_names(index: Path, path: Path) -> bool:
    """Return whether `verify` names a damaged file, or need not.

    A damaged manifest may also be of another version or be missing. The lock has no content. A
    cache of parsed pages that is cut at the end of a record is a smaller cache.
    """
    try:
        problems = archivesearch.verify(index).problems
    except (archivesearch.IndexVersion, archivesearch.IndexMissing):
        return path.name == "manifest.json"
    if path.name == ".parsed" and not problems:
        return True
    if path.name == ".lock":
        return True
    return path.name in {problem.file for problem in problems}


def passages_by_id(index: Path) -> dict[str, Any]:
    """Return all passages of an index by id."""
    with archivesearch.open(index) as archive:
        return {
            passage.id: passage for page in archive.pages() for passage in archive.passages(page)
        }


def search(index: Path, written: dict[str, Any], rng: random.Random) -> tuple[list[str], int, int]:
    """Search a damaged index four times.

    Return the problems in words, the number of searches that reported the damage, and the
    number that answered. A hit with values that were not written is a problem.
    """
    problems: list[str] = []
    reported = answered = 0
    calls: list[dict[str, Any]] = [{"query": query, "limit": 5} for query in QUERIES]
    calls.append({"query": "party", "group_by": "org", "facets": ("org", "page")})
    calls.append({"query": "party", "sort": "-year", "lang": "en", "facets": ("year",)})
    try:
        archive = archivesearch.open(index)
    except archivesearch.ArchiveSearchError as error:
        return ["an error of several lines"] if "\n" in str(error) else [], 1, 0
    with archive:
        for call in rng.sample(calls, 4):
            try:
                results = archive.search(**call)
            except archivesearch.ArchiveSearchError as error:
                reported += 1
                if "\n" in str(error):
                    problems.append("an error of several lines")
                continue
            answered += 1
            hits = [*results.hits, *(hit for group in results.groups for hit in group.hits)]
            for hit in hits:
                passage = written.get(hit.id)
                if passage is None or any(
                    getattr(hit, name) != getattr(passage, name) for name in _SHOWN
                ):
                    problems.append(f"shown as {hit.id}: {hit.text[:60]!r}")
    return problems, reported, answered


def raise_timeout(*_: object) -> None:
    """Handle SIGALRM: raise TimeoutError."""
    raise TimeoutError(f"no answer for {_TIMEOUT_SECONDS} seconds")

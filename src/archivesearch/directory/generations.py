"""How one generation of an index follows another: written aside, then put in force.

    index/
      manifest.json           what is in force; replaced atomically
      generation-0123abcd…/   the files it names; the name is made of their checksums
      .building/              the next generation, while it is written
      .lock, .writer          held by whoever writes, and who that is
      .parsed                 what was read out of the pages, for the next update

Nothing is written into a generation once it has its name. A build that fails or is
killed leaves the manifest as it was, and the next one clears its remains away. A
generation that is no longer in force goes as soon as nobody reads it.
"""

import hashlib
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from archivesearch.directory.files import sync_file, sync_folder, write_new_file
from archivesearch.directory.manifest import (
    GENERATION_PREFIX,
    MANIFEST,
    NEW_PARSE_CACHE,
    PARSE_CACHE,
    GenerationLock,
    Manifest,
    has_index_manifest,
    is_generation,
    manifest_text,
    read_manifest,
    regular_file,
)
from archivesearch.errors import IndexBusy, IndexMissing, IndexProblem

_BUILDING = ".building"
_LOCK = ".lock"
_WRITER = ".writer"
_NEW_MANIFEST = f".{MANIFEST}.new"
# What may stand in a folder that holds nothing but an index, or nothing yet: files of ours,
# and what a desktop or Git leaves in a folder that is empty to whoever looks.
_OURS = (MANIFEST, _BUILDING, _LOCK, _WRITER, _NEW_MANIFEST, PARSE_CACHE, NEW_PARSE_CACHE)
_HARMLESS = (".DS_Store", ".gitignore", ".gitkeep")


@contextmanager
def build_folder(index: Path) -> Iterator[Path]:
    """Hold the index for writing and give an empty folder for the next generation.

    What is in the folder comes into force by `publish` alone; whatever else happens, it
    is removed. Raises IndexBusy where another process is writing, IndexProblem where the
    directory holds something else or cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        _refuse_what_is_not_ours(index)
        if (index / _LOCK).is_symlink():
            raise IndexProblem(f"{index / _LOCK} is a link; remove it and try again")
        lock = FileLock(index / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(
            f"another process{_holder(index)} is writing to the index in {index}; "
            "wait until it is done"
        ) from error
    except OSError as error:
        raise IndexProblem(f"cannot write to {index}: {error.strerror or error}") from error
    building = index / _BUILDING
    try:
        write_new_file(index / _WRITER, f"{os.getpid()} {socket.gethostname()}\n")
        _clear_away(index)
        building.mkdir()
        yield building
    except OSError as error:
        where = error.filename or index
        raise IndexProblem(
            f"cannot write the index: {error.strerror or error} ({where}); "
            "the index is as it was before"
        ) from error
    finally:
        _remove(building)
        for name in (_NEW_MANIFEST, _WRITER):
            with suppress(OSError):
                (index / name).unlink(missing_ok=True)
        lock.release()


def commit(
    index: Path,
    building: Path,
    *,
    engine: str,
    sources: tuple[str, ...],
    config: Mapping[str, Any],
    languages: tuple[str, ...],
    counts: Mapping[str, Any],
) -> Manifest:
    """Put a finished generation in force: sync its files, name it, replace the manifest."""
    files = {
        path.relative_to(building).as_posix(): sync_file(path)
        for path in sorted(building.rglob("*"))
        if path.is_file()
    }
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]
    manifest = Manifest(
        GENERATION_PREFIX + digest, engine, sources, config, languages, counts, files
    )
    folder = index / manifest.generation
    if not _holds(folder, files):
        _remove(folder)  # of the same name, but damaged
        sync_folder(building)
        building.rename(folder)
    sync_folder(index)
    write_new_file(index / _NEW_MANIFEST, manifest_text(manifest))
    (index / _NEW_MANIFEST).replace(index / MANIFEST)
    sync_folder(index)
    sync_folder(index.absolute().parent)  # where the index itself may be new
    with suppress(OSError):  # what is left is left to the next who writes
        _remove_remains(index, manifest.generation)
    return manifest


def _holds(folder: Path, files: Mapping[str, tuple[int, str]]) -> bool:
    """Whether a folder holds files of these sizes and SHA-256s, and no others."""
    try:
        if folder.is_symlink() or {path.name for path in folder.iterdir()} != files.keys():
            return False
        return all(sync_file(folder / name) == expected for name, expected in files.items())
    except OSError:
        return False


def _refuse_what_is_not_ours(index: Path) -> None:
    """Raise IndexProblem where a directory holds something else than an index."""
    ours = has_index_manifest(index)
    if ours:
        return
    if ours is None:  # no manifest, or a damaged one: a rebuild mends that
        strangers = [path.name for path in index.iterdir() if not _is_ours(path.name)]
        if not strangers:
            return
        foreign = min(strangers)
    else:
        foreign = MANIFEST
    raise IndexProblem(
        f"{index} is no index but holds other things ({foreign}); "
        "choose an empty or a new directory"
    )


def _is_ours(name: str) -> bool:
    return name in _OURS or name in _HARMLESS or is_generation(name)


def _holder(index: Path) -> str:
    """Return who is writing, as it stands in a message, where that can be known."""
    try:
        with regular_file(index / _WRITER) as file:
            number, host = file.read(300).decode("ascii").split()
    except (OSError, ValueError):
        return ""
    return f" ({int(number)} on {host})" if number.isdecimal() and host.isprintable() else ""


def _clear_away(index: Path) -> None:
    """Remove what a killed build has left."""
    _remove(index / _BUILDING)
    try:
        _remove_remains(index, read_manifest(index).generation)
    except IndexMissing:
        _remove_remains(index, "")
    except IndexProblem:  # of another version, perhaps, and good for its program until replaced
        return


def _remove_remains(index: Path, current: str) -> None:
    """Remove all generations but the one in force and those that somebody reads."""
    for path in index.iterdir():
        if is_generation(path.name) and path.name != current:
            try:
                hold = GenerationLock(path, exclusive=True)
            except OSError:  # read by somebody, or no folder: left to the next who writes
                continue
            _remove(path)
            hold.release()


def _remove(folder: Path) -> None:
    """Remove a folder, if it is one; what a link leads to is none of ours."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)

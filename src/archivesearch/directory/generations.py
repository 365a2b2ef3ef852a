"""Generations of an index: build the next one, commit it, remove the old one.

    index/
      manifest.json           names the current generation; replaced atomically
      generation-0123abcd…/   its files; the name is a hash of their checksums
      .building/              the next generation, during a build
      .lock, .writer          the writer's lock, and its process and host
      .parsed                 the parse cache, for the next update

A generation never changes once it has its name. A build that fails or is killed leaves
the manifest unchanged, and the next build removes its leftovers. An old generation is
removed as soon as nobody reads it.
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

from archivesearch.directory.files import regular_file, sync_file, sync_folder, write_new_file
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
)
from archivesearch.errors import IndexBusy, IndexMissing, IndexProblem

_BUILDING = ".building"
_LOCK = ".lock"
_WRITER = ".writer"
_NEW_MANIFEST = f".{MANIFEST}.new"
# A folder with only these names is an index, or empty: the files of an index, and files that
# a desktop or Git leaves in a folder that looks empty.
_INDEX_FILES = (MANIFEST, _BUILDING, _LOCK, _WRITER, _NEW_MANIFEST, PARSE_CACHE, NEW_PARSE_CACHE)
_HARMLESS = (".DS_Store", ".gitignore", ".gitkeep")


@contextmanager
def build_folder(index: Path) -> Iterator[Path]:
    """Lock the index for writing and yield an empty folder for the next generation.

    `commit` makes the folder the current generation. Without it the folder is removed at
    the end. Raises IndexBusy if another process is writing, and IndexProblem if the
    directory contains other things or cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        _refuse_foreign_files(index)
        if (index / _LOCK).is_symlink():
            raise IndexProblem(f"{index / _LOCK} is a link; remove it and try again")
        lock = FileLock(index / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(
            f"another process{_writer_name(index)} is writing to the index in {index}; "
            "wait until it is done"
        ) from error
    except OSError as error:
        raise IndexProblem(f"cannot write to {index}: {error.strerror or error}") from error
    folder = index / _BUILDING
    try:
        write_new_file(index / _WRITER, f"{os.getpid()} {socket.gethostname()}\n")
        _remove_leftovers(index)
        folder.mkdir()
        yield folder
    except OSError as error:
        where = error.filename or index
        raise IndexProblem(
            f"cannot write the index: {error.strerror or error} ({where}); "
            "the index was not changed"
        ) from error
    finally:
        _remove_folder(folder)
        for name in (_NEW_MANIFEST, _WRITER):
            with suppress(OSError):
                (index / name).unlink(missing_ok=True)
        lock.release()


def commit(
    index: Path,
    folder: Path,
    *,
    engine: str,
    sources: tuple[str, ...],
    config: Mapping[str, Any],
    languages: tuple[str, ...],
    counts: Mapping[str, Any],
) -> Manifest:
    """Make a finished build folder the current generation of an index; return its manifest.

    In this order: sync its files, give it its name, replace the manifest, and remove the
    generations that nobody reads. A crash at any point leaves the old index or the new one.
    """
    files = {
        path.relative_to(folder).as_posix(): sync_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]
    manifest = Manifest(
        GENERATION_PREFIX + digest, engine, sources, config, languages, counts, files
    )
    generation = index / manifest.generation
    if not _has_exactly(generation, files):
        _remove_folder(generation)  # of the same name, but damaged
        sync_folder(folder)
        folder.rename(generation)
    sync_folder(index)
    write_new_file(index / _NEW_MANIFEST, manifest_text(manifest))
    (index / _NEW_MANIFEST).replace(index / MANIFEST)
    sync_folder(index)
    sync_folder(index.absolute().parent)  # the index itself may be new
    with suppress(OSError):  # the next writer tries again
        _remove_generations(index, manifest.generation)
    return manifest


def _has_exactly(folder: Path, files: Mapping[str, tuple[int, str]]) -> bool:
    """Whether a folder has exactly these files, with these sizes and SHA-256s."""
    try:
        if folder.is_symlink() or {path.name for path in folder.iterdir()} != files.keys():
            return False
        return all(sync_file(folder / name) == expected for name, expected in files.items())
    except OSError:
        return False


def _refuse_foreign_files(index: Path) -> None:
    """Raise IndexProblem if a directory contains anything but an index."""
    is_index = has_index_manifest(index)
    if is_index:
        return
    if is_index is None:  # no manifest, or a damaged one, which a rebuild replaces
        foreign = [path.name for path in index.iterdir() if not _may_be_in_index(path.name)]
        if not foreign:
            return
        name = min(foreign)
    else:
        name = MANIFEST
    raise IndexProblem(
        f"{index} is not an index: it contains other things ({name}); "
        "choose an empty or a new directory"
    )


def _may_be_in_index(name: str) -> bool:
    return name in _INDEX_FILES or name in _HARMLESS or is_generation(name)


def _writer_name(index: Path) -> str:
    """Return the writer as " (PROCESS on HOST)", for a message; `""` if it is unknown."""
    try:
        with regular_file(index / _WRITER) as file:
            number, host = file.read(300).decode("ascii").split()
    except (OSError, ValueError):
        return ""
    return f" ({int(number)} on {host})" if number.isdecimal() and host.isprintable() else ""


def _remove_leftovers(index: Path) -> None:
    """Remove the build folder and the generations that a killed build left."""
    _remove_folder(index / _BUILDING)
    try:
        _remove_generations(index, read_manifest(index).generation)
    except IndexMissing:
        _remove_generations(index, "")
    except IndexProblem:  # perhaps of another version, whose program can still read it
        return


def _remove_generations(index: Path, current: str) -> None:
    """Remove all generations but the current one and generations that a reader has locked."""
    for path in index.iterdir():
        if is_generation(path.name) and path.name != current:
            try:
                lock = GenerationLock(path, exclusive=True)
            except OSError:  # locked by a reader, or no folder; the next writer tries again
                continue
            _remove_folder(path)
            lock.release()


def _remove_folder(folder: Path) -> None:
    """Remove a folder, but never the target of a link."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)

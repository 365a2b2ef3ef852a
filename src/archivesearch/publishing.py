"""How one generation of an index follows another: written aside, then put in force.

    index/
      manifest.json           what is in force; replaced atomically
      generation-0123abcd…/   the files it names; the name is made of their checksums
      .building/              the next generation, while it is written
      .lock                   held by whoever writes

Nothing is written into a generation once it has its name. A build that fails or is
killed leaves the manifest as it was, and the next one clears its remains away.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from archivesearch.directory import FORMAT, MANIFEST, VERSION, Manifest, read_manifest
from archivesearch.errors import IndexBusy, IndexMissing, IndexProblem

_BUILDING = ".building"
_LOCK = ".lock"
_GENERATION = "generation-"
_GENERATION_NAME = re.compile(_GENERATION + "[0-9a-f]{16}")


@contextmanager
def writing(index: Path) -> Iterator[Path]:
    """Hold the index for writing and give an empty folder for the next generation.

    What is in the folder comes into force by `publish` alone; whatever else happens, it
    is removed. Raises IndexBusy where another process is writing, IndexProblem where the
    directory holds something else or cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        _refuse_what_is_not_ours(index)
        lock = FileLock(index / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(
            f"another process is writing to the index in {index}; wait until it is done"
        ) from error
    except OSError as error:
        raise IndexProblem(f"cannot write to {index}: {error.strerror or error}") from error
    building = index / _BUILDING
    try:
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
        shutil.rmtree(building, ignore_errors=True)
        lock.release()


def publish(
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
        path.relative_to(building).as_posix(): _synced(path)
        for path in sorted(building.rglob("*"))
        if path.is_file()
    }
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:16]
    manifest = Manifest(_GENERATION + digest, engine, sources, config, languages, counts, files)
    folder = index / manifest.generation
    if not _holds(folder, files):
        shutil.rmtree(folder, ignore_errors=True)  # of the same name, but damaged
        building.rename(folder)
    _sync_folder(folder)
    _replace(index / MANIFEST, {"format": FORMAT, "version": VERSION, **asdict(manifest)})
    _remove_remains(index, manifest.generation)
    return manifest


def _holds(folder: Path, files: Mapping[str, tuple[int, str]]) -> bool:
    """Whether a folder holds files of these sizes and SHA-256s."""
    try:
        return all(_synced(folder / name) == expected for name, expected in files.items())
    except OSError:
        return False


def _refuse_what_is_not_ours(index: Path) -> None:
    """Raise IndexProblem where a directory holds something else than an index."""
    try:
        values = json.loads((index / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(values, dict) and values.get("format") == FORMAT:
            return
        foreign = MANIFEST
    except (OSError, ValueError, RecursionError):  # none, or damaged: a rebuild mends that
        strangers = [p.name for p in index.iterdir() if not _is_ours(p.name)]
        if not strangers:
            return
        foreign = min(strangers)
    raise IndexProblem(
        f"{index} is no index but holds other things ({foreign}); "
        "choose an empty or a new directory"
    )


def _is_ours(name: str) -> bool:
    return name.startswith(".") or name == MANIFEST or _GENERATION_NAME.fullmatch(name) is not None


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
    """Remove all generations but the one in force."""
    for path in index.iterdir():
        if _GENERATION_NAME.fullmatch(path.name) and path.name != current:
            _remove(path)


def _remove(folder: Path) -> None:
    """Remove a folder, if it is one; what a link leads to is none of ours."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def _synced(path: Path) -> tuple[int, str]:
    """Force a file to disk; return its size and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    for path in (folder, folder.parent):
        with suppress(OSError):  # not every system can sync a folder
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _replace(path: Path, values: Mapping[str, Any]) -> None:
    """Replace a JSON file so that a reader sees the old one or the new one, whole."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)  # a killed build may have left it
    with aside.open("x", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync_folder(path.parent)

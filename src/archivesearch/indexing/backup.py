"""Backup: copy one generation of an index while others search or write, and verify the copy."""

import hashlib
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path

from archivesearch.directory.files import regular_file, sync_file, sync_folder, write_new_file
from archivesearch.directory.manifest import (
    MANIFEST,
    GenerationLock,
    Manifest,
    generation_folder,
    is_generation,
    manifest_text,
    read_manifest,
    with_current_generation,
)
from archivesearch.errors import IndexDamaged, IndexProblem
from archivesearch.indexing.verify import StrPath, verify
from archivesearch.model.reports import Backup

_BUFFER_SIZE = 1 << 20


def backup(index: StrPath, target: StrPath) -> Backup:
    """Copy an index to an empty or a new folder, and verify the copy.

    The copy is one generation, even if a new one is committed meanwhile. If it fails,
    nothing is left in the target. Raises IndexProblem if the target cannot be used or the
    copy is damaged, and the errors that `open` raises.
    """
    path = Path(target)
    is_new = not path.exists()
    manifest = _copy(Path(index), path)
    verification = verify(path)
    if not verification.whole:
        _remove_copy(path, with_folder=is_new)
        first = verification.problems[0]
        raise IndexDamaged(
            f"the copy is not whole ({first.file} {first.what}); there is no backup; "
            f"see: archivesearch verify --index {index}"
        )
    return Backup(manifest.generation, verification.files, verification.bytes)


def _copy(index: Path, target: Path) -> Manifest:
    """Copy the current generation to an empty or a new folder, then its manifest."""
    read_manifest(index)  # raises before a folder is made
    is_new = _prepare_folder(index, target)
    try:
        manifest = with_current_generation(index, partial(_copy_generation, index, target))
        write_new_file(target / MANIFEST, manifest_text(manifest))
        sync_folder(target)
        sync_folder(target.absolute().parent)
    except OSError as error:
        _remove_copy(target, with_folder=is_new)
        where = error.filename or target
        raise IndexProblem(
            f"cannot copy the index: {error.strerror or error} ({where}); there is no backup"
        ) from error
    except BaseException:
        _remove_copy(target, with_folder=is_new)
        raise
    return manifest


def _prepare_folder(index: Path, target: Path) -> bool:
    """Make the target's folder if there is none; return whether it was made."""
    if target.resolve().is_relative_to(index.resolve()):
        raise IndexProblem(f"{target} lies in the index itself; choose another place")
    try:
        try:
            target.mkdir(parents=True)
        except FileExistsError:
            entry = next(target.iterdir(), None)
        else:
            return True
    except OSError as error:
        raise IndexProblem(f"cannot write to {target}: {error.strerror or error}") from error
    if entry is not None:
        raise IndexProblem(f"{target} is not empty ({entry.name}); choose an empty or a new folder")
    return False


def _copy_generation(index: Path, target: Path, manifest: Manifest) -> Manifest:
    """Copy a generation, each file checked by its checksum; remove what an earlier try left."""
    _remove_copy(target, with_folder=False)
    source = generation_folder(index, manifest)
    lock = GenerationLock(source)
    folder = target / manifest.generation
    try:
        folder.mkdir()
        for name, (_, checksum) in manifest.files.items():
            if _copy_file(source / name, folder / name) != checksum:
                raise IndexDamaged(
                    f"{source / name} is not what was written; there is no backup; "
                    "see: archivesearch verify"
                )
            sync_file(folder / name)
        sync_folder(folder)
    finally:
        lock.release()
    return manifest


def _copy_file(source: Path, target: Path) -> str:
    """Copy a file; return the SHA-256 of the bytes that were read."""
    digest = hashlib.sha256()
    with regular_file(source) as reader, target.open("xb") as writer:
        while block := reader.read(_BUFFER_SIZE):
            digest.update(block)
            writer.write(block)
    return digest.hexdigest()


def _remove_copy(target: Path, *, with_folder: bool) -> None:
    """Remove the manifest and the generations in a folder, and the folder itself on request."""
    with suppress(OSError):
        (target / MANIFEST).unlink(missing_ok=True)
        for path in target.iterdir():
            if is_generation(path.name):
                shutil.rmtree(path, ignore_errors=True)
    if with_folder:
        with suppress(OSError):
            target.rmdir()

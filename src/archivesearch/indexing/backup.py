"""Back up an index: copy one generation while others search or write, and verify the copy."""

import hashlib
import os
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path

from archivesearch.directory.files import sync_file, sync_folder, write_new_file
from archivesearch.directory.manifest import (
    MANIFEST,
    GenerationLock,
    Manifest,
    generation_folder,
    is_generation,
    manifest_text,
    read_manifest,
    regular_file,
    with_current_generation,
)
from archivesearch.errors import IndexDamaged, IndexProblem
from archivesearch.indexing.verify import verify
from archivesearch.model.reports import Backup

StrPath = str | os.PathLike[str]

_PIECE = 1 << 20


def backup(index: StrPath, target: StrPath) -> Backup:
    """Copy an index to an empty or a new folder, and verify the copy.

    It is a copy of one generation, whatever is written meanwhile. If it fails, nothing is left
    in the target. Raises IndexProblem if the target cannot be used or the copy is damaged, and
    what `open` raises.
    """
    path = Path(target)
    is_new = not path.exists()
    manifest = _copy(Path(index), path)
    verification = verify(path)
    if not verification.whole:
        _remove_copy(path, folder=is_new)
        first = verification.problems[0]
        raise IndexDamaged(
            f"the copy is not whole ({first.file} {first.what}); there is no backup; "
            f"see: archivesearch verify --index {index}"
        )
    return Backup(manifest.generation, verification.files, verification.bytes)


def _copy(index: Path, target: Path) -> Manifest:
    """Copy the generation in force to an empty or a new folder, and its manifest last.

    Each file is compared with its checksum while it is copied.
    """
    read_manifest(index)  # or there is nothing to copy, and no folder is made
    made = _prepare(index, target)
    try:
        manifest = with_current_generation(index, partial(_copy_generation, index, target))
        write_new_file(target / MANIFEST, manifest_text(manifest))
        sync_folder(target)
        sync_folder(target.absolute().parent)
    except OSError as error:
        _remove_copy(target, folder=made)
        where = error.filename or target
        raise IndexProblem(
            f"cannot copy the index: {error.strerror or error} ({where}); there is no backup"
        ) from error
    except BaseException:
        _remove_copy(target, folder=made)
        raise
    return manifest


def _remove_copy(target: Path, *, folder: bool) -> None:
    """Remove what was copied to a folder that was empty, and the folder too if it was made."""
    with suppress(OSError):
        (target / MANIFEST).unlink(missing_ok=True)
        for path in target.iterdir():
            if is_generation(path.name):
                shutil.rmtree(path, ignore_errors=True)
    if folder:
        with suppress(OSError):
            target.rmdir()


def _prepare(index: Path, target: Path) -> bool:
    """Make the folder of a copy if there is none, and return whether it was made."""
    if target.resolve().is_relative_to(index.resolve()):
        raise IndexProblem(f"{target} lies in the index itself; choose another place")
    try:
        target.mkdir(parents=True)
    except FileExistsError:
        pass
    except OSError as error:
        raise IndexProblem(f"cannot write to {target}: {error.strerror or error}") from error
    else:
        return True
    try:
        inside = next(target.iterdir(), None)
    except OSError as error:
        raise IndexProblem(f"cannot write to {target}: {error.strerror or error}") from error
    if inside is not None:
        raise IndexProblem(
            f"{target} is not empty ({inside.name}); choose an empty or a new folder"
        )
    return False


def _copy_generation(index: Path, target: Path, manifest: Manifest) -> Manifest:
    """Copy a generation to where an older one may have been copied in part."""
    _remove_copy(target, folder=False)
    source = generation_folder(index, manifest)
    hold = GenerationLock(source)
    folder = target / manifest.generation
    try:
        folder.mkdir()
        for name, (_, checksum) in manifest.files.items():
            if _copied(source / name, folder / name) != checksum:
                raise IndexDamaged(
                    f"{source / name} is not what was written; there is no backup; "
                    "see: archivesearch verify"
                )
            sync_file(folder / name)
        sync_folder(folder)
    finally:
        hold.release()
    return manifest


def _copied(source: Path, target: Path) -> str:
    """Copy a file; return the SHA-256 of what was read."""
    digest = hashlib.sha256()
    with regular_file(source) as reading, target.open("xb") as writing:
        while piece := reading.read(_PIECE):
            digest.update(piece)
            writing.write(piece)
    return digest.hexdigest()

"""Write files and folders to disk: sync (fsync), checksum, and new files."""

import errno
import hashlib
import os
from pathlib import Path

# What a system or a file system answers if it cannot sync a folder.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM, errno.EISDIR}


def sync_file(path: Path) -> tuple[int, str]:
    """Force a file to disk; return its size in bytes and its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size, digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Force the list of names in a folder to disk, if the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def write_new_file(path: Path, text: str) -> None:
    """Write a new ASCII file and sync it; a file or a link of that name is removed first.

    So nothing is written through a link, or into a file that a killed build left.
    """
    path.unlink(missing_ok=True)
    with path.open("x", encoding="ascii", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

"""What is written is on the disk, and not only on its way there."""

import errno
import hashlib
import os
from pathlib import Path

# What a system or a file system answers that cannot sync a folder.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM, errno.EISDIR}


def sync_file(path: Path) -> tuple[int, str]:
    """Force a file to disk; return its size and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size, digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Force to disk which names a folder has, where the system can."""
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
    """Write a file that is new, whatever a killed build has left or where a link led."""
    path.unlink(missing_ok=True)
    with path.open("x", encoding="ascii", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

"""Safe use of files: open regular files only, sync files and folders to disk (fsync)."""

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

# Errors of systems and file systems that cannot sync a folder.
_NO_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM, errno.EISDIR}


def regular_file(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Raises OSError for anything else: a link, a folder, a device, or a pipe, without waiting
    for its writer.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # no system has them all
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


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

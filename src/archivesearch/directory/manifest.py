"""What an index directory says of itself: its manifest, and the generation that it names."""

import errno
import hashlib
import json
import os
import re
import stat
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from archivesearch.errors import IndexBusy, IndexDamaged, IndexMissing, IndexVersion

FORMAT = "archivesearch index"
VERSION = 3
MANIFEST = "manifest.json"
GENERATION_PREFIX = "generation-"
PAGES = "pages.jsonl"
ORGANIZATIONS = "organizations.json"
SENTENCES = "sentences.json"
SKIPPED = "skipped.json"
PARSE_CACHE = ".parsed"
NEW_PARSE_CACHE = ".parsed.new"

Made = TypeVar("Made")

_GENERATION_NAME = re.compile(GENERATION_PREFIX + "[0-9a-f]{16}")
_CHECKSUM = "checksum"
_ATTEMPTS = 10
_LARGEST = 1 << 26  # bytes of a manifest: what a stranger may have us read


class Manifest(NamedTuple):
    """What an index says of itself.

    `files` maps a file of the generation to its size in bytes and its SHA-256;
    `languages` are those its pages are in; `counts` are the figures of `Stats`.
    """

    generation: str
    engine: str
    sources: tuple[str, ...]
    config: Mapping[str, Any]
    languages: tuple[str, ...]
    counts: Mapping[str, Any]
    files: Mapping[str, tuple[int, str]]


def read_manifest(index: Path) -> Manifest:
    """Return the manifest of an index.

    Raises IndexMissing, IndexVersion, or IndexDamaged where it is none of ours.
    """
    path = index / MANIFEST
    values = _read(path, index)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise IndexDamaged(f"{path} is not the manifest of an index; choose another directory")
    version = values.get("version")
    if version != VERSION or isinstance(version, bool):
        raise IndexVersion(
            f"the index in {index} is of format version {version!r:.20}, this program "
            f"reads version {VERSION}; rebuild it"
        )
    if values.get(_CHECKSUM) != _checksum(values):
        raise IndexDamaged(f"{path} is not what was written: its checksum is wrong; {_MEND}")
    return _checked(values, path)


def with_current_generation(index: Path, use: Callable[[Manifest], Made]) -> Made:
    """Return what is made of the generation in force, again where another takes its place.

    Raises what `read_manifest` and `use` do, and IndexBusy where there is no end of it.
    """
    for _ in range(_ATTEMPTS):
        manifest = read_manifest(index)
        try:
            return use(manifest)
        except Exception:  # whatever it is, a rebuild may have taken away what was in use
            if read_manifest(index).generation == manifest.generation:
                raise
    raise IndexBusy(f"the index in {index} is rebuilt again and again; try once more")


def has_index_manifest(index: Path) -> bool | None:
    """Whether a manifest says that it is one of ours; None where there is none to be read."""
    try:
        with regular_file(index / MANIFEST) as file:
            values = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None
    return isinstance(values, dict) and values.get("format") == FORMAT


def manifest_text(manifest: Manifest) -> str:
    """Return a manifest as it is written."""
    return text_with_checksum({"format": FORMAT, "version": VERSION, **manifest._asdict()})


def text_with_checksum(values: Mapping[str, Any]) -> str:
    """Return the values of a manifest as text, with the checksum of all of them."""
    return _text({**values, _CHECKSUM: _checksum(values)})


def is_generation(name: str) -> bool:
    """Whether a folder of this name is a generation."""
    return _GENERATION_NAME.fullmatch(name) is not None


def regular_file(path: Path) -> BufferedReader:
    """Open a file to read it; a link, a device or a pipe is an OSError, and none is waited for."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # those of the system
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


class GenerationLock:
    """A generation that somebody reads: whoever writes leaves it where it is until `close`.

    It is a shared lock on the folder; `exclusive` is the lock of one who wants to remove
    it. Where the system has no such locks it holds nothing, and a reader keeps what it
    has opened. Raises OSError where there is no such folder, BlockingIOError where the
    lock is another's.
    """

    def __init__(self, folder: Path, *, exclusive: bool = False) -> None:
        try:
            import fcntl
        except ImportError:
            return
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(folder, flags)
        self._close = weakref.finalize(self, os.close, descriptor)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            self._close()
            raise
        except OSError:  # a file system that cannot lock folders
            self._close()

    def release(self) -> None:
        """Let go; once is enough, and when nothing refers to the hold it is done anyway."""
        with suppress(AttributeError):
            self._close()


def generation_folder(index: Path, manifest: Manifest) -> Path:
    """Return the folder of the generation in force, having seen that its files are whole.

    Raises IndexDamaged where one is missing or has another size, or the folder is gone, as
    it also is when a newer generation has taken its place.
    """
    folder = index / manifest.generation
    if folder.is_symlink() or not folder.is_dir():
        raise IndexDamaged(f"the index in {index} has lost its files; {_MEND}")
    for name, (size, _) in manifest.files.items():
        path = folder / name
        try:
            found = path.lstat()
        except OSError:
            raise IndexDamaged(f"{path} is missing; {_MEND}") from None
        if not stat.S_ISREG(found.st_mode):
            raise IndexDamaged(f"{path} is not a regular file; {_MEND}")
        if found.st_size != size:
            raise IndexDamaged(f"{path} has {found.st_size:,} bytes, not {size:,}; {_MEND}")
    return folder


def read_file(folder: Path, name: str) -> bytes:
    """Return what a file of a generation holds. Raises IndexDamaged."""
    try:
        with regular_file(folder / name) as file:
            return file.read()
    except OSError as error:
        raise IndexDamaged(f"{name} cannot be read: {error.strerror or error}") from error


def check_bytes(data: bytes, manifest: Manifest, name: str) -> bytes:
    """Return what a file holds, having seen that its checksum holds. Raises IndexDamaged."""
    if name not in manifest.files:
        raise IndexDamaged(f"{name} is not named in the manifest")
    if hashlib.sha256(data).hexdigest() != manifest.files[name][1]:
        raise IndexDamaged(f"{name} is not what was written")
    return data


def damaged_files(index: Path, manifest: Manifest) -> dict[str, str]:
    """Return in words what is wrong with each file of a generation that is not as it should be.

    Every byte is read and its checksum compared.
    """
    folder = index / manifest.generation
    found: dict[str, str] = {}
    for name, (size, expected) in manifest.files.items():
        try:
            with regular_file(folder / name) as file:
                actual = os.fstat(file.fileno()).st_size
                if actual != size:
                    found[name] = f"has {actual:,} bytes, not {size:,}"
                elif hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    found[name] = "is not what was written"
        except OSError as error:
            found[name] = f"cannot be read: {error.strerror or error}"
    return found


_MEND = "rebuild the index"


def _read(path: Path, index: Path) -> Any:
    try:
        with regular_file(path) as file:
            data = file.read(_LARGEST + 1)
        if len(data) <= _LARGEST:
            return json.loads(data.decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(
            f"there is no index in {index}; "
            f"build one with: archivesearch rebuild SOURCE --index {index}"
        ) from error
    except OSError as error:
        raise IndexDamaged(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(f"{path} is not a manifest: {error}; {_MEND}") from error
    raise IndexDamaged(f"{path} is not a manifest: it has more than {_LARGEST:,} bytes")


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=1, sort_keys=True) + "\n"


def _checksum(values: Mapping[str, Any]) -> str:
    """Return the checksum of a manifest, of which it is itself no part."""
    try:
        rest = _text({key: value for key, value in values.items() if key != _CHECKSUM})
    except (ValueError, RecursionError):  # as of no manifest that was ever written
        return ""
    return hashlib.sha256(rest.encode("ascii")).hexdigest()


def _checked(values: dict[str, Any], path: Path) -> Manifest:
    """Make a Manifest of parsed JSON, trusting nothing in it."""
    try:
        manifest = Manifest(
            generation=_of(str, values["generation"]),
            engine=_of(str, values["engine"]),
            sources=tuple(_of(str, name) for name in _of(list, values["sources"])),
            config=_of(dict, values["config"]),
            languages=tuple(_of(str, name) for name in _of(list, values["languages"])),
            counts=_of(dict, values["counts"]),
            files={
                name: (_of(int, size), _of(str, checksum))
                for name, (size, checksum) in _of(dict, values["files"]).items()
            },
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(f"{path} lacks what a manifest must have: {error}; {_MEND}") from error
    if not is_generation(manifest.generation) or not all(map(_is_plain, manifest.files)):
        raise IndexDamaged(f"{path} names files outside the index; it is not to be trusted")
    return manifest


def _of(kind: type[Any], value: Any) -> Any:
    """Return a value if it is of the type that it has to be, and no other (True is no number)."""
    if type(value) is not kind:
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file in the folder itself, whatever the system."""
    return re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", name, re.ASCII) is not None

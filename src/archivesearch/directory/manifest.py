"""Manifest of an index, with the lock of its readers and the files of its generation.

Nothing in an index directory is trusted: it may be damaged, or made by somebody else.
"""

import hashlib
import json
import os
import re
import stat
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from archivesearch.directory.files import regular_file
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

Result = TypeVar("Result")

_GENERATION_NAME = re.compile(GENERATION_PREFIX + "[0-9a-f]{16}")
_CHECKSUM = "checksum"
_MAX_ATTEMPTS = 10
_ADVICE = "rebuild the index"
_MAX_MANIFEST_BYTES = 1 << 26  # a file of somebody else may be of any size


class Manifest(NamedTuple):
    """The contents of `manifest.json`.

    `generation` is the name of the current generation's folder. `files` maps each of its
    files to `(size in bytes, SHA-256)`. `languages` are the languages of the settings, then
    the other languages of pages. `counts` are the figures of `Stats`.
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

    Raises IndexMissing, IndexVersion if another version of the format wrote it, and
    IndexDamaged if it is not a valid manifest.
    """
    path = index / MANIFEST
    values = _read_json(path, index)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise IndexDamaged(f"{path} is not the manifest of an index; choose another directory")
    version = values.get("version")
    if version != VERSION or isinstance(version, bool):
        raise IndexVersion(
            f"the index in {index} is of format version {version!r:.20}, this program "
            f"reads version {VERSION}; rebuild it"
        )
    if values.get(_CHECKSUM) != _checksum(values):
        raise IndexDamaged(f"{path} is not what was written: its checksum is wrong; {_ADVICE}")
    return _to_manifest(values, path)


def with_current_generation(index: Path, use: Callable[[Manifest], Result]) -> Result:
    """Return `use(manifest)` for the current generation.

    If `use` fails because a rebuild has replaced the generation, it is called again with the
    new one. Raises what `read_manifest` and `use` raise, and IndexBusy after ten attempts.
    """
    for _ in range(_MAX_ATTEMPTS):
        manifest = read_manifest(index)
        try:
            return use(manifest)
        except Exception:  # of any kind: a rebuild may have removed a file in use
            if read_manifest(index).generation == manifest.generation:
                raise
    raise IndexBusy(f"the index in {index} is rebuilt again and again; try once more")


def has_index_manifest(index: Path) -> bool | None:
    """Whether the directory has the manifest of an index, of any version.

    The result is None if there is no manifest, or if it is not JSON.
    """
    try:
        with regular_file(index / MANIFEST) as file:
            values = json.loads(file.read(_MAX_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return isinstance(values, dict) and values.get("format") == FORMAT


def manifest_text(manifest: Manifest) -> str:
    """Return the text of a manifest's file."""
    return text_with_checksum({"format": FORMAT, "version": VERSION, **manifest._asdict()})


def text_with_checksum(values: Mapping[str, Any]) -> str:
    """Return the values of a manifest as JSON, with their checksum."""
    return _to_json({**values, _CHECKSUM: _checksum(values)})


def is_generation(name: str) -> bool:
    """Whether a name is that of a generation's folder."""
    return _GENERATION_NAME.fullmatch(name) is not None


class GenerationLock:
    """A reader's lock on the folder of a generation, so that no writer removes it.

    It is a shared `flock`, until `release`. `exclusive` is the lock of a writer that wants
    to remove the folder. On a system without such locks it does nothing; a reader then
    keeps the files it has opened. Raises OSError if there is no such folder, and
    BlockingIOError if another process has a lock that excludes this one.
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
        """Release the lock; it may be called twice. Garbage collection releases it too."""
        with suppress(AttributeError):
            self._close()


def generation_folder(index: Path, manifest: Manifest) -> Path:
    """Return the folder of a generation, after a check of its files' sizes.

    Raises IndexDamaged if a file is missing or has another size, or if there is no folder:
    a newer generation may have replaced it.
    """
    folder = index / manifest.generation
    if folder.is_symlink() or not folder.is_dir():
        raise IndexDamaged(f"the index in {index} has lost its files; {_ADVICE}")
    for name, (size, _) in manifest.files.items():
        path = folder / name
        try:
            status = path.lstat()
        except OSError:
            raise IndexDamaged(f"{path} is missing; {_ADVICE}") from None
        if not stat.S_ISREG(status.st_mode):
            raise IndexDamaged(f"{path} is not a regular file; {_ADVICE}")
        if status.st_size != size:
            raise IndexDamaged(f"{path} has {status.st_size:,} bytes, not {size:,}; {_ADVICE}")
    return folder


def read_file(folder: Path, name: str) -> bytes:
    """Return the bytes of a file of a generation. Raises IndexDamaged if it cannot be read."""
    try:
        with regular_file(folder / name) as file:
            return file.read()
    except OSError as error:
        raise IndexDamaged(f"{name} cannot be read: {error.strerror or error}") from error


def check_bytes(data: bytes, manifest: Manifest, name: str) -> bytes:
    """Return the bytes of a file, after a check of their SHA-256. Raises IndexDamaged."""
    if name not in manifest.files:
        raise IndexDamaged(f"{name} is not named in the manifest")
    if hashlib.sha256(data).hexdigest() != manifest.files[name][1]:
        raise IndexDamaged(f"{name} is not what was written")
    return data


def damaged_files(index: Path, manifest: Manifest) -> dict[str, str]:
    """Return the damaged files of a generation, each with its problem in words.

    Reads every byte of every file and compares the checksums.
    """
    folder = index / manifest.generation
    problems: dict[str, str] = {}
    for name, (size, expected) in manifest.files.items():
        try:
            with regular_file(folder / name) as file:
                actual = os.fstat(file.fileno()).st_size
                if actual != size:
                    problems[name] = f"has {actual:,} bytes, not {size:,}"
                elif hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    problems[name] = "is not what was written"
        except OSError as error:
            problems[name] = f"cannot be read: {error.strerror or error}"
    return problems


def _read_json(path: Path, index: Path) -> Any:
    """Return the JSON of a manifest. Raises IndexMissing or IndexDamaged."""
    try:
        with regular_file(path) as file:
            data = file.read(_MAX_MANIFEST_BYTES + 1)
        if len(data) <= _MAX_MANIFEST_BYTES:
            return json.loads(data.decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(
            f"there is no index in {index}; "
            f"build one with: archivesearch rebuild SOURCE --index {index}"
        ) from error
    except OSError as error:
        raise IndexDamaged(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(f"{path} is not a manifest: {error}; {_ADVICE}") from error
    raise IndexDamaged(f"{path} is not a manifest: it has more than {_MAX_MANIFEST_BYTES:,} bytes")


def _to_json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, indent=1, sort_keys=True) + "\n"


def _checksum(values: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest's values without the checksum; `""` if they are not JSON."""
    try:
        rest = _to_json({key: value for key, value in values.items() if key != _CHECKSUM})
    except (ValueError, RecursionError):  # nothing that `manifest_text` writes
        return ""
    return hashlib.sha256(rest.encode("ascii")).hexdigest()


def _to_manifest(values: dict[str, Any], path: Path) -> Manifest:
    """Return a Manifest made of parsed JSON. Raises IndexDamaged if a value is not valid."""
    try:
        manifest = Manifest(
            generation=_expect(str, values["generation"]),
            engine=_expect(str, values["engine"]),
            sources=tuple(_expect(str, name) for name in _expect(list, values["sources"])),
            config=_expect(dict, values["config"]),
            languages=tuple(_expect(str, name) for name in _expect(list, values["languages"])),
            counts=_expect(dict, values["counts"]),
            files={
                name: (_expect(int, size), _expect(str, checksum))
                for name, (size, checksum) in _expect(dict, values["files"]).items()
            },
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamaged(
            f"{path} is not a valid manifest: a value is missing or wrong ({error}); {_ADVICE}"
        ) from error
    if not is_generation(manifest.generation) or not all(map(_is_plain_name, manifest.files)):
        raise IndexDamaged(f"{path} names files outside the index; do not trust it")
    return manifest


def _expect(kind: type[Any], value: Any) -> Any:
    """Return a value of exactly this type (True is not an int). Raises TypeError for others."""
    if type(value) is not kind:
        raise TypeError(f"{value!r:.40} is not a {kind.__name__}")
    return value


def _is_plain_name(name: str) -> bool:
    """Whether a name is that of a file directly in the folder, on any system."""
    return re.fullmatch(r"[\w-]+(?:\.[\w-]+)*", name, re.ASCII) is not None

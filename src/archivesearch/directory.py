"""What an index directory says of itself: its manifest, and the generation that it names."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archivesearch.errors import IndexDamaged, IndexMissing, IndexVersion

FORMAT = "archivesearch index"
VERSION = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
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
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(
            f"there is no index in {index}; build one with: archivesearch rebuild --index {index}"
        ) from error
    except OSError as error:
        raise IndexDamaged(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(f"{path} is not a manifest: {error}; rebuild the index") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise IndexDamaged(f"{path} is not the manifest of an index; choose another directory")
    if values.get("version") != VERSION:
        raise IndexVersion(
            f"the index in {index} is of format version {values.get('version')}, this program "
            f"reads version {VERSION}; rebuild it"
        )
    return _checked(values, path)


def generation_folder(index: Path, manifest: Manifest) -> Path:
    """Return the folder of the generation in force, having seen that its files are whole.

    Raises IndexDamaged where one is missing or has another size, or the folder is gone, as
    it also is when a newer generation has taken its place.
    """
    folder = index / manifest.generation
    if not folder.is_dir():
        raise IndexDamaged(f"the index in {index} has lost its files; rebuild it")
    for name, (size, _) in manifest.files.items():
        path = folder / name
        actual = path.stat().st_size if path.is_file() else None
        if actual != size:
            found = "is missing" if actual is None else f"has {actual:,} bytes, not {size:,}"
            raise IndexDamaged(f"{path} {found}; rebuild the index")
    return folder


def damage(index: Path, manifest: Manifest) -> str | None:
    """Return in words what of a generation is not as its manifest says; None if all is.

    Every byte is read and its checksum compared.
    """
    for name, (_, expected) in manifest.files.items():
        try:
            with (index / manifest.generation / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return f"{name} cannot be read: {error.strerror or error}"
        if found != expected:
            return f"{name} is not what was written"
    return None


def _checked(values: dict[str, Any], path: Path) -> Manifest:
    """Make a Manifest of parsed JSON, trusting nothing in it."""
    try:
        manifest = Manifest(
            generation=str(values["generation"]),
            engine=str(values["engine"]),
            sources=tuple(values["sources"]),
            config=values["config"],
            languages=tuple(values["languages"]),
            counts=values["counts"],
            files={name: (int(size), str(sha)) for name, (size, sha) in values["files"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise IndexDamaged(f"{path} lacks what a manifest must have: {error}") from error
    if not all(map(_is_inside, (manifest.generation, *manifest.files))):
        raise IndexDamaged(f"{path} names files outside the index; it is not to be trusted")
    return manifest


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    return not any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts)

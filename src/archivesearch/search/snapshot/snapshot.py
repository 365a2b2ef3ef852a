"""Snapshot of an index: one generation, opened for reading, with its lock."""

import json
from functools import partial
from pathlib import Path
from typing import NamedTuple

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import SentenceSplitter
from archivesearch.config import Config, from_dict
from archivesearch.directory.manifest import (
    MANIFEST,
    ORGANIZATIONS,
    PAGES,
    SENTENCES,
    GenerationLock,
    Manifest,
    check_bytes,
    generation_folder,
    read_file,
    with_current_generation,
)
from archivesearch.errors import ConfigError, IndexDamaged
from archivesearch.search.request import Engine, Reader
from archivesearch.search.snapshot.index_records import Organizations, PageRecords

DAMAGE_ERRORS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError),
    *(TypeError, ValueError, ConfigError, IndexDamaged),
)
"""The errors that may come up when an index is read that is damaged or hostile."""


class Snapshot(NamedTuple):
    """An open generation of an index.

    Its files are opened or read at once, since a rebuild may remove the folder.
    """

    manifest: Manifest
    lock: GenerationLock
    config: Config
    analyzer: Analyzer
    reader: Reader
    pages: PageRecords
    organizations: Organizations
    sentences: SentenceSplitter


def open_snapshot(index: Path, engine: Engine) -> Snapshot:
    """Open the current generation. If another one replaces it meanwhile, open that one.

    Raises IndexMissing, IndexVersion, IndexDamaged or IndexBusy.
    """
    return with_current_generation(index, lambda manifest: _open(index, manifest, engine))


def damage_error(index: Path, reason: object) -> IndexDamaged:
    """Return the error for a damaged index. Its message says to rebuild the index."""
    return IndexDamaged(f"the index in {index} is damaged ({reason}); rebuild it")


def _open(index: Path, manifest: Manifest, engine: Engine) -> Snapshot:
    """Open the generation of a manifest, and turn any error that damage causes into one."""
    if manifest.engine != engine.name:
        raise IndexDamaged(f"the index in {index} needs an engine '{manifest.engine}'")
    try:
        return _open_generation(index, manifest, engine)
    except IndexDamaged:
        raise
    except DAMAGE_ERRORS as error:
        raise damage_error(index, str(error) or type(error).__name__) from error


def _open_generation(index: Path, manifest: Manifest, engine: Engine) -> Snapshot:
    folder = generation_folder(index, manifest)
    lock = GenerationLock(folder)
    config = from_dict(manifest.config, str(index / MANIFEST))
    analyzer = Analyzer(manifest.languages, config.variants)
    try:
        page_lines = read_file(folder, PAGES)  # its checksum is compared at first use
        small_files = {
            name: check_bytes(read_file(folder, name), manifest, name)
            for name in manifest.files
            if name.endswith(".json")
        }
        organizations = Organizations(small_files[ORGANIZATIONS])
        trained = json.loads(small_files[SENTENCES])
        reader = engine.open(folder, analyzer)
    except IndexDamaged as error:
        raise damage_error(index, error) from error
    sentences = SentenceSplitter(**{name: frozenset(words) for name, words in trained.items()})
    pages = PageRecords(partial(check_bytes, page_lines, manifest, PAGES))
    return Snapshot(manifest, lock, config, analyzer, reader, pages, organizations, sentences)

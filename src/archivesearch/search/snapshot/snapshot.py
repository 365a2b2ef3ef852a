"""A generation opened: all that is held of it while it is asked."""

import json
from functools import partial
from pathlib import Path
from typing import NamedTuple

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import SentenceSplitter
from archivesearch.config import Config, from_dict
from archivesearch.directory import manifest as directory
from archivesearch.directory.manifest import (
    MANIFEST,
    ORGANIZATIONS,
    PAGES,
    SENTENCES,
    GenerationLock,
    Manifest,
)
from archivesearch.errors import ConfigError, IndexDamaged
from archivesearch.search.request import Engine, Reader
from archivesearch.search.snapshot.index_records import Organizations, PageRecords

DAMAGE_ERRORS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError),
    *(TypeError, ValueError, ConfigError, IndexDamaged),
)
"""What opening an index that is damaged, or of somebody who means harm, may raise."""


class Snapshot(NamedTuple):
    """All that is held of a generation; read at once, since a rebuild may remove its folder."""

    manifest: Manifest
    lock: GenerationLock
    config: Config
    analyzer: Analyzer
    reader: Reader
    pages: PageRecords
    organizations: Organizations
    sentences: SentenceSplitter


def open_snapshot(index: Path, engine: Engine) -> Snapshot:
    """Open the generation in force, again where another takes its place meanwhile.

    Raises IndexMissing, IndexVersion, IndexDamaged or IndexBusy.
    """
    return directory.with_current_generation(
        index, lambda manifest: _opened(index, manifest, engine)
    )


def _opened(index: Path, manifest: Manifest, engine: Engine) -> Snapshot:
    if manifest.engine != engine.name:
        raise IndexDamaged(f"the index in {index} needs an engine '{manifest.engine}'")
    try:
        return _open_generation(index, manifest, engine)
    except IndexDamaged:
        raise
    except DAMAGE_ERRORS as error:
        raise damage_error(index, str(error) or type(error).__name__) from error


def _open_generation(index: Path, manifest: Manifest, engine: Engine) -> Snapshot:
    folder = directory.generation_folder(index, manifest)
    hold = GenerationLock(folder)
    config = from_dict(manifest.config, str(index / MANIFEST))
    analyzer = Analyzer(manifest.languages, config.variants)
    try:
        listing = directory.read_file(folder, PAGES)  # checked when it is asked for
        small = {
            name: directory.check_bytes(directory.read_file(folder, name), manifest, name)
            for name in manifest.files
            if name.endswith(".json")
        }
        organizations = Organizations(small[ORGANIZATIONS])
        learned = json.loads(small[SENTENCES])
        reader = engine.open(folder, analyzer)
    except IndexDamaged as error:
        raise damage_error(index, error) from error
    sentences = SentenceSplitter(**{name: frozenset(words) for name, words in learned.items()})
    pages = PageRecords(partial(directory.check_bytes, listing, manifest, PAGES))
    return Snapshot(manifest, hold, config, analyzer, reader, pages, organizations, sentences)


def damage_error(index: Path, what: object) -> IndexDamaged:
    """Return the error that an index is damaged, with what to do."""
    return IndexDamaged(f"the index in {index} is damaged ({what}); rebuild it")

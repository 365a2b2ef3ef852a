"""A generation opened: all that is held of it while it is asked."""

import json
from functools import partial
from pathlib import Path
from typing import NamedTuple

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.analysis.sentences import Sentences
from archivesearch.config import Config, from_dict
from archivesearch.directory import manifest as directory
from archivesearch.directory.manifest import (
    MANIFEST,
    ORGANIZATIONS,
    PAGES,
    SENTENCES,
    Hold,
    Manifest,
)
from archivesearch.errors import ConfigError, IndexDamaged
from archivesearch.search.request import Engine, Reader
from archivesearch.search.snapshot.index_records import Listing, Organizations

DAMAGE = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError),
    *(TypeError, ValueError, ConfigError, IndexDamaged),
)
"""What opening an index that is damaged, or of somebody who means harm, may raise."""


class Opened(NamedTuple):
    """All that is held of a generation; read at once, since a rebuild may remove its folder."""

    manifest: Manifest
    hold: Hold
    config: Config
    analyzer: Analyzer
    reader: Reader
    listing: Listing
    organizations: Organizations
    sentences: Sentences


def opened(index: Path, engine: Engine) -> Opened:
    """Open the generation in force, again where another takes its place meanwhile.

    Raises IndexMissing, IndexVersion, IndexDamaged or IndexBusy.
    """
    return directory.in_force(index, lambda manifest: _opened(index, manifest, engine))


def _opened(index: Path, manifest: Manifest, engine: Engine) -> Opened:
    if manifest.engine != engine.name:
        raise IndexDamaged(f"the index in {index} needs an engine '{manifest.engine}'")
    try:
        return _open_generation(index, manifest, engine)
    except IndexDamaged:
        raise
    except DAMAGE as error:
        raise damaged(index, str(error) or type(error).__name__) from error


def _open_generation(index: Path, manifest: Manifest, engine: Engine) -> Opened:
    folder = directory.generation_folder(index, manifest)
    hold = Hold(folder)
    config = from_dict(manifest.config, str(index / MANIFEST))
    analyzer = Analyzer(manifest.languages, config.variants)
    try:
        listing = directory.read_file(folder, PAGES)  # checked when it is asked for
        small = {
            name: directory.checked(directory.read_file(folder, name), manifest, name)
            for name in manifest.files
            if name.endswith(".json")
        }
        organizations = Organizations(small[ORGANIZATIONS])
        learned = json.loads(small[SENTENCES])
        reader = engine.open(folder, analyzer)
    except IndexDamaged as error:
        raise damaged(index, error) from error
    sentences = Sentences(**{name: frozenset(words) for name, words in learned.items()})
    pages = Listing(partial(directory.checked, listing, manifest, PAGES))
    return Opened(manifest, hold, config, analyzer, reader, pages, organizations, sentences)


def damaged(index: Path, what: object) -> IndexDamaged:
    """Return the error that an index is damaged, with what to do."""
    return IndexDamaged(f"the index in {index} is damaged ({what}); rebuild it")

"""Fixtures and settings of all tests: hypothesis, bundled pages and real pages."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from archivesearch.search.request import Engine

ROOT = Path(__file__).parent.parent
DATA = "ARCHIVESEARCH_TEST_DATA"

# The same examples in each run, so that a test passes or fails for everybody alike.
# HYPOTHESIS_PROFILE=explore tries new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True)
def folder_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run each test in an empty folder, without the user's settings."""
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))
    for name in [name for name in os.environ if name.startswith("ARCHIVESEARCH_") and name != DATA]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session", params=["columnar"])
def engine(request: pytest.FixtureRequest) -> "Engine":
    """Return each engine, by its name."""
    from archivesearch.search.execution.index_reader import ColumnarEngine

    engines: dict[str, type[Engine]] = {"columnar": ColumnarEngine}
    return engines[request.param]()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of the bundled pages."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def corpus_index(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of the bundled pages, built once; tests must not change it."""
    import archivesearch

    index = tmp_path_factory.mktemp("corpus") / "index"
    archivesearch.rebuild([corpus], index)
    return index


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real pages, which are not part of the project.

    ARCHIVESEARCH_TEST_DATA names it; without it, tests of these pages are skipped.
    """
    folder = os.environ.get(DATA)
    if not folder:
        pytest.skip("ARCHIVESEARCH_TEST_DATA does not name a folder of real pages")
    return Path(folder)

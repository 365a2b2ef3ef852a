"""What all tests share: how hypothesis runs, and where pages to read are found."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# The same examples every time, so that a test passes or fails for everybody alike;
# HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of the bundled pages."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def corpus_index(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of the bundled pages, made once; tests must not change it."""
    import archivesearch

    index = tmp_path_factory.mktemp("corpus") / "index"
    archivesearch.rebuild([corpus], index)
    return index


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real pages that are not part of the project.

    It lies beside the checkout, or where ARCHIVESEARCH_TEST_DATA says; a test that needs
    it is skipped where it is absent.
    """
    named = os.environ.get("ARCHIVESEARCH_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real pages in {folder}; ARCHIVESEARCH_TEST_DATA can name their folder")
    return folder

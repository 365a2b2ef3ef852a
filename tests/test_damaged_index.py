"""Damaged index: changed files lead to a one-line error or another answer, never to more."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import archivesearch
from archivesearch import Archive, ArchiveSearchError, IndexDamaged, QueryError
from helpers.small_archive import PAGES, build_index

CASES = 200

CALLS: list[Callable[[Archive], object]] = [
    lambda archive: archive.search("castro"),
    lambda archive: archive.search('"the party"'),
    lambda archive: archive.search('"castro friend"~5 par* fidle~ =Castro NOT lenin'),
    lambda archive: archive.search("title:guide", section="party", sort="-year"),
    lambda archive: archive.search("year:[1990 TO 2003]", lang="en", sort="place"),
    lambda archive: archive.search("castro", org="SWP", group_by="page"),
    lambda archive: archive.search(
        "castro", group_by="org", facets=("org", "section", "year", "lang", "page")
    ),
    lambda archive: [archive.page(page) for page in PAGES],
    lambda archive: [archive.passages(page) for page in PAGES],
    lambda archive: archive.pages("l"),
    lambda archive: archive.organizations(),
    lambda archive: archive.stats(),
]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_index(tmp_path_factory.mktemp("sound"), PAGES)


@pytest.fixture
def index(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "index"))


def files(index: Path) -> list[Path]:
    """Return the files of an index that are not empty, with the manifest."""
    paths = [index / "manifest.json", *index.glob("generation-*/*")]
    return sorted(path for path in paths if path.stat().st_size)


def ask(index: Path) -> list[ArchiveSearchError]:
    """Make every call of CALLS, and return the errors for users."""
    errors: list[ArchiveSearchError] = []
    try:
        archive = archivesearch.open(index)
    except ArchiveSearchError as error:
        return [error]
    with archive:
        for call in CALLS:
            try:
                call(archive)
            except ArchiveSearchError as error:
                errors.append(error)
    return errors


def damage(data: bytes, chance: random.Random) -> bytes:
    """Return the data with one or more bytes changed, or with zeros at the end."""
    changed = bytearray(data)
    kind = chance.choice(["bit", "byte", "many", "end"])
    at = chance.randrange(len(changed))
    if kind == "bit":
        changed[at] ^= 1 << chance.randrange(8)
    elif kind == "end":
        changed[at:] = bytes(len(changed) - at)
    else:
        for _ in range(1 if kind == "byte" else 1 + len(changed) // 8):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def test_sound_index_answers_everything(sound: Path) -> None:
    assert ask(sound) == []


@pytest.mark.parametrize("seed", range(CASES))
def test_changed_bytes_give_a_one_line_error_or_an_answer(index: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a sample needs a seed, not secrecy
    path = chance.choice(files(index))
    path.write_bytes(damage(path.read_bytes(), chance))
    for error in ask(index):
        assert "\n" not in str(error)


def test_file_of_zeros_gives_a_one_line_error_or_an_answer(index: Path) -> None:
    files_with_errors = 0
    for path in files(index):
        data = path.read_bytes()
        path.write_bytes(bytes(len(data)))
        errors = ask(index)
        files_with_errors += bool(errors)
        for error in errors:
            assert "\n" not in str(error)
        path.write_bytes(data)
    assert files_with_errors > 5
    assert ask(index) == []


@pytest.mark.parametrize("name", ["texts.bytes.bin", "pages.jsonl", "organizations.json"])
def test_the_error_names_the_index_and_what_to_do(index: Path, name: str) -> None:
    part = name.partition(".")[0]
    (path,) = index.glob(f"generation-*/{name}")
    path.write_bytes(b"x" * path.stat().st_size)
    errors = ask(index)
    assert errors
    assert {type(error) for error in errors} == {IndexDamaged}
    for error in errors:
        assert str(error).startswith(f"the index in {index} is damaged ({part}")
        assert str(error).endswith("; rebuild it")
        assert isinstance(error.__cause__, Exception)


def test_error_of_the_caller_is_not_called_damage(index: Path) -> None:
    """A query that is None, and one that cannot be parsed."""
    nothing: str = None  # type: ignore[assignment]
    with archivesearch.open(index) as archive:
        with pytest.raises(TypeError):
            archive.search(nothing)
        with pytest.raises(QueryError):
            archive.search('"')

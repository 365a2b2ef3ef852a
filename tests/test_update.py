"""An update builds what a rebuild builds, byte for byte, and parses only changed pages."""

import multiprocessing
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack

import archivesearch
from archivesearch import IndexDamaged, Report, SourceError
from archivesearch.directory.manifest import PARSE_CACHE, read_manifest
from archivesearch.indexing.parsing.page_records import HEADER, is_whole, to_record
from archivesearch.indexing.parsing.parse_cache import PARSER_FILES, cache_damage
from helpers.cli_site import done, failed
from helpers.small_archive import LETTER, PAGES, REPORT, build_index, html_page, write_files

VARIANTS = '[variants]\nwoman = ["womyn"]\n'
OWN = 'base_url = "http://example.org/"\nname = "An archive"\n'


def content(index: Path) -> dict[str, bytes]:
    """Return the bytes of all files of an index, without the writer's hidden files."""
    return {
        path.relative_to(index).as_posix(): path.read_bytes()
        for path in index.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def counts(report: Report) -> tuple[int, int, int]:
    return report.parsed, report.unchanged, report.removed


def is_as_rebuilt(index: Path, *sources: Path) -> bool:
    """Whether an index is byte for byte what a rebuild elsewhere builds."""
    other = index.parent / "rebuilt"
    archivesearch.rebuild(sources, other)
    same = content(index) == content(other)
    shutil.rmtree(other)
    return same


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_files(tmp_path / "site", PAGES)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return build_index(tmp_path, PAGES)


def test_only_changed_pages_are_parsed(index: Path, site: Path) -> None:
    assert counts(archivesearch.update([site], index)) == (0, 3, 0)
    write_files(site, {"letters/1994.html": LETTER.replace("Castro", "Fidel"), "new.html": REPORT})
    (site / "lists/parties.html").unlink()
    assert counts(archivesearch.update([site], index)) == (2, 1, 1)
    assert is_as_rebuilt(index, site)
    assert counts(archivesearch.update([site], index)) == (0, 3, 0)


def test_a_moved_page_is_parsed_again(index: Path, site: Path) -> None:
    (site / "letters/1994.html").rename(site / "letters/1995.html")
    assert counts(archivesearch.update([site], index)) == (1, 2, 1)
    assert is_as_rebuilt(index, site)


@pytest.mark.parametrize(
    ("before", "after", "parsed"),
    [
        ("", OWN, 3),
        (OWN, OWN.replace("An ", "The "), 0),
        (OWN, OWN + 'exclude = ["letters/*"]\n', 0),
        (OWN, OWN + '[variants]\nwoman = ["womyn"]\n', 0),
        (OWN, OWN + '[organizations]\n"Workers World Party" = ["WWP", "Worlders"]\n', 3),
        (OWN, OWN + 'languages = ["fr", "en"]\n', 3),
    ],
)
def test_settings_that_parsing_uses(
    index: Path, site: Path, before: str, after: str, parsed: int
) -> None:
    write_files(site, {"archivesearch.toml": before})
    archivesearch.update([site], index)
    write_files(site, {"archivesearch.toml": after})
    assert archivesearch.update([site], index).parsed == parsed
    assert is_as_rebuilt(index, site)


def test_every_module_that_parsing_uses_is_in_the_cache_key() -> None:
    code = "import sys, archivesearch.indexing.parsing.parse_task as c; c.import_parsers()\n"
    code += "print(*(m.__file__ for m in sys.modules.values()"
    code += " if m.__name__.startswith('archivesearch') and m.__file__))"
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    package = Path(archivesearch.__file__).parent
    covered = {str(path) for files in PARSER_FILES for path in package.glob(files)}
    assert {name for name in result.stdout.split() if "__init__" not in name} <= covered


def test_without_an_index_an_update_builds_one(tmp_path: Path, site: Path) -> None:
    assert counts(archivesearch.update([site], tmp_path / "new")) == (3, 0, 0)
    assert is_as_rebuilt(tmp_path / "new", site)


@pytest.mark.parametrize("spoil", ["gone", "empty", "version", "folder", "link", "zeros"])
def test_an_unusable_parse_cache_is_not_used(
    index: Path, site: Path, tmp_path: Path, spoil: str
) -> None:
    cache = index / PARSE_CACHE
    data = cache.read_bytes()
    cache.unlink()
    if spoil == "folder":
        cache.mkdir()
    elif spoil == "link":
        (tmp_path / "elsewhere").write_bytes(data)
        cache.symlink_to(tmp_path / "elsewhere")
    elif spoil != "gone":
        changed = {"empty": b"", "version": data.replace(b" 2\n", b" 3\n", 1)}
        cache.write_bytes(changed.get(spoil, bytes(len(data))))
    assert counts(archivesearch.update([site], index)) == (3, 0, 0)
    assert is_as_rebuilt(index, site)
    if spoil == "link":
        assert (tmp_path / "elsewhere").read_bytes() == data


@pytest.mark.parametrize("seed", range(40))
def test_the_whole_records_of_a_damaged_parse_cache_are_used(
    index: Path, site: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a sample needs a seed, not secrecy
    data = bytearray((index / PARSE_CACHE).read_bytes())
    offset = chance.randrange(len(data))
    if seed % 4:
        data[offset] ^= 1 << chance.randrange(8)
    else:
        del data[offset:]
    (index / PARSE_CACHE).write_bytes(data)
    assert cache_damage(index) is not None or offset == len(data)  # cut at the end of a record
    before = content(index)
    report = archivesearch.update([site], index)
    assert report.parsed + report.unchanged == 3
    assert content(index) == before
    assert cache_damage(index) is None


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", msgpack.encode({"page": 1}), b"\x91" * 100_000],
    ids=["empty", "invalid", "other keys", "nested"],
)
def test_a_record_of_another_program_is_not_used(
    index: Path, site: Path, data: bytes, jobs: int
) -> None:
    cache = (index / PARSE_CACHE).read_bytes()
    start = cache.index(b"\n") + 1
    key, size, _, _ = HEADER.unpack_from(cache, start)
    other = to_record(key, b"\0" + data)
    assert is_whole(other)
    (index / PARSE_CACHE).write_bytes(cache[:start] + other + cache[start + HEADER.size + size :])
    assert counts(archivesearch.update([site], index, jobs=jobs)) == (1, 2, 0)
    assert is_as_rebuilt(index, site)
    assert (index / PARSE_CACHE).read_bytes() == cache


@pytest.mark.skipif(os.name != "posix", reason="processes are killed as POSIX does it")
def test_killed_processes_lose_no_cached_page(tmp_path: Path) -> None:
    def kill(progress: archivesearch.Progress) -> None:
        if progress.stage == "reading" and progress.pages == 1:
            for process in multiprocessing.active_children():
                process.terminate()

    pages = {f"{n}.html": html_page("Of a party.", f"Number {n}.") for n in range(300)}
    index = build_index(tmp_path, pages)
    before = content(index)
    report = archivesearch.update([tmp_path / "site"], index, jobs=2, progress=kill)
    assert (report.indexed, report.notices) == (300, ())
    assert report.parsed + report.unchanged == 300
    assert content(index) == before


def test_skipped_pages_are_read_each_time(index: Path, site: Path) -> None:
    write_files(site, {"empty.html": "", "not.html": b"\x00\x01\x02\x03" * 100})
    for _ in range(2):
        report = archivesearch.update([site], index)
        assert (report.parsed, report.unchanged, len(report.skipped)) == (0, 3, 2)
        assert is_as_rebuilt(index, site)


def test_a_failed_update_changes_nothing(index: Path, site: Path) -> None:
    """The index and its parse cache stay as they were, and the update can be repeated."""
    write_files(site, {"new.html": REPORT})
    files = content(index), (index / PARSE_CACHE).read_bytes()

    def fail(progress: archivesearch.Progress) -> None:
        if progress.pages == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archivesearch.update([site], index, progress=fail)
    assert (content(index), (index / PARSE_CACHE).read_bytes()) == files
    assert counts(archivesearch.update([site], index)) == (1, 3, 0)
    assert is_as_rebuilt(index, site)


def test_a_missing_source_is_an_error(index: Path, site: Path) -> None:
    before = content(index)
    shutil.rmtree(site)
    with pytest.raises(SourceError, match="there is no source"):
        archivesearch.update([site], index)
    site.mkdir()
    with pytest.raises(SourceError, match=r"no pages left in .*is its disk there"):
        archivesearch.update([site], index)
    assert content(index) == before


def test_a_missing_source_of_two_is_an_error(tmp_path: Path, site: Path) -> None:
    index, other = tmp_path / "index", write_files(tmp_path / "other", {"a.html": LETTER})
    archivesearch.rebuild([site, other], index)
    before = content(index)
    (other / "a.html").unlink()
    with pytest.raises(SourceError, match=r"no pages left in .*other"):
        archivesearch.update([site, other], index)
    for sources in ([site], [other, site], [site, other, tmp_path / "new"]):
        write_files(tmp_path / "new", {"a.html": LETTER})
        write_files(other, {"a.html": LETTER})
        with pytest.raises(SourceError, match="was built from site, other, not from"):
            archivesearch.update(sources, index)
    assert content(index) == before
    assert counts(archivesearch.update([site, other], index)) == (0, 4, 0)


def test_a_damaged_index_is_not_updated_but_rebuilt(index: Path, site: Path) -> None:
    (index / "manifest.json").write_text("{")
    with pytest.raises(IndexDamaged):
        archivesearch.update([site], index)
    archivesearch.rebuild([site], index)
    assert counts(archivesearch.update([site], index)) == (0, 3, 0)


LONG = [f"The {n} of us who met in the old mill agreed to print the paper anew." for n in range(3)]
PARAGRAPHS = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters="<&"), min_size=1, max_size=30),
        st.sampled_from(LONG),  # so that there are duplicate pages and passages
    ),
    min_size=1,
    max_size=3,
)
NAMES = st.sampled_from([f"{folder}{page}.html" for folder in ("", "a/", "b/") for page in "xyz"])
# A page is written, removed, renamed or copied, or the settings change.
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, PARAGRAPHS),
        st.tuples(st.just("remove"), NAMES, st.none()),
        st.tuples(st.sampled_from(["rename", "copy"]), NAMES, NAMES),
        st.tuples(
            st.just("write"),
            st.just("archivesearch.toml"),
            st.sampled_from(["", OWN, OWN + 'languages = ["fr", "en"]\n', OWN + VARIANTS]),
        ),
    ),
    min_size=1,
    max_size=8,
)


def edit(site: Path, kind: str, name: str, value: Any) -> None:
    """Change a file of a site; a missing file is not an error."""
    path = site / name
    if kind == "remove":
        path.unlink(missing_ok=True)
    elif kind == "write":
        write_files(site, {name: value if isinstance(value, str) else html_page(*value)})
    elif path.exists():
        write_files(site, {value: path.read_bytes()})
        if kind == "rename" and value != name:
            path.unlink()


@settings(max_examples=int(os.environ.get("ARCHIVESEARCH_EDITS", "15")))
@given(
    rounds=st.lists(EDITS, min_size=1, max_size=4),
    jobs=st.sampled_from([1, 1, 1, 2]),
    memory=st.sampled_from([1, 2, 256]),
)
def test_random_edits(
    rounds: list[list[tuple[str, str, Any]]],
    jobs: int,
    memory: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    site = write_files(folder / "site", {"keep.html": LETTER})
    for edits in rounds:
        for change in edits:
            edit(site, *change)
        archivesearch.update([site], folder / "index", jobs=jobs, memory=memory)
        assert is_as_rebuilt(folder / "index", site)
    assert archivesearch.verify(folder / "index", [site]).current
    assert archivesearch.verify(folder / "index").whole
    shutil.rmtree(folder)


def test_a_large_page_among_others_is_the_same_page_in_any_process(tmp_path: Path) -> None:
    files = {f"{n}.html": html_page(f"Page {n} of many.") for n in range(20)}
    files["large.html"] = html_page(*(f"Paragraph {n} of " + "words " * 30 for n in range(25_000)))
    folders = []
    for jobs in (1, 2):
        index = tmp_path / str(jobs)
        report = archivesearch.rebuild([write_files(tmp_path / "site", files)], index, jobs=jobs)
        assert not report.notices
        assert not report.skipped
        folders.append(read_manifest(index).generation)
    assert folders[0] == folders[1]


def test_the_index_does_not_depend_on_the_memory_limit(tmp_path: Path) -> None:
    """With two threads a megabyte holds 32 KB of text at a time; there is much more here."""
    pages = {
        f"{n}.html": html_page(*(f"{LONG[n % 3]} Number {n * m}." for m in range(30)))
        for n in range(20)
    }
    site = write_files(tmp_path / "site", pages)
    archivesearch.update([site], tmp_path / "index", jobs=2, memory=1)
    assert is_as_rebuilt(tmp_path / "index", site)
    (site / "3.html").rename(site / "moved.html")
    (site / "5.html").write_bytes((site / "4.html").read_bytes())
    archivesearch.update([site], tmp_path / "index", jobs=1, memory=2)
    assert is_as_rebuilt(tmp_path / "index", site)
    archivesearch.update([site], tmp_path / "index", memory=10**20)
    assert is_as_rebuilt(tmp_path / "index", site)


def test_the_command(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done("rebuild", "site")
    assert "0 pages parsed, 3 unchanged, 0 removed" in done("update")
    write_files(site, {"new.html": REPORT})
    assert '"parsed": 1' in done("update", "--format", "json")
    site.rename(tmp_path / "elsewhere")
    assert "index was built from site, which is not in this folder" in failed("update")
    assert "was built from site, not from elsewhere" in failed("update", "elsewhere")

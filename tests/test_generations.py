"""Generations of an index: builds that fail, are killed, or run at the same time."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archivesearch
from archivesearch import (
    IndexBusy,
    IndexDamaged,
    IndexMissing,
    IndexProblem,
    IndexVersion,
    Progress,
    Report,
    SourceError,
)
from archivesearch.directory.generations import build_folder, commit
from archivesearch.directory.manifest import text_with_checksum
from helpers.small_archive import PAGES, build_index, html_page, write_files


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return build_index(tmp_path, PAGES)


def answers(index: Path, query: str = "castro") -> list[str]:
    with archivesearch.open(index) as archive:
        return [hit.id for hit in archive.search(query)]


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def is_tidy(index: Path) -> bool:
    """Whether an index has a manifest, one generation, perhaps a lock and a parse cache only."""
    generation = json.loads((index / "manifest.json").read_text())["generation"]
    optional = {".lock", ".parsed"}
    return {path.name for path in index.iterdir()} - optional == {"manifest.json", generation}


def test_a_rebuild_replaces_the_old_index(index: Path, tmp_path: Path) -> None:
    assert len(answers(index)) == 4
    site = write_files(tmp_path / "other", {"a.html": html_page("Castro alone.")})
    archivesearch.rebuild([site], index)
    assert answers(index) == ["a.html#1"]
    assert is_tidy(index)


def test_a_rebuild_of_the_same_pages_gives_the_same_answers(index: Path, tmp_path: Path) -> None:
    before = answers(index)
    archivesearch.rebuild([tmp_path / "site"], index)
    assert answers(index) == before
    assert is_tidy(index)


class Trouble(Exception):
    pass


@pytest.mark.parametrize("error", [Trouble, KeyboardInterrupt, OSError, MemoryError])
@pytest.mark.parametrize("stage", ["indexing", "saving"])
def test_a_build_that_fails_leaves_the_old_index(
    index: Path, tmp_path: Path, error: type[BaseException], stage: str
) -> None:
    before, files = answers(index), content(index)

    def fail(progress: archivesearch.Progress) -> None:
        if progress.stage == stage and progress.pages > 1:
            raise error

    write_files(tmp_path / "site", {"new.html": html_page("Castro is new.")})
    with pytest.raises(IndexProblem if error is OSError else error):
        archivesearch.rebuild([tmp_path / "site"], index, progress=fail)
    assert content(index) == files
    assert answers(index) == before
    assert is_tidy(index)


def test_a_first_build_that_fails_leaves_no_index(tmp_path: Path) -> None:
    index = tmp_path / "index"
    site = write_files(tmp_path / "site", {"a.html": "", "b.txt": "  "})
    with pytest.raises(archivesearch.SourceError, match="none of the 2 pages"):
        archivesearch.rebuild([site], index)
    with pytest.raises(archivesearch.SourceError, match="there are no pages"):
        archivesearch.rebuild([write_files(tmp_path / "none", {"a.jpg": "x"})], index)
    with pytest.raises(IndexMissing):
        archivesearch.open(index)
    archivesearch.rebuild([write_files(site, PAGES)], index)
    assert is_tidy(index)


KILLED = """
import sys, archivesearch
archivesearch.rebuild([sys.argv[1]], sys.argv[2], progress=lambda p: print(p.pages, flush=True))
print("done", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_build_that_is_killed_leaves_the_old_index(tmp_path: Path) -> None:
    index = build_index(tmp_path, {"a.html": html_page("Castro is old.")})
    many = {f"{n:03}.html": html_page(*["Castro is new."] * 20) for n in range(60)}
    site = write_files(tmp_path / "many", many)
    new = ["000.html#1"]
    draw = random.Random()  # noqa: S311
    for attempt in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, site, index], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(draw.uniform(0, 0.5) if attempt % 2 else draw.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        finished = "done" in process.communicate(timeout=60)[0]
        ids = answers(index)[:1]
        assert ids == new if finished else ids in (["a.html#1"], new)
    archivesearch.rebuild([site], index)
    assert answers(index)[:1] == new
    assert is_tidy(index)


def test_leftovers_of_killed_builds_are_removed(index: Path, tmp_path: Path) -> None:
    write_files(index, {
        ".building/half": "x",
        "generation-0000000000000000/half": "x",
        ".manifest.json.new": "{",
    })  # fmt: skip
    before = answers(index)
    archivesearch.rebuild([tmp_path / "site"], index)
    assert is_tidy(index)
    assert answers(index) == before


FOREIGN: list[dict[str, str | bytes]] = [
    {"holiday.jpg": b"\xff"},
    {"notes/todo.txt": "x"},
    {"manifest.json": '{"name": "an extension of a browser"}'},
    {"manifest.json": "[]", "a": ""},
    {"manifest.json": "{not json", "a.html": ""},
    {"generation-x/a": ""},
    {".git/config": "x"},
    {".bashrc": "x", ".lock": ""},
    {"generation-0123456789abcdeX/a": ""},
]


@pytest.mark.parametrize("files", FOREIGN)
def test_a_folder_with_other_things_is_refused_and_unchanged(
    tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    folder = write_files(tmp_path / "mine", files)
    before = content(folder)
    with pytest.raises(IndexProblem, match="is not an index: it contains other things") as caught:
        archivesearch.rebuild([write_files(tmp_path / "site", PAGES)], folder)
    assert str(folder) in str(caught.value)
    assert content(folder) == before


@pytest.mark.parametrize("name", [".DS_Store", ".gitignore", ".gitkeep"])
def test_a_folder_that_looks_empty_may_hold_an_index(tmp_path: Path, name: str) -> None:
    folder = write_files(tmp_path / "mine", {name: "mine"})
    archivesearch.rebuild([write_files(tmp_path / "site", PAGES)], folder)
    assert (folder / name).read_text() == "mine"


@pytest.mark.parametrize("ask", [archivesearch.rebuild, archivesearch.update])
def test_a_source_that_is_removed_during_a_build_is_an_error_of_the_source(
    index: Path, tmp_path: Path, ask: Callable[..., Report]
) -> None:
    many = {f"{n}.html": PAGES["letters/1994.html"] for n in range(20)}  # not read at a time
    first, second = write_files(tmp_path / "one", many), write_files(tmp_path / "two", PAGES)
    archive = Path(shutil.make_archive(str(tmp_path / "two"), "zip", second))

    def lose(_: Progress) -> None:
        archive.unlink(missing_ok=True)

    before = content(index)
    if ask is archivesearch.update:
        archivesearch.rebuild([first, archive], index)
        before = content(index)
        write_files(first, {"new.html": PAGES["letters/1994.html"]})
    with pytest.raises(SourceError, match=r"cannot read .*two\.zip: No such file"):
        ask([first, archive], index, progress=lose)
    assert content(index) == before


def test_other_files_in_an_index_are_not_touched(index: Path, tmp_path: Path) -> None:
    mine: dict[str, str | bytes] = {"notes.txt": "mine", "generation-x/a": "mine", ".keep": ""}
    write_files(index, mine)
    outside = write_files(tmp_path / "outside", {"a": "mine"})
    (index / "generation-00000000000000ff").symlink_to(outside)
    archivesearch.rebuild([tmp_path / "site"], index)
    assert {name: (index / name).read_text() for name in mine} == mine
    assert (outside / "a").read_text() == "mine"


@pytest.mark.parametrize("name", [".building", ".manifest.json.new"])
def test_nothing_is_written_through_a_link(index: Path, tmp_path: Path, name: str) -> None:
    victim = write_files(tmp_path / "victim", {"file": "mine"})
    (index / name).symlink_to(victim / "file" if name.endswith("new") else victim)
    try:
        archivesearch.rebuild([tmp_path / "site"], index)
    except IndexProblem:
        assert len(answers(index)) == 4
    assert content(victim) == {"file": b"mine"}


def test_an_empty_or_a_new_folder_can_be_used(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", PAGES)
    for folder in ("empty", "hidden", "new/and/deep"):
        if folder == "empty":
            (tmp_path / folder).mkdir()
        if folder == "hidden":
            write_files(tmp_path / folder, {".gitkeep": ""})
        archivesearch.rebuild([site], tmp_path / folder)
        assert len(answers(tmp_path / folder)) == 4
    assert (tmp_path / "hidden" / ".gitkeep").exists()


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", PAGES)
    for index in (site / "lists" / "parties.html", site / "letters" / "1994.html" / "index"):
        with pytest.raises(IndexProblem, match="cannot write to"):
            archivesearch.rebuild([site], index)


def test_a_second_writer_is_refused(index: Path, tmp_path: Path) -> None:
    with (
        build_folder(index),
        pytest.raises(IndexBusy, match=rf"another process \({os.getpid()} on .*\) is writing"),
    ):
        archivesearch.rebuild([tmp_path / "site"], index)
    assert len(answers(index)) == 4
    archivesearch.rebuild([tmp_path / "site"], index)


def test_writers_at_the_same_time_leave_one_whole_index(index: Path, tmp_path: Path) -> None:
    outcomes: list[str] = []

    def run() -> None:
        try:
            archivesearch.rebuild([tmp_path / "site"], index)
            outcomes.append("done")
        except IndexBusy:
            outcomes.append("busy")

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"done", "busy"}
    assert "done" in outcomes
    assert len(outcomes) == 4
    assert is_tidy(index)
    assert len(answers(index)) == 4


def test_the_lock_file_of_a_killed_build_does_not_lock(index: Path, tmp_path: Path) -> None:
    (index / ".lock").write_text("")
    archivesearch.rebuild([tmp_path / "site"], index)


def changed(index: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = index / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(text_with_checksum(values))


def test_an_index_of_another_version(index: Path, tmp_path: Path) -> None:
    changed(index, lambda values: values.update(version=99, files=None))
    with pytest.raises(IndexVersion, match="version 99"):
        archivesearch.open(index)
    before = content(index)

    def fail(_: archivesearch.Progress) -> None:
        raise Trouble

    with pytest.raises(Trouble):
        archivesearch.rebuild([tmp_path / "site"], index, progress=fail)
    assert content(index) == before  # good for the program that wrote it
    archivesearch.rebuild([tmp_path / "site"], index)
    assert len(answers(index)) == 4
    assert is_tidy(index)


HOSTILE: list[Callable[[dict[str, Any]], object]] = [
    lambda v: v.update(generation="../site"),
    lambda v: v.update(generation="/etc"),
    lambda v: v.update(generation=""),
    lambda v: v.update(generation="."),
    lambda v: v.update(generation="a\\..\\b"),
    lambda v: v.update(generation="a\0b"),
    lambda v: v.update(generation=7),
    lambda v: v.update(generation=["a"]),
    lambda v: v["files"].update({"../../secret": [1, "x"]}),
    lambda v: v["files"].update({"/etc/passwd": [1, "x"]}),
    lambda v: v["files"].update({"a//b": [1, "x"]}),
    lambda v: v["files"].update({"gone": [1, "x"]}),
    lambda v: v.update(files=[]),
    lambda v: v.update(files={"a": 1}),
    lambda v: v.update(files={}),
    lambda v: v.pop("files"),
    lambda v: v.pop("generation"),
    lambda v: v.update(engine="other"),
    lambda v: v.update(engine=None),
    lambda v: v.update(sources=None),
    lambda v: v.update(languages=5),
    lambda v: v.update(config={"bogus": 1}),
    lambda v: v.update(config=[]),
    lambda v: v.update(config={"addresses": ["("]}),
    lambda v: v.update(format="something else"),
    lambda v: v.update(counts=[]),
    lambda v: v.update(counts={"years": 7}),
    lambda v: v["counts"].update(bogus=7),
]


@pytest.mark.parametrize("change", HOSTILE)
def test_a_hostile_manifest_is_an_error_and_has_no_effect(
    index: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    changed(index, change)
    values = json.loads((index / "manifest.json").read_text())
    with pytest.raises(IndexDamaged) as caught, archivesearch.open(index) as archive:
        archive.stats()
    assert str(index) in str(caught.value)
    assert "\n" not in str(caught.value)
    site = content(tmp_path / "site")
    if values["format"] == "something else":
        with pytest.raises(IndexProblem, match="contains other things"):
            archivesearch.rebuild([tmp_path / "site"], index)
    else:
        archivesearch.rebuild([tmp_path / "site"], index)
        assert len(answers(index)) == 4
    assert content(tmp_path / "site") == site


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "\xff", '{"format": "archivesearch index"', "[" * 100_000]
)
def test_a_damaged_manifest(index: Path, tmp_path: Path, text: str) -> None:
    (index / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(IndexDamaged, match=r"manifest\.json"):
        archivesearch.open(index)
    if text in ("null", "[]"):  # whole, but another program's
        with pytest.raises(IndexProblem, match="contains other things"):
            archivesearch.rebuild([tmp_path / "site"], index)
    else:
        archivesearch.rebuild([tmp_path / "site"], index)
        assert len(answers(index)) == 4
        assert is_tidy(index)


def test_a_manifest_that_is_a_folder(index: Path) -> None:
    (index / "manifest.json").unlink()
    (index / "manifest.json").mkdir()
    with pytest.raises(IndexDamaged):
        archivesearch.open(index)


def test_every_file_that_is_missing_or_of_another_size_is_reported(
    index: Path, tmp_path: Path
) -> None:
    named = json.loads((index / "manifest.json").read_text())
    for name in named["files"]:
        for spoil in ("cut", "grow", "remove"):
            copy = tmp_path / "copy"
            shutil.copytree(index, copy)
            path = copy / named["generation"] / name
            data = path.read_bytes()
            if spoil == "remove":
                path.unlink()
            else:
                path.write_bytes(data[: len(data) // 2] if spoil == "cut" else data + b"x")
            if path.exists() and path.read_bytes() == data:
                shutil.rmtree(copy)
                continue
            with pytest.raises(IndexDamaged, match=name):
                archivesearch.open(copy)
            shutil.rmtree(copy)


def test_a_missing_generation_is_an_error(index: Path, tmp_path: Path) -> None:
    shutil.rmtree(index / json.loads((index / "manifest.json").read_text())["generation"])
    with pytest.raises(IndexDamaged, match="has lost its files"):
        archivesearch.open(index)
    archivesearch.rebuild([tmp_path / "site"], index)
    assert is_tidy(index)


def commit_the_same(index: Path) -> None:
    """Commit a generation with the same bytes each time."""
    with build_folder(index) as folder:
        (folder / "file").write_text("whole")
        commit(index, folder, engine="x", sources=(), config={}, languages=("en",), counts={})


def test_a_damaged_generation_is_replaced_by_one_with_the_same_bytes(tmp_path: Path) -> None:
    index = tmp_path / "index"
    commit_the_same(index)
    (path,) = index.glob("generation-*/file")
    number = path.stat().st_ino
    commit_the_same(index)
    assert path.stat().st_ino == number  # the current generation is not written again
    path.write_text("WHOLE")
    commit_the_same(index)
    assert path.read_text() == "whole"
    path.unlink()
    commit_the_same(index)
    assert path.read_text() == "whole"


SMALL = """
import sys
from pathlib import Path
import archivesearch
from test_generations import answers, content, is_tidy
small, big, index = map(Path, sys.argv[1:])
archivesearch.rebuild([small], index)
before, files = answers(index), content(index)
try:
    archivesearch.rebuild([big], index)
except archivesearch.IndexProblem as error:
    print(error)
assert content(index) == files
assert answers(index) == before
assert is_tidy(index)
"""


def test_a_full_disk_leaves_the_old_index(tmp_path: Path) -> None:
    """Only root can mount a small disk; it is in a namespace that ends with the process."""
    if not shutil.which("unshare") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root on Linux can make a small disk")
    (tmp_path / "disk").mkdir()
    mount = "mount -t tmpfs -o size=512k none $0"
    in_namespace = ["unshare", "--mount", "sh", "-c"]
    disk = str(tmp_path / "disk")
    if subprocess.run([*in_namespace, mount, disk], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    draw = random.Random(1)  # noqa: S311
    big = html_page(*(" ".join(f"w{draw.random()}" for _ in range(40)) for _ in range(400)))
    sites = [
        write_files(tmp_path / "small", PAGES),
        write_files(tmp_path / "big", {"big.html": big}),
    ]
    process = subprocess.run(
        [*in_namespace, f'{mount} && exec "$@"', disk, sys.executable, "-c", SMALL, *sites,
         tmp_path / "disk" / "index"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parent)])},
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (0, "")
    assert "No space left" in process.stdout
    assert process.stdout.count("\n") == 1


LIMITED = """
import resource, signal, sys, archivesearch
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    archivesearch.rebuild([sys.argv[1]], sys.argv[2])
except archivesearch.IndexProblem as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on files are POSIX")
def test_a_file_that_may_not_grow_leaves_the_old_index(index: Path, tmp_path: Path) -> None:
    before, files = answers(index), content(index)
    big = html_page(*(f"Castro and {'word ' * 50}{n}" for n in range(2000)))
    site = write_files(tmp_path / "big", {"big.html": big})
    process = subprocess.run(
        [sys.executable, "-c", LIMITED, site, index], capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stderr) == (0, "")
    assert "File too large" in process.stdout
    assert process.stdout.count("\n") == 1
    assert content(index) == files
    assert answers(index) == before

"""`verify` finds all damage, and `backup` copies whole indexes only."""

import io
import itertools
import json
import os
import random
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archivesearch
from archivesearch import IndexDamaged, IndexMissing, IndexProblem, IndexVersion
from archivesearch.columnar.storage.array_files import ArrayFolder, ArrayWriter
from archivesearch.directory.files import sync_file
from archivesearch.directory.manifest import (
    MANIFEST,
    PARSE_CACHE,
    GenerationLock,
    manifest_text,
    read_manifest,
)
from archivesearch.errors import SourceError
from helpers import crawls
from helpers.cli_site import done, failed, run
from helpers.small_archive import LETTER, PAGES, REPORT, build_index, html_page, write_files
from test_generations import changed

DAMAGES = int(os.environ.get("ARCHIVESEARCH_DAMAGES", "400"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_index(tmp_path_factory.mktemp("sound"), PAGES)


@pytest.fixture
def site(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound.parent / "site", tmp_path / "site"))


@pytest.fixture
def index(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "index"))


def files(index: Path) -> list[Path]:
    paths = [index / MANIFEST, index / PARSE_CACHE, *index.glob("generation-*/*")]
    return sorted(path for path in paths if path.stat().st_size)


def damaged(index: Path) -> set[str]:
    """Return the names of the files that have problems."""
    return {problem.file for problem in archivesearch.verify(index).problems}


def test_a_sound_index(index: Path, site: Path) -> None:
    verification = archivesearch.verify(index, [site])
    assert (verification.whole, verification.current, verification.problems) == (True, True, ())
    assert verification.sources == ("site",)
    assert verification.files == len(list(index.glob("generation-*/*")))


def test_the_bundled_pages(corpus_index: Path, corpus: Path) -> None:
    verification = archivesearch.verify(corpus_index, [corpus])
    assert verification.whole
    assert verification.current


def test_an_index_without_a_word_is_whole(tmp_path: Path) -> None:
    index = build_index(tmp_path, {"a.html": "<p>!!! ... ***</p>"})
    assert archivesearch.verify(index).problems == ()
    assert archivesearch.backup(index, tmp_path / "copy").files


def test_every_changed_byte_is_a_problem_of_its_file(index: Path) -> None:
    rng = random.Random(11)  # noqa: S311 - a sample needs a seed, not secrecy
    for _ in range(DAMAGES):
        path = rng.choice(files(index))
        data = path.read_bytes()
        spoiled = bytearray(data)
        offset = rng.randrange(len(data))
        if rng.random() < 0.2:
            del spoiled[offset:]
        else:
            spoiled[offset] ^= 1 << rng.randrange(8)
        path.write_bytes(spoiled)
        try:
            assert path.name in damaged(index) or is_shorter_cache(path, index), (path.name, offset)
        except IndexVersion:
            assert path.name == MANIFEST
        path.write_bytes(data)
    assert not damaged(index)


def is_shorter_cache(path: Path, index: Path) -> bool:
    """Whether a file is a parse cache that was cut at the end of a record, which is no damage."""
    return path.name == PARSE_CACHE and not damaged(index)


@pytest.mark.parametrize("spoil", ["link", "folder", "other"])
def test_an_unusable_parse_cache(index: Path, tmp_path: Path, spoil: str) -> None:
    path = index / PARSE_CACHE
    path.rename(tmp_path / "outside")
    match spoil:
        case "link":
            path.symlink_to(tmp_path / "outside")
        case "folder":
            path.mkdir()
        case "other":
            path.write_bytes(b"archivesearch parsed pages 0\n")
    (problem,) = archivesearch.verify(index).problems
    reason = "it is of another version" if spoil == "other" else "it cannot be read"
    assert problem.file == PARSE_CACHE
    assert problem.what.startswith(reason)


@pytest.mark.parametrize("spoil", ["gone", "link", "folder", "pipe", "stranger"])
def test_missing_strange_and_additional_files(index: Path, tmp_path: Path, spoil: str) -> None:
    (path,) = index.glob("generation-*/labels.bytes.bin")
    data = path.read_bytes()
    if spoil == "stranger":
        path = path.with_name("stranger.bin")
    else:
        path.unlink()
    match spoil:
        case "link":
            (tmp_path / "outside").write_bytes(data)
            path.symlink_to(tmp_path / "outside")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "stranger":
            path.write_bytes(b"x")
    assert damaged(index) == {path.name}
    if spoil != "stranger":
        with pytest.raises(IndexDamaged, match=path.name):
            archivesearch.open(index)


def test_a_folder_without_an_index(tmp_path: Path, index: Path) -> None:
    for path in (tmp_path / "nothing", write_files(tmp_path / "pages", {"a.html": LETTER})):
        with pytest.raises(IndexMissing, match="there is no index in"):
            archivesearch.verify(path)
        with pytest.raises(IndexMissing, match="there is no index in"):
            archivesearch.backup(path, tmp_path / "copy")
    write_files(tmp_path / "extension", {MANIFEST: '{"name": "of a browser"}'})
    (problem,) = archivesearch.verify(tmp_path / "extension").problems
    assert "is not the manifest of an index" in problem.what
    changed(index, lambda values: values.update(version=99))
    for call in (archivesearch.open, archivesearch.verify):
        with pytest.raises(IndexVersion, match="version 99"):
            call(index)


def test_a_missing_generation(index: Path) -> None:
    (folder,) = index.glob("generation-*")
    shutil.rmtree(folder)
    assert damaged(index) == {folder.name}


def test_archives_with_notices_are_compared(tmp_path: Path) -> None:
    """Members with equal names, and damage, do not count as new pages."""
    twice, cut = tmp_path / "twice.tar", tmp_path / "cut.tar"
    with tarfile.open(twice, "w") as archive:
        for text in ("older", "newer"):
            data = html_page(text).encode()
            member = tarfile.TarInfo("a.html")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    cut.write_bytes(twice.read_bytes()[:1100])
    for sources in ([twice], [cut], [twice, cut]):
        archivesearch.rebuild(sources, tmp_path / "index")
        assert archivesearch.verify(tmp_path / "index", sources).current
    assert archivesearch.rebuild([cut], tmp_path / "index").notices


def test_pages_are_compared_with_their_sources(index: Path, site: Path) -> None:
    write_files(site, {"letters/1994.html": LETTER + " ", "new.html": REPORT, "empty.html": ""})
    (site / "lists/parties.html").unlink()
    verification = archivesearch.verify(index, [site])
    assert verification.whole
    assert not verification.current
    assert (verification.missing, verification.changed) == (
        ("lists/parties.html",),
        ("letters/1994.html",),
    )
    assert verification.new == ("empty.html", "new.html")
    archivesearch.update([site], index)
    assert archivesearch.verify(index, [site]).current


def test_other_sources_are_refused(site: Path, tmp_path: Path) -> None:
    other = write_files(tmp_path / "other", {"a.html": REPORT})
    archivesearch.rebuild([site, other], tmp_path / "two")
    assert archivesearch.verify(tmp_path / "two", [site, other]).current
    for sources in ([site], [other, site], [site, other, site / "lists"]):
        with pytest.raises(SourceError, match="was built from site, other, not from"):
            archivesearch.verify(tmp_path / "two", sources)


def test_a_crawl_with_several_records_of_a_page(tmp_path: Path) -> None:
    """Notices and the other records of a page do not count as pages."""
    crawl = tmp_path / "crawl.warc"
    crawl.write_bytes(
        crawls.record(b"GET / HTTP/1.0\r\n\r\n", kind="request")
        + crawls.page_record("Letters of the first spring.")
        + crawls.page_record("Older letters, which nobody kept.", date="1999-01-01T00:00:00Z")
        + b"damage\r\n\r\n"
        + crawls.page_record("Another page of other words.", url="http://www.example.org/b.html")
    )
    report = archivesearch.rebuild([crawl], tmp_path / "index")
    assert (report.indexed, len(report.skipped), len(report.notices)) == (2, 2, 1)
    verification = archivesearch.verify(tmp_path / "index", [crawl])
    assert (
        verification.problems,
        verification.missing,
        verification.changed,
        verification.new,
    ) == ((), (), (), ())


def test_not_all_skipped_records_are_named(tmp_path: Path) -> None:
    """A crawl may have millions of records that are no pages: only the first are named."""
    crawl = tmp_path / "crawl.warc"
    image = crawls.record(
        crawls.http_response("x", "image/gif"), url="http://www.example.org/a.gif"
    )
    crawl.write_bytes(image * 10_002 + crawls.page_record("Letters of the first spring."))
    index = tmp_path / "index"
    archivesearch.rebuild([crawl], index)
    with archivesearch.open(index) as archive:
        assert archive.stats().skipped == 10_002
    assert archivesearch.verify(index, [crawl]).whole
    assert archivesearch.verify(index, [crawl]).current
    archivesearch.backup(index, tmp_path / "copy")


def rewritten(index: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Change an array and correct all checksums, as an attacker would."""

    def replace(values: dict[str, Any], info: dict[str, Any]) -> None:
        if name in values:
            values[name] = change(values[name])
        else:
            new = change(dict(info))
            info.clear()
            info.update(new)

    rearranged(index, replace)


Change = Callable[[dict[str, Any], dict[str, Any]], object]


def rearranged(index: Path, change: Change) -> None:
    """Change arrays by name, and the figures beside them; correct all checksums."""
    (folder,) = index.glob("generation-*")
    arrays = ArrayFolder(folder)
    values = {each: np.array(arrays[each]) for each in arrays}
    info = dict(arrays.info)
    change(values, info)
    writer = ArrayWriter(folder)
    for each, array in values.items():
        writer.append(each, array)
    writer.close(info)
    vouched(index)


def vouched(index: Path) -> None:
    """Write a manifest with the checksums that the files have now."""
    manifest = read_manifest(index)
    folder = index / manifest.generation
    manifest.files.update({path.name: sync_file(path) for path in folder.iterdir()})  # type: ignore[attr-defined]
    (index / MANIFEST).write_text(manifest_text(manifest))


def altered(index: int, value: int) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array[index] = value
        return array

    return change


RULES: list[tuple[str, Callable[[Any], Any]]] = [
    ("terms.keys", altered(0, 7)),
    ("terms.keys", lambda array: array[:-1]),
    ("terms.bytes", lambda array: array[::-1]),
    ("terms.bytes", altered(0, 255)),
    ("terms.ends", altered(3, 0)),
    ("terms.entries", altered(2, 0)),
    ("terms.entries", altered(2, 60000)),
    ("terms.entries", altered(-1, 60000)),
    ("terms.postings", altered(1, 0)),
    ("terms.positions", altered(1, 9)),
    ("entries.block", altered(0, 9)),
    ("entries.documents", altered(0, 0)),
    ("entries.documents", altered(0, 1 << 31)),
    ("entries.bound", altered(0, 0)),
    ("postings.frequency", altered(0, 0)),
    ("postings.frequency", altered(0, 255)),
    ("postings.frequency.at", lambda array: np.array([0], array.dtype)),
    ("positions.gap", altered(0, 200)),
    ("positions.gap", lambda array: array[1:]),
    ("lengths", altered(0, 99)),
    ("lengths", altered(-1, 9)),
    ("texts.bytes", altered(40, 0)),
    ("texts.ends", altered(0, 1)),
    ("texts.firsts", altered(0, 1)),
    ("documents.length", altered(0, 200)),
    ("documents.section", altered(0, 200)),
    ("documents.label", altered(0, 200)),
    ("documents.years", altered(0, 9)),
    ("documents.repeated", altered(0, 1)),
    ("sections.page", altered(0, 200)),
    ("sections.org", altered(0, 200)),
    ("sections.bytes", altered(0, 0)),
    ("pages.bytes", altered(0, 0x7B)),
    ("pages.first", altered(1, 0)),
    ("pages.year", altered(0, 9)),
    ("pages.lang", altered(0, 9)),
    ("orgs.ends", altered(0, 1)),
    ("labels.bytes", altered(0, 0xFF)),
    ("forms.bytes", altered(0, 0xFF)),
    ("forms.listed", altered(1, 200)),
    ("forms.gap", altered(0, 250)),
    ("terms.forms", altered(1, 0)),
    ("", lambda info: {**info, "documents": info["documents"] + 1}),
    ("", lambda info: {**info, "documents": 1 << 62}),
    ("", lambda info: {**info, "documents": -1}),
    ("", lambda info: {**info, "documents": "many"}),
    ("", lambda info: {**info, "documents": 1e300}),
    ("", lambda info: {**info, "fields": {}}),
    ("", lambda info: {**info, "fields": None}),
    ("", lambda info: {**info, "fields": {**info["fields"], "text": [1 << 40, 1 << 41]}}),
    ("", lambda info: {**info, "with_field": {**info["with_field"], "text": 0}}),
    ("", lambda info: {**info, "total_length": {**info["total_length"], "text": 3}}),
    ("", lambda info: {**info, "with_field": []}),
    ("", lambda info: {"fields": info["fields"]}),
]


@pytest.mark.parametrize(("name", "change"), RULES)
def test_arrays_that_break_a_rule(index: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Every checksum is right, so only the rules of the format find the damage."""
    rewritten(index, name, change)
    verification = archivesearch.verify(index)
    assert verification.problems
    assert not {problem.file for problem in verification.problems} & {"", MANIFEST}
    ask(index)


def moved(field: str) -> Change:
    """Move a key from a document that has the value to another one of its block."""

    def change(values: dict[str, Any], info: dict[str, Any]) -> None:
        first, last = info["fields"][field]
        low, high = values["terms.entries"][[first, last]].tolist()
        blocks, bits = values["entries.block"], values["entries.documents"]
        whole = np.uint32(0xFFFFFFFF)
        index = next(n for n in range(low, high) if bits[n] != whole and blocks[n] < blocks.max())
        bit = next(b for b in range(31) if (int(bits[index]) >> b & 3) in (1, 2))
        bits[index] ^= np.uint32(3 << bit)

    return change


def changed_value(name: str, index: int, change: Callable[[Any], Any]) -> Change:
    """Change one value of an array."""

    def change_it(values: dict[str, Any], _: dict[str, Any]) -> None:
        values[name][index] = change(values[name][index])

    return change_it


def strings(name: str, change: Callable[[list[bytes]], object]) -> Change:
    """Change the strings of a table."""

    def change_them(values: dict[str, Any], _: dict[str, Any]) -> None:
        ends = [0, *values[f"{name}.ends"].tolist()]
        raw = values[f"{name}.bytes"].tobytes()
        table = [raw[a:b] for a, b in itertools.pairwise(ends)]
        change(table)
        values[f"{name}.bytes"] = np.frombuffer(b"".join(table), np.uint8)
        values[f"{name}.ends"] = np.cumsum([len(each) for each in table]).astype(np.uint32)

    return change_them


def with_names(same: list[Any]) -> Change:
    """Give the first page other names."""

    def change(table: list[bytes]) -> None:
        page = json.loads(table[0])
        table[0] = json.dumps([*page[:-1], same or [[page[0], None, 0]]]).encode()

    return strings("pages", change)


def swapped(name: str, first: int, second: int) -> Change:
    def change(values: dict[str, Any], _: dict[str, Any]) -> None:
        values[name][[first, second]] = values[name][[second, first]]

    return change


def groups_swapped(values: dict[str, Any], _: dict[str, Any]) -> None:
    members = values["copies.members"]
    members[:4] = members[[2, 3, 0, 1]]


def longer_repeat(values: dict[str, Any], _: dict[str, Any]) -> None:
    """End a repeated span behind its text, but not behind the bytes of the text."""
    owners = np.repeat(np.arange(len(values["documents.repeated"])), values["documents.repeated"])
    last = np.flatnonzero(np.diff(owners, append=-1))
    ends = values["documents.repeated_values"].astype(np.uint32)
    ends[2 * last + 1] = values["documents.length"][owners[last]] + 1
    values["documents.repeated_values"] = ends


CONTRADICTIONS: list[tuple[Change, str, str]] = [
    *(
        (moved(field), "terms.bytes.bin", f"keys of {field} that are not")
        for field in ("page", "lang", "org_key", "year", "years_mentioned")
    ),
    (
        changed_value("documents.headings", 0, lambda byte: byte ^ 1),
        "documents.headings.bin",
        "not the passages",
    ),
    (
        changed_value("documents.headings", -1, lambda byte: byte | 128),
        "documents.headings.bin",
        "not the passages",
    ),
    (strings("forms", lambda forms: forms.reverse()), "forms.bytes.bin", "not sorted"),
    (changed_value("forms.gap", -1, lambda _: 200), "forms.gap.bin", "beyond the last posting"),
    (changed_value("terms.forms", 1, lambda _: 0), "terms.forms.bin", "a term without a form"),
    (
        changed_value("entries.bound", 0, lambda bound: bound - 1),
        "entries.bound.bin",
        "not the best",
    ),
    (
        changed_value("entries.postings", 1, lambda total: total + 1),
        "entries.postings.bin",
        "not the totals",
    ),
    (
        changed_value("postings.positions", 1, lambda n: n + 1),
        "postings.positions.bin",
        "not the totals",
    ),
    (swapped("copies.members", 0, 1), "copies.members.bin", "begin with its representative"),
    (groups_swapped, "copies.starts.bin", "in the order of their passages"),
    (changed_value("copies.members", 1, lambda _: 118), "copies.starts.bin", "in two groups"),
    (changed_value("copies.starts", 1, lambda _: 1), "copies.starts.bin", "has no two"),
    (changed_value("copies.members", 1, lambda _: 60000), "copies.members.bin", "beyond the last"),
    (with_names([]), "pages.bytes.bin", "another name of it is there twice"),
    (with_names([[1]]), "pages.bytes.bin", "is not a valid record"),
    (with_names([["elsewhere.html", None, 0]]), "pages.jsonl", "other pages than the engine"),
    (strings("labels", lambda names: names.__setitem__(2, names[1])), "labels.bytes.bin", "twice"),
    (longer_repeat, "documents.repeated_values.bin", "beyond the end of a text"),
]


@pytest.mark.parametrize(("change", "file", "text"), CONTRADICTIONS)
def test_tables_that_contradict_one_another(
    corpus_index: Path, tmp_path: Path, change: Change, file: str, text: str
) -> None:
    index = Path(shutil.copytree(corpus_index, tmp_path / "index"))
    rearranged(index, change)
    problems = archivesearch.verify(index).problems
    assert any(problem.file == file and text in problem.what for problem in problems), problems


def more(value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "xx": 1}
    return -1


COUNTS = (
    *("pages", "sections", "paragraphs", "organizations", "copies", "years", "undated"),
    *("languages", "encodings", "duplicates", "skipped"),
)


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_that_contradicts_the_files(index: Path, name: str) -> None:
    changed(index, lambda values: values["counts"].update({name: more(values["counts"][name])}))
    (problem,) = archivesearch.verify(index).problems
    assert problem.file == MANIFEST
    assert f"count of {name}" in problem.what


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pages.jsonl", '"title": "A letter"', '"title": "A better"'),
        ("pages.jsonl", '"year": 1994', '"year": 1995'),
        ("organizations.json", '"Workers World Party"', '"A World Party"'),
        ("organizations.json", '"paragraphs": 2', '"paragraphs": 3'),
    ],
)
def test_records_that_contradict_the_tables(index: Path, name: str, old: str, new: str) -> None:
    (path,) = index.glob(f"generation-*/{name}")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    vouched(index)
    assert name in damaged(index)


def test_omitted_records_are_counted_but_not_named(tmp_path: Path) -> None:
    picture = crawls.record(crawls.http_response("x", "image/png"), "http://www.example.org/a.png")
    (tmp_path / "a.warc").write_bytes(picture + crawls.page_record("Of the harbour and its ships."))
    archivesearch.rebuild([tmp_path / "a.warc"], tmp_path / "index")
    assert archivesearch.verify(tmp_path / "index", [tmp_path / "a.warc"]).problems == ()


def ask(index: Path) -> None:
    """Search a stranger's index: all errors must be messages for users."""
    from test_damaged_index import ask as all_errors

    for error in all_errors(index):
        assert "\n" not in str(error)


NAMES: list[Callable[[dict[str, Any]], object]] = [
    lambda arrays: arrays.update({"../../secret": ["|u1", 4, 0]}),
    lambda arrays: arrays.update({"/etc/passwd": ["|u1", 4, 0]}),
    lambda arrays: arrays.update({"gone": ["|u1", 4, 0]}),
    lambda arrays: arrays.update({"terms.bytes": ["|O8", 4, 0]}),
    lambda arrays: arrays.update({"terms.bytes": ["(9999,9999)u1", 4, 0]}),
    lambda arrays: arrays.update({"terms.bytes": ["|u1", 1 << 60, 0]}),
    lambda arrays: arrays.update({"terms.bytes": ["|u1", -1, 0]}),
    lambda arrays: arrays.update({"terms.bytes": ["|u1", True, 0]}),
    lambda arrays: arrays.update({"terms.bytes": "x"}),
    lambda arrays: arrays.update({"terms.bytes": None}),
    lambda arrays: arrays.update({"lengths": ["<f4", 4, 0]}),
    lambda arrays: arrays.clear(),
]


@pytest.mark.parametrize("change", NAMES)
def test_a_bad_description_of_an_array(
    index: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    (path,) = index.glob("generation-*/segment.json")
    values = json.loads(path.read_text())
    change(values["arrays"])
    path.write_text(json.dumps(values))
    vouched(index)
    with pytest.raises(IndexDamaged, match=r"is damaged \("):
        archivesearch.open(index)
    assert damaged(index)


def test_json_that_is_nested_too_deep(index: Path) -> None:
    for name in ("segment.json", "pages.jsonl", "organizations.json", "skipped.json"):
        (path,) = index.glob(f"generation-*/{name}")
        data = path.read_bytes()
        path.write_text("[" * 100_000)
        vouched(index)
        assert name in damaged(index)
        ask(index)
        path.write_bytes(data)
    vouched(index)
    assert not damaged(index)


def test_a_backup_is_the_same_index(index: Path, tmp_path: Path) -> None:
    copied = archivesearch.backup(index, tmp_path / "new" / "copy")
    assert copied.generation == read_manifest(index).generation
    verification = archivesearch.verify(tmp_path / "new" / "copy")
    assert (verification.whole, verification.files, verification.bytes) == (
        True,
        copied.files,
        copied.bytes,
    )
    (tmp_path / "empty").mkdir()
    archivesearch.backup(index, tmp_path / "empty")
    with archivesearch.open(tmp_path / "empty") as archive:
        assert len(archive.search("castro")) == 4


def test_a_backup_needs_an_empty_folder(index: Path, tmp_path: Path) -> None:
    other = write_files(tmp_path / "other", {"mine": "x"})
    for target, message in (
        (other, "is not empty"),
        (index, "lies in the index itself"),
        (index / "copy", "lies in the index itself"),
        (other / "mine", "cannot write to"),
        (other / "mine" / "copy", "cannot write to"),
    ):
        with pytest.raises(IndexProblem, match=message):
            archivesearch.backup(index, target)
    assert {path.name for path in other.iterdir()} == {"mine"}
    assert not damaged(index)


def test_a_damaged_index_has_no_backup(index: Path, tmp_path: Path) -> None:
    for path in files(index):
        if path.name == PARSE_CACHE:
            continue
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(IndexProblem):
            archivesearch.backup(index, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
        path.write_bytes(data)


@pytest.fixture
def written(index: Path, site: Path) -> Iterator[tuple[Path, Callable[[], int]]]:
    """An index that is updated all the time, and a function that counts the updates."""
    rounds = 0
    ended = threading.Event()

    def write_on() -> None:
        nonlocal rounds
        while not ended.is_set():
            rounds += 1
            write_files(site, {"n.html": html_page(f"Castro {rounds}.", f"Castro {rounds} again.")})
            archivesearch.update([site], index)

    thread = threading.Thread(target=write_on)
    thread.start()
    yield index, lambda: rounds
    ended.set()
    thread.join()


def test_backups_while_a_writer_works(
    written: tuple[Path, Callable[[], int]], tmp_path: Path
) -> None:
    index, rounds = written
    number = 0
    while rounds() < 12 or number < 5:
        number += 1
        archivesearch.backup(index, tmp_path / f"copy{number}")
        with archivesearch.open(tmp_path / f"copy{number}") as archive:
            assert len(archive.search("castro", limit=20)) in (4, 6)


def test_a_reader_keeps_what_it_opened(index: Path, site: Path) -> None:
    before = read_manifest(index).generation
    with archivesearch.open(index) as archive:
        write_files(site, {"new.html": REPORT})
        archivesearch.update([site], index)
        assert (index / before).is_dir()  # a reader may still open its files
        assert len(archive.search("castro")) == 4
        archivesearch.update([site], index)
        assert (index / before).is_dir()
    archivesearch.update([site], index)
    assert not (index / before).exists()


def test_a_lock_on_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        GenerationLock(tmp_path / "gone")
    first = GenerationLock(tmp_path)
    GenerationLock(tmp_path).release()
    with pytest.raises(BlockingIOError):
        GenerationLock(tmp_path, exclusive=True)
    first.release()
    first.release()
    GenerationLock(tmp_path, exclusive=True).release()


def test_the_commands(index: Path, site: Path, tmp_path: Path) -> None:
    assert "The index is undamaged and matches site" in done("verify", site, "--index", index)
    assert "not compared with its sources" in done("verify", "--index", index)
    assert "verified the copy" in done("backup", tmp_path / "copy", "--index", index)
    assert "is not empty" in failed("backup", tmp_path / "copy", "--index", index)
    assert "there is no index" in failed("verify", "--index", tmp_path / "nowhere")
    write_files(site, {"new.html": REPORT})
    result = run("verify", site, "--index", index)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "  new new.html" in result.stdout
    assert "does not match its sources" in result.stderr
    (path,) = index.glob("generation-*/terms.bytes.bin")
    path.write_bytes(b"x" * path.stat().st_size)
    result = run("verify", "--index", index, "--format", "json")
    assert result.exit_code == 1
    assert "is damaged" in result.stderr
    assert json.loads(result.stdout)["problems"] == [
        {"file": "terms.bytes.bin", "what": "is not what was written"}
    ]

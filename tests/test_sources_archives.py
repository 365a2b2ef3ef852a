"""Zip and tar archives as sources: pages, skipped members with reasons, damage and bombs."""

import gzip
import lzma
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivesearch
from archivesearch.errors import ConfigError, SourceError
from archivesearch.model.pages import Notice, RawPage, Skipped
from archivesearch.sources.limits import Limits
from archivesearch.sources.page_listing import SourceItem
from archivesearch.sources.source import open_sources
from helpers.crawls import make_pdf, make_tar, make_zip, tar_member
from helpers.small_archive import PAGES, html_page, write_files

SMALL = Limits(page_bytes=1000, unpacked_bytes=50_000, ratio=10)


def read_items(path: Path, limits: Limits | None = None) -> list[SourceItem]:
    (source,) = open_sources([path], limits=limits)
    return list(source.pages())


def pages(path: Path, limits: Limits | None = None) -> dict[str, bytes]:
    return {item.page: item.data for item in read_items(path, limits) if isinstance(item, RawPage)}


def reasons(path: Path, limits: Limits | None = None) -> dict[str, str]:
    return {
        item.page: item.reason for item in read_items(path, limits) if isinstance(item, Skipped)
    }


def notices(path: Path, limits: Limits | None = None) -> list[str]:
    return [item.text for item in read_items(path, limits) if isinstance(item, Notice)]


def make_archive(folder: Path, form: str) -> Path:
    return Path(shutil.make_archive(str(folder), form, folder))


@pytest.mark.parametrize("form", ["zip", "tar", "gztar", "bztar", "xztar"])
def test_an_archive_gives_the_same_index_as_its_folder(tmp_path: Path, form: str) -> None:
    settings = "base_url = 'http://example.org/'\nexclude = ['drafts/*']\n"
    files = {**PAGES, "drafts/x.html": "x", "a.jpg": "x", "archivesearch.toml": settings}
    site = write_files(tmp_path / "site", files)
    archive = make_archive(site, form)
    of_folder = archivesearch.rebuild([site], tmp_path / "one")
    of_archive = archivesearch.rebuild([archive], tmp_path / "two")
    assert of_archive == of_folder
    with (
        archivesearch.open(tmp_path / "one") as one,
        archivesearch.open(tmp_path / "two") as two,
    ):
        assert set(one.pages()) == set(two.pages()) == set(PAGES)
        for name in one.pages():
            assert one.passages(name) == two.passages(name)
            assert two.page(name).source == archive.name
            assert two.page(name).url == f"http://example.org/{name}"
            assert two.page(name).record.removeprefix("./") == name


def test_a_zip_has_the_order_of_a_folder(tmp_path: Path) -> None:
    names = ["b.html", "a/z.html", "a.html", "B.html"]
    archive = make_zip(tmp_path / "x.zip", dict.fromkeys(names, "x"))
    folder = write_files(tmp_path / "x", dict.fromkeys(names, "x"))
    assert list(pages(archive)) == list(pages(folder))


def test_files_that_are_no_pages_in_an_archive(tmp_path: Path) -> None:
    files = {
        "a.html": "x",
        "b.jpg": "x",
        "README": "<html><p>x",
        "LICENSE": "text",
        ".git/c.html": "x",
        "__MACOSX/d.html": "x",
        "folder/": "",
        "more.zip": "x",
        "crawl.warc.gz": "x",
    }
    archive = make_zip(tmp_path / "x.zip", files)
    tar = make_tar(
        tmp_path / "x.tar",
        (tar_member(n, c.encode()) for n, c in files.items() if not n.endswith("/")),
    )
    for path in (
        archive,
        tar,
        write_files(tmp_path / "x", {n: c for n, c in files.items() if n[0] != "_" and c}),
    ):
        (source,) = open_sources([path])
        assert set(pages(path)) == {"a.html", "README"}
        expected = {"more.zip", "crawl.warc.gz"}
        assert set(reasons(path)) == expected
        assert all("an archive inside a source" in why for why in reasons(path).values())
        assert source.listing.other_files >= 2


@pytest.mark.parametrize(
    "name", ["../a.html", "/a.html", "b/../../a.html", "c:/a.html", "..\\a.html"]
)
def test_names_out_of_the_archive_are_skipped(tmp_path: Path, name: str) -> None:
    archive = make_zip(tmp_path / "x.zip", {name: "x", "b.html": "x"})
    assert set(pages(archive)) == {"b.html"}
    assert list(reasons(archive).values()) == ["its name leads out of the archive"]
    if "\\" not in name:
        tar = make_tar(tmp_path / "x.tar", [tar_member(name, b"x"), tar_member("b.html", b"x")])
        assert set(pages(tar)) == {"b.html"}
        assert list(reasons(tar).values()) == ["its name leads out of the archive"]


def test_names_are_normalized(tmp_path: Path) -> None:
    tar = make_tar(tmp_path / "x.tar", [tar_member("./a//b.html", b"x")])
    assert set(pages(tar)) == {"a/b.html"}
    assert set(pages(make_zip(tmp_path / "x.zip", {"a\\b.html": "x"}))) == {"a/b.html"}


@pytest.mark.parametrize(
    ("raw", "system", "expected"),
    [
        ("é.html".encode(), 3, "é.html"),
        ("é.html".encode(), 0, "é.html"),
        (b"\xe9.html", 3, "é.html"),
        (b"\x82.html", 0, "é.html"),
    ],
)
def test_zip_names_of_any_encoding(tmp_path: Path, raw: bytes, system: int, expected: str) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as zip_file:
        info = zipfile.ZipInfo("?" * len(raw.removesuffix(b".html")) + ".html")
        info.create_system = system
        zip_file.writestr(info, "x")
    data = archive.read_bytes().replace(info.filename.encode(), raw)
    archive.write_bytes(data)
    assert set(pages(archive)) == {expected}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_with_one_name_the_last_is_the_page(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as zip_file:
        zip_file.writestr("a.html", "first")
        zip_file.writestr("a.html", "last")
    tar = make_tar(
        tmp_path / "x.tar", [tar_member("a.html", b"first"), tar_member("a.html", b"last")]
    )
    for path in (archive, tar):
        assert pages(path) == {"a.html": b"last"}
        (reason,) = reasons(path).values()
        assert "the same name" in reason


def test_members_that_cannot_be_read_are_skipped(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    make_zip(archive, {"a.html": "first " * 50, "b.html": "second " * 50, "c.html": "third"})
    data = bytearray(archive.read_bytes())
    data[data.find(b"a.html") + 12] ^= 0xFF  # within its compressed bytes
    locked = data.rfind(b"PK\x01\x02", 0, data.rfind(b"b.html"))
    data[locked + 8] |= 1  # encrypted, says the directory
    archive.write_bytes(data)
    assert set(pages(archive)) == {"c.html"}
    assert reasons(archive)["a.html"].startswith("it is damaged: ")
    assert reasons(archive)["b.html"] == "it is encrypted"


def test_a_member_without_a_name_is_skipped(tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    make_zip(archive, {"a.html": "first", "b": "second"})
    data = bytearray(archive.read_bytes())
    at = data.rfind(b"PK\x01\x02")
    data[at + 28] = 0  # the length of its name in the directory
    data[at + 30] = 1  # that of what follows, so that the directory is as long as before
    archive.write_bytes(data)
    assert set(pages(archive)) == {"a.html"}
    assert reasons(archive) == {"(no name)": "it has no name"}


def test_links_in_archives_are_not_followed(tmp_path: Path) -> None:
    tar = make_tar(
        tmp_path / "x.tar",
        [
            tar_member("a.html", b"x"),
            tar_member("b.html", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
            tar_member("c.html", type=tarfile.LNKTYPE, linkname="a.html"),
            tar_member("d.html", type=tarfile.FIFOTYPE),
            tar_member("e.html", type=tarfile.SYMTYPE, linkname="e.html"),
        ],
    )
    assert set(pages(tar)) == {"a.html"}
    assert reasons(tar) == {
        "b.html": "it is a link to /etc/passwd",
        "c.html": "it is a link to a.html",
        "d.html": "it is not a regular file",
        "e.html": "it is a link to e.html",
    }
    archive = tmp_path / "x.zip"
    info = zipfile.ZipInfo("a.html")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(archive, "w") as zip_file:
        zip_file.writestr(info, "/etc/passwd")
        zip_file.writestr("b.html", "x")
    assert reasons(archive) == {"a.html": "it is a link"}


@pytest.mark.parametrize("form", ["folder", "zip", "tar", "file"])
def test_a_page_that_is_too_large_is_skipped(tmp_path: Path, form: str) -> None:
    files = {"large.html": b"x" * 1001, "small.html": b"x" * 1000}
    path = tmp_path / "x"
    if form == "zip":
        make_zip(path, files)
    elif form == "tar":
        make_tar(path, (tar_member(*item) for item in files.items()))
    else:
        write_files(path, files)
    path = path / "large.html" if form == "file" else path
    assert list(reasons(path, SMALL)) == ["large.html"]
    assert "larger than the 0.001 MB" in reasons(path, SMALL)["large.html"]
    assert set(pages(path, SMALL)) == ({"small.html"} if form != "file" else set())


def test_a_member_larger_than_its_zip_claims_is_skipped(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", {"a.html": b"\0" * 100_000})
    data = archive.read_bytes().replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    archive.write_bytes(data)
    assert not pages(archive)
    assert len(reasons(archive)) == 1


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_tar_bomb_ends_at_the_limits(tmp_path: Path, mode: str) -> None:
    content = (tar_member(f"{n:03}.html", b" " * 900) for n in range(200))
    bomb = make_tar(tmp_path / "x", content, mode)
    assert 0 < len(pages(bomb, SMALL)) < 100
    (notice,) = notices(bomb, SMALL)
    assert "unpacks to more than 10 times its size" in notice
    assert len(pages(bomb)) == 200


def test_a_zip_bomb_ends_at_the_limits(tmp_path: Path) -> None:
    files = {f"{n:04}.html": b" " * 1000 for n in range(1000)}
    bomb = make_zip(tmp_path / "x.zip", files)
    limits = Limits(page_bytes=1000, unpacked_bytes=5000, ratio=2)
    assert 0 < len(pages(bomb, limits)) < 900
    (notice,) = notices(bomb, limits)
    assert "unpacks to more than 2 times its size" in notice


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_too_many_members_give_a_notice(tmp_path: Path, form: str) -> None:
    files = {f"{n}.html": b"x" for n in range(9)}
    path = tmp_path / "x"
    if form == "zip":
        make_zip(path, files)
    else:
        make_tar(path, (tar_member(*item) for item in files.items()))
    limits = Limits(members=5)
    assert len(pages(path, limits)) == 5
    (notice,) = notices(path, limits)
    assert "more than 5 members" in notice


def test_a_cut_archive_gives_the_pages_before_the_cut(tmp_path: Path) -> None:
    content = [tar_member(f"{n}.html", bytes(range(256)) * 200) for n in range(9)]
    whole = make_tar(tmp_path / "x.tar.gz", content, "w:gz").read_bytes()
    path = tmp_path / "cut.tar.gz"
    path.write_bytes(whole[: len(whole) // 2])
    assert 1 <= len(pages(path)) < 9
    (notice,) = notices(path)
    assert notice.startswith("it is damaged: ")


def test_concatenated_tars_are_one(tmp_path: Path) -> None:
    first = make_tar(tmp_path / "x.tar", [tar_member("a.html", b"x")]).read_bytes()
    second = make_tar(tmp_path / "y.tar", [tar_member("b.html", b"y")]).read_bytes()
    (tmp_path / "z.tar").write_bytes(first + second)
    assert set(pages(tmp_path / "z.tar")) == {"a.html", "b.html"}
    assert notices(tmp_path / "z.tar") == []


PACKED = {
    "a.tar.zst": b"\x28\xb5\x2f\xfd and more",
    "a.7z": b"7z\xbc\xaf\x27\x1c and more",
    "a.rar": b"Rar!\x1a\x07\x01 and more",
    "a.tar.Z": b"\x1f\x9d\x90 and more",
    "a.html.gz": gzip.compress(b"<html><p>A page."),
    "a.html.xz": lzma.compress(b"<html><p>A page."),
}


@pytest.mark.parametrize("name", PACKED)
def test_other_compressions_are_refused(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: PACKED[name]})
    with pytest.raises(
        SourceError, match=f"{name} is compressed in an unsupported format; unpack it first$"
    ):
        open_sources([tmp_path / name])


@pytest.mark.parametrize("spoil", ["header", "cut"])
def test_a_damaged_tar_header_gives_a_notice(tmp_path: Path, spoil: str) -> None:
    members = (tar_member(f"{n}.html", b"x") for n in range(3))
    path = make_tar(tmp_path / "x.tar", members)
    whole = path.read_bytes()
    assert notices(path) == []
    path.write_bytes(whole[:1030] + b"\7" + whole[1031:] if spoil == "header" else whole[:1300])
    assert set(pages(path)) == {"0.html"}
    (notice,) = notices(path)
    assert notice.startswith("it is damaged: ")
    assert notice.endswith("everything after member 1 is left out")


@pytest.mark.parametrize("name", ["x.zip", "x.wacz", "x.tar", "x.tar.gz", "x.tar.xz"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: "this is no archive"})
    with pytest.raises(SourceError, match=r"is not a (zip|tar) archive"):
        open_sources([tmp_path / name])


def test_a_zip_without_its_end_is_refused(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", {"a.html": "x" * 100})
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(SourceError, match="zip -FF"):
        open_sources([archive])


def test_the_configuration_in_an_archive_is_checked(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "x.zip", {"archivesearch.toml": "bogus = 1", "a.html": "x"})
    with pytest.raises(ConfigError, match=r"archivesearch\.toml in .*x\.zip.*bogus"):
        open_sources([archive])


def test_a_damaged_configuration_is_an_error(tmp_path: Path) -> None:
    archive = make_zip(
        tmp_path / "x.zip", {"archivesearch.toml": "name = 'x'", "a.html": "x"}, method=0
    )
    data = archive.read_bytes()
    archive.write_bytes(data.replace(b"name = 'x'", b"name = 'y'", 1))
    with pytest.raises(ConfigError, match=r"archivesearch\.toml in .*x\.zip is damaged.*--config"):
        open_sources([archive])
    write_files(tmp_path, {"other.toml": "name = 'z'"})
    (source,) = open_sources([archive], tmp_path / "other.toml")
    assert source.config.name == "z"


UNREADABLE = {
    "a.zip": b"this is no archive",
    "b.zip": b"",
    "c.wacz": b"PK\x03\x04 and no more",
    "d.tar.gz": b"\x1f\x8b\x08 and no more",
    "e.tar": b"x" * 2000,
    "f.warc.gz": b"\x1f\x8b\x08 and no more",
    "g.warc": b"<html>A page by another name</html>",
    "h.arc": b"",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_source_among_several(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(UNREADABLE[name])
    sources = [
        write_files(tmp_path / "site", {"a.html": html_page("Of a party.")}),
        tmp_path / name,
    ]
    report = archivesearch.rebuild(sources, tmp_path / "index")
    (notice,) = report.notices
    assert (report.indexed, notice.page) == (1, name)
    assert notice.text.startswith("none of it is indexed")
    assert str(tmp_path / name) in notice.text
    message = f"{name}.*; to index the others without it, use rebuild$"
    with pytest.raises(SourceError, match=message):  # before anything is deleted
        archivesearch.update(sources, tmp_path / "index")
    with pytest.raises(SourceError, match=message):
        archivesearch.verify(tmp_path / "index", sources)
    with pytest.raises(SourceError, match=name):
        archivesearch.rebuild(sources[1:], tmp_path / "index")
    with archivesearch.open(tmp_path / "index") as archive:
        assert archive.pages() == ("site!a.html",)


def test_a_folder_of_archives_is_an_error(tmp_path: Path) -> None:
    make_zip(tmp_path / "x.zip", {"a.html": "x"})
    with pytest.raises(SourceError, match="give it as a source of its own"):
        archivesearch.rebuild([tmp_path], tmp_path.parent / "index")


def test_a_pdf_is_a_page(tmp_path: Path) -> None:
    files = {"a.pdf": make_pdf("Of the peasant war", "A paper"), "b.pdf": b"%PDF-1.4 damaged"}
    report = archivesearch.rebuild([write_files(tmp_path / "site", files)], tmp_path / "index")
    assert [skipped.page for skipped in report.skipped] == ["b.pdf"]
    assert "PDF" in report.skipped[0].reason
    with archivesearch.open(tmp_path / "index") as archive:
        (hit,) = archive.search("peasant")
        assert (hit.page, hit.title, hit.text) == ("a.pdf", "A paper", "Of the peasant war")


def test_without_the_extra_a_pdf_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from archivesearch.config import Config
    from archivesearch.parse.page import parse

    monkeypatch.setitem(sys.modules, "pypdf", None)
    skipped = parse(RawPage("a.pdf", make_pdf("x")), Config())
    assert isinstance(skipped, Skipped)
    assert "archivesearch[pdf]" in skipped.reason


@given(st.data())
def test_a_damaged_archive_raises_only_source_errors(data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        files = {f"{n}.html": f"<p>{n}</p>".encode() * 20 for n in range(3)}
        if data.draw(st.booleans()):
            make_zip(path, files)
        else:
            mode = data.draw(st.sampled_from(["w", "w:gz", "w:bz2", "w:xz"]))
            make_tar(path, (tar_member(*item) for item in files.items()), mode)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        del content[data.draw(st.integers(len(content) // 2, len(content))) :]
        path.write_bytes(content)
        try:
            results = read_items(path)
        except (SourceError, ConfigError):
            return
        assert all(isinstance(item, RawPage | Skipped | Notice) for item in results)

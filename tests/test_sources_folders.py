"""Folders and single files as sources: their pages, names and order."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivesearch
from archivesearch.errors import ConfigError, SourceError
from archivesearch.model.pages import RawPage, Skipped
from archivesearch.sources.folders import list_pages, read_pages
from archivesearch.sources.limits import Limits
from archivesearch.sources.source import Source, open_sources
from helpers.small_archive import write_files


def names(source: Source) -> list[str]:
    return [item.page for item in source.pages()]


def skipped(source: Source) -> dict[str, str]:
    return {item.page: item.reason for item in source.pages() if isinstance(item, Skipped)}


def of(folder: Path) -> Source:
    (source,) = open_sources([folder])
    return source


SCRIPTS = "mn.php?issue=008 mn.php@issue=008 view.cgi?id=7 view.pl@id=7 a.html?x=1.jpg"
PAGE_NAMES = [
    *"a.html a.HTML a.Htm a.shtml a.SHTM a.xhtml a.txt a.TXT a.php a.php3 a.asp a.aspx".split(),
    *"a.pdf a.jsp a.cfm a.b.html Ünïcode.html -x.html #.html".split(),
    *SCRIPTS.split(),
    "review.php?f=short%2Falien3.txt",
    "a b.html",
    "line\nbreak.html",
]


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_a_page_by_its_name(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: "x", "other.jpg": "x"})
    listing = list_pages(tmp_path)
    assert [entry.page for entry in listing.entries] == [name]
    assert listing.other_files == 1
    (page,) = read_pages(tmp_path, listing.entries, Limits())
    assert page == RawPage(name, b"x", record=name)


@pytest.mark.parametrize(
    "name",
    "a.jpg a.html.bak a.htmlx a.css a.js html txt a.cgi script.pl a.html~".split(),
)
def test_no_page_by_its_name(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: "words"})
    listing = list_pages(tmp_path)
    assert (listing.entries, listing.other_files) == ((), 1)


@pytest.mark.parametrize(
    ("content", "is_page"),
    [
        ("<html><p>x", True),
        ("\n <!-- a --> <!-- b -->\n<!DOCTYPE  HTML PUBLIC>", True),
        ("<HTML>", True),
        ("<htmlx>", False),
        ("some text <html>", False),
        ("\x00\x01<html>", False),
        ("", False),
    ],
)
def test_a_name_without_ending_is_judged_by_its_start(
    tmp_path: Path, content: str, is_page: bool
) -> None:
    write_files(tmp_path, {"README": content})
    assert len(list_pages(tmp_path).entries) == is_page


@pytest.mark.parametrize("start", ["<!---->", "<!-- -->\n", " ", "<!--"])
def test_any_start_is_checked_in_linear_time(tmp_path: Path, start: str) -> None:
    write_files(tmp_path, {"README": start * 1000})
    assert not list_pages(tmp_path).entries


def test_hidden_files_and_folders_are_ignored(tmp_path: Path) -> None:
    write_files(tmp_path, {".a.html": "x", ".git/b.html": "x", "c/.d/e.html": "x", "f.html": "x"})
    listing = list_pages(tmp_path)
    assert [entry.page for entry in listing.entries] == ["f.html"]
    assert listing.other_files == 0


def test_pages_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    files = ["b.html", "B.html", "a/z.html", "a/b/c.html", "a.html", "é.html", "10.html", "9.html"]
    write_files(tmp_path, dict.fromkeys(files, "x"))
    expected = "10.html 9.html B.html a/b/c.html a/z.html a.html b.html é.html".split()
    assert names(of(tmp_path)) == expected


@given(st.sets(st.text("ab.é", min_size=1, max_size=4), max_size=8))
def test_a_page_for_every_file(stems: set[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        files = {f"x{stem}.html" for stem in stems}
        write_files(Path(folder), dict.fromkeys(files, "x"))
        assert sorted(names(of(Path(folder)))) == sorted(files)


def test_exclude_globs(tmp_path: Path) -> None:
    files = ["drafts/a.html", "drafts/b/c.html", "x/drafts/d.html", "e.HTML", "f.txt", "g.jpg"]
    write_files(
        tmp_path, {**dict.fromkeys(files, "x"), "archivesearch.toml": "exclude=['drafts/*']"}
    )
    source = of(tmp_path)
    assert names(source) == ["e.HTML", "f.txt", "x/drafts/d.html"]
    assert source.listing.other_files == 3
    write_files(tmp_path, {"archivesearch.toml": "exclude=['*.html', 'F.*']"})
    assert names(of(tmp_path)) == ["e.HTML", "f.txt"]


def test_links(tmp_path: Path) -> None:
    outside = write_files(tmp_path / "outside", {"secret.html": "x"})
    site = write_files(tmp_path / "site", {"a/real.html": "x"})
    (site / "inside.html").symlink_to("a/real.html")
    (site / "out.html").symlink_to(outside / "secret.html")
    (site / "dots.html").symlink_to("../outside/secret.html")
    (site / "gone.html").symlink_to("nowhere.html")
    (site / "me.html").symlink_to("me.html")
    (site / "folder.html").symlink_to("a")
    (site / "up").symlink_to(".")
    (site / "a" / "loop").symlink_to("../a")
    (site / "away").symlink_to(outside)
    (site / "data.jpg").symlink_to("nowhere")
    source = of(site)
    assert [page for page in names(source) if page not in skipped(source)] == [
        "a/real.html",
        "inside.html",
    ]
    reasons = skipped(source)
    assert "out of the source" in reasons.pop("out.html")
    assert "out of the source" in reasons.pop("dots.html")
    assert "nowhere" in reasons.pop("gone.html")
    assert "folder" in reasons.pop("folder.html")
    assert "cannot be opened" in reasons.pop("me.html")
    assert not reasons


def test_a_source_that_is_a_link_is_followed(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", {"a.html": "x", "b.html": "x"})
    (site / "c.html").symlink_to(site / "a.html")
    (tmp_path / "link").symlink_to(site)
    assert names(of(tmp_path / "link")) == ["a.html", "b.html", "c.html"]
    assert of(tmp_path / "link").name == "site"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    os.mkfifo(tmp_path / "pipe")
    assert skipped(of(tmp_path)) == {"pipe.html": "it is not a regular file"}
    with pytest.raises(SourceError, match="neither a folder nor a file"):
        open_sources([tmp_path / "pipe"])


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_files_without_permission_are_skipped(tmp_path: Path) -> None:
    site = write_files(tmp_path / "site", {"a.html": "x", "b/c.html": "x", "d.html": "x"})
    (site / "a.html").chmod(0)
    (site / "b").chmod(0)
    try:
        assert names(of(site)) == ["a.html", "b/", "d.html"]
        reasons = skipped(of(site))
        assert "cannot be read" in reasons["a.html"]
        assert "cannot be listed" in reasons["b/"]
        (site / "b").chmod(0o700)
        site.chmod(0)
        with pytest.raises(SourceError, match="cannot list the source"):
            open_sources([site])
    finally:
        site.chmod(0o700)
        (site / "b").chmod(0o700)


def test_a_file_that_disappears_is_skipped(tmp_path: Path) -> None:
    source = of(write_files(tmp_path, {"a.html": "x", "b.html": "x"}))
    (tmp_path / "a.html").unlink()
    assert "cannot be read" in skipped(source)["a.html"]
    assert len(names(source)) == len(source) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text here")
def test_file_names_that_are_not_utf_8(tmp_path: Path) -> None:
    for name in (b"caf\xe9.html", b"\xff\xfe.txt", "caf\xe9.html".encode()):
        (Path(os.fsencode(tmp_path).decode()) / os.fsdecode(name)).write_bytes(name)
    source = of(tmp_path)
    pages = {item.page: item.data for item in source.pages() if isinstance(item, RawPage)}
    assert pages == {
        "café.html": "café.html".encode(),
        "café~2.html": b"caf\xe9.html",
        "ÿþ.txt": b"\xff\xfe.txt",
    }
    for page in pages:
        page.encode()


def test_a_very_deep_folder(tmp_path: Path) -> None:
    here = os.getcwd()  # noqa: PTH109
    depth = 1200
    os.chdir(tmp_path)
    try:
        for _ in range(depth):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
        Path("deep.html").write_text("x")
        assert names(of(tmp_path)) == ["d/" * depth + "deep.html"]
    finally:
        Path("deep.html").unlink(missing_ok=True)
        for _ in range(depth):  # pytest itself would go too deep to remove them
            os.chdir("..")
            os.rmdir("d")  # noqa: PTH106
        os.chdir(here)


def test_a_single_file_is_a_page_whatever_its_name(tmp_path: Path) -> None:
    write_files(tmp_path, {"page": "words", "notes.doc": "x", "archivesearch.toml": "name = 'A'"})
    for name in ("page", "notes.doc"):
        source = of(tmp_path / name)
        assert names(source) == [name]
        assert source.config.name == "A"


def test_several_sources_have_names(tmp_path: Path) -> None:
    for folder in ("x/site", "y/site", "z/site-2"):
        write_files(tmp_path / folder, {"a.html": "x"})
    write_files(tmp_path, {"one.html": "x"})
    paths = [
        tmp_path / "x/site",
        tmp_path / "y/site",
        tmp_path / "z/site-2",
        tmp_path / "one.html",
    ]
    sources = open_sources(paths)
    assert len({source.name for source in sources}) == 4
    pages = [page for source in sources for page in names(source)]
    assert pages == ["site!a.html", "site-2!a.html", "site-2-2!a.html", "one.html"]


def test_single_files_among_several_sources_are_pages_by_their_names(tmp_path: Path) -> None:
    files = ["list.html", "a/list.html", "b/list.html", "site/list.html", "site!list.html"]
    write_files(tmp_path, dict.fromkeys([*files, "list.html-2/x.html"], "x"))
    paths = [tmp_path / name for name in files if name != "site/list.html"]
    sources = open_sources([*paths, tmp_path / "site", tmp_path / "list.html-2"])
    items = [item for source in sources for item in source.pages()]
    assert [item.page for item in items] == [
        "list.html",
        "list~2.html",
        "list~3.html",
        "site_list.html",
        "site!list.html",
        "list.html-2!x.html",
    ]
    assert [item.source for item in items if isinstance(item, RawPage)] == [
        "list.html",
        "list~2.html",
        "list~3.html",
        "site_list.html",
        "site",
        "list.html-2",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are Unicode there")
@pytest.mark.parametrize("name", [b"l\xe9.html", b"l\xe9"])
def test_the_name_of_a_source_may_be_in_any_encoding(tmp_path: Path, name: bytes) -> None:
    source = tmp_path / os.fsdecode(name)
    write_files(tmp_path, {"a.html": "<p>One."})
    path = source if source.suffix else write_files(source, {}) / "a.html"
    path.write_text("<p>Of parties.")
    index = tmp_path / "index"
    for sources in ([source], [source, tmp_path / "a.html"]):
        archivesearch.rebuild(sources, index)
        assert archivesearch.update(sources, index).parsed == 0
        assert archivesearch.verify(index, sources).current
        with archivesearch.open(index) as archive:
            assert {archive.page(page).source for page in archive.pages()} >= {name.decode("l1")}


def test_the_names_of_single_files_are_the_same_in_every_command(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"list.html": "<p>Of parties.", "empty.html": "", "letters/1.html": "<p>One."}
    )
    sources = [tmp_path / name for name in ("list.html", "empty.html", "letters")]
    report = archivesearch.rebuild(sources, tmp_path / "index")
    assert [skipped.page for skipped in report.skipped] == ["empty.html"]
    again = archivesearch.update(sources, tmp_path / "index")
    assert (again.parsed, again.unchanged, again.removed) == (0, 2, 0)
    verification = archivesearch.verify(tmp_path / "index", sources)
    assert (verification.whole, verification.current) == (True, True)
    with archivesearch.open(tmp_path / "index") as archive:
        assert archive.pages() == ("list.html", "letters!1.html")
        assert archive.page("list.html").source == "list.html"


def test_a_single_file_is_dated_by_its_own_path(tmp_path: Path) -> None:
    text = "<p>Of parties, and of what they have written of each other."
    write_files(tmp_path, {"a/1994-05-12.html": text, "b/1994-05-12.html": text + " And more."})
    sources = [tmp_path / "a/1994-05-12.html", tmp_path / "b/1994-05-12.html"]
    archivesearch.rebuild(sources, tmp_path / "index")
    with archivesearch.open(tmp_path / "index") as archive:
        dates = {name: archive.page(name).date for name in archive.pages()}
    assert dates == {"1994-05-12.html": "1994-05-12", "1994-05-12~2.html": "1994-05-12"}


def test_each_source_has_its_own_configuration_unless_one_is_named(tmp_path: Path) -> None:
    for name in "ab":
        write_files(tmp_path / name, {"p.html": "x", "archivesearch.toml": f"name = '{name}'"})
    write_files(tmp_path, {"all.toml": "name = 'all'"})
    folders = [tmp_path / "a", tmp_path / "b"]
    assert [source.config.name for source in open_sources(folders)] == ["a", "b"]
    both = open_sources(folders, tmp_path / "all.toml")
    assert [source.config.name for source in both] == ["all", "all"]
    with pytest.raises(ConfigError, match=r"none\.toml"):
        open_sources(folders, tmp_path / "none.toml")


def test_paths_that_are_no_sources(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.html": "x"})
    with pytest.raises(SourceError, match="there is no source"):
        open_sources([tmp_path / "none"])
    with pytest.raises(SourceError, match="no source is given"):
        open_sources([])
    with pytest.raises(TypeError, match="sources must be a list of paths, not 'site'"):
        open_sources("site")
    with pytest.raises(TypeError, match="sources must be a list of paths"):
        archivesearch.verify(tmp_path, tmp_path)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="the same source"):
        open_sources([tmp_path, f"{tmp_path}/."])
    with pytest.raises(SourceError, match=r"cannot open the source|there is no source"):
        open_sources([tmp_path / "a.html" / "b"])
    with pytest.raises(SourceError, match="cannot open the source"):
        open_sources([tmp_path / ("a" * 5000)])
    (tmp_path / "self").symlink_to("self")
    with pytest.raises(SourceError):
        open_sources([tmp_path / "self"])

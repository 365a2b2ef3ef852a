"""Results reach whatever standard output is, and failures are told in words."""

import errno
import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

import archivesearch
from archivesearch.cli.arguments import decode_argument
from archivesearch.cli.failures import as_failure, caret_lines
from archivesearch.errors import IndexMissing, QueryError
from helpers.cli_site import command, spawn, write_pages

FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    archivesearch.rebuild([write_pages(folder / "site")], folder / "index")
    return folder / "index"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", b'"Cafe" and **?????**.'.replace(b"*", b"")),
        ("latin-1", b'"Caf\xe9" and ?????.'),
        ("utf-8", "“Café” and 日本共産党.".encode()),
        ("utf-8:strict", "“Café” and 日本共産党.".encode()),
    ],
)
def test_every_encoding_of_a_terminal(index: Path, encoding: str, expected: bytes) -> None:
    arguments = ("show", "letters/1994.html", "--index", index)
    result = spawn(*arguments, PYTHONIOENCODING=encoding)
    assert (result.returncode, result.stderr) == (0, b"")
    assert expected in result.stdout


def test_the_plainest_locale(index: Path) -> None:
    locale = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    result = spawn("search", "castro", "--index", index, **locale)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"3 paragraphs - ")
    assert spawn("search", "日本", "--index", index, **locale).returncode == 0
    assert spawn("search", b"caf\xe9".decode("utf-8", "surrogateescape")).returncode == 1


def test_json_is_utf8_whatever_the_locale(index: Path) -> None:
    arguments = ("search", "and", "--year", "1994", "--format", "json", "--index", index)
    result = spawn(*arguments, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert "日本共産党" in result.stdout.decode()
    assert json.loads(result.stdout)["total"] >= 1


@pytest.mark.skipif(os.name != "posix", reason="pipes close as POSIX has it")
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_reader_that_has_gone_is_no_failure(index: Path, form: str) -> None:
    process = subprocess.Popen(
        command("search", "castro", "--format", form, "--index", index),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), errors) == (0, b"")


@pytest.mark.skipif(os.name != "posix", reason="a shell closes it")
@pytest.mark.parametrize("arguments", ["search castro", "search castro --format json", "--help"])
def test_without_any_output_nothing_fails(index: Path, arguments: str) -> None:
    result = subprocess.run(
        ["/bin/sh", "-c", f"exec {shlex.join(command())} {arguments} >&-"],
        env={**os.environ, "ARCHIVESEARCH_INDEX": str(index)},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "arguments", [["search", "castro"], ["search", "castro", "--format", "json"], ["--help"]]
)
def test_a_full_disk_is_told_in_a_line(index: Path, arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        result = subprocess.run(
            command(*arguments),
            env={**os.environ, "ARCHIVESEARCH_INDEX": str(index)},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.decode().splitlines() == [
        "archivesearch: No space left on device; make room and try again"
    ]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("castro", "castro"),
        ("日本", "日本"),
        ("日本".encode().decode("ascii", "surrogateescape"), "日本"),
        ("caf\udce9", "café"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_arguments_are_text(argument: str, expected: str) -> None:
    assert decode_argument(argument) == expected


@pytest.mark.parametrize(
    ("query", "position", "lines"),
    [
        ("ab cd", 3, ("  ab cd", "     ^")),
        ("日本 x", 3, ("  日本 x", "       ^")),
        ("a\tb  c", 5, ("  a b c", "      ^")),
        ("abc", 3, ("  abc", "     ^")),
        ("\x1b[2Jx", 4, ("  [2Jx", "     ^")),
        ("", 0, ()),
    ],
)
def test_a_place_in_a_query_is_pointed_at(
    query: str, position: int, lines: tuple[str, ...]
) -> None:
    assert caret_lines(query, position) == lines


def test_a_long_query_is_shown_around_the_place() -> None:
    query, caret = caret_lines("word " * 1000 + '"war' + " word" * 1000, 5000)
    assert len(query) < 80
    assert query[caret.index("^")] == '"'


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        (IndexMissing("no index in\nx"), "no index in\nx", 1),
        (QueryError("unknown field", None), "unknown field", 1),
        (PermissionError(errno.EACCES, "Permission denied", "a.html"), "Permission denied: a", 1),
        (OSError(errno.ENOSPC, "No space left", "i"), "No space left: i; make room", 1),
        (KeyboardInterrupt(), "interrupted", 130),
        (RecursionError(), "nested too deeply", 1),
        (MemoryError(), "not enough memory", 1),
    ],
)
def test_failures_in_words(error: BaseException, message: str, status: int) -> None:
    told = as_failure(error, "x")
    assert message in told.message
    assert told.exit_code == status

"""Output in any encoding, on a closed or full standard output, and error messages."""

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
        ("ascii", b'"Cafe" and ?????.'),
        ("latin-1", b'"Caf\xe9" and ?????.'),
        ("utf-8", "“Café” and 日本共産党.".encode()),
        ("utf-8:strict", "“Café” and 日本共産党.".encode()),
    ],
)
def test_output_in_every_encoding(index: Path, encoding: str, expected: bytes) -> None:
    arguments = ("show", "letters/1994.html", "--index", index)
    result = spawn(*arguments, PYTHONIOENCODING=encoding)
    assert (result.returncode, result.stderr) == (0, b"")
    assert expected in result.stdout


def test_output_in_the_locale_c(index: Path) -> None:
    locale = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    result = spawn("search", "castro", "--index", index, **locale)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.startswith(b"3 paragraphs - ")
    assert spawn("search", "日本", "--index", index, **locale).returncode == 0
    assert spawn("search", b"caf\xe9".decode("utf-8", "surrogateescape")).returncode == 1


def test_json_is_utf8_in_every_locale(index: Path) -> None:
    arguments = ("search", "and", "--year", "1994", "--format", "json", "--index", index)
    result = spawn(*arguments, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert "日本共産党" in result.stdout.decode()
    assert json.loads(result.stdout)["total"] >= 1


@pytest.mark.skipif(os.name != "posix", reason="needs pipes of POSIX")
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_a_closed_pipe_is_no_failure(index: Path, form: str) -> None:
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


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes it")
@pytest.mark.parametrize("arguments", ["search castro", "search castro --format json", "--help"])
def test_a_closed_standard_output_is_no_failure(index: Path, arguments: str) -> None:
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
def test_a_full_disk_is_reported_in_one_line(index: Path, arguments: list[str]) -> None:
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
        "archivesearch: No space left on device; free some space and try again"
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
def test_arguments_are_decoded(argument: str, expected: str) -> None:
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
def test_a_caret_points_at_a_position_in_a_query(
    query: str, position: int, lines: tuple[str, ...]
) -> None:
    assert caret_lines(query, position) == lines


def test_only_the_part_around_the_position_of_a_long_query_is_printed() -> None:
    query, caret = caret_lines("word " * 1000 + '"war' + " word" * 1000, 5000)
    assert len(query) < 80
    assert query[caret.index("^")] == '"'


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        (IndexMissing("no index in\nx"), "no index in\nx", 1),
        (QueryError("unknown field", None), "unknown field", 1),
        (PermissionError(errno.EACCES, "Permission denied", "a.html"), "Permission denied: a", 1),
        (OSError(errno.ENOSPC, "No space left", "i"), "No space left: i; free some space", 1),
        (KeyboardInterrupt(), "interrupted", 130),
        (RecursionError(), "nested too deeply", 1),
        (MemoryError(), "not enough memory", 1),
    ],
)
def test_messages_of_failures(error: BaseException, message: str, status: int) -> None:
    failure = as_failure(error, "x")
    assert message in failure.message
    assert failure.exit_code == status

"""All commands: help, the place of the index, completion, and a quick start."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from archivesearch.cli.main import COMMANDS, main
from helpers.cli_site import command, done, failed, misused, run, spawn


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str) -> None:
    text = done(name, "--help")
    assert "Examples:\n" in text
    assert f"archivesearch {name}" in text
    assert max(map(len, text.splitlines())) <= 100


def test_help_lists_the_commands_with_one_line_each() -> None:
    text = done("--help")
    for name, line in COMMANDS.items():
        assert f"  {name} " in text
        assert line in text


def test_every_command_is_in_the_table() -> None:
    folder = Path(sys.modules["archivesearch.cli"].__path__[0]) / "commands"
    context = click.Context(main)
    for name in COMMANDS:
        assert isinstance(main.get_command(context, name), click.Command)
    modules = {
        path.stem for path in folder.glob("*.py") if "@click.command" in path.read_text("utf-8")
    }
    assert modules == set(COMMANDS)


def test_version() -> None:
    assert done("--version").startswith("archivesearch ")


@pytest.mark.parametrize(
    "arguments",
    [["serach", "x"], ["--bogus"], ["search"], ["search", "x", "--bogus"], ["show"], []],
)
def test_wrong_usage_is_reported_in_the_form_of_click(arguments: list[str]) -> None:
    assert misused(*arguments)


@pytest.mark.parametrize("name", ["orgs", "stats"])
@pytest.mark.parametrize("before", [True, False])
def test_the_index_may_stand_before_or_after_the_command(
    tmp_path: Path, name: str, before: bool
) -> None:
    option = ["--index", str(tmp_path / "there")]
    line = failed(*option, name) if before else failed(name, *option)
    assert str(tmp_path / "there") in line


def test_the_environment_may_name_the_index(tmp_path: Path) -> None:
    there, here = str(tmp_path / "there"), str(tmp_path / "here")
    assert there in failed("stats", ARCHIVESEARCH_INDEX=there)
    assert here in failed("stats", "--index", here, ARCHIVESEARCH_INDEX=there)
    assert here in failed("--index", here, "stats", ARCHIVESEARCH_INDEX=there)


def test_the_default_index_is_the_folder_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "index" in failed("stats")
    assert "index" in failed("stats", ARCHIVESEARCH_INDEX="")


def test_an_index_with_an_empty_name_is_wrong_usage() -> None:
    assert "the name is empty" in misused("stats", "--index", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_ARCHIVESEARCH_COMPLETE" in result.stdout


def complete(*words: str, **environment: str) -> list[str]:
    line = subprocess.list2cmdline(["archivesearch", *words])
    result = spawn(
        _ARCHIVESEARCH_COMPLETE="zsh_complete",
        COMP_WORDS=line,
        COMP_CWORD=str(len(words)),
        **environment,
    )
    assert result.stderr == b""
    return result.stdout.decode().splitlines()[1::3]


def test_commands_and_options_are_completed() -> None:
    assert complete("se") == ["search"]
    assert "--org" in complete("search", "x", "--o")
    assert complete("search", "--sort", "y") == ["year"]


def test_organizations_and_pages_are_completed(corpus_index: Path) -> None:
    index = {"ARCHIVESEARCH_INDEX": str(corpus_index)}
    names = [party["name"] for party in organizations(corpus_index)]
    first = names[0]
    assert first in complete("search", "x", "--org", first[:3].lower(), **index)
    assert complete("search", "x", "--org", "no such thing", **index) == []
    assert complete("search", "x", "--org", "a", ARCHIVESEARCH_INDEX="nowhere") == []
    assert "orgs/parties.html" in complete("show", "orgs/pa", **index)
    assert complete("show", "no such page", **index) == []
    assert complete("show", "orgs/", ARCHIVESEARCH_INDEX="nowhere") == []


def organizations(index: Path) -> list[dict[str, str]]:
    import json

    value: list[dict[str, str]] = json.loads(done("orgs", "--format", "json", "--index", index))
    return value


def loaded_by(*arguments: str | Path) -> set[str]:
    """Return the top-level modules that a command imports."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", *command(*arguments)[1:]],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in result.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


HEAVY = {"nltk", "selectolax", "rich", "loky", "starlette", "uvicorn", "jinja2", "multiprocessing"}


def test_a_search_imports_only_what_it_needs(corpus_index: Path) -> None:
    assert not loaded_by("search", "castro", "--index", corpus_index) & HEAVY


def test_help_imports_very_little() -> None:
    loaded = loaded_by("--help")
    assert not loaded & (HEAVY | {"whoosh", "numpy", "json", "tomllib"})

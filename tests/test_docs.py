"""Documents: files, commands, options, links and examples in them exist and work."""

import contextlib
import doctest
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import archivesearch
from archivesearch.cli.main import main
from helpers.cli_site import without_progress

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "archivesearch"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SESSIONS = [
    ROOT / "README.md",
    *(ROOT / "docs" / f"{n}.md" for n in ("your-own-archive", "search-and-count", "duplicates")),
]
MAPS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def commands() -> dict[str, click.Command]:
    context = click.Context(main)
    by_name = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return {name: command for name, command in by_name.items() if command is not None}


COMMANDS = commands()


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(text: str, *languages: str) -> Iterator[str]:
    """Yield the code blocks of a document that are marked with one of the languages."""
    for language, code in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in languages:
            yield code


def prose(text: str) -> str:
    """Return a document without its code blocks."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def command_lines(text: str) -> Iterator[list[str]]:
    """Yield the arguments of each command line that begins with `archivesearch`."""
    for line in re.findall(r"^\s*(?:\$ |\w+:\s+)?archivesearch (.+)$", text, re.MULTILINE):
        words = shlex.split(line, comments=True)
        yield list(itertools.takewhile(lambda word: word not in {"|", ">", "&&"}, words))


def check_arguments(arguments: list[str]) -> None:
    """Let click check a command line without running it."""
    name, *rest = arguments
    assert name in COMMANDS
    with contextlib.suppress(click.exceptions.Exit):
        COMMANDS[name].make_context(name, rest, parent=click.Context(main))


EXAMPLES = [
    pytest.param(code, id=f"{document.stem}-{number}")
    for document in DOCUMENTS
    for number, code in enumerate(blocks(document.read_text(encoding="utf-8"), "python"), 1)
]

QUERIES = [
    query
    for row in re.findall(r"^\| (`.*?`) \|", README.partition("## Ask")[2], re.MULTILINE)
    for query in re.findall("`(.*?)`", row)
]


def slugs(text: str) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_link_targets_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        if re.match("[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = document.parent / path if path else document
        assert linked.exists(), target
        if anchor:
            assert anchor in slugs(linked.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("document", MAPS, ids=name_of)
def test_paths_exist(document: Path, corpus_index: Path) -> None:
    """A path is relative to the project, the package, the corpus or an index."""
    text = document.read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:[\w.*-]+/)+[\w.*-]*|[\w-]+\.(?:py|md|toml))`", text))
    folders = [ROOT, PACKAGE, ROOT / "corpus", corpus_index]
    missing = {path for path in paths if not any(any(f.glob(path)) for f in folders)}
    assert not missing


def test_the_map_names_every_module() -> None:
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    modules = {module for module in modules if not module.endswith("__init__.py")}
    missing = {module for module in modules if f"`{module}`" not in ARCHITECTURE}
    assert missing == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_commands_and_options_exist(document: Path) -> None:
    for block in blocks(document.read_text(encoding="utf-8"), "sh", "console"):
        for arguments in command_lines(block):
            check_arguments(arguments)


def normalize(text: str) -> str:
    """Return printed text without what varies: progress, times, sizes and scores."""
    lines = "\n".join(map(str.rstrip, without_progress(text).splitlines()))
    lines = re.sub(r"[\d.]+ (?:ms|s)\b", "0 s", lines)
    lines = re.sub(r"[\d.]+ [kM]B\b", "0 B", lines)
    return re.sub(r"\b\d+\.\d\d\b", "0 ", lines)


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a document in order, each with its output in the document.

    A block of settings becomes a command that appends it to mirror/archivesearch.toml.
    """
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language == "toml":
            yield f"cat >> mirror/archivesearch.toml <<'END'\n{code}END", ""
        if language == "console":
            for part in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield command, shown


@pytest.mark.parametrize("document", SESSIONS, ids=name_of)
def test_commands_print_the_output_in_the_document(
    document: Path, corpus: Path, corpus_index: Path, tmp_path: Path
) -> None:
    """Three dots stand for any text."""
    shutil.copytree(corpus, tmp_path / "corpus")
    shutil.copytree(corpus_index, tmp_path / "index")
    environment = {**os.environ, "COLUMNS": "80", "ARCHIVESEARCH_INDEX": "index"}
    shell = f'archivesearch() {{ {shlex.quote(sys.executable)} -m archivesearch "$@"; }}\n'
    for command, shown in steps(document.read_text(encoding="utf-8")):
        if command.startswith("source "):
            continue
        printed = subprocess.run(
            ["bash", "-c", shell + command],
            cwd=tmp_path,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        ).stdout
        checker = doctest.OutputChecker()
        agrees = checker.check_output(normalize(shown), normalize(printed), doctest.ELLIPSIS)
        assert agrees, f"$ {command}\n{printed}"


@pytest.mark.parametrize("query", QUERIES)
def test_queries_parse(query: str, corpus_index: Path) -> None:
    with archivesearch.open(corpus_index) as archive:
        archive.search(query)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_in_the_table_of_the_readme(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", README, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"], prog_name="archivesearch")
    assert result.exit_code == 0
    examples = list(command_lines(result.output.partition("Examples:")[2]))
    assert examples
    for arguments in examples:
        assert arguments[0] == name
        check_arguments(arguments)


@pytest.mark.parametrize("name", archivesearch.__all__)
def test_each_public_name_is_documented(name: str) -> None:
    assert hasattr(archivesearch, name)
    guides = [p for p in DOCUMENTS if p.name != "CHANGELOG.md"]
    assert any(re.search(rf"\b{name}\b", p.read_text(encoding="utf-8")) for p in guides)


@pytest.mark.parametrize("code", EXAMPLES)
def test_python_examples_run(code: str, corpus: Path, corpus_index: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").symlink_to(corpus, target_is_directory=True)
    shutil.copytree(corpus_index, tmp_path / "index")
    process = subprocess.run(
        # imported first, it silences what Python says when it compiles Whoosh
        [sys.executable, "-W", "error", "-c", f"import archivesearch\n{code}"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert metadata.version("archivesearch") == project["version"]
    assert archivesearch.__version__ == project["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = rf"^## \[{re.escape(project['version'])}\] - \d{{4}}-\d\d-\d\d$"
    assert re.search(dated, changes, re.MULTILINE)
    assert changes.index("## [Unreleased]") < changes.index(f"## [{project['version']}]")

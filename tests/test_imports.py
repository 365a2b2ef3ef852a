"""Imports: a cold start loads only what it needs, since imports take most of its time."""

import ast
import doctest
import re
import subprocess
import sys
import tomllib
from importlib import import_module, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SLOW = {"nltk", "selectolax", "rich", "loky", "pypdf", "brotli"}
WEB = {"starlette", "uvicorn", "jinja2", "fastapi", "flask", "django", "aiohttp", "tornado"}

UNNEEDED = (
    *("archivesearch.model.pages", "archivesearch.model.reports", "archivesearch.model.research"),
    *(
        "archivesearch.columnar.whoosh_api.index",
        "archivesearch.query.grammar",
        "archivesearch.indexing.indexer",
    ),
    *("archivesearch.present.as_json", "archivesearch.present.as_csv"),
    *("whoosh", "tomllib"),
)

CALL = """
import contextlib, sys
from archivesearch.cli.main import main
sys.argv[0] = "archivesearch"
with contextlib.suppress(SystemExit):
    main()
"""


def imported(code: str, *arguments: str) -> set[str]:
    """Run code in a new process; return the top-level names of the modules it imported."""
    code += "\nimport sys\nprint('imported:', *sys.modules)"
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    last = process.stdout.splitlines()[-1]
    assert last.startswith("imported: ")
    return {name.partition(".")[0] for name in last.split()[1:]}


def test_public_names_are_listed_before_they_are_imported() -> None:
    names = "sorted(set(archivesearch.__all__) - set(dir(archivesearch)))"
    imported(f"import archivesearch; assert not {names}, {names}")


def test_importing_the_package_is_cheap() -> None:
    assert not imported("import archivesearch") & (SLOW | WEB)


@pytest.mark.parametrize("format_", ["text", "json", "jsonl"])
def test_a_search_imports_only_what_it_needs(corpus_index: Path, format_: str) -> None:
    needs: dict[str, set[str]] = {"party": set(), "party^2": {"whoosh"}}
    for query, needed in needs.items():
        names = imported(CALL, "search", query, "--index", str(corpus_index), "--format", format_)
        assert names & {"whoosh"} == needed
        assert not names & (SLOW | WEB)


@pytest.mark.parametrize(
    "query", ["party", '"the party" AND (castro OR NOT title:cuba)', "year:[1990 TO 2000] pa*"]
)
def test_a_search_imports_no_module_of_other_queries(corpus_index: Path, query: str) -> None:
    code = CALL + "\nassert not any(name in sys.modules for name in " + repr(UNNEEDED) + ")"
    imported(code, "search", query, "--index", str(corpus_index))


def test_whoosh_is_compiled_without_a_warning(corpus_index: Path, tmp_path: Path) -> None:
    """Some installers do not compile what they install; Python does at the first use."""
    interpreter = [sys.executable, "-W", "error", "-X", f"pycache_prefix={tmp_path}"]
    search = ["-m", "archivesearch", "search", "party^2", "--index", str(corpus_index)]
    process = subprocess.run(
        [*interpreter, *search],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["search", "--help"]])
def test_help_imports_click_and_nothing_else(arguments: list[str]) -> None:
    bare = imported("import click")
    standard = bare | set(sys.stdlib_module_names)
    assert imported(CALL, *arguments) - standard == {"archivesearch"}


def imports(path: Path) -> set[str]:
    """Return the top-level names of all modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_all_imports_are_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]["pdf"]
    listed = [*project["dependencies"], *extras]
    required = {re.split("[^A-Za-z0-9.-]", name)[0].lower() for name in listed}
    packages = metadata.packages_distributions()
    used = set().union(*map(imports, (ROOT / "src").rglob("*.py")))
    for name in used - sys.stdlib_module_names - {"archivesearch"}:
        assert {package.lower() for package in packages.get(name, [name])} & required, name


EXAMPLES = [
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for path in sorted((ROOT / "src").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_in_docstrings_are_right(module: str) -> None:
    result = doctest.testmod(import_module(module))
    assert result.attempted
    assert not result.failed

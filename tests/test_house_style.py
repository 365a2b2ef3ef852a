"""The style guide, as far as a program can check it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("src", "tests", "benchmarks", "campaigns")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]

# They fit any result and so describe none.
VAGUE = {"found", "held", "told", "kept", "some"}
QUESTION = re.compile(
    r"(?:which|what|whether|where|when|who|whose|how|why|is|are|do|does|can)\b", re.IGNORECASE
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each name that is given in a file, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_names_say_what_they_name(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [
        f"{name} in line {line}" for name, line in names(tree) if name.strip("_") in VAGUE
    ] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_first_line_of_a_module_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if docstring is None:
        assert path.stem == "__init__"
        return
    first = docstring.splitlines()[0]
    assert not QUESTION.match(first), first

"""A site of three pages, and functions that run a command in a test."""

import os
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from archivesearch.cli.main import main

PAGES = {
    "lists/parties.html": """<html><head><title>A guide to the parties</title></head><body>
<p>This list was made for readers who ask who is who.</p>
<h2>Socialist Workers Party (SWP)</h2>
<p>Self-Description: We greet the workers of Cuba.</p>
<p>Comments: The party greets Fidel Castro as a friend, and has done so since 1976.</p>
<h2>Workers World Party (WWP)</h2>
<p>Comments: It left the Socialist Workers Party in 1959. Castro is a friend of theirs too.</p>
</body></html>""",
    "letters/1994.html": """<html><head><title>A letter</title></head><body>
<h1>A letter of 1994</h1><p>May 12, 1994</p>
<p>Has Castro ever written about the peasant war? I have looked for it in vain.</p>
<p>\N{LEFT DOUBLE QUOTATION MARK}Caf\N{LATIN SMALL LETTER E WITH ACUTE}\
\N{RIGHT DOUBLE QUOTATION MARK} and \u65e5\u672c\u5171\u7523\u515a.</p>
</body></html>""",
    "empty.html": "",
}


def write_pages(folder: Path) -> Path:
    """Write the pages into a folder and return it."""
    for name, text in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


# A slow build writes a line of progress every ten seconds, in any test.
PROGRESS = re.compile(r"^(?:listing|reading|comparing|indexing|merging|saving)\b.*\n", re.MULTILINE)


def without_progress(errors: str) -> str:
    """Return the text of standard error without lines of progress."""
    return PROGRESS.sub("", errors)


def run(*arguments: str | Path, **environment: str) -> Result:
    """Run a command in this process; an unexpected exception is raised."""
    runner = CliRunner(env={"COLUMNS": "80", "ARCHIVESEARCH_INDEX": None, **environment})
    return runner.invoke(main, list(map(str, arguments)), catch_exceptions=False)


def done(*arguments: str | Path, **environment: str) -> str:
    """Run a command that must succeed, and return its output."""
    result = run(*arguments, **environment)
    assert (result.exit_code, without_progress(result.stderr)) == (0, "")
    return result.stdout


def failed(*arguments: str | Path, **environment: str) -> str:
    """Run a command that must fail with one line, and return the line."""
    result = run(*arguments, **environment)
    assert (result.exit_code, result.stdout) == (1, "")
    message = without_progress(result.stderr)
    assert message.startswith("archivesearch: ")
    assert message.count("\n") == 1
    return message


def misused(*arguments: str | Path, **environment: str) -> str:
    """Run a command that must be refused as wrong usage, and return the message of click."""
    result = run(*arguments, **environment)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")
    return result.stderr


def spawn(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command in a new process."""
    return subprocess.run(
        command(*arguments),
        env={**os.environ, **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )


def command(*arguments: str | Path) -> list[str]:
    """Return the command line for a new process."""
    return [sys.executable, "-m", "archivesearch", *map(str, arguments)]

"""Standard output and standard error that never fail on a character."""

import codecs
import io
import os
import shutil
import sys
from collections.abc import Iterable
from unicodedata import normalize

import click

from archivesearch.present.clean import one_line
from archivesearch.present.screen import Screen

_PLAIN = str.maketrans(
    {
        "·": "-",
        "…": "...",
        "–": "-",
        "—": "--",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "•": "*",
        "\u00a0": " ",
    }
)
_HANDLER = "archivesearch.plain"


def set_encoding_fallback() -> None:
    """Let both streams write the nearest plain characters for what they cannot encode."""
    codecs.register_error(_HANDLER, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def write(text: str, *, color: bool = False) -> None:
    """Write lines of text to standard output, with the colours that are in it or without."""
    # named, or click would write UTF-8 where the environment says ASCII
    click.echo(text, file=sys.stdout, color=color)


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are, whatever the terminal's encoding."""
    click.echo(data, nl=False)


def discard_output() -> None:
    """Turn standard output to nowhere, so that leaving does not fail to write the rest."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout is sys.__stdout__:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    plain = normalize("NFKD", character.translate(_PLAIN))
    letters = "".join(letter for letter in plain if letter.isascii())
    return letters or ("" if character.isascii() or _combines(plain) else "?")


def _combines(plain: str) -> bool:
    return "\u0300" <= plain <= "\u036f"


def screen(*, color: bool | None = None) -> Screen:
    """Return the screen that standard output is; `color` decides where it is not None."""
    return Screen(shutil.get_terminal_size().columns, use_color() if color is None else color)


def use_color() -> bool:
    """Say whether standard output is a terminal on which colours are welcome."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    # a program that is started without a standard output has none
    return sys.stdout is not None and sys.stdout.isatty()


def write_notes(notes: Iterable[str]) -> None:
    """Print what a reader must know of an answer, beside it."""
    for note in notes:
        click.echo(f"archivesearch: {one_line(note)}", err=True)

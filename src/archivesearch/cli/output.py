"""Standard output and standard error, safe for characters that they cannot encode."""

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

_ERROR_HANDLER = "archivesearch.plain"
_ASCII_SIGNS = str.maketrans(
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


def write(text: str, *, color: bool = False) -> None:
    """Write lines of text to standard output, with or without the colours in it."""
    # Without `file`, click would write UTF-8 even if the environment says ASCII.
    click.echo(text, file=sys.stdout, color=color)


def write_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are, in any encoding of the terminal."""
    click.echo(data, nl=False)


def write_notes(notes: Iterable[str]) -> None:
    """Write the notes on an answer to standard error, one a line."""
    for note in notes:
        click.echo(f"archivesearch: {one_line(note)}", err=True)


def screen(*, color: bool | None = None) -> Screen:
    """Return the screen of standard output; `color` overrides the choice of `use_color`."""
    return Screen(shutil.get_terminal_size().columns, use_color() if color is None else color)


def use_color() -> bool:
    """Whether standard output is a terminal and the environment allows colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    # sys.stdout is None in a program that was started without a standard output.
    return sys.stdout is not None and sys.stdout.isatty()


def discard_output() -> None:
    """Send the rest of standard output to the null device, so that exiting cannot fail on it."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout is sys.__stdout__:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def set_encoding_fallback() -> None:
    """Let both streams replace characters that they cannot encode by similar ASCII.

    With LANG=C, `“Café” · 日本` is written as `"Cafe" - ??`.
    """
    codecs.register_error(_ERROR_HANDLER, _encode_as_ascii)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERROR_HANDLER)


def _encode_as_ascii(error: UnicodeError) -> tuple[str, int]:
    """Return the replacement, and the position at which encoding goes on (an error handler)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_similar_ascii, error.object[error.start : error.end])), error.end


def _similar_ascii(character: str) -> str:
    decomposed = normalize("NFKD", character.translate(_ASCII_SIGNS))
    letters = "".join(letter for letter in decomposed if letter.isascii())
    return letters or ("" if character.isascii() or _is_combining(decomposed) else "?")


def _is_combining(decomposed: str) -> bool:
    return "\u0300" <= decomposed <= "\u036f"

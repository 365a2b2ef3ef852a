"""The command `archivesearch show`."""

import re
from collections.abc import Sequence
from itertools import takewhile

import click

import archivesearch
from archivesearch.cli.completers import complete_page
from archivesearch.cli.options import (
    color_option,
    decode_argument,
    examples,
    format_option,
    index_option,
)
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.errors import IndexMissing
from archivesearch.model.passages import Passage
from archivesearch.present.as_json import json_bytes, page_json
from archivesearch.present.page import page_text

_ID = re.compile(r"(.+)#([0-9]{1,9})", re.DOTALL)

EXAMPLES = examples(
    "archivesearch show orgs/parties.html#6",
    "archivesearch show orgs/parties.html#6 --context 3",
    "archivesearch show orgs/parties.html#6 --page",
    "archivesearch show orgs/parties.html --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("name", metavar="ID", shell_complete=complete_page)
@click.option(
    "--context",
    metavar="N",
    type=click.IntRange(min=0),
    help="Print so many paragraphs before and after, not the section.",
)
@click.option("--page", "whole", is_flag=True, help="Print the whole page.")
@format_option("text", "json")
@index_option
@color_option
def show(
    *,
    name: str,
    context: int | None,
    whole: bool,
    form: str,
    index: str,
    color: bool | None,
) -> None:
    """Print the paragraph ID in its section; or the page, where ID is a page's name.

    An ID is what `search` prints below a hit: the page, a # and a number.
    """
    match = _ID.fullmatch(decode_argument(name))
    page, number = (match[1], int(match[2])) if match else (decode_argument(name), None)
    if context is not None and (whole or number is None):
        raise click.UsageError("--context goes with the id of a paragraph, and not with --page.")
    with archivesearch.open(index) as archive:
        info, passages = archive.page(page), archive.passages(page)
    focus = ""
    if number is not None:
        number -= next((same.shift for same in info.same if same.page == page), 0)
        focus = chosen(passages, page, number).id
        if not whole:
            passages = around(passages, number - 1, context)
    if form == "json":
        write_bytes(json_bytes(page_json(info, passages, focus)))
        return
    terminal = screen(color=color)
    write(page_text(info, passages, terminal, focus), color=terminal.color)


def chosen(passages: Sequence[Passage], page: str, number: int) -> Passage:
    """Return the n-th passage; raise IndexMissing where the page has not so many."""
    if not 1 <= number <= len(passages):
        raise IndexMissing(
            f"{page} has no paragraph {number}; its paragraphs are 1 to {len(passages)}"
        )
    return passages[number - 1]


def around(passages: Sequence[Passage], place: int, context: int | None) -> tuple[Passage, ...]:
    """Return the neighbours of a passage: so many on each side, or all of its section."""
    if context is not None:
        return tuple(passages[max(place - context, 0) : place + context + 1])
    here = _section(passages[place])
    before = takewhile(lambda passage: _section(passage) == here, reversed(passages[:place]))
    after = takewhile(lambda passage: _section(passage) == here, passages[place:])
    return (*reversed(tuple(before)), *after)


def _section(passage: Passage) -> tuple[str, str]:
    return passage.section, passage.org

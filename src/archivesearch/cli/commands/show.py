"""The command `archivesearch show`."""

import re
from collections.abc import Sequence
from itertools import takewhile

import click

import archivesearch
from archivesearch.cli.arguments import decode_argument
from archivesearch.cli.completers import complete_page
from archivesearch.cli.options import color_option, examples, format_option, index_option
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.errors import IndexMissing
from archivesearch.model.passages import Passage
from archivesearch.present.as_json import json_bytes, page_json
from archivesearch.present.page import page_text

_PARAGRAPH_ID = re.compile(r"(.+)#([0-9]{1,9})", re.DOTALL)

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
    help="Print N paragraphs before and after it instead of the section.",
)
@click.option("--page", "whole_page", is_flag=True, help="Print the whole page.")
@format_option("text", "json")
@index_option
@color_option
def show(
    *,
    name: str,
    context: int | None,
    whole_page: bool,
    output_format: str,
    index: str,
    color: bool | None,
) -> None:
    """Print the paragraph ID in its section, or the page ID.

    `search` prints the ID of a paragraph below each hit: the name of its page, # and a
    number. The ID of a page is its name.
    """
    match = _PARAGRAPH_ID.fullmatch(decode_argument(name))
    page, number = (match[1], int(match[2])) if match else (decode_argument(name), None)
    if context is not None and (whole_page or number is None):
        raise click.UsageError("--context needs the ID of a paragraph, and excludes --page.")
    with archivesearch.open(index) as archive:
        info, passages = archive.page(page), archive.passages(page)
    focus = ""
    if number is not None:
        number -= next((same.shift for same in info.same if same.page == page), 0)
        focus = numbered_passage(passages, page, number).id
        if not whole_page:
            passages = passages_around(passages, number - 1, context)
    if output_format == "json":
        write_bytes(json_bytes(page_json(info, passages, focus)))
    else:
        terminal = screen(color=color)
        write(page_text(info, passages, terminal, focus), color=terminal.color)


def numbered_passage(passages: Sequence[Passage], page: str, number: int) -> Passage:
    """Return passage `number`, counted from 1; raise IndexMissing if the page has none."""
    if not 1 <= number <= len(passages):
        raise IndexMissing(
            f"{page} has no paragraph {number}; its paragraphs are 1 to {len(passages)}"
        )
    return passages[number - 1]


def passages_around(
    passages: Sequence[Passage], position: int, context: int | None
) -> tuple[Passage, ...]:
    """Return a passage and `context` passages on each side; for None, its whole section."""
    if context is not None:
        return tuple(passages[max(position - context, 0) : position + context + 1])
    section = _section(passages[position])
    before = takewhile(lambda passage: _section(passage) == section, reversed(passages[:position]))
    after = takewhile(lambda passage: _section(passage) == section, passages[position:])
    return (*reversed(tuple(before)), *after)


def _section(passage: Passage) -> tuple[str, str]:
    return passage.section, passage.org

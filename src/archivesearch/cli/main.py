"""The command `archivesearch`: what it can do, and what all its commands share."""

from typing import Any

import click

from archivesearch.cli.lazy_group import LazyGroup
from archivesearch.cli.options import color_option, examples, index_option, version_option

COMMANDS = {
    "rebuild": ("archivesearch.cli.commands.rebuild", "Build a fresh index from archived pages."),
    "update": (
        "archivesearch.cli.commands.update",
        "Bring an index up to date, parsing what has changed.",
    ),
    "search": ("archivesearch.cli.commands.search", "Find paragraphs and show the best first."),
    "show": (
        "archivesearch.cli.commands.show",
        "Print a paragraph in its section, or a whole page.",
    ),
    "kwic": ("archivesearch.cli.commands.kwic", "Print each match with what stands around it."),
    "collocations": ("archivesearch.cli.commands.collocations", "Print words that keep company."),
    "trends": ("archivesearch.cli.commands.trends", "Count the matches of each year."),
    "suggest": ("archivesearch.cli.commands.suggest", "Complete a word, or correct it."),
    "export": ("archivesearch.cli.commands.export", "Print all matches, for other programs."),
    "inspect": ("archivesearch.cli.commands.inspect", "Show what is read out of one page."),
    "orgs": ("archivesearch.cli.commands.orgs", "List the organizations with their other names."),
    "stats": ("archivesearch.cli.commands.stats", "Tell the size and make-up of an index."),
    "verify": (
        "archivesearch.cli.commands.verify",
        "Prove that an index is whole and matches its sources.",
    ),
    "backup": ("archivesearch.cli.commands.backup", "Copy an index safely, and verify the copy."),
    "completion": (
        "archivesearch.cli.commands.completion",
        "Print the script for completion in a shell.",
    ),
}

EXAMPLES = examples(
    "archivesearch rebuild corpus",
    'archivesearch search castro --org "Socialist Workers Party"',
    "archivesearch show orgs/parties.html#6",
)


@click.group(
    "archivesearch",
    cls=LazyGroup,
    table=COMMANDS,
    epilog=EXAMPLES,
    context_settings={"max_content_width": 100},
)
@index_option
@color_option
@version_option
def main(**_: Any) -> None:
    """Full-text search for archived websites."""

"""The command `archivesearch`: what it can do, and what all its commands share."""

from typing import Any

import click

from archivesearch.cli.lazy import LazyGroup
from archivesearch.cli.options import color_option, examples, index_option, version_option

COMMANDS = {
    "rebuild": ("archivesearch.cli.rebuild", "Build a fresh index from archived pages."),
    "update": ("archivesearch.cli.update", "Bring an index up to date, parsing what has changed."),
    "search": ("archivesearch.cli.search", "Find paragraphs and show the best first."),
    "show": ("archivesearch.cli.show", "Print a paragraph in its section, or a whole page."),
    "kwic": ("archivesearch.cli.kwic", "Print each match with what stands around it."),
    "collocations": ("archivesearch.cli.collocations", "Print words that keep company."),
    "trends": ("archivesearch.cli.trends", "Count the matches of each year."),
    "suggest": ("archivesearch.cli.suggest", "Complete a word, or correct it."),
    "export": ("archivesearch.cli.export", "Print all matches, for other programs."),
    "inspect": ("archivesearch.cli.inspect", "Show what is read out of one page."),
    "orgs": ("archivesearch.cli.orgs", "List the organizations with their other names."),
    "stats": ("archivesearch.cli.stats", "Tell the size and make-up of an index."),
    "verify": ("archivesearch.cli.verify", "Prove that an index is whole and matches its sources."),
    "backup": ("archivesearch.cli.backup", "Copy an index safely, and verify the copy."),
    "completion": ("archivesearch.cli.completion", "Print the script for completion in a shell."),
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

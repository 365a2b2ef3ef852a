"""The command `archivesearch`: a group of commands and their common options."""

from typing import Any

import click

from archivesearch.cli.lazy_group import LazyGroup
from archivesearch.cli.options import color_option, examples, index_option, version_option

# Each command's line in the help; its module is `archivesearch.cli.commands.<name>`.
COMMANDS = {
    "rebuild": "Build a new index from archived pages.",
    "update": "Update an index, parsing only new and changed pages.",
    "search": "Find paragraphs and print the best first.",
    "show": "Print a paragraph in its section, or a whole page.",
    "kwic": "Print each match between the words around it.",
    "collocations": "Print the words that often stand near the matches.",
    "trends": "Count the matching paragraphs of each year.",
    "suggest": "Complete a word, or correct its spelling.",
    "export": "Print all matches as JSON lines or CSV.",
    "inspect": "Print what the program reads in one page.",
    "orgs": "List the organizations with their other names.",
    "stats": "Print the size of an index, by year, language and encoding.",
    "verify": "Check that an index is undamaged and matches its sources.",
    "backup": "Copy an index and verify the copy.",
    "completion": "Print a script for completion in your shell.",
}

EXAMPLES = examples(
    "archivesearch rebuild corpus",
    'archivesearch search castro --org "Socialist Workers Party"',
    "archivesearch show orgs/parties.html#6",
)


@click.group(
    "archivesearch",
    cls=LazyGroup,
    package="archivesearch.cli.commands",
    summaries=COMMANDS,
    epilog=EXAMPLES,
    context_settings={"max_content_width": 100},
)
@index_option
@color_option
@version_option
def main(**_: Any) -> None:
    """Search archived websites by their full text."""

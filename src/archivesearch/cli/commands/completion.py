"""The command `archivesearch completion`."""

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from archivesearch.cli.completers import COMPLETION_VARIABLE
from archivesearch.cli.options import examples
from archivesearch.cli.output import write

PROGRAM = "archivesearch"
SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}

EXAMPLES = examples(
    "bash:  archivesearch completion bash > ~/.archivesearch-completion",
    "zsh:   archivesearch completion zsh > ~/.zfunc/_archivesearch",
    "fish:  archivesearch completion fish > ~/.config/fish/completions/archivesearch.fish",
)


@click.command(epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script with which SHELL completes commands, options, names and pages."""
    group = ctx.find_root().command
    write(SHELLS[shell](group, {}, PROGRAM, COMPLETION_VARIABLE).source())

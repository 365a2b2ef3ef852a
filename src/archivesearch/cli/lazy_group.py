"""A group of commands that are imported when they are called, and not before."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from archivesearch.cli.failures import EXPECTED_ERRORS, Interrupted, as_failure
from archivesearch.cli.output import discard_output, set_encoding_fallback


class LazyGroup(click.Group):
    """A group whose `commands` are looked up in a table of modules.

    `table` maps a command's name to its module and the line that tells what it does.
    """

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; it has its module's last name."""
        if cmd_name not in self.table:
            return None
        module = import_module(self.table[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader of its output that has gone away is no failure.

        Both exceptions would have click write or leave in its own way.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            discard_output()
            return 0
        except KeyboardInterrupt as error:
            raise Interrupted from error

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run a command and leave with its exit status, whatever went wrong told in a line."""
        set_encoding_fallback()
        kwargs["standalone_mode"] = False
        try:
            status = self._run(*args, **kwargs)
        except click.ClickException as error:
            error.show()
            status = error.exit_code
        sys.exit(status)

    def _run(self, *args: Any, **kwargs: Any) -> int:
        try:
            status = super().main(*args, **kwargs)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
            return 0
        except click.Abort as error:
            raise Interrupted from error
        except EXPECTED_ERRORS as error:
            discard_output()
            raise as_failure(error) from error
        return status if isinstance(status, int) else 0

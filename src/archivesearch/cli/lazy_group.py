"""Lazy command group: each command is imported when it is called."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import click

from archivesearch.cli.failures import EXPECTED_ERRORS, Interrupted, as_failure
from archivesearch.cli.output import discard_output, set_encoding_fallback


class LazyGroup(click.Group):
    """A group of commands; each has a module of the same name in `package`.

    `summaries` maps the name of a command to its line in the group's help.
    """

    def __init__(
        self, *args: Any, package: str, summaries: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.package = package
        self.summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of `summaries`."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is no such command."""
        if cmd_name not in self.summaries:
            return None
        command: click.Command = getattr(import_module(f"{self.package}.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without an import."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. A closed pipe is no failure: the reader has read enough.

        The exceptions must not reach click, which would handle them in its own way.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            discard_output()
            return 0
        except KeyboardInterrupt as error:
            raise Interrupted from error

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run a command and exit with its status; print an expected error as one line."""
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

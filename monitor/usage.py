"""Wrong use of the command line is told in one line, like everything else that is wrong."""

from __future__ import annotations

import sys
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError


class OneLineGroup(click.Group):
    """A group whose usage errors are one line on standard error: what, and where help is."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run as `click.Group.main` does, and always exit.

        Args:
            *args: As for click.
            **options: As for click; `standalone_mode` is ours.
        """
        options["standalone_mode"] = False
        try:
            code = super().main(*args, **options)
        except NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            command = context.command_path if context else "govah"
            why = " ".join(error.format_message().split()).removesuffix(".")
            click.echo(f"{command}: {why}; see {command} --help", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("stopped", err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)

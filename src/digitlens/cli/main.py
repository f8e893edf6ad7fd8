"""The command line's front door: `digitlens COMMAND`.

Only click is imported here. A command's own file, and everything heavy behind it, is imported when it is called, so
that `digitlens --help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import click

from digitlens.errors import DigitlensError

COMMANDS = {
    "read": "Read digits from picture files.",
    "explain": "Show why a picture is read as it is, down to one neuron or one weight.",
    "train": "Train a network, from random weights.",
    "evaluate": "Measure how well a network reads the test digits.",
    "inspect": "Look at a network: its weights, its mistakes, its learning curve.",
    "data": "Say where digits are found, fetch MNIST, or write pen digits.",
    "bench": "Measure how fast it is, beside whatever else is installed.",
}

WELCOME = """\
Digitlens: a neural network that reads handwritten digits, with nothing hidden.

  digitlens read --examples            read ten example drawings
  digitlens explain --example 7        see why one of them is read as it is
  digitlens read PICTURE               read a drawing or photo of your own
  digitlens data --download            fetch MNIST, once (11 MB)
  digitlens train                      train the network yourself
  digitlens evaluate                   how many of 10,000 test digits does it read?

digitlens --help lists every command, digitlens COMMAND --help its options."""


class Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from the file of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"digitlens.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line each, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="digitlens", message="digitlens %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A neural network that reads handwritten digits, with nothing hidden in its hidden layers."""
    if ctx.invoked_subcommand is None:
        click.echo(WELCOME)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 asked for what cannot be asked, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character gets its number
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(arguments, prog_name="digitlens", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DigitlensError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except BrokenPipeError:  # whoever read our output has seen enough
        _close_stdout()
        return 0
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return 128 + signal.SIGINT
    except MemoryError:
        click.echo("Error: there is not enough memory for this; try smaller pictures or fewer neurons", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _close_stdout() -> None:
    """Point stdout at nothing, so that Python's own last flush does not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123    stays open until the end


if __name__ == "__main__":
    main()

"""The entry point of the command line: `digitlens COMMAND`.

Only click is imported here. The file of a command, and everything heavy behind it, is imported when the command is
called, so `digitlens --help` answers at once.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import gc
import importlib
import io
import os
import re
import signal
import sys
from typing import Any

import click

from digitlens.errors import DigitlensError
from digitlens.files.naming import printable

COMMANDS = {
    "app": "Open the page: draw a digit, watch the network think, look at every number.",
    "read": "Read digits from picture files.",
    "explain": "Show why a picture is read as it is, down to one neuron or one weight.",
    "worksheet": "Write an exercise to print, from any network and picture, with its key.",
    "train": "Train a network, from random weights.",
    "compare": "Train with one setting different, over several seeds, and say what the numbers support.",
    "sweep": "Train many recipes, with a journal, and find the best.",
    "lab": "Test whether hidden neurons detect edges and loops.",
    "verify": "Train again from the recipe in a file, and say whether the weights agree, to the bit.",
    "evaluate": "Measure how well a network reads the test digits.",
    "inspect": "Show a network: its weights, its mistakes, its learning curves.",
    "data": "List where digits come from, download MNIST, or write digits as pictures.",
    "export": "Write the page without a server, or a network for other programs: ONNX, C, NumPy, JSON.",
    "bench": "Measure how fast it is, compared with other libraries that are installed.",
}

WELCOME = """\
Digitlens: a neural network that reads handwritten digits, with nothing hidden.

  digitlens app                        draw a digit, watch the network think
  digitlens read PICTURE               read a drawing or photo, or --examples
  digitlens explain --example 7        see why one drawing is read as it is
  digitlens data --download            download MNIST, once (11 MB)
  digitlens train                      train the network yourself
  digitlens evaluate                   measure the accuracy on the test digits

digitlens --help lists every command, digitlens COMMAND --help its options."""


class Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from the file of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"digitlens.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in click; an unknown name is answered with the nearest one."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0].lower(), COMMANDS, n=1)
            meant = f"did you mean `digitlens {near[0]}`?" if near else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command {printable(args[0])!r}; {meant}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As in click, but a closed output is handled by main()."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _OutputClosedError from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line for each command, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    help="A neural network that reads handwritten digits, with nothing hidden in its hidden layers.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="digitlens", message="digitlens %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """The group of all commands. Their descriptions are no docstrings: `python -OO` takes those away."""
    if ctx.invoked_subcommand is None:
        click.echo(WELCOME)


class _OutputClosedError(Exception):
    """The reader of our output has closed it, as `| head` does."""


# Characters beyond ASCII that we print, for terminals that have only ASCII.
_PLAIN = str.maketrans(
    {"×": "x", "−": "-", "–": "-", "′": "'", "’": "'", "…": "...", "·": ".", "→": "->", "↑": "^", "↓": "v"}
    | {"σ": "sigma", "Σ": "sum", "≥": ">=", "≤": "<=", "±": "+-", "½": "1/2", "━": "=", "²": "^2", "°": "deg"}
)


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that the terminal cannot show: by the table above, or by their number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    plain = error.object[error.start : error.end].translate(_PLAIN)
    return plain.encode("ascii", "backslashreplace").decode("ascii"), error.end


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    codecs.register_error("digitlens.plain", _in_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="digitlens.plain")
    try:
        code = _run(arguments)
        if code > 128:  # ended by a signal: another one must not interrupt Python's shutdown
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    gc.freeze()  # otherwise Python's shutdown searches for cycles, in vain, for 20 ms
    sys.exit(code)


def _interrupted() -> int:
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process is ending already
    click.echo("Interrupted.", err=True)
    return 128 + signal.SIGINT


def _run(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(arguments, prog_name="digitlens", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        text = io.StringIO()  # it may quote what the user typed, whatever that is
        error.show(text)
        click.echo(_printable(text.getvalue()), err=True, nl=False)
        return error.exit_code
    except DigitlensError as error:
        return _failed(str(error), error.exit_code)
    except (_OutputClosedError, BrokenPipeError):
        _close_stdout()
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _interrupted()
    except MemoryError:
        return _failed(_NO_MEMORY)
    except ImportError as error:
        if not re.search("failed to map segment|annot allocate memory", str(error)):
            raise
        return _failed(_NO_MEMORY)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM):
            return _failed(
                f"the system refuses what this needs: {error.strerror}; ask for fewer jobs, end other programs, or "
                "raise the limits of this process (ulimit -n, -u, -v)"
            )
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF):
            raise
        _close_stdout()
        return _failed(f"the output cannot be written: {error.strerror}; send it elsewhere, or free some space")
    except RuntimeError as error:
        if "can't start new thread" in str(error):
            return _failed(
                "the system gives this process no further thread; end other programs, or raise ulimit -u, -v"
            )
        if not isinstance(error.__cause__, KeyboardInterrupt):  # Python 3.11 wraps what stops it making a class
            raise
        return _interrupted()
    return result if isinstance(result, int) else 0


_NO_MEMORY = "there is not enough memory for this; try smaller pictures or fewer neurons"


def _failed(message: str, exit_code: int = 1) -> int:
    click.echo(f"Error: {_printable(message)}", err=True)
    return exit_code


def _printable(message: str) -> str:
    """A message that is safe for a terminal: escaped, and without words that would fill pages."""
    return re.sub(r"\S{500,}", lambda word: f"{word[0][:100]}…{word[0][-20:]}", printable(message))


def _close_stdout() -> None:
    """Point stdout at nothing, so that Python's last flush does not fail."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123    stays open until the end

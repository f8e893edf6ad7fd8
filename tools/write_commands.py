"""Every command and option, written down from the commands themselves: docs/commands.md.

python tools/write_commands.py
"""

from __future__ import annotations

from pathlib import Path

import click

from digitlens.cli.main import COMMANDS, cli

FILE = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = """\
# Commands

Written by `python tools/write_commands.py` from the commands themselves; a test holds the two together.

Every command ends with 0 when it did what was asked, 1 when that failed, and 2 when it cannot be asked like that; a
training run that a signal stopped ends with 128 and the signal's number. Answers go to standard output; progress, notes
and errors to standard error. `--json` prints one JSON document instead of text: [its fields](json.md). Of several
pictures `read` reads what it can, and ends with 1 only if it could read none.
"""


def text() -> str:
    """The whole file."""
    parts = [HEAD]
    with click.Context(cli, info_name="digitlens") as top:
        for name in COMMANDS:
            command = cli.get_command(top, name)
            assert command is not None
            with click.Context(
                command, info_name=name, parent=top, terminal_width=100, max_content_width=100
            ) as context:
                parts.append(f"## digitlens {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")

"""Pictures of the terminal for the README: what a command prints there, colours and all, as SVG files.

    python tools/terminal_pictures.py            # writes docs/pictures/*.svg

Needs a system with pseudo-terminals (not Windows). Nothing in the files points to the outside.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
COLUMNS = 104
PICTURES = {
    "explain.svg": ["explain", "--example", "7"],
    "neuron.svg": ["explain", "--example", "7", "--layer", "1", "--neuron", "3"],
}


def printed(arguments: list[str]) -> str:
    """What `digitlens ARGUMENTS` prints on a terminal of COLUMNS columns."""
    ours, theirs = pty.openpty()
    terminal = {"COLUMNS": str(COLUMNS), "LINES": "60", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    environment = os.environ | terminal
    with subprocess.Popen([sys.executable, "-m", "digitlens", *arguments], stdout=theirs, env=environment):
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, arguments in PICTURES.items():
        console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
        text = printed(arguments)
        if name == "neuron.svg":  # the same picture and layers stand in explain.svg
            text = text[text.index("Neuron 3 of layer 1") - 4 :]
        console.print(Text(f"$ digitlens {' '.join(arguments)}\n", style="bold"))
        console.print(Text.from_ansi(text))
        svg = console.export_svg(title="digitlens", theme=MONOKAI, unique_id=name.removesuffix(".svg"))
        svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code,", "")
        (FOLDER / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()

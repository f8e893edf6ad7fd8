"""How a file is named in a message: in quotes, on one line, readable on any terminal.

A path may hold a line break, an escape sequence or bytes that are no text at all; none of these may reach a terminal.
"""

from __future__ import annotations

import os


def shown(path: str | os.PathLike[str]) -> str:
    r"""The path as a person may see it: what cannot be printed is escaped.

    >>> shown("digits/seven.png")
    "'digits/seven.png'"
    >>> shown("two\nlines")
    "'two\\nlines'"
    """
    return "'" + printable(os.fspath(path)).replace("\n", "\\n") + "'"


def printable(text: str) -> str:
    r"""Text as it may reach a terminal: whatever is no letter, sign, space or line break becomes its number.

    >>> printable("two words\x1b[2J")
    'two words\\x1b[2J'
    """
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


def why(error: OSError | ValueError) -> str:
    """What the system said about a file, in its own words and without the path.

    >>> why(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    said = error.strerror if isinstance(error, OSError) else None
    said = said or str(error) or type(error).__name__
    return said[:1].lower() + said[1:]

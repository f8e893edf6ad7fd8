"""How messages name a file: in quotes, on one line, printable on any terminal.

A path may contain a line break, an escape sequence or bytes that are not text. None of these may reach a terminal.
"""

from __future__ import annotations

import os

LONGEST = 1_000  # characters of a path that a message shows


def shown(path: str | os.PathLike[str]) -> str:
    r"""The path in quotes, with everything that cannot be printed escaped; of a very long one only its ends.

    >>> shown("digits/seven.png")
    "'digits/seven.png'"
    >>> shown("two\nlines")
    "'two\\nlines'"
    """
    text = printable(os.fspath(path)).replace("\n", "\\n")
    return "'" + (text if len(text) <= LONGEST else f"{text[:200]}…{text[-200:]}") + "'"


def printable(text: str) -> str:
    r"""Text that is safe for a terminal: every character that is neither printable nor a line break is escaped.

    >>> printable("two words\x1b[2J")
    'two words\\x1b[2J'
    """
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


def why(error: OSError | ValueError) -> str:
    """The system's reason for an error with a file, in its own words and without the path.

    >>> why(FileNotFoundError(2, "No such file or directory"))
    'no such file or directory'
    """
    text = error.strerror if isinstance(error, OSError) else None
    text = text or str(error) or type(error).__name__
    return text[:1].lower() + text[1:]

"""The files that a command will write, checked before its work begins: no work is lost to a name that cannot be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import combinations

from digitlens.errors import FileError, UsageError
from digitlens.files.atomic import check_writable
from digitlens.files.naming import shown


def check_outputs(outputs: Mapping[str, str | os.PathLike[str] | None]) -> None:
    """Raise FileError unless each of these files can be written now, UsageError where two are the same file.

    outputs: by the option that names them, {"--csv": "runs.csv", "--jsonl": None}; None: it is not written.
    """
    named = {option: path for option, path in outputs.items() if path is not None}
    for option, path in named.items():
        try:
            check_writable(path)
        except FileError as error:
            raise FileError(f"{option}: {error}") from error
    for (one, path), (other, its_path) in combinations(named.items(), 2):
        if _same(path, its_path):
            raise UsageError(f"{one} and {other} name the same file, {shown(path)}; give each a name of its own")


def _same(path: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """Whether both lead to one file, be it through links or in other letters, where the disk does not mind those."""
    real, its_real = os.path.realpath(path), os.path.realpath(other)
    if os.path.normcase(real) == os.path.normcase(its_real):
        return True
    return os.path.exists(real) and os.path.exists(its_real) and os.path.samefile(real, its_real)  # noqa: PTH110, PTH121

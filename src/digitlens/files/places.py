"""The user's own folders: where downloads are kept, and what a program remembers between two starts."""

from __future__ import annotations

from pathlib import Path


def cache_folder(*within: str) -> Path | None:
    """The folder for what can be fetched or made again; None where there is no home folder and nothing else says.

    within: names of folders inside it. Nothing is made.
    """
    return _own("user_cache_dir", within)


def state_folder(*within: str) -> Path | None:
    """The folder for what must last from one start to the next; None where there is no home folder and nothing else
    says.
    """
    return _own("user_state_dir", within)


def _own(kind: str, within: tuple[str, ...]) -> Path | None:
    import platformdirs

    try:
        folder = Path(getattr(platformdirs, kind)("digitlens", appauthor=False), *within)
    except (RuntimeError, OSError, KeyError):  # no HOME, and nobody in the system's list of users has this number
        return None
    return folder if folder.is_absolute() else None  # without a home, "~" stays "~"

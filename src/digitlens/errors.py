"""Everything that Digitlens raises on purpose: one tree, and every error knows its exit code.

DigitlensError
├── UsageError            what was asked for cannot be asked (exit code 2)
│   ├── ShapeError        an array of another shape or type than wanted
│   ├── RecipeError       a recipe that contradicts itself, or asks what an engine cannot do
│   └── MissingExtra      an optional library is not installed
├── DataError             digits that cannot be had or do not hold what they promise (exit code 1, like all below)
│   ├── IdxError          bytes that are not MNIST's format
│   ├── PictureError      a file that is no picture, or one beyond the limits
│   └── DownloadError     no mirror gave the right bytes
├── FileError             the disk: full, read-only, missing, busy
├── ModelFileError        bytes that are not a model file of ours, or a damaged one
└── TrainingError         a run that cannot go on, such as one whose cost has become infinite

A message says who speaks, what it wanted, what it got, and what to do.
"""


class DigitlensError(Exception):
    """The root: catch this one to catch all."""

    exit_code = 1


class UsageError(DigitlensError, ValueError):
    """What was asked for cannot be asked."""

    exit_code = 2


class ShapeError(UsageError):
    """An array of another shape or type than wanted."""


class RecipeError(UsageError):
    """A recipe that contradicts itself, or asks for something that the engine cannot do."""

    def __init__(self, message: str, field: str = "") -> None:
        """With its message, and the field of the recipe that is at fault."""
        super().__init__(message)
        self.field: str = field  # of the recipe; empty where none is at fault, or more than one


class MissingExtra(UsageError):
    """An optional library that this needs is not installed; the message says how to install it."""


class DataError(DigitlensError):
    """Digits that cannot be had, or that do not hold what they promise."""


class IdxError(DataError):
    """Bytes that are not MNIST's format."""


class PictureError(DataError):
    """A file that is no picture we can read, or one beyond the limits."""


class DownloadError(DataError):
    """No mirror gave the right bytes."""


class FileError(DigitlensError):
    """The disk would not: full, read-only, missing, busy."""


class ModelFileError(DigitlensError):
    """Bytes that are not one of our model files, or a damaged one."""


class TrainingError(DigitlensError):
    """A run that cannot go on, such as one whose cost has become infinite."""

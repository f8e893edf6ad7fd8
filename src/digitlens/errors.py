"""All errors that Digitlens raises on purpose, as one tree. Every class has its exit code.

DigitlensError
├── UsageError            wrong use: a request that cannot be fulfilled (exit code 2)
│   ├── ShapeError        an array of the wrong shape or type
│   ├── RecipeError       a recipe that contradicts itself, or needs what an engine cannot do
│   └── MissingExtra      an optional library is not installed
├── DataError             data that are missing or invalid (exit code 1, like all below)
│   ├── IdxError          bytes that are not in MNIST's format, IDX
│   ├── PictureError      a file that is not a picture, or one beyond the limits
│   └── DownloadError     no mirror gave the right bytes
├── FileError             a file or disk: missing, full, read-only, busy
├── ModelFileError        bytes that are not a digitlens model file, or a damaged one
├── TrainingError         a run that cannot continue, such as one whose cost has become infinite
└── ClusterError          a cluster that does not answer, or has no workers

A message says who speaks, what it wanted, what it got, and what to do.
"""


class DigitlensError(Exception):
    """The root of all errors of Digitlens."""

    exit_code = 1


class UsageError(DigitlensError, ValueError):
    """Wrong use: a request that cannot be fulfilled, whatever the data."""

    exit_code = 2


class ShapeError(UsageError):
    """An array of the wrong shape or type."""


class RecipeError(UsageError):
    """A recipe that contradicts itself, or asks for something that the engine cannot do."""

    def __init__(self, message: str, field: str = "") -> None:
        """With its message, and the field of the recipe that is at fault."""
        super().__init__(message)
        self.field: str = field  # of the recipe; empty where none is at fault, or more than one


class MissingExtra(UsageError):
    """An optional library that this needs is not installed; the message says how to install it."""


class DataError(DigitlensError):
    """Data that are missing or invalid."""


class IdxError(DataError):
    """Bytes that are not in MNIST's format, IDX."""


class PictureError(DataError):
    """A file that is not a picture we can read, or one beyond the limits."""


class DownloadError(DataError):
    """No mirror gave the right bytes."""


class FileError(DigitlensError):
    """A file or disk that cannot be used: missing, full, read-only, busy."""


class ModelFileError(DigitlensError):
    """Bytes that are not a digitlens model file, or a damaged one."""


class TrainingError(DigitlensError):
    """A run that cannot continue, such as one whose cost has become infinite."""


class ClusterError(DigitlensError):
    """A cluster that does not answer, has no workers, or whose workers cannot do what is asked."""

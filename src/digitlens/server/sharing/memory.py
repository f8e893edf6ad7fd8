"""Makes glibc return freed memory to the system, so that the server is small again after reading a large picture.

glibc keeps freed blocks for reuse, in every thread, and larger ones the longer a process runs. Here it keeps blocks of
a moderate size, because reading a page takes twice as long if the system has to hand out fresh memory for each array;
what is left of them is returned by `trim`, which the server calls every few seconds.
"""

from __future__ import annotations

import ctypes
import gc
import sys

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # their numbers in glibc's malloc.h
LARGE = 16 * 2**20  # bytes: a block of at least this size is mapped by itself, and unmapped when freed
MADE = 10_000  # Python objects, by which there are more or fewer before what is in cycles is looked for
ARENAS = 1  # heap, which all threads share: of others glibc never returns what lies free at the end


def return_freed_memory() -> bool:
    """Set this up for the process. Whether the C library supports it."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return bool(mallopt and mallopt(_MMAP_THRESHOLD, LARGE) and mallopt(_ARENA_MAX, ARENAS))


class Tidying:
    """Gives back what nobody uses any more, every few seconds."""

    def __init__(self) -> None:
        self._objects = sys.getallocatedblocks()

    def __call__(self) -> None:
        """Let go of what is held in cycles alone, as the run of a visitor who left is, and return what lies freed.

        It takes some milliseconds, and about thirty if much was made: an idle server has no other collection of cycles.
        """
        if abs(sys.getallocatedblocks() - self._objects) > MADE:
            gc.collect()
            self._objects = sys.getallocatedblocks()
        trim()


def trim() -> bool:
    """Return freed memory that lies between blocks in use, as the runs of a visitor leave it. Whether it is supported.

    It takes some milliseconds.
    """
    if not sys.platform.startswith("linux"):
        return False
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if malloc_trim is not None:
        malloc_trim(ctypes.c_size_t(0))
    return malloc_trim is not None

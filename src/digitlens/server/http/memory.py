"""What was freed goes back to the system, so that a server that has read a large picture is as small as before.

glibc keeps freed blocks for later, larger ones the longer it runs, and separately for each thread. Under two
minutes of hostile clients it held 96 MiB after the first half minute and 105 at the end; with these settings 87 and 87.
"""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # the numbers that glibc's malloc.h gives them
LARGE = 256 * 1024  # bytes: a block from this size on is mapped by itself, and unmapped when it is freed
ARENAS = 2  # heaps that threads share


def give_back() -> bool:
    """Ask the C library for it, for this process; whether there was one that listens to that."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return bool(mallopt and mallopt(_MMAP_THRESHOLD, LARGE) and mallopt(_ARENA_MAX, ARENAS))

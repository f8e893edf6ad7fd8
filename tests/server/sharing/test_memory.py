"""What was freed goes back to the system."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from tests.waiting import PATIENCE

from digitlens.server.sharing.memory import MADE, Tidying

FREED = """
import sys
import numpy as np
from digitlens.server.sharing.memory import return_freed_memory

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

if sys.argv[1] == "asked" and not return_freed_memory():
    sys.exit(3)
np.ones(4_000_000)  # 32 MB, freed at once: from then on glibc keeps blocks up to this size
blocks = [np.ones(2_500_000) for _ in range(5)]  # 100 MB
last = np.ones(100_000)  # lies above them, and stays
before = resident()
del blocks
print((before - resident()) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory was not looked at: this system has no /proc")
def test_large_blocks_leave_the_process_when_they_are_freed() -> None:
    freed = {}
    for how in ("asked", "not asked"):
        done = subprocess.run([sys.executable, "-c", FREED, how], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode == 3:
            pytest.skip("memory was not given back: this C library does not take the wish")
        assert done.returncode == 0, done.stderr
        freed[how] = int(done.stdout)
    assert freed["asked"] > 90  # MiB
    assert freed["not asked"] < 50


TRIMMED = """
import numpy as np
from digitlens.server.sharing.memory import return_freed_memory, trim

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

return_freed_memory()
blocks = [np.ones(6_500) for _ in range(2_000)]  # 100 MB in blocks of 52 KB, as snapshots of a small network are
kept = blocks[::20]
before = resident()
del blocks
print((before - resident()) // 1024, trim(), (before - resident()) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory was not looked at: this system has no /proc")
def test_what_lies_between_blocks_in_use_goes_back_when_it_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", TRIMMED], capture_output=True, text=True, timeout=PATIENCE, check=True)
    freed, supported, trimmed = done.stdout.split()
    if supported == "False":
        pytest.skip("memory was not given back: this C library does not take the wish")
    assert int(freed) < 50
    assert int(trimmed) > 80  # MiB


class Node:
    """Holds itself, as a run and what it calls back hold one another."""

    def __init__(self) -> None:
        self.me = self


def test_what_only_cycles_hold_is_let_go_of_once_much_was_made() -> None:
    gc.collect()
    tidy = Tidying()
    gc.disable()  # as if nothing were made that makes Python look for cycles
    try:
        nodes = [Node() for _ in range(2 * MADE)]
        kept = weakref.ref(nodes[0])
        del nodes
        assert kept() is not None
        tidy()
        assert kept() is None
    finally:
        gc.enable()

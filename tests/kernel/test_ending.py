"""Threads that are in the kernel when Python ends: the process ends as it was asked to, and nobody says a word."""

from __future__ import annotations

import subprocess
import sys

import pytest

from digitlens.kernel import native

pytestmark = pytest.mark.skipif(bool(native.missing()), reason="no kernel was compiled: install Digitlens with g++")

SLOW_END = """
import sys, threading, time
import digitlens as dl

class Slow:
    sleep = staticmethod(time.sleep)

    def __del__(self):
        self.sleep(1)  # Python has begun to end, and lets threads have its lock, as it believes

sys.slow = Slow()
written = dl.pen_digits(1000).digits
data = dl.DataSet("few", "a few pen digits", written[:800], written[800:])
ready = threading.Barrier(2)
"""
THREADS = {
    "it reads pictures": """
outputs = dl.load("reader").outputs
def work():
    outputs(written.images)
    ready.wait()
    while True:
        outputs(written.images)
""",
    "it trains": """
def work():
    run = iter(dl.train("video", data, epochs=100_000))
    next(run)
    ready.wait()
    for record in run:
        pass
""",
    "it trains on distorted images": """
def work():
    run = iter(dl.train("video", data, epochs=100_000, augmentation="affine"))
    next(run)
    ready.wait()
    for record in run:
        pass
""",
}


@pytest.mark.parametrize("work", THREADS.values(), ids=THREADS)
def test_a_daemon_thread_in_the_kernel_neither_aborts_the_process_nor_speaks(work: str) -> None:
    script = f"{SLOW_END}{work}\nthreading.Thread(target=work, daemon=True).start()\nready.wait()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_thread_that_python_waits_for_trains_to_its_end() -> None:
    work = """
def work():
    ready.wait()
    threading.main_thread().join()  # from here on Python only waits for this thread
    for record in dl.train("video", data, epochs=3, augmentation="affine"):
        pass
    print(record.epoch)
threading.Thread(target=work).start()
ready.wait()
"""
    done = subprocess.run([sys.executable, "-c", SLOW_END + work], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")

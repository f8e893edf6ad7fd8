"""A call beside: its result is awaited, its error is raised, and where no thread can be had it is made all the same."""

from __future__ import annotations

import threading

import pytest

from digitlens.parallel.beside import Beside


def test_it_runs_on_another_thread_and_the_result_can_be_asked_for_twice() -> None:
    go = threading.Event()

    def wait(for_what: str) -> tuple[str, threading.Thread]:
        go.wait()
        return for_what, threading.current_thread()

    beside = Beside(wait, "a signal")
    go.set()
    said, thread = beside.result()
    assert said == "a signal"
    assert thread is not threading.current_thread()
    assert beside.result() == (said, thread)


def test_what_it_raises_is_raised_by_whoever_asks() -> None:
    with pytest.raises(ZeroDivisionError):
        Beside(lambda: 1 // 0).result()


def test_without_a_thread_the_call_is_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    assert Beside(threading.current_thread).result() is threading.current_thread()

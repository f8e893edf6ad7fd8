"""Real signals to real training processes: the latest network is saved, and the run goes on to the very same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import command, environment, process
from tests.waiting import PATIENCE

import digitlens as dl
from digitlens.storage.checkpoint import checkpoint_path, remove_leftovers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX; not checked here: Ctrl-C, SIGTERM, SIGHUP")

EPOCHS = "500"
SMALL = 4_096  # bytes of a pipe: a run whose rows nobody reads waits long before its end


@contextmanager
def _training(words: Path, cwd: Path, *more: str, deaf_to: str = "") -> Iterator[subprocess.Popen[str]]:
    """A training run that has printed its first epoch."""
    given = command("train", "--data", words, "--epochs", EPOCHS, "--out", "net", *more)
    if deaf_to:  # as nohup does
        given = ["sh", "-c", f"trap '' {deaf_to}; exec \"$@\"", "sh", *given]
    with subprocess.Popen(
        given,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        pipesize=SMALL,
    ) as running:
        try:
            assert running.stdout is not None
            while not running.stdout.readline().strip().startswith("1 "):
                assert running.poll() is None
            yield running
        finally:
            running.kill()


@pytest.fixture(scope="module")
def undisturbed(words: Path) -> bytes:
    """The weights that a run ends with which nobody stops."""
    run = dl.train("video", words, epochs=int(EPOCHS))
    for _ in run:
        pass
    return _weights(run.reader())


def _weights(reader: dl.Reader) -> bytes:
    return b"".join(layer.weights.tobytes() + layer.biases.tobytes() for layer in reader.network.layers)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_run_cleanly_and_it_can_be_resumed_to_the_same_bits(
    words: Path, tmp_path: Path, undisturbed: bytes, name: str
) -> None:
    number = getattr(signal, name)
    with _training(words, tmp_path) as running:
        running.send_signal(number)
        out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 128 + number
    assert "Traceback" not in err
    assert "the latest network is in 'net'" in out
    assert f"Resume with: digitlens train --resume 'net' --data '{words}'" in out
    assert ("Ctrl-C again" in err) == (name == "SIGINT")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net", "net.checkpoint"]
    stopped = dl.load(tmp_path / "net")
    assert 1 <= stopped.provenance["epochs"] < int(EPOCHS)
    assert _weights(stopped) != undisturbed

    answer = process("train", "--resume", "net", "--data", words, cwd=tmp_path)
    assert (answer.code, answer.err) == (0, "")
    assert _weights(dl.load(tmp_path / "net")) == undisturbed
    assert not checkpoint_path(tmp_path / "net").exists()


@pytest.mark.parametrize("pause", [0.0, 0.002, 0.01])
def test_a_second_ctrl_c_ends_it_at_once_without_a_word_too_many(words: Path, tmp_path: Path, pause: float) -> None:
    with _training(words, tmp_path, "--epochs", "100000") as running:  # it cannot have come to its end meanwhile
        running.send_signal(signal.SIGINT)
        time.sleep(pause)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert "Traceback" not in err
    remove_leftovers(tmp_path / "net")  # as the next start does: it may have struck while a file was being made
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".tmp"]


def test_ctrl_c_many_times_leaves_nothing_half_written(words: Path, tmp_path: Path) -> None:
    with _training(words, tmp_path) as running:
        for _ in range(200):  # however often it comes, and whatever it interrupts
            if running.poll() is not None:
                break
            running.send_signal(signal.SIGINT)
            time.sleep(0.001)
        running.communicate(timeout=PATIENCE)
    assert running.returncode in (130, -signal.SIGINT)  # the latter while Python itself was ending
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left in ([], ["net"], ["net.checkpoint"], ["net", "net.checkpoint"])
    if "net" in left:
        assert dl.load(tmp_path / "net").network.parameters > 12_000
    if "net.checkpoint" in left:
        assert process("train", "--resume", "net", "--data", words, cwd=tmp_path).code == 0


def test_json_stopped_by_a_signal_is_still_json(words: Path, tmp_path: Path) -> None:
    import json

    given = command("train", "--data", words, "--epochs", "100000", "--out", "net", "--json")
    with subprocess.Popen(given, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            while not checkpoint_path(tmp_path / "net").exists():  # after a second
                assert running.poll() is None
                time.sleep(0.05)
            running.send_signal(signal.SIGTERM)
            out, err = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
    assert (running.returncode, err) == (128 + signal.SIGTERM, "")
    told = json.loads(out)
    assert told["finished"] is False
    assert told["recipe"]["epochs"] == 100_000


def test_a_process_that_was_told_to_ignore_hangups_goes_on(words: Path, tmp_path: Path) -> None:
    with _training(words, tmp_path, deaf_to="HUP") as running:
        running.send_signal(signal.SIGHUP)
        _, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (0, "")
    assert dl.load(tmp_path / "net").provenance["epochs"] == int(EPOCHS)


def test_a_table_that_nobody_reads_any_longer_stops_the_run_and_saves_it(
    words: Path, tmp_path: Path, undisturbed: bytes
) -> None:
    with _training(words, tmp_path) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        err = running.stderr.read()
        assert running.wait(PATIENCE) == 1
    assert "Traceback" not in err
    assert "The output was closed" in err
    assert "digitlens train --resume 'net'" in err
    assert dl.load(tmp_path / "net").provenance["epochs"] >= 1
    assert process("train", "--resume", "net", "--data", words, cwd=tmp_path).code == 0
    assert _weights(dl.load(tmp_path / "net")) == undisturbed


def test_a_terminal_that_goes_away_ends_the_run_cleanly(words: Path, tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    given = command("train", "--data", words, "--epochs", "100000", "--out", "net")
    with subprocess.Popen(
        given, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as running:
        try:
            os.close(theirs)
            said = b""
            while b"\n    1 " not in said:
                said += os.read(ours, 4096)
            os.close(ours)
            running.send_signal(signal.SIGHUP)
            assert running.wait(PATIENCE) in (1, 128 + signal.SIGHUP)
        finally:
            running.kill()
    assert dl.load(tmp_path / "net").provenance["epochs"] >= 1
    assert checkpoint_path(tmp_path / "net").exists()

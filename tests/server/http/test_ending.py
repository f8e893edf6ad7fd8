"""How `digitlens app` ends: at once and cleanly, whoever is connected, and what it has said until then."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import command, environment
from tests.server.serving import reply, running
from tests.server.training.test_live_training import LONG, pictures
from tests.server.watching import page
from tests.waiting import PATIENCE, until

from digitlens.digits.sources.folders import load_folder
from digitlens.learning.recipes import named
from digitlens.learning.training import Run
from digitlens.storage.model_file import from_bytes


@contextlib.contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`digitlens app` that has printed its address, and its port."""
    given = command("app", "--no-browser", "--port", "0", *options)
    with subprocess.Popen(
        given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONWARNINGS="error"),
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r":(\d+)/", line)
            assert found, line + (process.stderr.read() if process.stderr else "")
            yield process, int(found[1])
        finally:
            process.kill()


def asked(port: int, path: str = "/") -> socket.socket:
    """A connection on which something has been asked."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    upgrade = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        if path == "/api/live"
        else ""
    )
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{upgrade}\r\n".encode())
    return connection


def ends(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    """The exit code after a signal, and what was said on stderr."""
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err


POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX; not checked here: Ctrl-C, SIGTERM, SIGHUP")


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_cleanly(name: str) -> None:
    with started() as (process, port), asked(port) as connection:
        assert reply(connection).status == 200
        assert ends(process, getattr(signal, name)) == (0, "")


@POSIX
def test_it_ends_at_once_with_pages_open_and_clients_that_are_stuck() -> None:
    with contextlib.ExitStack() as held, started() as (process, port):
        pages = [held.enter_context(asked(port, "/api/live")) for _ in range(5)]
        for page in pages:
            assert page.recv(100).startswith(b"HTTP/1.1 101")
        for path in ("/networks/video.digitlens", "/"):  # asked for a lot, and not read; half a body; half a header
            held.enter_context(asked(port, path)).sendall(b"GET / HTT")
        half = held.enter_context(socket.create_connection(("127.0.0.1", port)))
        half.sendall(f"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 999\r\n\r\nx".encode())
        full = held.enter_context(asked(port))
        full.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            full.sendall(f"GET /networks/video.digitlens HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() * 500)
        time.sleep(0.2)
        assert ends(process, signal.SIGINT) == (0, "")
        said = b""
        with contextlib.suppress(ConnectionError):
            while got := pages[0].recv(4_096):
                said += got
        assert said.endswith(b"\x88\x02\x03\xf4")  # 1012: the server goes


def test_nobody_whom_it_would_wait_for_keeps_it_from_ending() -> None:
    """Each of these clients has an hour; the server ends without waiting for any of them."""
    with contextlib.ExitStack() as held, running() as site:
        port = site.address.port
        assert held.enter_context(asked(port, "/api/live")).recv(100).startswith(b"HTTP/1.1 101")
        held.enter_context(asked(port, "/networks/video.digitlens")).sendall(b"GET / HTT")
        half = held.enter_context(socket.create_connection(("127.0.0.1", port)))
        half.sendall(f"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 999\r\n\r\nx".encode())
        held.enter_context(socket.create_connection(("127.0.0.1", port)))
        until(lambda: site.connections() == 4)
        until(lambda: site.guard.budgets.bodies.held == 1)


@POSIX
def test_a_second_ctrl_c_does_not_wait() -> None:
    with contextlib.ExitStack() as held, started() as (process, port):
        half = held.enter_context(socket.create_connection(("127.0.0.1", port)))
        half.sendall(f"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 999\r\n\r\nx".encode())
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.15)
        code, err = ends(process, signal.SIGINT)
        assert code in (0, -signal.SIGINT)
        assert "Traceback" not in err


@POSIX
def test_it_prints_nothing_about_hostile_clients() -> None:
    with started() as (process, port):
        for data in (b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(data)
        assert ends(process, signal.SIGTERM) == (0, "")
        assert process.stdout is not None


@POSIX
def test_who_asked_can_be_seen_on_demand_and_what_they_asked_is_made_harmless() -> None:
    with started("--verbose") as (process, port):
        with asked(port, "/%1b[2Jx") as connection:
            assert reply(connection).status == 404
        with asked(port, "/api/networks") as connection:
            assert reply(connection).status == 200
        visitor = "0123456789abcdef" * 2  # whoever knows it may watch, and even end that run
        for path in (f"/api/runs/{visitor}/latest.digitlens", f"/{visitor.upper()}"):
            with asked(port, path) as connection:
                assert reply(connection).status == 404
        code, err = ends(process, signal.SIGTERM)
        assert code == 0
        assert "GET /api/networks 200" in err
        assert "\x1b" not in err
        assert "/api/runs/.../latest.digitlens 404" in err
        assert visitor not in err.lower()


@POSIX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_it_ends_at_once_in_the_middle_of_a_run_and_of_a_comparison(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITLENS_RUNS", str(tmp_path / "runs"))
    folder, host = pictures(tmp_path / "three"), "127.0.0.1:{}".format
    with (
        started("--data", str(folder)) as (process, port),
        page(host(port)) as one,
        page(host(port)) as two,
    ):
        one.train(**LONG)
        one.sees(state="running")
        two.say(type="compare", number=1, recipes=[{"epochs": 200}, {"epochs": 200, "seed": 1}], data="folder", seeds=9)
        two.sees("comparison", state="running")
        assert ends(process, getattr(signal, name)) == (0, "")


@POSIX
def test_a_server_that_is_killed_in_the_middle_of_a_run_goes_on_from_there_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, host = tmp_path / "runs", "127.0.0.1:{}".format
    monkeypatch.setenv("DIGITLENS_RUNS", str(runs))
    folder = pictures(tmp_path / "three")
    recipe = {"epochs": 300, "optimiser": "momentum", "learning_rate": 0.01, "averaging": 0.9, "mini_batch": 2}
    with started("--data", str(folder)) as (process, port), page(host(port)) as one:
        one.train(4, go="nothing", **recipe)
        one.sees(state="paused")
        epoch = 0
        while not any(file.suffix == ".checkpoint" for file in runs.iterdir()):  # after a second
            epoch += 1
            one.say(type="go", how="epoch")
            header, _ = one.sees(state="paused", epoch=epoch)
            assert header["kept"]
            time.sleep(0.02)  # so that a second has fewer epochs than the run
        one.say(type="go", how="run")
        process.kill()
    with started("--data", str(folder)) as (process, port), page(host(port), one.visitor) as again:
        header, arrays = again.sees()
        assert (header["state"], header["recipe"]["epochs"]) == ("interrupted", 300)
        assert 0 < header["epoch"] < 300
        assert len(arrays["curves"]) > 0
        again.say(type="go", how="run")
        header, _ = again.sees(state="finished")
        assert (header["epoch"], header["own_way"]) == (300, False)
        with asked(port, f"/api/runs/{again.visitor}/latest.digitlens") as connection:
            ours = from_bytes(reply(connection).body)
        assert list(runs.iterdir()) == []
        assert ends(process, signal.SIGTERM) == (0, "")
    run = Run(named("video", **recipe, data="three", validation=ours.recipe["validation"]), load_folder(folder))
    list(run)
    for a, b in zip(ours.network.layers, run.reader().network.layers, strict=True):
        assert a.weights.tobytes() == b.weights.tobytes()
        assert a.biases.tobytes() == b.biases.tobytes()
    assert ours.recipe == run.recipe.to_json()

"""Where the user's own folders are; and that a command works, or says what is missing, for a user without a home."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from tests.cli.conftest import environment
from tests.waiting import PATIENCE

from digitlens.cli.app import _runs
from digitlens.files.places import cache_folder, state_folder

HOMELESS = {"HOME": None, "USERPROFILE": None, "XDG_CACHE_HOME": None, "XDG_STATE_HOME": None, "DIGITLENS_DATA": None}
NOBODY = """
import sys
try:
    import pwd
except ImportError:
    pass
else:
    def nobody(number):
        raise KeyError(f"getpwuid(): uid not found: {number}")
    pwd.getpwuid = nobody
from digitlens.cli.main import main
main(sys.argv[1:])
"""  # as in a container that is run with the number of a user that it does not know


def test_the_folders_lie_where_the_system_wants_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda *_, **__: str(tmp_path / "state"))
    assert cache_folder("mnist") == tmp_path / "cache" / "mnist"
    assert state_folder() == tmp_path / "state"


def test_the_app_keeps_no_runs_where_there_is_no_home_and_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> str:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(platformdirs, "user_state_dir", nowhere)
    monkeypatch.delenv("DIGITLENS_RUNS")
    assert _runs() is None
    monkeypatch.setenv("DIGITLENS_RUNS", "runs")
    assert _runs() == Path("runs")


def test_without_a_home_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> str:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(platformdirs, "user_cache_dir", nowhere)
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda *_, **__: "~/.local/state/digitlens")
    assert cache_folder("mnist") is None
    assert state_folder("runs") is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("data",),
        ("data", "--download"),
        ("evaluate", "--offline"),
        ("lab", "features", "--seeds", "1"),
        ("train", "--epochs", "1", "--out", "x"),
        ("inspect", "confusion"),
        ("read", "--examples"),
    ],
)
def test_a_user_without_a_home_and_a_name_gets_an_answer_or_one_clear_error(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOBODY, *arguments],
        cwd=tmp_path, env=environment(**HOMELESS), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    answers = arguments[0] in ("read", "data") and "--download" not in arguments
    assert done.returncode == (0 if answers else 1), done.stderr
    assert answers or "home folder" in done.stderr

"""A large pile is read by several processes, and nobody can tell but by the clock."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from digitlens.cli import many
from digitlens.cli.many import read_all
from digitlens.cli.pictures import answer_for
from digitlens.cli.terminal import open_network


@pytest.fixture
def pile(pictures: Path, tmp_path: Path) -> list[str]:
    """Forty pictures, some of which are none, and names that are hard to hand on."""
    for number in range(36):
        shutil.copy(pictures / f"{number % 10}.png", tmp_path / f"{number:02}.png")
    (tmp_path / "a line\nin its name.png").write_bytes((tmp_path / "07.png").read_bytes())
    (tmp_path / "damaged.png").write_bytes(b"no picture")
    half = os.fsencode(tmp_path) + b"/half \xff.png"
    if os.name == "posix":
        Path(os.fsdecode(half)).write_bytes((tmp_path / "03.png").read_bytes())
    return [*sorted(str(path) for path in tmp_path.glob("*.png")), str(tmp_path / "missing.png")]


def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "WORTH_IT", 2)
    monkeypatch.setattr(many, "BLOCK", 3)
    monkeypatch.setattr(many, "_cores", lambda: 2)


def test_helpers_answer_what_one_process_answers_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch, pile: list[str]
) -> None:
    reader = open_network("video")
    here: list[str] = []

    def read(path: str) -> dict[str, object]:
        here.append(path)
        return answer_for(reader, path)

    alone = list(read_all(pile, read, "video"))
    assert here == pile
    two_at_a_time(monkeypatch)
    here.clear()
    assert list(read_all(pile, read, "video")) == alone
    assert here == [path for number, path in enumerate(pile) if number // 3 % 2 == 0]
    assert [one["path"] for one in alone] == pile
    assert sum("error" in one for one in alone) == 2


def test_what_a_helper_does_not_answer_is_read_here(monkeypatch: pytest.MonkeyPatch, pile: list[str]) -> None:
    two_at_a_time(monkeypatch)
    monkeypatch.setattr(many, "HELPER", "import sys; print('{\"path\": \"first\"}'); sys.stdout.write('{')")
    answers = list(read_all(pile, lambda path: {"path": path}, "video"))
    assert [one["path"] for one in answers] == [*pile[:3], "first", *pile[4:]]


def test_whoever_stops_listening_ends_the_helpers(monkeypatch: pytest.MonkeyPatch, pile: list[str]) -> None:
    two_at_a_time(monkeypatch)
    begun: list[many._Helper] = []
    whole = many._Helper

    def helper(network: str, blocks: list[list[str]]) -> many._Helper:
        begun.append(whole(network, blocks))
        return begun[-1]

    monkeypatch.setattr(many, "_Helper", helper)
    answers = read_all(pile, lambda path: {"path": path}, "video")
    next(answers)
    answers.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(begun) == 1
    assert all(one._process.returncode is not None for one in begun)


def test_the_command_hands_a_large_pile_out(
    monkeypatch: pytest.MonkeyPatch, digitlens: Run, pile: list[str], tmp_path: Path
) -> None:
    alone = digitlens("read", "--json", tmp_path)
    two_at_a_time(monkeypatch)
    together = digitlens("read", "--json", tmp_path)
    assert together == alone
    assert len(json.loads(together.out)) == len(pile) - 1

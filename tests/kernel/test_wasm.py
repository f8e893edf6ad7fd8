"""kernel.wasm is what its sources make: none has changed since it was built, and building it again gives its bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import build_wasm


def test_no_source_has_changed_since_it_was_built() -> None:
    assert build_wasm.changed() == []


@pytest.mark.parametrize("name", ["lanes.h", "wasm.cpp"])
def test_a_source_that_has_changed_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in build_wasm.sources():
        (tmp_path / path.name).write_bytes(path.read_bytes() + (b"//\n" if path.name == name else b""))
    monkeypatch.setattr(build_wasm, "NATIVE", tmp_path)
    assert build_wasm.changed() == [name]


def test_a_header_that_is_new_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in build_wasm.sources():
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as Git may check it out
    (tmp_path / "new.h").write_text("")
    monkeypatch.setattr(build_wasm, "NATIVE", tmp_path)
    assert build_wasm.changed() == ["new.h"]


def test_other_bytes_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "kernel.wasm"
    other.write_bytes(build_wasm.WASM.read_bytes() + b"\0")
    monkeypatch.setattr(build_wasm, "WASM", other)
    assert build_wasm.changed() == ["kernel.wasm"]


def test_it_is_small_and_says_what_built_it() -> None:
    told = json.loads(build_wasm.MANIFEST.read_text(encoding="utf-8"))
    assert build_wasm.WASM.stat().st_size < 64 * 1024
    pinned = (build_wasm.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"ziglang=={told["ziglang"]}"' in pinned


@pytest.mark.skipif(bool(build_wasm.missing()), reason=f"kernel.wasm was not built again: {build_wasm.missing()}")
def test_building_it_again_gives_the_same_bytes() -> None:
    assert build_wasm.check() == ""

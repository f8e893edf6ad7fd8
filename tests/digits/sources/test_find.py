"""Digits are found where they are named, then in the cache, then on the web; and never quietly somewhere else."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from tests.digits.sources.pictures import fill
from tests.faults.small_mnist import CONTENTS, SMALL

from digitlens.digits.sources import download, pen_cache
from digitlens.digits.sources import find as sources
from digitlens.digits.sources.find import Place, cache_folder, describe, find_data
from digitlens.digits.sources.mnist import load_mnist, missing
from digitlens.errors import DataError, DownloadError

NAMES = [name for name, _ in CONTENTS]


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small MNIST for the real one, an empty cache, no variable, and a web that gives nothing."""

    def no_web(cache: Path, **_: Any) -> None:
        raise DownloadError("asked the web")

    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr(sources, "load_mnist", lambda folder: load_mnist(folder, files=SMALL))
    monkeypatch.setattr(download, "download_mnist", no_web)


def put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, data in CONTENTS:
        (folder / name).write_bytes(data)
    return folder


def chosen(**arguments: Any) -> list[str]:
    return [place.name for place in describe(**arguments) if place.chosen]


def told(name: str, **arguments: Any) -> Place:
    return next(place for place in describe(**arguments) if place.name == name)


def test_a_folder_that_is_named_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "mine")
    put(tmp_path / "cache" / "mnist")
    assert str(tmp_path / "mine") in find_data(tmp_path / "mine").source
    assert str(tmp_path / "mine") in find_data(str(tmp_path / "mine")).source
    assert chosen(data=tmp_path / "mine") == ["--data"]


def test_a_folder_of_labelled_pictures_is_taken(tmp_path: Path) -> None:
    data = find_data(fill(tmp_path / "letters", "ab"))
    assert (data.name, data.classes) == ("letters", ("a", "b"))
    assert told("--data", data=tmp_path / "letters").holds == "labelled pictures"


def test_the_variable_comes_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "cache" / "mnist")
    monkeypatch.setenv("DIGITLENS_DATA", str(put(tmp_path / "variable")))
    for data in (None, "mnist"):
        assert str(tmp_path / "variable") in find_data(data).source
        assert chosen(data=data) == ["DIGITLENS_DATA"]


def test_mnist_and_pen_digits_come_from_wherever_mnist_is(tmp_path: Path) -> None:
    put(tmp_path / "cache" / "mnist")
    data = find_data("mnist+pen")
    assert (data.name, len(data.training), len(data.test)) == ("mnist+pen", 12 + 6, 5)
    assert chosen(data="mnist+pen") == ["cache", "pen"]


def test_home_is_known_in_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    put(tmp_path / "digits")
    monkeypatch.setenv("DIGITLENS_DATA", "~/digits")
    assert len(find_data().training) == 12


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "cache" / "mnist")
    monkeypatch.setenv("DIGITLENS_DATA", "")
    assert str(tmp_path / "cache") in find_data().source
    assert chosen() == ["cache"]


def test_a_variable_that_is_wrong_is_an_error_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cache" / "mnist")
    for wrong, said in (
        ("none", "no folder"),
        ("empty", "neither MNIST nor sub-folders of pictures"),
        ("some", r"DIGITLENS_DATA: MNIST in .* is not usable"),
    ):
        (tmp_path / "empty").mkdir(exist_ok=True)
        (tmp_path / "some").mkdir(exist_ok=True)
        (tmp_path / "some" / NAMES[0]).touch()
        monkeypatch.setenv("DIGITLENS_DATA", str(tmp_path / wrong))
        with pytest.raises(DataError, match=said) as caught:
            find_data()
        assert "DIGITLENS_DATA" in str(caught.value)
    assert told("DIGITLENS_DATA").holds == f"MNIST without {', '.join(NAMES[1:])}"


def test_pictures_in_the_variable_are_not_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITLENS_DATA", str(fill(tmp_path / "letters", "ab")))
    assert find_data().name == "letters"
    with pytest.raises(DataError, match="DIGITLENS_DATA: MNIST in"):
        find_data("mnist")
    assert chosen() == ["DIGITLENS_DATA"]
    assert chosen(data="mnist") == []


def test_a_named_folder_that_is_wrong_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "cache" / "mnist")
    for wrong in (tmp_path / "none", tmp_path, Path("nul\0")):
        with pytest.raises(DataError, match="--data") as caught:
            find_data(wrong)
        assert "train-images-idx3-ubyte" in str(caught.value)
        assert "--data pen" in str(caught.value)
        assert chosen(data=wrong) == []


def test_pen_digits_are_written_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen_cache, "pen_data", lambda: "pen digits")
    assert find_data("pen") == "pen digits"
    assert chosen(data="pen") == ["pen"]
    with pytest.raises(DataError):
        find_data(offline=True)


def test_with_a_warm_cache_no_connection_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "cache" / "mnist")

    def no_socket(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, no_socket)
    assert len(find_data().training) == 12
    assert len(find_data("mnist").test) == 5


def test_an_empty_cache_leads_to_the_web_unless_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DownloadError, match="asked the web"):
        find_data()
    with pytest.raises(DataError, match=r"not in the cache .* downloading is off .* --data pen"):
        find_data(offline=True)
    assert chosen() == ["download"]
    assert chosen(offline=True) == []
    assert told("cache").holds == "0 of MNIST's 4 files"
    assert told("download", offline=True).holds == "off (offline)"

    monkeypatch.setattr(download, "download_mnist", lambda cache, progress: put(cache))
    assert len(find_data().training) == 12
    assert chosen() == ["cache"]
    assert told("cache").holds == "MNIST"


def test_a_damaged_cache_is_downloaded_again_unless_offline(tmp_path: Path) -> None:
    cache = put(tmp_path / "cache" / "mnist")
    (cache / NAMES[0]).write_bytes(b"damaged")
    assert missing(cache) == ()
    with pytest.raises(DownloadError, match="asked the web"):
        find_data()
    with pytest.raises(DataError, match="is not usable"):
        find_data(offline=True)


def test_no_home_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: "~/.cache/digitlens")
    assert cache_folder() is None
    with pytest.raises(DataError, match="no home folder"):
        find_data()
    assert chosen() == []
    assert told("cache").holds == "there is no home folder"


def test_the_cache_is_the_users_own(tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "cache" / "mnist"

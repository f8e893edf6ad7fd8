"""What the bench learns from is found without a network, and said."""

import pytest
from tests.bench.noise import random_pictures

from digitlens.bench.pictures import find_pictures
from digitlens.errors import DataError


def test_without_mnist_pen_digits_serve_and_it_is_said(monkeypatch, tmp_path):
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    found = find_pictures(count=120)
    assert "pen digits" in found.what or found.mnist  # a cache that is not under HOME may hold MNIST
    assert found.images.shape == (120, 784)


def test_pen_digits_can_be_asked_for():
    found = find_pictures("pen", 50)
    assert not found.mnist
    assert found.what == "pen digits"  # whether MNIST is here or not


def test_a_place_that_was_named_and_holds_nothing_is_an_error(monkeypatch, tmp_path):
    with pytest.raises(DataError):
        find_pictures(tmp_path, 10)
    monkeypatch.setenv("DIGITLENS_DATA", str(tmp_path))
    with pytest.raises(DataError):
        find_pictures(None, 10)


def test_too_few_pictures_come_again_and_that_is_said():
    few = random_pictures(7).repeated(20)
    assert len(few.digits) == len(few.images) == 20
    assert (few.images[7:14] == few.images[:7]).all()
    assert "7 of them" in few.what

"""Digits never change: whoever hands arrays in may go on using them, and what is derived from them stays true."""

from __future__ import annotations

import copy
import pickle
import weakref

import numpy as np
import pytest

from digitlens.digits.dataset import DataSet, Digits, pixels


def arrays(count: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 28, 28), np.uint8), np.arange(count, dtype=np.uint8)


def test_what_is_written_to_the_arrays_afterwards_does_not_reach_the_digits() -> None:
    images, digits = arrays()
    some, was = Digits(images, digits), images.copy()
    print_before = some.fingerprint()
    images[:] = 0
    digits[:] = 0
    assert np.array_equal(some.images, was)
    assert some.digits.tolist() == list(range(6))
    assert some.fingerprint() == print_before == Digits(was, some.digits).fingerprint()


def test_a_read_only_view_of_what_somebody_can_write_to_is_copied_too() -> None:
    images, digits = arrays()
    view = images[:]
    view.flags.writeable = False
    memory = bytearray(images.tobytes())
    of_bytes = np.frombuffer(memory, np.uint8).reshape(images.shape)
    of_bytes.flags.writeable = False
    row = np.frombuffer(memory, np.uint8)
    row.flags.writeable = False  # so that no array of them can be written to: only the memory that they lie in
    for some in (Digits(view, digits), Digits(of_bytes, digits), Digits(row.reshape(images.shape), digits)):
        was = some.images.copy()
        images[:] = 1
        memory[:] = bytes(255 - byte for byte in memory)
        assert np.array_equal(some.images, was)


def test_what_nobody_can_write_to_is_taken_as_it_is() -> None:
    images, digits = arrays()
    fixed = np.frombuffer(images.tobytes(), np.uint8).reshape(images.shape)
    some = Digits(fixed, digits)
    assert np.shares_memory(some.images, fixed)
    assert np.shares_memory(some[1:3].images, fixed)  # a slice is a view
    assert not np.shares_memory(some[np.array([1, 2])].images, fixed)


@pytest.mark.parametrize("part", ["images", "digits"])
def test_nobody_can_make_the_arrays_of_digits_writable_again(part: str) -> None:
    for some in (Digits(*arrays()), Digits(*arrays())[np.array([0, 1])], pickle.loads(pickle.dumps(Digits(*arrays())))):
        array = getattr(some, part)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


def test_what_is_derived_is_shared_by_the_same_images_only_and_ends_with_them() -> None:
    class Derived:
        pass

    some = Digits(*arrays())
    some.derived["large"] = Derived()
    kept = weakref.ref(some.derived["large"])
    other = some.relabelled(some.digits[::-1])
    assert other.derived["large"] is kept()
    assert other.digits.tolist() == some.digits.tolist()[::-1]
    assert "large" not in some[:3].derived
    assert "large" not in copy.deepcopy(some).derived
    del some, other
    assert kept() is None


def test_digits_and_data_sets_go_through_pickle_and_copy_with_what_is_known_of_them() -> None:
    some = Digits(*arrays())
    some.trust_fingerprint("known")
    data = DataSet("few", "a few", some, some[:2], ("a", "b"))
    data.derived["large"] = lambda: "what cannot be pickled"
    for again in (pickle.loads(pickle.dumps(data)), copy.deepcopy(data)):
        assert (again.name, again.source, again.classes, again.derived) == ("few", "a few", ("a", "b"), {})
        assert np.array_equal(again.training.images, some.images)
        assert again.training.fingerprint() == "known"
        assert again.test.fingerprint() == data.test.fingerprint() != "known"


def test_bytes_become_shares_of_one_and_floats_are_taken_as_they_are() -> None:
    numbers = np.array([[0, 51, 255]], np.uint8)
    np.testing.assert_allclose(pixels(numbers, np.dtype(np.float64)), [[0, 0.2, 1]])
    floats = np.array([[-3.5, 0.25]], np.float32)
    assert pixels(floats, np.dtype(np.float32)) is floats
    assert pixels(floats, np.dtype(np.float64)).tolist() == [[-3.5, 0.25]]

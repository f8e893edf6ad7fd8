"""Pen digits: the same for a seed, of every kind, on the pad, framed like MNIST, and readable."""

from collections import Counter

import numpy as np
import pytest

from digitlens.digits.preparation.strokes import centre_of_mass, frame_strokes, ink_strokes
from digitlens.digits.synthetic.pen.hand import PAD, write
from digitlens.digits.synthetic.pen.skeletons import ALLOGRAPHS, skeleton
from digitlens.digits.synthetic.pen.writer import pen_data, pen_digits, world_digits
from digitlens.errors import UsageError


@pytest.fixture(scope="module")
def some():
    return pen_digits(3_000, seed=7)


def test_the_same_seed_writes_the_same_digits_to_the_bit(some):
    again = pen_digits(3_000, seed=7)
    assert again.digits.fingerprint() == some.digits.fingerprint()
    assert again.allographs == some.allographs
    for ours, theirs in zip(again.strokes, some.strokes, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


def test_another_seed_writes_other_digits(some):
    assert not np.array_equal(pen_digits(100, seed=8).digits.images, some.digits.images[:100])


@pytest.mark.parametrize("count", [1, 999, 1_001])
def test_a_digit_does_not_depend_on_how_many_come_after_it(some, count):
    fewer = pen_digits(count, seed=7)
    np.testing.assert_array_equal(fewer.digits.images, some.digits.images[:count])
    np.testing.assert_array_equal(fewer.digits.digits, some.digits.digits[:count])
    np.testing.assert_array_equal(fewer.radii, some.radii[:count])
    assert fewer.allographs == some.allographs[:count]
    assert len(fewer.strokes) == len(fewer) == count
    np.testing.assert_array_equal(fewer.strokes[-1][0], some.strokes[count - 1][0])


def test_the_global_generator_is_neither_asked_nor_moved():
    np.random.seed(0)  # noqa: NPY002  # this is the global generator that must not matter
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = pen_digits(5).digits.fingerprint()
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert pen_digits(5).digits.fingerprint() == first


def test_every_digit_is_as_common_as_every_other(some):
    assert np.bincount(some.digits.digits).tolist() == [300] * 10


def test_every_way_of_writing_appears_and_about_as_often_as_it_is_common(some):
    seen = Counter(some.allographs)
    total = Counter()
    for allograph in ALLOGRAPHS:
        total[allograph.digit] += allograph.weight
    for allograph in ALLOGRAPHS:
        expected = 300 * allograph.weight / total[allograph.digit]
        assert (seen[allograph.name] > 0) == (allograph.weight > 0)
        assert seen[allograph.name] == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_digits_of_everywhere_know_every_way_and_none_is_rare():
    world = world_digits(5_000, seed=7)
    seen, ways = Counter(world.allographs), Counter(allograph.digit for allograph in ALLOGRAPHS)
    for allograph in ALLOGRAPHS:
        expected = 500 / ways[allograph.digit]
        assert seen[allograph.name] == pytest.approx(expected, abs=5 * np.sqrt(expected))
    np.testing.assert_array_equal(world_digits(1_001, seed=7).digits.images, world.digits.images[:1_001])
    one_bit = np.isin(world.digits.images, (0, 255)).all(axis=(1, 2))
    assert one_bit.mean() == pytest.approx(0.06, abs=0.015)
    for image in world.digits.images[one_bit]:
        assert [np.ptp(some) + 1 for some in np.nonzero(image)] == [20, 20]  # stretched to fill the square


def test_names_are_unique_and_begin_with_their_digit(some):
    assert len({allograph.name for allograph in ALLOGRAPHS}) == len(ALLOGRAPHS)
    assert all(allograph.name.startswith(f"{allograph.digit} ") for allograph in ALLOGRAPHS)
    assert [int(name[0]) for name in some.allographs] == some.digits.digits.tolist()


@pytest.mark.parametrize("words", ["1 long flag", "1 footed", "2 looped", "5 two strokes", "7 crossed", "0 slashed"])
def test_the_ways_that_differ_between_countries_are_there(words):
    assert words in {allograph.name for allograph in ALLOGRAPHS}


@pytest.mark.parametrize("allograph", ALLOGRAPHS, ids=lambda allograph: allograph.name)
def test_a_skeleton_has_what_the_hand_needs(allograph):
    for stroke in allograph.strokes:
        assert len(stroke.points) == len(stroke.corners) >= 3
        assert not stroke.corners[[0, -1]].any()  # an end is no corner
    points = np.concatenate([stroke.points for stroke in allograph.strokes])
    assert np.ptp(points[:, 1]) == pytest.approx(100, abs=10)
    assert allograph.weight >= 0


def test_the_notation_knows_corners_and_lifted_pens():
    one, two = skeleton("0,0 5,1! -3,10.5 | 2,2 3,3 4,4")
    assert one.points.tolist() == [[0, 0], [5, 1], [-3, 10.5]]
    assert one.corners.tolist() == [False, True, False]
    assert two.points.tolist() == [[2, 2], [3, 3], [4, 4]]


def test_a_hand_lifts_the_pen_where_the_skeleton_says_so(some):
    strokes = {allograph.name: len(allograph.strokes) for allograph in ALLOGRAPHS}
    assert [len(drawing) for drawing in some.strokes] == [strokes[name] for name in some.allographs]


def test_drawings_stay_on_the_pad_in_natural_places_and_sizes(some):
    low = np.array([np.min(np.concatenate(drawing), axis=0) for drawing in some.strokes])
    high = np.array([np.max(np.concatenate(drawing), axis=0) for drawing in some.strokes])
    assert low.min() >= -1e-9
    assert high.max() <= PAD + 1e-9
    sizes = (high - low).max(axis=1)
    assert sizes.std() > 20  # some large, some small
    assert ((low + high) / 2).std(axis=0).min() > 8  # here and there


def test_lines_are_drawn_in_pieces_too_short_for_the_eye(some):
    framed = [frame_strokes(drawing, 1.0) for drawing in some.strokes[:300]]
    pieces = np.concatenate([np.hypot(*np.diff(stroke, axis=0).T) for frame in framed for stroke in frame.strokes])
    assert np.median(pieces) < 2  # pixels
    assert np.quantile(pieces, 0.99) < 4


def test_corners_are_sharper_in_a_slow_hand_than_in_a_fast_one():
    seven = next(allograph for allograph in ALLOGRAPHS if allograph.name == "7 straight")

    def sharpest_turn(stroke):
        steps = np.diff(stroke, axis=0)
        angles = np.arctan2(steps[:, 1], steps[:, 0])
        return np.abs((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi).max()

    turns = [sharpest_turn(drawing[0]) for drawing in write(seven, 200, np.random.default_rng(0))]
    assert np.quantile(turns, 0.9) > 1.5  # radians
    assert np.quantile(turns, 0.1) < 1.0


def test_pictures_are_the_strokes_framed_and_inked_one_by_one(some):
    for i in range(0, 3_000, 100):
        framed = frame_strokes(some.strokes[i], some.radii[i])
        ink = ink_strokes(framed.strokes, (28, 28), some.radii[i])
        np.testing.assert_allclose(some.digits.images[i], 255 * ink, atol=0.5 + 1e-6)


def test_pictures_balance_where_mnists_do(some):
    middle = centre_of_mass(some.digits.images / 255.0)
    assert np.abs(middle - 14.5).mean() < 0.1
    assert np.quantile(np.abs(middle - 14.5), 0.99) < 0.5


def test_pictures_hold_about_as_much_ink_as_mnists(some):
    assert (some.digits.images / 255.0).mean() == pytest.approx(0.131, abs=0.012)  # MNIST's training pictures: 0.1307
    assert (some.digits.images > 0).mean() == pytest.approx(0.191, abs=0.015)  # and 0.191


def test_digits_of_one_stream_are_read_by_their_likeness_to_those_of_another(some):
    """Each digit looks most like others of its class: the labels mean something."""
    known = some.digits.flat.astype(np.float32)
    asked = pen_digits(300, seed=8).digits
    distances = (known * known).sum(axis=1) - 2 * asked.flat.astype(np.float32) @ known.T
    assert (some.digits.digits[distances.argmin(axis=1)] == asked.digits).mean() > 0.85


def test_a_data_set_learns_from_the_first_digits_of_its_seed_and_is_tested_on_others():
    data = pen_data(seed=3, training=1_200, test=200)
    assert data.name == "pen"
    assert "seed 3" in data.source
    assert (len(data.training), len(data.test)) == (1_200, 200)
    assert data.training.fingerprint() == pen_digits(1_200, seed=3).digits.fingerprint()
    known = {image.tobytes() for image in data.training.images}
    assert not any(image.tobytes() in known for image in data.test.images)


def test_numbers_of_numpy_are_numbers_and_the_largest_seed_is_one():
    assert len(pen_digits(np.int64(2), seed=np.uint64(2**64 - 1))) == 2


@pytest.mark.parametrize("count", [0, -1, 1_000_001, 2.0, "3", None])
def test_counts_that_are_none_are_refused(count):
    with pytest.raises(UsageError, match="count"):
        pen_digits(count)
    with pytest.raises(UsageError, match="training"):
        pen_data(training=count)
    with pytest.raises(UsageError, match="test"):
        pen_data(test=count)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, None])
def test_seeds_that_are_none_are_refused(seed):
    with pytest.raises(UsageError, match="seed"):
        pen_digits(1, seed)
    with pytest.raises(UsageError, match="seed"):
        pen_data(seed)

"""Values far out, at z = ±100 and beyond, against references in sixty decimal digits."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlens.network.activations import ACTIVATIONS, LEAK, leaky_relu, relu, sigmoid, softmax
from digitlens.network.costs import cost_for
from digitlens.network.network import Trace

TYPES = [np.float32, np.float64]
FAR = [-100.0, -89.0, -40.0, -20.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 17.0, 20.0, 37.0, 40.0, 89.0, 100.0]
ULPS = 6
ALONE = [each for each in ACTIVATIONS.values() if not each.whole_layer]


def close(got: object, wanted: Decimal, dtype: type) -> bool:
    """Within a few units of the last place that this type has there; among the subnormal numbers, too."""
    right = np.asarray(float(wanted)).astype(dtype)
    return abs(float(got) - float(right)) <= ULPS * float(np.spacing(np.abs(right)))


def exact(name: str, z: Decimal) -> tuple[Decimal, Decimal]:
    """The value and the slope of an activation function."""
    with localcontext() as context:
        context.prec = 120
        e = (-z).exp()
        if name == "sigmoid":
            return 1 / (1 + e), e / (1 + e) ** 2
        if name == "tanh":
            square = (-2 * z).exp()
            return (1 - square) / (1 + square), 4 * square / (1 + square) ** 2
        if name == "relu":
            return max(z, Decimal(0)), Decimal(int(z > 0))
        if name == "leaky_relu":
            leak = Decimal(1) / 100
            return (z, Decimal(1)) if z > 0 else (leak * z, leak)
        assert name == "identity", f"write {name} in Decimal here"
        return z, Decimal(1)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("z", FAR)
@pytest.mark.parametrize("function", ALONE, ids=lambda f: f.name)
def test_values_and_slopes_are_right_far_out(function: object, z: float, dtype: type) -> None:
    given_z = np.array([[z]], dtype)
    value, slope = exact(function.name, Decimal(float(given_z[0, 0])))
    a, da_dz = function(given_z), function.slope(given_z)
    assert a.dtype == da_dz.dtype == dtype
    assert a.shape == da_dz.shape == (1, 1)
    assert close(a[0, 0], value, dtype)
    assert close(da_dz[0, 0], slope, dtype)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("z", [-1e4, 1e4])
@pytest.mark.parametrize("function", ACTIVATIONS.values(), ids=lambda f: f.name)
def test_nothing_overflows_however_far_out(function: object, z: float, dtype: type) -> None:
    assert np.isfinite(function(np.array([[z, 0.0]], dtype))).all()
    if not function.whole_layer:
        assert np.isfinite(function.slope(np.array([[z]], dtype))).all()


ROWS = [[100, 0, -100], [-100, -100, -100], [100, 100, 0], [0, 1, 2], [-100, 0, 0.5], [88, -3, 100], [5, 5, 5]]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("row", ROWS)
def test_softmax_is_right_far_out(row: list[float], dtype: type) -> None:
    with localcontext() as context:
        context.prec = 120
        powers = [Decimal(z).exp() for z in row]
        wanted = [power / sum(powers) for power in powers]
    got = softmax(np.array([row], dtype))
    assert got.dtype == dtype
    assert all(close(g, w, dtype) for g, w in zip(got[0], wanted, strict=True))


def trace_of(z: np.ndarray, output: object) -> Trace:
    return Trace((z,), (z, output(z)))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("right", [0, 1, 2])
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("output", [sigmoid, softmax], ids=lambda f: f.name)
def test_cross_entropy_is_right_far_out(output: object, row: list[float], right: int, dtype: type) -> None:
    z, y = np.array([row], dtype), np.eye(3, dtype=dtype)[[right]]
    with localcontext() as context:
        context.prec = 120
        powers = [Decimal(float(value)).exp() for value in z[0]]
        if output is softmax:
            a = [power / sum(powers) for power in powers]
            wanted = -a[right].ln()
        else:
            a = [power / (1 + power) for power in powers]
            wanted = -sum((a[j] if j == right else 1 / (1 + powers[j])).ln() for j in range(3))
    cost, trace = cost_for("cross_entropy", output), trace_of(z, output)
    assert cost.each(trace, y).dtype == dtype
    assert close(cost.each(trace, y)[0], wanted, dtype)
    slope = cost.slope(trace, y)
    assert slope.dtype == dtype
    for j in range(3):  # a - y: where a rounds to 1, what is lost is less than a unit of 1
        assert abs(float(slope[0, j]) - float(a[j] - int(j == right))) <= 4 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("output", ACTIVATIONS.values(), ids=lambda f: f.name)
def test_the_quadratic_cost_is_right_far_out(output: object, row: list[float], dtype: type) -> None:
    z, y = np.array([row], dtype), np.eye(3, dtype=dtype)[[1]]
    cost, trace = cost_for("quadratic", output), trace_of(z, output)
    a = output(z.astype(np.float64))
    wanted = ((a - y) ** 2).sum()
    assert cost.each(trace, y)[0] == pytest.approx(wanted, rel=float(16 * np.finfo(dtype).eps), abs=1e-40)
    assert cost.each(trace, y).dtype == cost.slope(trace, y).dtype == dtype
    if output is softmax:
        jacobian = np.diag(a[0]) - np.outer(a[0], a[0])
        slope = 2 * (a - y)[0] @ jacobian
    else:
        slope = (2 * (a - y) * output.slope(z.astype(np.float64)))[0]
    np.testing.assert_allclose(
        cost.slope(trace, y)[0], slope, rtol=64 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).eps
    )


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=6), st.floats(-100, 100))
@settings(max_examples=100)
def test_softmax_does_not_feel_a_shift_and_sums_to_one(row: list[float], shift: float) -> None:
    z = np.array([row])
    a = softmax(z)
    assert a.sum() == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(softmax(z + shift), a, rtol=1e-11)


@given(st.floats(-700, 700))
@settings(max_examples=100)
def test_sigmoid_of_minus_z_is_what_is_missing_from_one(z: float) -> None:
    both = sigmoid(np.array([z, -z]))
    assert both.sum() == pytest.approx(1, abs=1e-15)
    assert sigmoid.slope(np.array([z]))[0] == sigmoid.slope(np.array([-z]))[0] <= 0.25 + 1e-16


def test_at_the_kink_we_say_the_smaller_slope() -> None:
    assert relu.slope(np.array([0.0, -0.0, 5e-324])).tolist() == [0, 0, 1]
    assert leaky_relu.slope(np.array([0.0, -0.0, 5e-324])).tolist() == [LEAK, LEAK, 1]


def test_what_is_not_a_number_stays_none() -> None:
    for function in ALONE:
        assert np.isnan(function(np.array([np.nan]))).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("function", ACTIVATIONS.values(), ids=lambda f: f.name)
def test_what_a_neuron_holds_stays_within_its_range_and_comes_near_both_ends(function: object, dtype: type) -> None:
    z = np.array([[each, 0.0] for each in (*FAR, -1e4, 1e4)], dtype)
    a = function(z)[:, 0]
    lowest, highest = function.range
    assert lowest <= a.min()
    assert a.max() <= highest
    assert a.min() < (-90 if lowest == -np.inf else lowest + 0.01)
    assert a.max() > (90 if highest == np.inf else highest - 0.01)

import math
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import planted_forms
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted_forms import ROWS

from mainstay.bundle import interpret, parity
from mainstay.bundle.form import Feature, Form, Isotonic, Linear, Member, Sigmoid, table
from mainstay.bundle.layout import ULP
from mainstay.bundle.tolerance import ROUNDING, units

GROWN, LINE = planted_forms.grown(), planted_forms.line()
SINGLE = planted_forms.grown(precision="float32")
ZERO = np.array([[-0.5, 0.0]])
"""2 * -0.5 + 1 is 0, whose own unit is 5e-324; what was added is 2, rounded twice."""


def summed(slopes: np.ndarray, intercept: float = 0.0) -> Form:
    """A row times these slopes."""
    features = tuple(Feature(at) for at in range(len(slopes)))
    body = Linear(table(slopes[None], "f8"), (intercept,))
    return Form(len(slopes), 1, (Member(features, body, "none"),))


def pairwise(terms: list[float]) -> float:
    half = len(terms) // 2
    return pairwise(terms[:half]) + pairwise(terms[half:]) if half else terms[0]


def in_lanes(terms: list[float]) -> float:
    """As a processor adds that has several sums under way."""
    return reduce(add, [reduce(add, terms[lane::8], 0.0) for lane in range(8)])


ORDERS: dict[str, Callable[[list[float]], float]] = {
    "forwards": lambda terms: reduce(add, terms),
    "backwards": lambda terms: reduce(add, reversed(terms)),
    "in pairs": pairwise,
    "in lanes": in_lanes,
    "exactly": math.fsum,
}
NUMBERS = st.floats(-1e6, 1e6).filter(lambda one: one == 0 or abs(one) > 1e-6)


def apart(model: Form, rows: np.ndarray, engine: np.ndarray) -> int:
    scores = interpret.scores(model, rows)
    return parity.compared(scores, engine, units(model, rows, scores)).max_ulp


def test_trees_are_measured_by_the_last_place_of_their_score() -> None:
    scores = interpret.scores(GROWN, ROWS)

    assert units(GROWN, ROWS, scores).tolist() == np.spacing(scores).tolist()
    assert apart(GROWN, ROWS, scores + 3 * np.spacing(scores)) == 3


def test_single_precision_has_larger_units() -> None:
    scores = interpret.scores(SINGLE, ROWS)
    unit = np.spacing(scores.astype(np.float32)).astype(np.float64)

    assert apart(SINGLE, ROWS, scores + 3 * unit) == 3


def test_what_cancels_is_measured_by_what_was_added() -> None:
    assert apart(LINE, ZERO, np.array([3 * 2 * ROUNDING])) == 3
    assert apart(LINE, ZERO, np.array([1e-12])) > 1_000


def test_a_part_of_a_unit_counts_as_a_whole_one() -> None:
    assert apart(LINE, ZERO, np.array([5e-324])) == 1


def test_one_side_without_a_number_is_as_far_apart_as_can_be() -> None:
    none = np.full(len(ROWS), np.nan)

    assert apart(GROWN, ROWS, none) == 2**64 - 1


def test_links_and_calibrations_carry_the_unit_of_the_margin() -> None:
    plain = planted_forms.line(link="logistic")
    steep = planted_forms.line(calibration=Isotonic((0.0, 1.0), (0.0, 10.0)))
    flat = planted_forms.line(calibration=Sigmoid(-4e-9, 0.0))

    found = [
        float(units(one, ZERO, interpret.scores(one, ZERO))[0]) for one in (plain, steep, flat)
    ]

    assert found[0] == np.spacing(0.5) + 0.25 * 2 * ROUNDING
    assert found[1] == 10 * 2 * ROUNDING + np.spacing(0.0)
    assert found[2] < 2 * np.spacing(0.5)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [50, 200, 800])
def test_a_long_sum_in_any_order_is_within_the_gate(order: str, count: int) -> None:
    draw = np.random.default_rng(count)
    slopes = draw.normal(0, 0.01, count)
    slopes[: count // 10] = 1 + np.abs(slopes[: count // 10])  # a large sum, then small terms
    rows = 1 + np.abs(draw.normal(size=(300, count)))
    model = summed(slopes)

    found = np.array([ORDERS[order](list(row * slopes)) for row in rows])

    assert apart(model, rows, found) <= ULP


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=40), NUMBERS)
def test_whatever_is_added_in_whatever_order_passes_and_another_slope_does_not(
    pairs: list[tuple[float, float]], intercept: float
) -> None:
    slopes, row = map(np.array, zip(*pairs, strict=True))
    model, rows = summed(slopes, intercept), row[None]
    largest = int(np.abs(slopes * row).argmax())
    other = slopes.copy()
    other[largest] *= 1 + 1e-9

    exact = sum((Fraction(one) * Fraction(two) for one, two in pairs), Fraction(intercept))
    said = [float(exact), *(made([*(slopes * row), intercept]) for made in ORDERS.values())]

    assert all(apart(model, rows, np.array([one])) <= ULP for one in said)
    carries = abs(slopes[largest] * row[largest]) > abs(intercept)
    assert not carries or apart(model, rows, interpret.scores(summed(other, intercept), rows)) > ULP


def test_four_units_are_never_more_than_two_sums_can_be_apart() -> None:
    for count in (1, 2, 3, 5, 40):
        (unit,) = units(summed(np.ones(count)), np.ones((1, count)), np.zeros(1))

        assert ULP * unit <= 2 * (count + 1) * ROUNDING * count + 1e-300


def test_columns_that_are_zero_round_nothing() -> None:
    model, row = summed(np.ones(500)), np.zeros((1, 500))
    row[0, 7] = 1.0

    assert units(model, row, np.zeros(1)) == ROUNDING + np.spacing(0.0)


def test_what_adds_up_to_no_number_has_no_unit() -> None:
    model, row = summed(np.array([1.0, -1.0])), np.array([[1.7e308, 1.7e308]])

    assert np.isnan(units(model, row, np.zeros(1))).all()
    assert apart(model, row, np.array([1.0])) > 1_000_000

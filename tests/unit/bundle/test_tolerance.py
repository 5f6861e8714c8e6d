import numpy as np
import planted_forms
from planted_forms import ROWS

from mainstay.bundle import interpret, parity
from mainstay.bundle.form import Form, Isotonic, Sigmoid
from mainstay.bundle.tolerance import units

GROWN, LINE = planted_forms.grown(), planted_forms.line()
SINGLE = planted_forms.grown(precision="float32")
ZERO = np.array([[-0.5, 0.0]])
"""2 * -0.5 + 1 is 0, whose own unit is 5e-324."""


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
    assert apart(LINE, ZERO, np.array([2 * np.spacing(2.0)])) == 2
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

    assert found[0] == np.spacing(0.5) + 0.25 * np.spacing(2.0)
    assert found[1] == 10 * np.spacing(2.0) + np.spacing(0.0)
    assert found[2] < 2 * np.spacing(0.5)
